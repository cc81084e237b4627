"""The bench works: a few requests of the sections that can be short. No figure is judged."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from conference.model import ConferenceKey, ConferenceState
from storage import Storage
from tests.bench import ack, notifications
from tests.bench.figures import Goal, Row, percentile, ratios
from tests.bench.past import add_past
from tests.bench.people import PEOPLE_PER_CONFERENCE, number
from tests.bench.soak import SoakedWorld
from tests.bench.surroundings import TEAM, made_database


async def test_acknowledgements_are_measured(tmp_path: Path) -> None:
    table = await ack.measure(tmp_path, rounds=1, requests=8, pause=0.0)
    assert [row.goal and str(row.goal) for row in table.rows] == ["≥ 0.8", "≤ 1.5", "≥ 0.8", "≤ 1.5"]
    assert all(row.value for row in table.rows)


async def test_notifications_are_measured(tmp_path: Path) -> None:
    table = await notifications.measure(tmp_path, rounds=1, conferences=2, commits=5, pause=0.0)
    assert all(row.value for row in table.rows)
    with closing(sqlite3.connect(tmp_path / "rollcall.db")) as connection:
        (stored,) = connection.execute("SELECT count(*) FROM notifications").fetchone()
    assert stored == 2 * PEOPLE_PER_CONFERENCE


async def test_a_soak_of_a_bot_that_does_not_run_any_more_breaks_off(tmp_path: Path) -> None:
    world = SoakedWorld(tmp_path)
    await world.open()
    try:
        with pytest.raises(AssertionError, match="the bot has ended"):
            await asyncio.wait_for(world.confer(1), 10)
    finally:
        await world.close()


async def test_the_past_that_is_put_on_file_reads_as_any_other(tmp_path: Path) -> None:
    path = await made_database(tmp_path, 100)
    await add_past(path, 20, people=100, channels=["C1", "C2"])
    storage = await Storage.open(path)
    try:
        conference = await storage.conference(ConferenceKey(TEAM, f"{19:016x}"))
        assert not await storage.unfinished()
        assert not await storage.unshown()
    finally:
        await storage.close()
    assert (conference.state, conference.channel_id) == (ConferenceState.ENDED, "C2")
    # 19 conferences of eight came before, and the hundred people take turns.
    assert [call.number for call in conference.participants] == [number(place) for place in range(52, 60)]


def test_figures() -> None:
    assert percentile([float(value) for value in range(1, 201)], 99) == 198
    assert percentile([7.0], 99) == 7
    assert ratios([1, 4, 9], [1, 2, 3]) == 2
    met = Row("a", "1 s", "2 s", 0.5, Goal(1.0))
    missed = Row("a", "1 s", "2 s", 0.5, Goal(0.8, at_least=True))
    assert str(met) == "| a | 1 s | 2 s | 0.5 | ≤ 1 | yes |"
    assert str(missed) == "| a | 1 s | 2 s | 0.5 | ≥ 0.8 | **no** |"


@pytest.mark.parametrize(("value", "shown"), [(1234.4, "1,234"), (0.01234, "0.0123")])
def test_a_value_is_rounded(value: float, shown: str) -> None:
    assert f"| {shown} |" in str(Row("a", "", "", value, Goal(1.0)))
