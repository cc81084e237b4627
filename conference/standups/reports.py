"""Who was in a standup's calls over the last weeks, how often it rang, and what that came to. Pure.

Somebody who keeps themselves out of reports is taken out before anything is counted, so that no sum tells of them.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import IntEnum
from zoneinfo import ZoneInfo

from conference.calls import CallState, NotRung, Participant
from conference.model import Conference, ConferenceState, LeftOutReason
from conference.overview import Bill, added_up
from conference.standups.model import Occurrence, OccurrenceState, Standup, weekly_reports

REPORT_WEEKS = 4
"""Of how many weeks a report tells."""

MOST_CALLS_A_DAY = 20
"""As many of a day's conferences count, however often it was called again."""

_NEVER_ASKED = frozenset({LeftOutReason.BOT, LeftOutReason.DEACTIVATED, LeftOutReason.EXTERNAL})
"""Left out for what they are. Of people of other workspaces nothing is told."""


@dataclass(frozen=True)
class HeldDay:
    """A day of a standup, and the conferences that it became: one, and one more for each time it was called again."""

    occurrence: Occurrence
    conferences: tuple[Conference, ...] = ()

    @property
    def is_over(self) -> bool:
        return all(conference.is_over for conference in self.conferences)

    @property
    def held(self) -> tuple[Conference, ...]:
        """Those in which phones were rung."""
        return tuple(conference for conference in self.conferences if conference.state is ConferenceState.ENDED)


@dataclass(frozen=True)
class ReportGround:
    """What a report rests on."""

    standup: Standup
    days: tuple[HeldDay, ...]
    kept_out: frozenset[str] = frozenset()
    """Slack ids of those who keep themselves out of reports."""
    kept_out_numbers: frozenset[str] = frozenset()
    """The E.164 numbers that they have on file: somebody may have typed one."""


@dataclass(frozen=True)
class Turnout:
    """On how many days somebody was in, of those on which they were asked; days on which they were out stand apart."""

    was_in: int = 0
    asked: int = 0
    out: int = 0

    def __add__(self, other: "Turnout") -> "Turnout":
        return Turnout(self.was_in + other.was_in, self.asked + other.asked, self.out + other.out)


@dataclass(frozen=True)
class Report:
    """What a standup's days came to. Each of `rang`, `skipped` and `missed` counts days."""

    name: str
    people: Mapping[str, Turnout] = field(default_factory=dict)
    """By Slack id, those first who were in most often."""
    guests: Turnout = Turnout()
    """All guests together: each of them counts once a day."""
    guest_numbers: tuple[str, ...] = ()
    """E.164 numbers of the guests, as far as they have not been forgotten."""
    kept_out: int = 0
    """How many of those who were asked keep themselves out."""
    rang: int = 0
    skipped: int = 0
    missed: int = 0
    length: timedelta | None = None
    """How long a call was on average, of those in which somebody was."""
    costs: Mapping[str, Decimal] = field(default_factory=dict)
    """Decimal money by currency code."""


@dataclass(frozen=True)
class ReportKey:
    """Which report of a workspace something is; the weekly one also has the day that it stands for."""

    standup_id: str
    until: datetime
    occurrence_id: str = ""

    def __str__(self) -> str:
        return f"{self.standup_id} {int(self.until.timestamp())} {self.occurrence_id}".rstrip()


_KEY = re.compile(r"(?P<standup>\S{1,64}) (?P<until>\d{1,10})(?: (?P<occurrence>\S{1,64}))?", re.ASCII)


def read_report_key(text: str) -> ReportKey | None:
    """The ReportKey whose `str()` this is, to the second; None if it is none's."""
    if not (key := _KEY.fullmatch(text)):
        return None
    return ReportKey(key["standup"], datetime.fromtimestamp(int(key["until"]), UTC), key["occurrence"] or "")


def first_day(until: datetime, zone: str) -> date:
    """The first local day of a report made at that moment."""
    return until.astimezone(ZoneInfo(zone)).date() - timedelta(weeks=REPORT_WEEKS) + timedelta(days=1)


def weekly_report(standup: Standup, occurrence: Occurrence) -> ReportKey:
    """The weekly report for which a day stands, the last on which it rang that week."""
    until = next(weekly_reports(standup).after(occurrence.due_at))
    return ReportKey(standup.standup_id, until, occurrence.occurrence_id)


def report(ground: ReportGround) -> Report:
    """What the days that are over came to."""
    over = [day for day in ground.days if day.is_over]
    days = [_without_kept_out(day, ground) for day in over]
    held = [conference for day in days for conference in day.held]
    people = _turnouts(days, _people)
    guests = _turnouts(days, _guests)
    lengths = [conference.length for conference in held if conference.length]
    due = [day for day in days if day.occurrence.state is OccurrenceState.RUNG]
    rang = sum(bool(day.held) for day in due)
    return Report(
        name=ground.standup.name,
        people=dict(sorted(people.items(), key=_most_often_first)),
        guests=sum(guests.values(), Turnout()),
        guest_numbers=tuple(sorted(guest for guest in guests if guest.startswith("+"))),
        kept_out=len(ground.kept_out & _turnouts(over, _people).keys()),
        rang=rang,
        skipped=sum(day.occurrence.state is OccurrenceState.SKIPPED for day in days),
        missed=len(due) - rang + sum(day.occurrence.missed for day in days),
        length=sum(lengths, timedelta()) / len(lengths) if lengths else None,
        costs=added_up(Bill(debits=conference.costs) for conference in held).debits,
    )


def everybody(conference: Conference) -> set[str]:
    """Whom a report may tell of: the Slack ids of people, and the numbers of guests that have not been forgotten."""
    return {who for parts in (_people, _guests) for who, _ in parts(conference)}


def _most_often_first(of_person: tuple[str, Turnout]) -> tuple[int, int, str]:
    user_id, turnout = of_person
    return -turnout.was_in, turnout.asked, user_id


class _Part(IntEnum):
    """What became of somebody in a call; of several calls on one day the highest counts."""

    OUT = 1
    MISSED = 2
    IN = 3


_Parts = Callable[[Conference], Iterator[tuple[str, _Part]]]


def _turnouts(days: Iterable[HeldDay], parts: _Parts) -> dict[str, Turnout]:
    """Over these days, of each who has a part in their calls."""
    turnouts = dict[str, Turnout]()
    for day in days:
        best = dict[str, _Part]()
        for conference in day.held:
            for who, part in parts(conference):
                best[who] = max(part, best.get(who, part))
        for who, part in best.items():
            of_day = Turnout(was_in=int(part is _Part.IN), asked=int(part is not _Part.OUT), out=int(part is _Part.OUT))
            turnouts[who] = turnouts.get(who, Turnout()) + of_day
    return turnouts


_HAD_NO_PLACE = frozenset({NotRung.NOT_ANY_MORE, NotRung.ROOM_FULL, NotRung.NO_LINES})
"""Why a phone was not rung that could have been: nobody was missed there."""


def _people(conference: Conference) -> Iterator[tuple[str, _Part]]:
    for call in conference.participants:
        if call.why not in _HAD_NO_PLACE:
            yield from ((user_id, _part(call)) for user_id in call.people)
    for left in conference.left_out:
        if left.user_id and left.reason not in _NEVER_ASKED:
            yield left.user_id, _Part.OUT if left.reason is LeftOutReason.OUT_TODAY else _Part.MISSED


def _guests(conference: Conference) -> Iterator[tuple[str, _Part]]:
    """By their numbers; one that has been forgotten is told from others by its place."""
    for place, call in enumerate(conference.participants):
        if not call.people and call.why not in _HAD_NO_PLACE:
            yield call.number or f"{conference.conference_id} {place}", _part(call)
    for place, left in enumerate(conference.left_out):
        if left.number is not None:
            yield left.number or f"{conference.conference_id} left out {place}", _Part.MISSED


def _part(call: Participant) -> _Part:
    return _Part.IN if call.state is CallState.ANSWERED else _Part.MISSED


def _without_kept_out(day: HeldDay, ground: ReportGround) -> HeldDay:
    """The day as if those who keep themselves out had not been asked. A phone that they share is the others'."""

    def is_shown(user_id: str | None, number: str | None) -> bool:
        return user_id not in ground.kept_out if user_id else number not in ground.kept_out_numbers

    conferences = []
    for conference in day.conferences:
        calls = []
        for call in conference.participants:
            people = tuple(user_id for user_id in call.people if user_id not in ground.kept_out)
            if people or (not call.people and is_shown(None, call.number)):
                calls.append(replace(call, people=people))
        left_out = tuple(left for left in conference.left_out if is_shown(left.user_id, left.number))
        conferences.append(replace(conference, participants=tuple(calls), left_out=left_out))
    return replace(day, conferences=tuple(conferences))
