"""A standup was set up or changed: what was understood, and what will keep it from ringing everybody. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from conference.invitation import Group
from conference.model import MAX_PARTICIPANTS
from conference.standups.holidays import shown_source
from conference.standups.model import DayOff, Planned, Standup
from messages.mrkdwn import Message, context, counted, escape, invitee_name, lines, listed, section
from messages.private import without_number
from messages.standups.wording import day_in_words, in_words, rings_next, whom_it_rings


@dataclass(frozen=True)
class Outlook:
    """Whom a standup would ring now."""

    planned: Planned
    named: int
    """People and numbers, those of its teams and user groups among them."""
    phones: int
    """How many of them have a number."""
    uncounted: tuple[Group, ...] = ()
    """User groups of which Slack did not say in time who is in them."""
    without_number: tuple[str, ...] = ()
    """Those of them who have none, and could add one."""
    is_bot_in_channel: bool | None = None
    """None if that could not be learnt in time."""
    rings_maker: bool | None = None
    """Whether its maker is among those rung; None if user groups kept that from being learnt."""


@dataclass(frozen=True)
class DaysAhead:
    """How many days off a calendar has in the next year, and the next of them."""

    count: int
    next: DayOff | None


_NOT_AMONG = "You are not among those it rings: its form adds you, and in the command that sets one up, `me` does."


def set_up(outlook: Outlook, ahead: DaysAhead | None = None) -> Message:
    """It is set up: what was understood, when it rings next, and what will keep it from ringing everybody.

    `ahead`: what its calendar has, if that has just been read.
    """
    apart = _NOT_AMONG if outlook.rings_maker is False else None
    return _saved("Set up", outlook, ahead, apart)


def changed(outlook: Outlook, ahead: DaysAhead | None = None) -> Message:
    """It is changed: the same about what it is now."""
    return _saved("Changed", outlook, ahead)


def _saved(done: str, outlook: Outlook, ahead: DaysAhead | None, apart: str | None = None) -> Message:
    """`apart` is what is noted besides."""
    standup = outlook.planned.standup
    text = f"{done}: `{standup.name}` rings {in_words(standup.recurrence)}. {rings_next(outlook.planned)}"
    notes = [*_notes(outlook), *filter(None, [apart]), _how_to_change(standup)]
    text = lines([text, whom_it_rings(standup), *_besides(standup, ahead)])
    return Message(lines([text, *notes]), (section(text), *map(context, notes)))


def _besides(standup: Standup, ahead: DaysAhead | None) -> Iterator[str]:
    yield (
        f"The channel is told {counted(standup.remind_minutes, 'minute')} before."
        if standup.remind_minutes
        else "The channel is not told before."
    )
    if standup.days_off:
        dates = listed((f"{day:%-d %b %Y}" for day in sorted(standup.days_off)), at_most=_MOST_DATES)
        yield f"It does not ring on {dates}."
    if standup.calendar:
        host = escape(shown_source(standup.calendar))
        yield f"It does not ring on the days of its calendar at {host}{_ahead(ahead)}."
    if standup.reports_weekly:
        yield "The channel gets a report every Friday."


def _ahead(ahead: DaysAhead | None) -> str:
    if ahead is None:
        return ""
    if ahead.next is None:
        return ", which has none in the next year: it may be an old one"
    count = "1 in the next year" if ahead.count == 1 else f"{ahead.count} in the next year, the next"
    return f": {count} on {day_in_words(ahead.next)}"


_MOST_DATES = 10


def _notes(outlook: Outlook) -> Iterator[str]:
    standup = outlook.planned.standup
    if outlook.is_bot_in_channel is False:
        yield (
            f"Rollcall is not in <#{standup.channel_id}>, so it can show the call to nobody and rings nobody: type "
            "`/invite @Rollcall` there."
        )
    if outlook.named > MAX_PARTICIPANTS:
        yield (
            f"That is {outlook.named} people, and a call takes {MAX_PARTICIPANTS} phones: the first "
            f"{MAX_PARTICIPANTS} are rung, the others can come in by *Ring me* as places get free."
        )
    if outlook.uncounted:
        names = listed(map(invitee_name, outlook.uncounted))
        yield f"Slack did not say in time who is in {names}; a call takes {MAX_PARTICIPANTS} phones."
    if not outlook.uncounted and outlook.phones < _FEWEST_PHONES:
        yield "As it is, nobody will be rung: a call takes two phones."
    if outlook.without_number:
        yield without_number(outlook.without_number)


_FEWEST_PHONES = 2


def _how_to_change(standup: Standup) -> str:
    return (
        f"`/conference standup {standup.name} change` opens its form; `pause`, `skip` and `delete` go after its name, "
        "too. For whoever set it up, and admins."
    )
