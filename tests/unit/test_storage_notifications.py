"""Notifications in the database: kept at once, taken in later, and the numbers in them forgotten only then."""

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlite_utils import Database

from conference.calls import CallState, Report
from conference.model import Conference, ConferenceKey
from conference.ports import Notification, Reading, TooManyNotificationsError
from storage import Storage
from storage.migrations import MIGRATIONS
from storage.notifications import KEPT_OF_A_CONFERENCE
from tests.unit.conftest import keep_number, rows
from tests.unit.generated import BEGUN_AT
from tests.unit.test_forgetting import ALICE, HERS, TEAM, call, forget, held, keep_news, on_disk
from tests.unit.test_forgetting_old import forget_by_age

CALLED = held("called", call(HERS, ALICE))
KEY = CALLED.key


def take_in(conference: Conference, reading: Reading) -> Conference:
    """What is told of a number was that it is busy."""
    for one in reading.notifications(untaken=True):
        conference = conference.with_reports([Report(CallState.BUSY, dest=one.fields["dest"])], one.received_at)
    return conference


async def test_what_is_kept_is_untaken_until_it_is_taken_in(storage: Storage) -> None:
    await storage.add(CALLED)
    await storage.add(replace(CALLED, conference_id="other"))
    for dest in ("1", "2"):
        await keep_news(storage, KEY, {"dest": dest})
    assert await storage.untaken() == [KEY]
    await storage.update(KEY, lambda conference, _: replace(conference, detail="x"))
    assert await storage.untaken() == [KEY]
    await storage.update(KEY, lambda conference, _: conference, takes_in=True)
    assert await storage.untaken() == []
    await keep_news(storage, KEY, {"dest": "1"})
    assert await storage.untaken() == [KEY]


async def test_nothing_is_kept_that_came_to_an_address_never_handed_out(storage: Storage, database: Path) -> None:
    await storage.add(CALLED)
    news = Notification({"dest": HERS}, BEGUN_AT)
    for conference_id, secret in (("called", "guessed"), ("called", ""), ("unknown", CALLED.notify_secret)):
        assert await storage.keep(conference_id, secret, news) is None
    assert rows(database, "SELECT * FROM notifications") == []


async def test_what_names_a_call_is_kept_beyond_the_rest_though_not_without_end(storage: Storage) -> None:
    named = replace(CALLED, participants=tuple(replace(one, txn_ref="known") for one in CALLED.participants))
    await storage.add(named)
    await asyncio.gather(*(keep_news(storage, KEY, {"n": str(one)}) for one in range(KEPT_OF_A_CONFERENCE)))
    with pytest.raises(TooManyNotificationsError):
        await keep_news(storage, KEY, {"n": "one more", "txn_ref": "guessed"})
    await keep_news(storage, KEY, {"n": "1"})
    known = ({"n": f"{one} more", "txn_ref": "known"} for one in range(KEPT_OF_A_CONFERENCE))
    await asyncio.gather(*(keep_news(storage, KEY, one) for one in known))
    with pytest.raises(TooManyNotificationsError):
        await keep_news(storage, KEY, {"n": "and another", "txn_ref": "known"})


async def test_what_was_kept_before_there_was_a_mark_has_been_taken_in(database: Path) -> None:
    database.parent.mkdir()
    with closing(sqlite3.connect(database)) as connection:
        db = Database(connection, execute_plugins=False)
        MIGRATIONS.apply(db, stop_before="m017_untaken")
        db.execute(
            "INSERT INTO notifications (team_id, conference_id, digest, fields, received_at) "
            "VALUES (?, ?, '', '{}', ?)",
            [*KEY, BEGUN_AT.isoformat()],
        )
        connection.commit()
    storage = await Storage.open(database)
    assert await storage.untaken() == []
    await storage.close()


async def test_a_number_given_up_is_understood_in_what_was_not_taken_in_yet_and_then_forgotten(
    storage: Storage, database: Path
) -> None:
    await keep_number(storage, ALICE, HERS)
    in_doubt = replace(CALLED, participants=(replace(CALLED.participants[0], txn_ref=None, state=CallState.UNKNOWN),))
    await storage.add(in_doubt)
    await keep_news(storage, KEY, {"dest": HERS})
    await forget(storage)
    assert on_disk(database, HERS)
    _, after = await storage.update(KEY, take_in, takes_in=True)
    assert after.participants[0].state is CallState.BUSY
    assert (await storage.conference(KEY)).participants[0].number == ""
    assert not on_disk(database, HERS)


async def test_a_number_given_up_is_forgotten_when_what_was_not_taken_in_changes_nothing(
    storage: Storage, database: Path
) -> None:
    await keep_number(storage, ALICE, HERS)
    await storage.add(CALLED)
    await keep_news(storage, KEY, {"dest": HERS})
    await forget(storage)
    before, after = await storage.update(KEY, lambda conference, _: conference, takes_in=True)
    assert before is after
    assert not on_disk(database, HERS)


async def test_a_number_given_up_is_kept_while_a_conference_that_is_over_has_untaken_news(storage: Storage) -> None:
    await keep_number(storage, ALICE, HERS)
    live = replace(CALLED, participants=(replace(CALLED.participants[0], state=CallState.RINGING),))
    await storage.add(live)
    await keep_news(storage, KEY, {"dest": HERS})
    await forget(storage)
    # It is found out in another way that the call is over.
    await storage.update(KEY, lambda conference, _: CALLED)
    assert (await storage.conference(ConferenceKey(TEAM, "called"))).participants[0].number == HERS
    await storage.update(KEY, take_in, takes_in=True)
    assert (await storage.conference(ConferenceKey(TEAM, "called"))).participants[0].number == ""


async def test_an_old_number_is_forgotten_only_when_all_news_has_been_taken_in(
    storage: Storage, database: Path
) -> None:
    await storage.add(CALLED)
    await keep_news(storage, KEY, {"dest": HERS})
    await forget_by_age(storage)
    assert on_disk(database, HERS)
    await storage.update(KEY, take_in, takes_in=True)
    await forget_by_age(storage)
    assert not on_disk(database, HERS)
