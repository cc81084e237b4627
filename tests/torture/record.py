"""Compares the stand-ins' own record with the database, the boards and the threads, once all is over."""

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from sandbox.hoiio import Leg, SentNotification
from sandbox.hoiio.legs import CURRENCY
from tests.model.shown import conference_of
from tests.model.stored import FINAL, StoredCall, StoredConference
from tests.model.watch import Amiss, Kind, Watch, state_of
from tests.torture.asked import Asked
from tests.torture.story import Stage, Typed
from tests.torture.tally import Loss

_TOLD_IN_PRIVATE: Final = frozenset({"nobody_to_ring", "only_the_caller"})
"""Why no board is put up: those who were asked for are in another call."""


def differences(stage: Stage, forged: Sequence[tuple[str, int]]) -> Iterator[Amiss]:
    """All that is not as it must be. `forged`: of each forged notification its conference and the answer's status."""
    watch = stage.watch
    conferences = watch.stored.conferences()
    yield from _rung_twice(watch.own_legs, conferences, stage.asked)
    calls = {call.txn_ref: (one, call) for one in conferences for call in one.calls if call.txn_ref}
    for leg in watch.own_legs:
        here = str(leg.tag)
        if leg.txn_ref not in calls:
            yield Amiss(Loss.STORED, here, f"{here}: {_told(leg)}, and no stored call has that reference")
            continue
        conference, call = calls[leg.txn_ref]
        if (conference.conference_id, call.state, *_bill(call)) != (here, state_of(leg), *_due(leg)):
            stored = f"{call.state}, {call.minutes} min, {call.currency} {call.debit}"
            what = f"{here}: {_told(leg)}, and it is stored as {stored}"
            yield Amiss(Loss.STORED, here, f"{what}, of {conference.conference_id}")
    yield from _made_up(conferences, watch)
    yield from _lost_news(watch)
    yield from watch.left_untold()
    yield from _without_board(conferences, watch)
    yield from _commands(conferences, stage.typed)
    for here, status in forged:
        if status == 200:
            yield Amiss(Loss.NEWS_FORGED, here, f"{here}: a forged notification was answered 200")


def _rung_twice(rung: Sequence[Leg], conferences: Sequence[StoredConference], asked: Asked) -> Iterator[Amiss]:
    # If one command has begun two, the later one was not asked for.
    first_at = {one.response_url: one.conference_id for one in reversed(conferences)}
    begun_at = {conference_id: response_url for response_url, conference_id in first_at.items()}
    legs = defaultdict[str, list[Leg]](list)
    for leg in rung:
        legs[leg.number].append(leg)
    for number, its in legs.items():
        for here, times in Counter(str(leg.tag) for leg in its).items():
            if times > (wanted := asked.times(here, begun_at.get(here), number)):
                what = f"{here} has rung {number} {times} times, and was asked to {wanted} times"
                yield Amiss(Loss.RUNG_TWICE, here, f"{what}: {'; '.join(map(_told, its))}")
        for one, next_one in pairwise(its):
            if next_one.placed_at < (one.ended_at or datetime.max.replace(tzinfo=UTC)):
                what = f"{number} was rung while it rang or talked: {_told(one)}; {_told(next_one)}"
                yield Amiss(Loss.RUNG_TWICE, str(next_one.tag), what)


def _made_up(conferences: Sequence[StoredConference], watch: Watch) -> Iterator[Amiss]:
    """Outcomes that no phone had."""
    had = {leg.txn_ref for leg in watch.own_legs}
    for conference in conferences:
        here = conference.conference_id
        for call in conference.calls:
            if call.txn_ref not in had and (call.txn_ref or call.state in FINAL):
                what = f"{here}: {call.number} is stored as {call.state} ({call.txn_ref}), and Hoiio knows no such call"
                yield Amiss(Loss.STORED, here, what)


def _lost_news(watch: Watch) -> Iterator[Amiss]:
    kept = defaultdict[str, list[Mapping[str, str]]](list)
    for conference_id, fields in _rows(watch.world.database, "SELECT conference_id, fields FROM notifications"):
        kept[conference_id].append(json.loads(fields))
    for sent in watch.world.hoiio.notifications:
        here = conference_at(sent)
        if sent.http_status == 200 and sent.fields not in kept[here]:
            yield Amiss(Loss.NEWS_LOST, here, f"{here}: acknowledged at {sent.at}, and not kept: {sent.fields}")


def _without_board(conferences: Sequence[StoredConference], watch: Watch) -> Iterator[Amiss]:
    shown = set(map(conference_of, watch.world.boards))
    for one in conferences:
        is_private = one.state == "abandoned" and one.reason in _TOLD_IN_PRIVATE
        if one.conference_id not in shown and not is_private:
            yield Amiss(Kind.BOARD, one.conference_id, f"{one.conference_id}, {one.state} {one.reason}, has no board")


def _commands(conferences: Sequence[StoredConference], typed: Sequence[Typed]) -> Iterator[Amiss]:
    stored = {one.response_url: one.conference_id for one in conferences}
    for one in typed:
        here = stored.get(one.result.response_url, "")
        if one.was_taken and not here:
            yield Amiss(Loss.COMMAND, here, f"a command for {one.numbers} was taken, and is not stored")
        if one.was_refused and here:
            yield Amiss(Loss.COMMAND, here, f"{here}: nothing was done, its caller was told, and it is stored")
        if one.was_answered_wrongly:
            said = one.result.error or repr(one.result.ack_text)
            yield Amiss(Loss.COMMAND, here, f"a command for {one.numbers} was answered wrongly: {said}")
        if one.could_answer and not one.result.acked:
            what = f"a command for {one.numbers} was not answered: {one.result.error}, status {one.result.status}"
            yield Amiss(Loss.COMMAND, here, f"{what}, after {one.result.took_seconds:.1f} s")


def conference_at(sent: SentNotification) -> str:
    """The conference to whose address a notification was sent."""
    return urlsplit(sent.url).path.split("/")[-2]


def _rows(database: Path, query: str) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        return connection.execute(query).fetchall()


def _bill(call: StoredCall) -> tuple[int, str, Decimal]:
    """Minutes, currency and cost of a call as it is stored; of one that cost nothing, that need not be."""
    return call.minutes or 0, call.currency or CURRENCY, call.debit or Decimal(0)


def _due(leg: Leg) -> tuple[int, str, Decimal]:
    """The same as the stand-in billed it."""
    return leg.minutes, CURRENCY, leg.debit


def _told(leg: Leg) -> str:
    how = f"{state_of(leg)}, {leg.minutes} min, {CURRENCY} {leg.debit}"
    return f"{leg.number} ({leg.txn_ref}) rung at {leg.placed_at:%H:%M:%S} was {how}"
