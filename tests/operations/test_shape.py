"""What the commands do with a database that another version of Rollcall works on: nothing."""

import sqlite3
from contextlib import closing

import pytest
from sqlite_utils import Database

from storage.migrations import MIGRATIONS
from tests.operations.conftest import Shell, database

LAST = "m017_untaken"
OF_OLDER = "is of an older Rollcall"
OF_NEWER = "is of a newer Rollcall"


def made_by(shell: Shell, whose: str) -> None:
    """A database as another version leaves it."""
    with closing(sqlite3.connect(database(shell))) as connection:
        db = Database(connection, execute_plugins=False)
        MIGRATIONS.apply(db, stop_before=LAST if whose == OF_OLDER else None)
        if whose == OF_NEWER:
            db.table(MIGRATIONS.migrations_table).insert({"migration_set": "rollcall", "name": "m999_later"})
        connection.commit()


def shape(shell: Shell) -> list[tuple[str]]:
    with closing(sqlite3.connect(database(shell))) as db:
        return db.execute("SELECT name FROM _sqlite_migrations ORDER BY id").fetchall()


@pytest.mark.parametrize("whose", [OF_OLDER, OF_NEWER])
async def test_check_says_whose_it_is_and_leaves_it_as_it_is(settled_shell: Shell, whose: str) -> None:
    made_by(settled_shell, whose)
    database(settled_shell).chmod(0o644)
    before = shape(settled_shell)
    outcome = await settled_shell.bot("check")
    line, exposed = (line for line in outcome.out.splitlines() if " DATABASE: " in line)
    assert "others on this machine can read people's numbers" in exposed
    assert line.startswith("note" if whose == OF_OLDER else "FAIL")
    assert whose in line
    assert shape(settled_shell) == before


async def test_check_says_of_an_older_one_that_it_can_not_be_written_before_it_is_brought_up_to_date(
    settled_shell: Shell,
) -> None:
    made_by(settled_shell, OF_OLDER)
    with closing(sqlite3.connect(database(settled_shell))) as other:
        other.execute("BEGIN IMMEDIATE")
        outcome = await settled_shell.bot("check")
    assert f"FAIL  DATABASE: {database(settled_shell)} can't be opened and written: database is locked" in outcome.out


@pytest.mark.parametrize("whose", [OF_OLDER, OF_NEWER])
@pytest.mark.parametrize(
    ("command", "undone"),
    [("import-numbers", "Nothing was imported."), ("export-numbers", "Nothing was exported."), ("admin-log", "")],
)
async def test_other_commands_are_not_done(settled_shell: Shell, command: str, undone: str, whose: str) -> None:
    made_by(settled_shell, whose)
    before = shape(settled_shell)
    arguments = [] if command == "admin-log" else ["numbers.csv"]
    if command == "import-numbers":
        (settled_shell.directory / "numbers.csv").write_text("user_id,number,team_id\nU1,+6591234567,T1\n")
    outcome = await settled_shell.bot(command, *arguments)
    assert (outcome.status, outcome.out) == (1, "")
    assert outcome.err.startswith(f"{database(settled_shell)} {whose} than this one. {undone}".rstrip())
    assert shape(settled_shell) == before
    assert command != "export-numbers" or settled_shell.files == []


async def test_the_bot_does_not_work_on_what_a_newer_one_has_shaped(settled_shell: Shell) -> None:
    made_by(settled_shell, OF_NEWER)
    before = shape(settled_shell)
    outcome = await settled_shell.bot()
    assert outcome.status == 1
    assert f"The database {database(settled_shell)} can't be opened: it {OF_NEWER} than this one" in outcome.err
    assert shape(settled_shell) == before
