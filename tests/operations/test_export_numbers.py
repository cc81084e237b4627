"""`export-numbers FILE` and `admin-log`: what is on file, and what was done to it, for whoever has a shell."""

import re
import sqlite3
import stat
from pathlib import Path

import pytest

from storage import Storage
from tests.harness.world import World
from tests.operations.conftest import Shell, database, imported, numbers_on_file

DIRECTORY = "user_id,number,team_id\nU0ALICE,+6591230001,T0ROLLCALL\nU0BOB,+6591230002,T0ROLLCALL\n"
ALICE = ("T0ROLLCALL", "U0ALICE", "+6591230001")
BOB = ("T0ROLLCALL", "U0BOB", "+6591230002")
AN_HOUR_OR_SO = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"


@pytest.fixture
async def full_shell(lone_shell: Shell) -> Shell:
    """Two people have numbers on file."""
    assert (await imported(lone_shell, DIRECTORY)).status == 0
    return lone_shell


async def test_what_was_exported_can_be_imported(full_shell: Shell) -> None:
    outcome = await full_shell.bot("export-numbers", "exported.csv")
    assert (outcome.status, outcome.out, outcome.err) == (0, "2 numbers exported.\n", "")
    exported = (full_shell.directory / "exported.csv").read_text()
    assert exported == DIRECTORY
    full_shell.variables["DATABASE"] = str(full_shell.directory / "another.db")
    assert (await imported(full_shell, exported)).out == "2 numbers imported.\n"
    assert numbers_on_file(database(full_shell)) == [ALICE, BOB]


async def test_what_was_exported_is_readable_by_its_owner_alone(full_shell: Shell) -> None:
    await full_shell.bot("export-numbers", "exported.csv")
    assert stat.S_IMODE((full_shell.directory / "exported.csv").stat().st_mode) == 0o600


async def test_an_existing_file_is_not_overwritten(full_shell: Shell) -> None:
    before = (full_shell.directory / "numbers.csv").read_text()
    outcome = await full_shell.bot("export-numbers", "numbers.csv")
    assert (outcome.status, outcome.out) == (1, "")
    assert outcome.err == "numbers.csv can't be made: File exists. Nothing was exported.\n"
    assert (full_shell.directory / "numbers.csv").read_text() == before


async def test_a_file_in_no_folder_can_not_be_made(full_shell: Shell) -> None:
    outcome = await full_shell.bot("export-numbers", "nowhere/exported.csv")
    assert (outcome.status, outcome.out) == (1, "")
    assert outcome.err == "nowhere/exported.csv can't be made: No such file or directory. Nothing was exported.\n"


async def test_nobody_on_file_is_a_file_of_nobody(lone_shell: Shell) -> None:
    await is_made(lone_shell)
    assert (await lone_shell.bot("export-numbers", "exported.csv")).out == "0 numbers exported.\n"
    assert (lone_shell.directory / "exported.csv").read_text() == "user_id,number,team_id\n"


async def test_imports_and_exports_are_logged_without_numbers(full_shell: Shell) -> None:
    await full_shell.bot("export-numbers", "exported.csv")
    outcome = await full_shell.bot("admin-log")
    assert (outcome.status, outcome.err) == (0, "")
    lines = outcome.out.splitlines()
    assert [re.sub(rf"^{AN_HOUR_OR_SO} ", "", line) for line in lines] == [
        "T0ROLLCALL operator imported the number of U0ALICE",
        "T0ROLLCALL operator imported the number of U0BOB",
        "T0ROLLCALL operator exported the number of U0ALICE",
        "T0ROLLCALL operator exported the number of U0BOB",
    ]


async def test_what_admins_did_is_in_the_log(settled_shell: Shell, quiet_world: World) -> None:
    quiet_world.settings["ADMINS"] = quiet_world.bob.id
    await quiet_world.start_bot()
    await quiet_world.bob.types("/conference number @alice +6591230001")
    await quiet_world.bob.types("/conference number @alice")
    await quiet_world.bob.types("/conference number @alice remove")
    await quiet_world.alice.types("/conference number @bob +6591230009")
    outcome = await settled_shell.bot("admin-log")
    now = f"{quiet_world.now:%Y-%m-%d}"
    assert [line.partition("T0")[2] for line in outcome.out.splitlines()] == [
        f"ROLLCALL {quiet_world.bob.id} {act} the number of {quiet_world.alice.id}"
        for act in ("set", "looked at", "removed")
    ]
    assert all(line.startswith(now) for line in outcome.out.splitlines())


async def test_a_log_of_nothing_is_empty(lone_shell: Shell) -> None:
    await is_made(lone_shell)
    outcome = await lone_shell.bot("admin-log")
    assert (outcome.status, outcome.out, outcome.err) == (0, "", "")


@pytest.mark.parametrize(
    ("command", "undone"), [(["export-numbers", "exported.csv"], "Nothing was exported. "), (["admin-log"], "")]
)
async def test_a_database_that_is_not_there_is_not_made(lone_shell: Shell, command: list[str], undone: str) -> None:
    outcome = await lone_shell.bot(*command)
    assert (outcome.status, outcome.out) == (1, "")
    assert outcome.err == f"{database(lone_shell)} can't be read: there is no such file. {undone}See DATABASE.\n"
    assert lone_shell.files == []


@pytest.mark.parametrize("command", [["export-numbers", "exported.csv"], ["admin-log"], ["import-numbers", "n.csv"]])
@pytest.mark.parametrize("kind", ["below a file", "no database", "another program's"])
async def test_a_database_that_can_not_be_opened(lone_shell: Shell, command: list[str], kind: str) -> None:
    (lone_shell.directory / "n.csv").write_text(DIRECTORY)
    path = _unusable(lone_shell.directory, kind)
    lone_shell.variables["DATABASE"] = str(path)
    outcome = await lone_shell.bot(*command)
    assert (outcome.status, outcome.out) == (1, "")
    assert len(outcome.err.splitlines()) == 1
    assert outcome.err.startswith(f"{path} can't be ")
    assert "See DATABASE." in outcome.err
    assert "exported.csv" not in lone_shell.files


async def is_made(shell: Shell) -> None:
    """An empty database, as the first start of a bot leaves it."""
    await (await Storage.open(database(shell))).close()


def _unusable(directory: Path, kind: str) -> Path:
    path = directory / "unusable"
    match kind:
        case "below a file":
            path.touch()
            return path / "rollcall.db"
        case "no database":
            path.write_text("no database\n" * 100)
        case _:
            with sqlite3.connect(path) as db:
                db.execute("CREATE TABLE numbers (theirs)")
    return path
