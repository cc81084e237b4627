"""`backup` beside the running bot, and `restore`: what was lost since must not ring anybody a second time."""

import os
import shutil
import sqlite3
import stat
import threading
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from conference.line_queue import WAIT_AT_MOST
from storage import backups
from tests.harness.reading import buttons, reading
from tests.harness.world import World
from tests.operations.conftest import Outcome, Shell
from tests.scenarios.standup_day import DUE, MINUTE, comes_to, is_reminded, is_set_up, reminder_shows
from tests.scenarios.test_lines import GUESTS, holds


class Operator:
    """Backs up, and goes back to it after everything since was lost."""

    def __init__(self, shell: Shell, world: World) -> None:
        self.shell = shell
        self.world = world
        self.file = shell.directory / "monday.db"

    async def backs_up(self) -> str:
        outcome = await self.shell.bot("backup", self.file.name)
        assert (outcome.status, outcome.err) == (0, ""), outcome
        return outcome.out

    async def restores(self) -> str:
        await self.world.kill_bot()
        outcome = await self.shell.bot("restore", self.file.name)
        assert (outcome.status, outcome.err) == (0, ""), outcome
        await self.world.start_bot()
        return outcome.out

    async def fails(self, *arguments: str) -> str:
        outcome: Outcome = await self.shell.bot(*arguments)
        assert (outcome.status, outcome.out) == (1, ""), outcome
        assert "Traceback" not in outcome.err
        (line,) = outcome.err.splitlines()
        return line


@pytest.fixture
async def operator(settled_shell: Shell, quiet_world: World) -> Operator:
    return Operator(settled_shell, quiet_world)


@pytest.fixture
async def world(quiet_world: World) -> World:
    """The bot is running. Alice will be in the call, Bob will decline; Carol and Dave have numbers on file, too."""
    world = quiet_world
    await world.start_bot()
    for actor in (world.alice, world.bob, world.carol, world.dave):
        await actor.has_number()
    world.alice.phone.will_answer(stay=20)
    world.bob.phone.will_decline()
    return world


def is_sound(file: Path) -> bool:
    with closing(sqlite3.connect(file)) as db:
        return bool(db.execute("PRAGMA integrity_check").fetchone() == ("ok",))


def rung_once(world: World, *numbers: str) -> bool:
    return sorted(world.rung) == sorted(world.dests) == sorted(numbers)


async def test_a_backup_is_one_file_that_its_owner_alone_reads(world: World, operator: Operator) -> None:
    await world.alice.types("/conference team platform @bob")
    await is_set_up(world)
    assert await operator.backs_up() == "monday.db holds 0 conferences, 4 numbers, 1 team and 1 standup.\n"
    assert operator.shell.files == ["monday.db"]
    assert operator.file.stat().st_mode & 0o777 == 0o600
    assert is_sound(operator.file)
    assert operator.shell.files == ["monday.db"], "whoever opens it makes no log beside it"


async def test_a_restored_bot_knows_what_it_knew(world: World, operator: Operator) -> None:
    await world.alice.types("/conference team platform @bob")
    await operator.backs_up()
    await world.alice.types("/conference team platform delete")
    await world.erin.has_number()
    said = await operator.restores()
    assert said.splitlines()[0].endswith(
        "rollcall.db holds 0 conferences, 4 numbers, 1 team and 0 standups again, as monday.db does."
    )
    await world.alice.types("/conference platform")
    await world.board_shows("@alice: in the call since", "@bob: busy")
    assert rung_once(world, world.alice.number, world.bob.number)
    assert "restored from a backup" in world.log
    await world.terminate_bot()
    log = len(world.log)
    await world.start_bot()
    assert "restored" not in world.log[log:], "that is over"


async def test_what_was_there_is_kept_with_what_stood_in_its_log(world: World, operator: Operator) -> None:
    await operator.backs_up()
    await world.erin.has_number()
    assert world.database.with_name("rollcall.db-wal").stat().st_size, "the plug is pulled before it is emptied"
    said = await operator.restores()
    (kept,) = world.directory.glob("rollcall.db.replaced-*")
    assert f"What was there is kept as {kept}" in said
    assert kept.stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(kept)) as db:
        assert db.execute("SELECT count(*) FROM numbers").fetchone() == (5,)
    assert is_sound(world.database)
    assert "you have no number" in (await world.erin.types("/conference number")).ack_text.lower()


Reached = Callable[[World], Awaitable[Callable[[], None]]]
"""Brings a conference to a point at which it stays until what is returned is called."""


async def before_the_board(world: World) -> Callable[[], None]:
    hold = world.slack.hold("chat.postMessage", "before")
    await world.alice.types("/conference @bob")
    await world.until(lambda: hold.is_reached)
    return hold.release


async def before_hoiio_is_asked(world: World) -> Callable[[], None]:
    hold = world.hoiio.hold("conference/call", "before")
    await world.alice.types("/conference @bob")
    await world.until(lambda: hold.is_reached)
    return hold.release


async def while_it_rings(world: World) -> Callable[[], None]:
    await world.alice.types("/conference @bob")
    await world.board_shows("@bob: ringing")
    return lambda: None


@pytest.mark.parametrize(
    ("reached", "is_over"),
    [(before_the_board, False), (before_the_board, True), (before_hoiio_is_asked, False), (while_it_rings, False)],
)
async def test_a_backup_in_the_midst_of_a_conference_rings_nobody_again(
    world: World, operator: Operator, reached: Reached, is_over: bool
) -> None:
    go_on = await reached(world)
    await operator.backs_up()
    if is_over:
        # As if it had been made a moment before it was noted that the board is about to be posted.
        with closing(sqlite3.connect(operator.file)) as db, db:
            db.execute("DELETE FROM posts")
    go_on()
    if is_over:
        await world.board_shows("Ended at", within=200)
    else:
        await world.until(lambda: len(world.rung) == 2)
    await operator.restores()
    await world.board_shows("@alice: was in the call, 1 min", "@bob: busy", "Ended at", within=900)
    await world.advance(60)
    assert rung_once(world, world.alice.number, world.bob.number)
    assert len(world.boards) == 1, "the one that was posted after the backup is found"


async def test_one_that_was_never_rung_is_left_to_people(world: World, operator: Operator) -> None:
    hold = world.slack.hold("chat.postMessage", "before")
    await world.alice.types("/conference @bob")
    await world.until(lambda: hold.is_reached)
    await operator.backs_up()
    await operator.restores()
    await world.board_shows("nothing has been heard of it since", within=900)
    assert rung_once(world)
    assert "Ring everybody anew" in buttons(world.board)


async def test_of_one_of_which_nothing_is_known_its_board_goes_on_telling(world: World, operator: Operator) -> None:
    hold = world.slack.hold("users.info", "before")
    await world.alice.types("/conference @bob")
    await world.until(lambda: hold.is_reached)
    await operator.backs_up()
    hold.release()
    await world.board_shows("Ended at", within=200)
    board = world.board_text
    await operator.restores()
    await world.advance(120)
    assert (world.board_text, len(world.boards)) == (board, 1)
    assert rung_once(world, world.alice.number, world.bob.number)


@pytest.mark.parametrize("waits", [timedelta(0), WAIT_AT_MOST - 2 * MINUTE])
async def test_a_phone_that_waited_for_a_line_is_not_rung_again(
    world: World, operator: Operator, waits: timedelta
) -> None:
    await holds(world, 8)
    await world.dave.types("/conference without me @bob +6591230019")
    await world.board_shows("none is free")
    await world.dave.presses("ring_as_lines_get_free")
    await world.board_shows("2 phones wait for lines")
    await operator.backs_up()
    await world.leap(waits)
    for number in GUESTS[:2]:
        world.hoiio.phone(number).hang_up()
    await world.board_shows("@bob: busy", within=200)
    rung = sorted(world.rung)
    assert len(rung) == len(set(rung)) == 10
    await operator.restores()
    await world.board_shows("@bob: busy", "+65 •••• 0019 (guest): did not pick up", within=900)
    await world.leap(timedelta(minutes=31))
    assert sorted(world.rung) == rung


async def test_a_standup_is_not_rung_a_second_time_that_day(world: World, operator: Operator) -> None:
    await is_reminded(world)
    await operator.backs_up()
    await comes_to(world, DUE)
    await world.until(lambda: len(world.rung) == 2)
    await operator.restores()
    await world.advance(60)
    await world.leap(10 * MINUTE)
    assert rung_once(world, world.bob.number, world.carol.number)
    await reminder_shows(world, "was restored from a backup since, so it can't tell whether anybody was rung")
    assert not [text for text in map(reading, world.boards) if "was not running" in text]

    await comes_to(world, DUE + timedelta(days=1))
    await world.until(lambda: len(world.rung) == 4)


async def test_a_standup_that_is_due_later_that_day_rings(world: World, operator: Operator) -> None:
    await is_set_up(world)
    await operator.backs_up()
    await operator.restores()
    await comes_to(world, DUE)
    await world.until(lambda: len(world.rung) == 2)
    await world.advance(30)
    assert rung_once(world, world.bob.number, world.carol.number)


async def test_a_backup_that_is_put_in_place_by_hand_rings_nobody_either(world: World, operator: Operator) -> None:
    await is_set_up(world)
    await operator.backs_up()
    await comes_to(world, DUE)
    await world.until(lambda: len(world.rung) == 2)
    assert await world.terminate_bot() == 0
    shutil.copy(operator.file, world.database)
    await world.start_bot()
    await world.advance(60)
    await world.leap(10 * MINUTE)
    assert rung_once(world, world.bob.number, world.carol.number)


async def test_nothing_is_restored_while_a_bot_works(world: World, operator: Operator) -> None:
    await operator.backs_up()
    await world.erin.has_number()
    before = sorted(path.name for path in world.directory.iterdir())
    failure = await operator.fails("restore", "monday.db")
    assert failure == f"A bot works on {world.database}, or waits to. Nothing was changed. Stop it, then try again."
    assert sorted(path.name for path in world.directory.iterdir()) == before
    assert "+65 9123 0005" in (await world.erin.types("/conference number")).ack_text


async def test_nothing_is_restored_while_somebody_else_has_the_database_open(world: World, operator: Operator) -> None:
    await operator.backs_up()
    await world.kill_bot()
    with world.locked_database():
        failure = await operator.fails("restore", "monday.db")
    assert failure.startswith(f"Another process has {world.database} open. Nothing was changed.")
    assert not list(world.directory.glob("*replaced*"))
    await world.start_bot()
    assert "+65 9123 0001" in (await world.alice.types("/conference number")).ack_text


async def test_a_damaged_database_is_replaced_and_kept(world: World, operator: Operator) -> None:
    await operator.backs_up()
    await world.kill_bot()
    world.database.write_bytes(b"no database any more" * 1000)
    await world.start_bot()
    assert not world.bot_is_running
    await operator.restores()
    assert "+65 9123 0001" in (await world.alice.types("/conference number")).ack_text
    (kept,) = world.directory.glob("rollcall.db.replaced-*[0-9]Z")
    assert kept.read_bytes().startswith(b"no database any more")


async def test_what_a_database_that_is_gone_left_beside_it_is_not_played_into_the_backup(
    world: World, operator: Operator
) -> None:
    await operator.backs_up()
    await world.erin.has_number()
    await world.kill_bot()
    assert world.database.with_name("rollcall.db-wal").stat().st_size
    world.database.unlink()
    said = await operator.restores()
    (kept,) = world.directory.glob("rollcall.db.replaced-*-wal")
    assert f"What was there is kept as {str(kept).removesuffix('-wal')}" in said
    assert "restored from a backup" in world.log, "so nothing is rung that was due before"
    assert "You have no number" in (await world.erin.types("/conference number")).ack_text


async def test_where_there_is_no_database_yet_it_is_made(world: World, operator: Operator) -> None:
    await operator.backs_up()
    await world.kill_bot()
    operator.shell.variables["DATABASE"] = str(operator.shell.directory / "new" / "rollcall.db")
    outcome = await operator.shell.bot("restore", "monday.db")
    assert (outcome.status, "kept" in outcome.out) == (0, False)
    assert "There was none before: see DATABASE" in outcome.out
    database = operator.shell.directory / "new" / "rollcall.db"
    assert database.stat().st_mode & 0o777 == 0o600
    assert is_sound(database)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
@pytest.mark.parametrize("is_there", [True, False])
async def test_what_root_restores_is_owned_as_before(world: World, operator: Operator, is_there: bool) -> None:
    await operator.backs_up()
    await world.kill_bot()
    os.chown(world.database if is_there else world.database.parent, 12345, 23456)
    lock = world.database.with_name(f"{world.database.name}.lock")
    lock.unlink()
    if not is_there:
        world.database.unlink()
    assert (await operator.shell.bot("restore", "monday.db")).status == 0
    for made in (world.database.stat(), lock.stat()):
        assert (made.st_uid, made.st_gid, stat.S_IMODE(made.st_mode)) == (12345, 23456, 0o600)


async def test_a_file_that_is_there_keeps_what_it_holds(world: World, operator: Operator) -> None:
    operator.file.write_text("mine")
    assert await operator.fails("backup", "monday.db") == (
        "monday.db is there already. Nothing was written. Name a file that does not exist yet."
    )
    assert operator.file.read_text() == "mine"


async def test_what_cannot_be_backed_up_leaves_nothing_behind(operator: Operator, quiet_world: World) -> None:
    assert (await operator.fails("backup", "monday.db")).startswith(f"{quiet_world.database} can't be read: ")
    quiet_world.database.write_bytes(b"no database" * 1000)
    assert (await operator.fails("backup", "monday.db")).startswith(f"{quiet_world.database} can't be backed up: ")
    assert (await operator.fails("backup", "nowhere/monday.db")).startswith("nowhere/monday.db can't be written: ")
    assert operator.shell.files == []


async def test_what_cannot_be_restored_changes_nothing(world: World, operator: Operator) -> None:
    await world.kill_bot()
    with closing(sqlite3.connect(operator.shell.directory / "other.db")) as db:
        db.execute("CREATE TABLE things (name)")
    (operator.shell.directory / "notes.txt").write_text("no database\n" * 100)
    assert await operator.fails("restore", "other.db") == (
        "other.db can't be restored: it is no database of Rollcall's. Nothing was changed."
    )
    assert (await operator.fails("restore", "notes.txt")).startswith("notes.txt can't be restored: ")
    assert (await operator.fails("restore", "nothing.db")).startswith("nothing.db can't be read: ")
    assert not list(world.directory.glob("*replaced*"))
    assert not list(world.directory.glob(".*"))


@pytest.mark.timeout(20)
def test_a_backup_is_one_state_and_ends_however_much_is_written_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each change would begin it anew, if it did not keep to the state that it began with."""
    monkeypatch.setattr(backups, "PAGES_AT_ONCE", 1)
    database, is_written = tmp_path / "rollcall.db", threading.Event()
    with closing(sqlite3.connect(database)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        for table in ("conferences", "participants", "numbers"):
            db.execute(f"CREATE TABLE {table} (content)")
        db.executemany("INSERT INTO numbers VALUES (?)", [(bytes(4000),)] * 4000)
        db.commit()

    def write() -> None:
        with closing(sqlite3.connect(database)) as db:
            db.execute("PRAGMA synchronous = OFF")
            while not is_written.is_set():
                db.execute("INSERT INTO conferences VALUES (1)")
                db.execute("INSERT INTO participants VALUES (1)")
                db.commit()

    writing = threading.Thread(target=write)
    writing.start()
    try:
        backups.back_up(database, tmp_path / "backup.db")
    finally:
        is_written.set()
        writing.join()
    with closing(sqlite3.connect(tmp_path / "backup.db")) as copy:
        counts = copy.execute(
            "SELECT (SELECT count(*) FROM conferences), (SELECT count(*) FROM participants)"
        ).fetchone()
        assert copy.execute("SELECT count(*) FROM numbers").fetchone() == (4000,)
    assert counts[0] == counts[1]
