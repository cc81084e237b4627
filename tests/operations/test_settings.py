"""Settings that are missing or malformed stop every command before anything is opened."""

import pytest

from tests.operations.conftest import Outcome, Shell

GOOD = {
    "SLACK_BOT_TOKEN": "xoxb-1",
    "SLACK_SIGNING_SECRET": "signing",
    "HOIIO_APP_ID": "app",
    "HOIIO_ACCESS_TOKEN": "token",
    "PUBLIC_URL": "https://rollcall.example.com",
}
REQUIRED = ["HOIIO_ACCESS_TOKEN", "HOIIO_APP_ID", "PUBLIC_URL", "SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"]


def named(outcome: Outcome) -> list[str]:
    """The first word of each line."""
    return sorted(line.split()[0] for line in outcome.err.splitlines())


@pytest.mark.parametrize("command", [["run"], ["check"]])
async def test_each_missing_setting_is_named_on_a_line_of_its_own(shell: Shell, command: list[str]) -> None:
    outcome = await shell.bot(*command)
    assert (outcome.status, named(outcome)) == (2, REQUIRED)
    assert all("is missing. " in line for line in outcome.err.splitlines())
    assert shell.files == []


async def test_a_setting_of_blanks_is_missing(shell: Shell) -> None:
    shell.variables = GOOD | {"HOIIO_APP_ID": "  ", "SLACK_SIGNING_SECRET": " "}
    outcome = await shell.bot("run")
    assert (outcome.status, named(outcome)) == (2, ["HOIIO_APP_ID", "SLACK_SIGNING_SECRET"])


@pytest.mark.parametrize(
    "malformed",
    [
        {
            "SLACK_BOT_TOKEN": "secret-1",
            "SLACK_APP_TOKEN": "secret-2",
            "SLACK_API_URL": "slack.com",
            "HOIIO_API_URL": "ftp://hoiio.com",
            "HOIIO_CALLER_ID": "9123 0001",
            "PUBLIC_URL": "https://rollcall.example.com/?a=1",
            "PORT": "http",
            "DATABASE": "..",
            "DEFAULT_REGION": "Singapore",
        },
        {"PORT": "0", "PUBLIC_URL": "https://", "DEFAULT_REGION": "XX", "HOIIO_CALLER_ID": "+65 0001"},
        {"PORT": "65536", "PUBLIC_URL": "https://rollcall.example.com:99999"},
        {"PORT": "-1", "PUBLIC_URL": "https://rollcall.example.com/#top"},
    ],
    ids=lambda malformed: malformed["PORT"],
)
async def test_each_malformed_setting_is_named_on_a_line_of_its_own(shell: Shell, malformed: dict[str, str]) -> None:
    shell.variables = GOOD | malformed
    outcome = await shell.bot("run")
    assert (outcome.status, named(outcome)) == (2, sorted(malformed))
    assert not any(private in outcome.err for private in ("secret-", "0001"))
    assert shell.files == []


async def test_the_signing_secret_is_not_asked_for_where_socket_mode_is_used(shell: Shell) -> None:
    shell.variables = GOOD | {"SLACK_SIGNING_SECRET": "", "SLACK_APP_TOKEN": "xapp-1", "PORT": "bad"}
    assert named(await shell.bot("run")) == ["PORT"]


async def test_the_import_asks_only_for_what_it_needs(shell: Shell) -> None:
    shell.variables = {"DEFAULT_REGION": "XX"}
    outcome = await shell.bot("import-numbers", "numbers.csv")
    assert (outcome.status, named(outcome)) == (2, ["DEFAULT_REGION", "SLACK_BOT_TOKEN"])
    assert shell.files == []


async def test_settings_are_read_from_a_dot_env_file(shell: Shell) -> None:
    lines = [f"{name}={text}" for name, text in (GOOD | {"PORT": "bad"}).items()]
    (shell.directory / ".env").write_text("\n".join(["# mine", *lines]))
    assert named(await shell.bot("run")) == ["PORT"]


async def test_the_environment_wins_over_the_dot_env_file(shell: Shell) -> None:
    (shell.directory / ".env").write_text("PORT=bad\nDEFAULT_REGION=SG\n")
    shell.variables = GOOD | {"PORT": "3000", "DEFAULT_REGION": "XX"}
    assert named(await shell.bot("run")) == ["DEFAULT_REGION"]
