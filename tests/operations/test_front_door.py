"""Starting, stopping, and what can be asked from outside."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.harness.world import APP_TOKEN, World
from tests.operations.conftest import Shell, closed_port, ended

STOPS_WITHIN_SECONDS = 5


@pytest.fixture
async def http(quiet_world: World) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(quiet_world.url) as session:
        yield session


@pytest.mark.parametrize(("arguments", "sign"), [([], signal.SIGTERM), (["run"], signal.SIGTERM), ([], signal.SIGINT)])
async def test_it_stops_when_told_to(settled_shell: Shell, arguments: list[str], sign: signal.Signals) -> None:
    process = await settled_shell.listening(*arguments)
    process.send_signal(sign)
    async with asyncio.timeout(STOPS_WITHIN_SECONDS):
        outcome = await ended(process)
    assert outcome.status == 0
    assert "Traceback" not in outcome.err


async def test_it_stops_when_told_to_in_socket_mode(settled_shell: Shell, quiet_world: World) -> None:
    settled_shell.variables["SLACK_APP_TOKEN"] = APP_TOKEN
    process = await settled_shell.listening("run")
    await quiet_world.slack.socket_connected()
    process.send_signal(signal.SIGTERM)
    async with asyncio.timeout(STOPS_WITHIN_SECONDS):
        assert (await ended(process)).status == 0


@pytest.mark.parametrize("path", ["/slack/events", "/hoiio/notifications/anything"])
async def test_half_a_request_holds_up_no_stop(settled_shell: Shell, path: str) -> None:
    process = await settled_shell.listening()
    _, writer = await asyncio.open_connection("127.0.0.1", int(settled_shell.variables["PORT"]))
    writer.write(f"POST {path} HTTP/1.1\r\nHost: rollcall\r\nContent-Length: 100\r\n\r\nhalf".encode())
    await writer.drain()
    # Answered after the other has been begun.
    assert await settled_shell.answers()
    process.send_signal(signal.SIGTERM)
    outcome = await ended(process)
    writer.close()
    assert outcome.status == 0
    assert "Traceback" not in outcome.err


async def test_a_port_that_is_taken(settled_shell: Shell) -> None:
    with socket.create_server(("127.0.0.1", int(settled_shell.variables["PORT"]))):
        outcome = await settled_shell.bot("run")
    assert outcome.status == 1
    assert outcome.last_line.startswith(f"Can't listen on 127.0.0.1:{settled_shell.variables['PORT']}: ")
    assert outcome.last_line.endswith("See HOST and PORT.")
    assert "Traceback" not in outcome.err


async def test_a_host_that_is_none_of_its_own(settled_shell: Shell) -> None:
    settled_shell.variables["HOST"] = "192.0.2.1"
    outcome = await settled_shell.bot("run")
    assert outcome.status == 1
    assert outcome.last_line.startswith("Can't listen on 192.0.2.1:")
    assert "Traceback" not in outcome.err


async def test_a_database_below_a_file(settled_shell: Shell) -> None:
    (settled_shell.directory / "file").touch()
    settled_shell.variables["DATABASE"] = "file/rollcall.db"
    outcome = await settled_shell.bot("run")
    assert outcome.status == 1
    assert outcome.err.startswith("The database file/rollcall.db can't be opened: ")
    assert len(outcome.err.splitlines()) == 1


async def test_a_database_that_cannot_be_locked(settled_shell: Shell, quiet_world: World) -> None:
    quiet_world.database.with_name("rollcall.db.lock").mkdir()
    outcome = await settled_shell.bot("run")
    assert outcome.status == 1
    assert outcome.err.startswith(f"The database {quiet_world.database} can't be opened: ")
    assert outcome.err.endswith("rollcall.db.lock'. See DATABASE.\n")
    assert len(outcome.err.splitlines()) == 1
    assert not quiet_world.database.exists()


async def test_a_database_that_is_a_link_to_itself(settled_shell: Shell) -> None:
    (settled_shell.directory / "rollcall.db").symlink_to("rollcall.db")
    settled_shell.variables["DATABASE"] = "rollcall.db"
    outcome = await settled_shell.bot("run")
    assert outcome.status == 1
    assert outcome.err.startswith("The database rollcall.db can't be opened: ")
    assert len(outcome.err.splitlines()) == 1


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
async def test_it_stops_when_told_to_while_another_one_works(
    settled_shell: Shell, quiet_world: World, sign: signal.Signals
) -> None:
    await quiet_world.start_bot()
    process = await settled_shell.start("run")
    assert process.stderr
    assert f"another Rollcall works on {quiet_world.database}; " in (await process.stderr.readline()).decode()
    process.send_signal(sign)
    async with asyncio.timeout(STOPS_WITHIN_SECONDS):
        outcome = await ended(process)
    assert (outcome.status, outcome.err) == (0, "")
    assert quiet_world.bot_is_running


async def test_what_an_operator_types_waits_for_no_bot(settled_shell: Shell, quiet_world: World) -> None:
    (settled_shell.directory / "new.csv").write_text("user_id,number\nU0ALICE,+6591230001\n")
    await quiet_world.start_bot()
    for arguments in (["import-numbers", "new.csv"], ["export-numbers", "all.csv"], ["admin-log"], ["check"]):
        outcome = await settled_shell.bot(*arguments)
        assert (outcome.status, "waits" in outcome.err) == (0, False), outcome
    assert "+6591230001" in (settled_shell.directory / "all.csv").read_text()


async def test_a_database_that_is_none(settled_shell: Shell) -> None:
    (settled_shell.directory / "notes.txt").write_text("no database\n" * 100)
    settled_shell.variables["DATABASE"] = "notes.txt"
    outcome = await settled_shell.bot("run")
    assert outcome.status == 1
    assert outcome.err.startswith("The database notes.txt can't be opened: ")
    assert len(outcome.err.splitlines()) == 1


async def test_a_token_that_slack_does_not_know(settled_shell: Shell) -> None:
    settled_shell.variables["SLACK_BOT_TOKEN"] = "xoxb-wrong"
    outcome = await settled_shell.bot("run")
    assert outcome.status == 1
    assert outcome.last_line == "Slack does not accept SLACK_BOT_TOKEN: invalid_auth. `bot.py check` tells more."
    assert "Traceback" not in outcome.err


async def test_it_starts_while_slack_is_away(settled_shell: Shell) -> None:
    settled_shell.variables["SLACK_API_URL"] = f"http://127.0.0.1:{closed_port()}/api/"
    process = await settled_shell.listening("run")
    assert process.returncode is None


async def test_the_notification_address_takes_posts_only(quiet_world: World, http: aiohttp.ClientSession) -> None:
    await quiet_world.start_bot()
    await quiet_world.alice.has_number()
    await quiet_world.alice.types("/conference me")
    await quiet_world.until(lambda: quiet_world.call_requests)
    url = quiet_world.call_requests[0]["notify_url"].removeprefix(quiet_world.url)
    statuses = {}
    for method in ("GET", "HEAD", "PUT", "PATCH", "DELETE", "POST"):
        async with http.request(method, url) as answer:
            statuses[method] = answer.status
    assert statuses == {"GET": 405, "HEAD": 405, "PUT": 405, "PATCH": 405, "DELETE": 405, "POST": 200}


@pytest.mark.parametrize("arguments", [["ring"], ["run", "now"], ["import-numbers"]])
async def test_a_command_line_that_makes_no_sense(shell: Shell, arguments: list[str]) -> None:
    outcome = await shell.bot(*arguments)
    assert outcome.status == 2
    assert outcome.err.startswith("usage: bot.py ")
    assert shell.files == []


async def test_help_names_every_command(shell: Shell) -> None:
    outcome = await shell.bot("--help")
    assert outcome.status == 0
    for command in ("run", "demo", "check", "import-numbers", "export-numbers", "backup", "restore", "admin-log"):
        assert f"\n    {command} " in outcome.out


async def test_the_contact_card(quiet_world: World, http: aiohttp.ClientSession) -> None:
    quiet_world.settings["HOIIO_CALLER_ID"] = "+65 6123 4567"
    await quiet_world.start_bot()
    async with http.get("/contact.vcf") as answer:
        assert (answer.status, answer.content_type, answer.charset) == (200, "text/vcard", "utf-8")
        assert "rollcall.vcf" in answer.headers["Content-Disposition"]
        lines = (await answer.text()).split("\r\n")
    assert (lines[0], lines[1], lines[-2:]) == ("BEGIN:VCARD", "VERSION:3.0", ["END:VCARD", ""])
    assert {"FN:Rollcall", "TEL;TYPE=VOICE:+6561234567"} <= set(lines)
    card = await quiet_world.alice.types(f"/conference number {quiet_world.alice.number}")
    assert f"{quiet_world.url}/contact.vcf" in str(card)


@pytest.mark.parametrize("caller_id", ["", "private"])
async def test_there_is_no_contact_card_of_a_number_that_is_not_known(
    quiet_world: World, http: aiohttp.ClientSession, caller_id: str
) -> None:
    quiet_world.settings["HOIIO_CALLER_ID"] = caller_id
    await quiet_world.start_bot()
    async with http.get("/contact.vcf") as answer:
        assert answer.status == 404
        assert "set HOIIO_CALLER_ID" in await answer.text()
    card = await quiet_world.alice.types(f"/conference number {quiet_world.alice.number}")
    assert "contact.vcf" not in str(card)
