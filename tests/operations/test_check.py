"""`check`: every setting tried, against a Slack and a Hoiio that stand in for the real ones."""

import re
from collections.abc import AsyncIterator
from decimal import Decimal

import pytest
from aiohttp import web

from operations.scopes import NEEDED_SCOPES, OPTIONAL_SCOPES
from settings import READERS
from tests.harness.world import APP_TOKEN, SECRETS, World
from tests.operations.conftest import Outcome, Shell, closed_port

WRONG_TOKENS = {
    "SLACK_BOT_TOKEN": "xoxb-wrong-secret",
    "SLACK_APP_TOKEN": "xapp-wrong-secret",
    "HOIIO_APP_ID": "wrong-secret",
    "HOIIO_ACCESS_TOKEN": "wrong-secret",
}


@pytest.fixture
async def checked(settled_shell: Shell) -> AsyncIterator[Shell]:
    """Every setting is right, and something like the bot answers at PUBLIC_URL, which is HOST and PORT."""

    async def healthz(_: web.Request) -> web.Response:
        return web.json_response({"status": "ok", "instance": "0123"})

    async def taken(_: web.Request) -> web.Response:
        return web.Response()

    app = web.Application()
    app.router.add_get("/healthz", healthz)
    app.router.add_post("/hoiio/notifications/{conference_id}/{secret}", taken)
    app.router.add_post("/slack/events", taken)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", int(settled_shell.variables["PORT"])).start()
    yield settled_shell
    await runner.cleanup()


def failures(outcome: Outcome) -> list[str]:
    return [line.removeprefix("FAIL  ") for line in outcome.out.splitlines() if line.startswith("FAIL")]


async def fails(shell: Shell, setting: str, why: str) -> None:
    """One thing is wrong, and said with the setting's name and no secret."""
    outcome = await shell.bot("check")
    (failure,) = failures(outcome)
    assert outcome.status == 1
    assert failure.startswith(setting)
    assert why in failure
    for secret in (*SECRETS, "wrong-secret"):
        assert secret not in outcome.out + outcome.err


async def test_all_is_good(settled_shell: Shell, quiet_world: World) -> None:
    quiet_world.slack.scopes = {*NEEDED_SCOPES, *OPTIONAL_SCOPES}
    await quiet_world.start_bot()
    outcome = await settled_shell.bot("check")
    lines = outcome.out.splitlines()
    assert outcome.status == 0
    assert [line for line in lines if not line.startswith("ok  ")] == [
        f"note  SLACK_API_URL: {quiet_world.slack.api_url}, in the place of https://slack.com/api.",
        f"note  HOIIO_API_URL: {quiet_world.hoiio.url}, in the place of https://secure.hoiio.com/open.",
        "open  VERIFY_NUMBERS: off. Anybody can put anybody's number on file as their own and have it rung, also "
        "past the limit for one number, and against its owner's wish to be left alone.",
        "open  GUESTS: on. Anybody can have any such number rung by typing it. Set GUESTS=off to forbid that.",
    ]
    assert all(re.search(rf"\b{name}\b", outcome.out) for name in READERS), "each setting is spoken of"
    assert not any(secret in outcome.out + outcome.err for secret in SECRETS)
    assert (quiet_world.call_requests, quiet_world.boards) == ([], [])


async def test_all_is_good_over_socket_mode(checked: Shell) -> None:
    checked.variables["SLACK_APP_TOKEN"] = APP_TOKEN
    outcome = await checked.bot("check")
    assert outcome.status == 0
    assert "ok    SLACK_APP_TOKEN: Socket Mode can be opened." in outcome.out.splitlines()


async def test_a_bot_token_that_slack_does_not_know(checked: Shell) -> None:
    checked.variables["SLACK_BOT_TOKEN"] = WRONG_TOKENS["SLACK_BOT_TOKEN"]
    await fails(checked, "SLACK_BOT_TOKEN", "invalid_auth")


@pytest.mark.parametrize("scope", ["chat:write", "commands"])
async def test_a_scope_without_which_nothing_works(checked: Shell, quiet_world: World, scope: str) -> None:
    quiet_world.slack.scopes -= {scope}
    await fails(checked, "SLACK_BOT_TOKEN", f"lacks the scope {scope}")


async def test_a_scope_that_a_nicety_needs(checked: Shell, quiet_world: World) -> None:
    quiet_world.slack.scopes -= {"usergroups:read"}
    outcome = await checked.bot("check")
    assert (outcome.status, failures(outcome)) == (0, [])
    assert "lacks the scope usergroups:read: user groups can't be called." in outcome.out


async def test_an_app_token_that_slack_does_not_know(checked: Shell) -> None:
    checked.variables["SLACK_APP_TOKEN"] = WRONG_TOKENS["SLACK_APP_TOKEN"]
    await fails(checked, "SLACK_APP_TOKEN", "connections:write")


async def test_a_slack_that_cannot_be_reached(checked: Shell) -> None:
    checked.variables["SLACK_API_URL"] = f"http://127.0.0.1:{closed_port()}/api/"
    await fails(checked, "SLACK_API_URL", "could not be reached")


async def test_an_app_id_that_hoiio_does_not_know(checked: Shell) -> None:
    checked.variables["HOIIO_APP_ID"] = WRONG_TOKENS["HOIIO_APP_ID"]
    await fails(checked, "HOIIO_APP_ID", "correct `HOIIO_APP_ID`")


async def test_an_access_token_that_hoiio_does_not_know(checked: Shell) -> None:
    checked.variables["HOIIO_ACCESS_TOKEN"] = WRONG_TOKENS["HOIIO_ACCESS_TOKEN"]
    await fails(checked, "HOIIO_APP_ID, HOIIO_ACCESS_TOKEN", "renew `HOIIO_ACCESS_TOKEN`")


async def test_a_hoiio_that_cannot_be_reached(checked: Shell) -> None:
    checked.variables["HOIIO_API_URL"] = f"http://127.0.0.1:{closed_port()}/open"
    await fails(checked, "HOIIO_API_URL", "could not be reached")


async def test_a_hoiio_that_answers_with_something_else(checked: Shell, quiet_world: World) -> None:
    quiet_world.hoiio.faults.paths = {"voice/get_history"}
    quiet_world.hoiio.faults.garbled_answer = 1
    await fails(checked, "HOIIO_API_URL", "no answer that could be read")


async def test_what_is_left_in_the_account(checked: Shell, quiet_world: World) -> None:
    outcome = await checked.bot("check")
    assert "ok    LOW_BALANCE: the Hoiio account has SGD 100.00 left; admins are told when it is less than 5." in (
        outcome.out.splitlines()
    )
    quiet_world.hoiio.balance = Decimal("4.200")
    await fails(checked, "LOW_BALANCE", "the Hoiio account has SGD 4.20 left, less than 5. Top it up.")
    checked.variables["LOW_BALANCE"] = "off"
    outcome = await checked.bot("check")
    assert (outcome.status, failures(outcome)) == (0, [])
    assert "open  LOW_BALANCE: off. Admins are not told when credit runs out; the Hoiio account has SGD 4.20 left." in (
        outcome.out.splitlines()
    )


async def test_a_hoiio_that_does_not_say_what_is_left(checked: Shell, quiet_world: World) -> None:
    quiet_world.hoiio.faults.paths = {"user/get_balance"}
    quiet_world.hoiio.faults.garbled_answer = 1
    await fails(checked, "LOW_BALANCE", "does not say what is left in the account: unreadable_answer")


async def test_a_public_url_at_which_nobody_answers(checked: Shell) -> None:
    checked.variables["PUBLIC_URL"] = f"http://127.0.0.1:{closed_port()}"
    await fails(checked, "PUBLIC_URL", "nothing answers there")


async def test_a_public_url_at_which_somebody_else_answers(checked: Shell, quiet_world: World) -> None:
    checked.variables["PUBLIC_URL"] = quiet_world.hoiio.url
    await fails(checked, "PUBLIC_URL", "/healthz answers 404")


async def test_a_database_that_cannot_be_opened(checked: Shell) -> None:
    (checked.directory / "file").touch()
    checked.variables["DATABASE"] = str(checked.directory / "file" / "rollcall.db")
    await fails(checked, "DATABASE", "can't be opened")


async def test_one_failure_hides_no_other(settled_shell: Shell) -> None:
    """The bot does not run, either."""
    settled_shell.variables |= WRONG_TOKENS
    outcome = await settled_shell.bot("check")
    assert outcome.status == 1
    assert [failure.partition(":")[0] for failure in failures(outcome)] == [
        "SLACK_BOT_TOKEN",
        "HOIIO_APP_ID, HOIIO_ACCESS_TOKEN",
        "PUBLIC_URL",
    ]
