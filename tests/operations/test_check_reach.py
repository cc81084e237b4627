"""`check`, of what can be told from inside about the ways to the bot, its token's scopes, its files and its clock."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest
from aiohttp import web

from operations.clocks import clock, clocks
from operations.findings import Mark
from operations.reach import reach
from operations.scopes import NEEDED_SCOPES, OPTIONAL_SCOPES, scopes
from settings import read_settings
from tests.harness.calendar_server import CalendarServer
from tests.harness.ports import free_port
from tests.harness.world import APP_TOKEN, World
from tests.operations.conftest import Shell

TOKEN = "a-token-for-prometheus"


@pytest.fixture
async def running(settled_shell: Shell, quiet_world: World) -> Shell:
    """Every setting is right, and the bot runs."""
    quiet_world.slack.scopes = {*NEEDED_SCOPES, *OPTIONAL_SCOPES}
    quiet_world.settings["METRICS_TOKEN"] = settled_shell.variables["METRICS_TOKEN"] = TOKEN
    await quiet_world.start_bot()
    return settled_shell


async def said(shell: Shell, *names: str) -> list[str]:
    """The lines about these settings."""
    outcome = await shell.bot("check")
    assert (outcome.status == 1) is ("\nFAIL" in f"\n{outcome.out}"), outcome
    assert outcome.err == ""
    return [line for line in outcome.out.splitlines() if line[6:].startswith(names)]


async def fails(shell: Shell, why: str) -> None:
    """That one thing is wrong."""
    outcome = await shell.bot("check")
    (failure,) = [line for line in outcome.out.splitlines() if line.startswith("FAIL")]
    assert why in failure
    assert outcome.status == 1


class Proxy:
    """Passes on to the bot what begins with these paths."""

    def __init__(self, bot_url: str, *paths: str) -> None:
        self._bot_url = bot_url
        self._paths = paths
        self._port = free_port()
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._pass_on)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0)

    async def __aenter__(self) -> str:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        return f"http://127.0.0.1:{self._port}"

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _pass_on(self, request: web.Request) -> web.Response:
        if not request.path.startswith(self._paths):
            return web.Response(status=404)
        headers = {name: value for name, value in request.headers.items() if name.startswith(("X-Slack", "Content-T"))}
        async with httpx.AsyncClient() as client:
            answer = await client.request(
                request.method, f"{self._bot_url}{request.path}", content=await request.read(), headers=headers
            )
        return web.Response(status=answer.status_code, body=answer.content, content_type="application/json")


async def test_what_is_told_of_a_bot_that_runs(running: Shell, quiet_world: World) -> None:
    lines = await said(running, "HOST", "PUBLIC_URL", "SLACK_SIGNING_SECRET", "METRICS_TOKEN", "This machine")
    address = f"127.0.0.1:{quiet_world.port}"
    assert lines[:2] == [
        "ok    This machine's clock agrees with that of Slack and Hoiio.",
        f"ok    HOST, PORT: the bot runs, and listens on {address}.",
    ]
    assert lines[2].startswith("ok    PUBLIC_URL: this bot answers there, as seen from here. Hoiio must reach it")
    assert lines[3].startswith(f"ok    SLACK_SIGNING_SECRET: the bot takes what is signed with it at http://{address}/")
    assert lines[4] == "ok    METRICS_TOKEN: whoever shows it reads /metrics."
    assert (quiet_world.rung, quiet_world.boards) == ([], [])
    assert " ERROR " not in quiet_world.log


async def test_a_signing_secret_that_is_not_the_running_bots(running: Shell) -> None:
    running.variables["SLACK_SIGNING_SECRET"] = "another"
    await fails(running, "SLACK_SIGNING_SECRET: the bot that runs has another one.")


async def test_a_metrics_token_that_is_not_the_running_bots(running: Shell) -> None:
    running.variables["METRICS_TOKEN"] = "another-token-for-prometheus"
    await fails(running, "METRICS_TOKEN: the bot that runs has another one")


async def test_a_proxy_that_passes_nothing_of_slacks_on(running: Shell, quiet_world: World) -> None:
    async with Proxy(quiet_world.url, "/hoiio/") as url:
        running.variables["PUBLIC_URL"] = url
        lines = await said(running, "PUBLIC_URL", "SLACK_SIGNING_SECRET")
    assert lines[0].startswith("note  PUBLIC_URL: a bot takes notifications there; /healthz does not tell whether")
    failure = f"FAIL  SLACK_SIGNING_SECRET: {url}/slack/events answers 404. Have your proxy pass /slack/ on"
    assert lines[1].startswith(failure)


async def test_a_proxy_that_passes_on_to_another_bot(running: Shell, quiet_world: World) -> None:
    quiet_world.settings |= {"PORT": str(port := free_port()), "DATABASE": str(running.directory / "other.db")}
    other = await quiet_world._start(quiet_world.directory / "other.log")
    quiet_world.spares.append(other)
    await quiet_world.until_really(lambda: "listening" in other.log)
    running.variables["PUBLIC_URL"] = f"http://127.0.0.1:{port}"
    await fails(running, "PUBLIC_URL: another bot answers there than at HOST and PORT.")


async def test_a_port_at_which_something_else_answers(settled_shell: Shell) -> None:
    async with Proxy("", "/nothing") as url:
        settled_shell.variables |= {"PORT": url.rsplit(":", 1)[1], "PUBLIC_URL": url}
        lines = await said(settled_shell, "HOST", "PUBLIC_URL")
    assert lines[0].startswith("FAIL  HOST, PORT: something else than this bot answers at 127.0.0.1:")
    assert lines[1].startswith("FAIL  PUBLIC_URL: /healthz answers 404, and where Hoiio's notifications go 404")


async def test_a_bot_that_does_not_run(settled_shell: Shell, quiet_world: World) -> None:
    lines = await said(settled_shell, "HOST", "PUBLIC_URL", "SLACK_SIGNING_SECRET")
    assert lines[0] == f"ok    HOST, PORT: 127.0.0.1:{quiet_world.port} is free; the bot does not run."
    assert lines[1].startswith("FAIL  PUBLIC_URL: nothing answers there (ConnectError). Start the bot, and see that")
    assert lines[2].startswith("note  SLACK_SIGNING_SECRET: set, and not tried, since the bot is not reached.")


async def test_a_host_that_is_none_of_this_machines(settled_shell: Shell) -> None:
    settled_shell.variables["HOST"] = "192.0.2.1"
    lines = await said(settled_shell, "HOST")
    assert [line[:34] for line in lines] == ["FAIL  HOST, PORT: it can't listen ", "open  HOST: 192.0.2.1 of this mach"]


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://localhost:3000", "localhost leads nowhere from outside"),
        ("https://127.0.0.1", "127.0.0.1 leads nowhere from outside"),
        ("https://192.168.0.7", "192.168.0.7 leads nowhere from outside"),
        ("https://[fd00::1]", "fd00::1 leads nowhere from outside"),
        ("https://rollcall", "rollcall leads nowhere from outside"),
        ("https://rollcall.local", "rollcall.local leads nowhere from outside"),
        ("http://rollcall.invalid", "begins with http://"),
        ("https://rollcall.invalid", "nobody knows the host rollcall.invalid. Make a DNS record for it."),
    ],
)
async def test_an_address_at_which_hoiio_can_not_reach_it(quiet_world: World, url: str, why: str) -> None:
    """Hoiio is not on this machine."""
    elsewhere = {"PUBLIC_URL": url, "HOIIO_API_URL": "https://hoiio.invalid/open", "SLACK_APP_TOKEN": APP_TOKEN}
    settings = read_settings(quiet_world.environment | elsewhere)
    async with httpx.AsyncClient() as client:
        findings = [str(finding) async for finding in reach(settings, client)]
    assert any(finding.startswith("FAIL  PUBLIC_URL: ") and why in finding for finding in findings), findings


async def test_a_certificate_that_nobody_believes(running: Shell) -> None:
    server = CalendarServer()
    await server.start()
    running.variables["PUBLIC_URL"] = f"https://127.0.0.1:{server.url.split(':')[2].split('/')[0]}"
    await fails(running, "PUBLIC_URL: its certificate is not valid: ")
    await server.stop()


@pytest.mark.parametrize("scope", [*NEEDED_SCOPES, *OPTIONAL_SCOPES])
def test_each_scope_that_is_lacking_is_told_with_what_is_lost(scope: str) -> None:
    everything = frozenset({*NEEDED_SCOPES, *OPTIONAL_SCOPES})
    (finding,) = scopes(everything - {scope})
    assert finding.mark is (Mark.FAIL if scope in NEEDED_SCOPES else Mark.NOTE)
    lost = (NEEDED_SCOPES | OPTIONAL_SCOPES)[scope]
    assert finding.text.startswith(f"SLACK_BOT_TOKEN: lacks the scope {scope}: {lost}. Your Slack app's page, OAuth")


async def test_a_token_that_may_do_more_than_it_needs(running: Shell, quiet_world: World) -> None:
    quiet_world.slack.scopes |= {"files:read", "admin"}
    lines = await said(running, "SLACK_BOT_TOKEN")
    assert lines[1:] == [
        "ok    SLACK_BOT_TOKEN: has every scope of manifest.yml.",
        "note  SLACK_BOT_TOKEN: may do more than it needs: admin, files:read. Take that out of your Slack app's page, "
        "OAuth & Permissions.",
    ]


async def test_admins_who_are_nobody_or_gone(running: Shell, quiet_world: World) -> None:
    quiet_world.bob.person.deleted = True
    running.variables["ADMINS"] = f"{quiet_world.alice.id},U0NOBODY,{quiet_world.bob.id}"
    lines = [line for line in await said(running, "ADMINS") if line.startswith("FAIL")]
    assert [line.partition(". ")[0] for line in lines] == [
        "FAIL  ADMINS: U0NOBODY is nobody in this workspace",
        f"FAIL  ADMINS: {quiet_world.bob.id} is deactivated",
    ]


async def test_files_that_others_can_read(running: Shell, quiet_world: World) -> None:
    (running.directory / ".env").touch(0o644)
    quiet_world.database.chmod(0o640)
    quiet_world.directory.chmod(0o770)
    lines = await said(running, "DATABASE", ".env")
    assert lines[1:] == [
        f"FAIL  DATABASE: others on this machine can read people's numbers. chmod 600 {quiet_world.database}",
        f"FAIL  DATABASE: others on this machine can put another in its place. chmod go-w {quiet_world.directory}",
        "open  .env: others on this machine can read the tokens in it. chmod 600 .env",
    ]


@pytest.mark.parametrize(
    ("caller_id", "line"),
    [
        ("", "ok    HOIIO_CALLER_ID: not set; phones show"),
        ("private", "note  HOIIO_CALLER_ID: private. Phones show no number"),
        ("+6561234567", "ok    HOIIO_CALLER_ID: phones show +65 •••• 4567. It must be registered"),
    ],
)
async def test_what_phones_show(running: Shell, caller_id: str, line: str) -> None:
    running.variables["HOIIO_CALLER_ID"] = caller_id
    (told,) = await said(running, "HOIIO_CALLER_ID")
    assert told.startswith(line)


@pytest.mark.parametrize(
    ("behind", "mark", "text"),
    [
        ({}, Mark.NOTE, "nobody said what time it is"),
        ({"Slack": -29.0, "Hoiio": 2.0}, Mark.OK, "agrees with that of Slack and Hoiio"),
        ({"Slack": 31.0}, Mark.NOTE, "is 31 s behind Slack's. From five minutes on"),
        ({"Slack": 2.0, "Hoiio": -299.0}, Mark.NOTE, "is 299 s ahead of Hoiio's"),
        ({"Slack": 300.0}, Mark.FAIL, "is 300 s behind Slack's: what Slack sends counts as replayed"),
        ({"Slack": -4000.0}, Mark.FAIL, "is 4000 s ahead of Slack's"),
    ],
)
def test_what_a_wrong_clock_means(behind: dict[str, float], mark: Mark, text: str) -> None:
    finding = clock(behind)
    assert finding.mark is mark
    assert text in finding.text


async def test_servers_say_what_time_it_is() -> None:
    hour_ahead = httpx.MockTransport(
        lambda _: httpx.Response(404, headers={"Date": format_datetime(datetime.now(UTC) + timedelta(hours=1))})
    )
    async with httpx.AsyncClient(transport=hour_ahead) as client:
        finding = await clocks(client, {"Slack": "https://slack.example/api.test"})
    assert finding.mark is Mark.FAIL
    assert "s behind Slack's" in finding.text
