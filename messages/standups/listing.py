"""Words about standups, said to whoever typed `/conference standup …` or pressed something below that. Pure."""

import math
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

from conference.invitation import Group, Guest, Invitation
from conference.model import MAX_PARTICIPANTS
from conference.numbers import mask_number
from conference.standups.command import Planned as Typed
from conference.standups.command import StandupAct
from conference.standups.holidays import shown_source
from conference.standups.model import DayOff, Planned, Standup, StandupKey
from conference.standups.recurrence import Recurrence, Weekday
from conference.standups.timetable import NotDone
from messages.mrkdwn import (
    Block,
    Message,
    actions,
    button,
    context,
    escape,
    invitee_name,
    lines,
    listed,
    mention,
    moment,
    overflow,
    plain,
    quoted,
    section,
    unmarked,
)

EXAMPLE_TIMES = "weekdays 09:30"
EXAMPLE_ZONE = "Asia/Singapore"

_WEEK = frozenset(Weekday)
_WEEKEND = frozenset({Weekday.SATURDAY, Weekday.SUNDAY})
_DAYS_IN_WORDS: Mapping[frozenset[Weekday], str] = {
    _WEEK: "every day",
    _WEEK - _WEEKEND: "weekdays",
    _WEEKEND: "weekends",
}


@dataclass(frozen=True)
class Outlook:
    """Whom a standup would ring now."""

    planned: Planned
    phones: int
    """People and numbers, those of its teams and user groups among them."""
    uncounted: tuple[Group, ...] = ()
    """User groups of which Slack did not say in time who is in them."""
    without_number: tuple[str, ...] = ()
    is_bot_in_channel: bool | None = None
    """None if that could not be learnt in time."""
    rings_maker: bool | None = None
    """Whether its maker is among those rung; None if user groups kept that from being learnt."""


@dataclass(frozen=True)
class DaysAhead:
    """How many days off a calendar has in the next year, and the next of them."""

    count: int
    next: DayOff | None


# Times


def in_words(recurrence: Recurrence) -> str:
    """When it rings, as people say it: `weekdays at 09:30, Singapore time`."""
    return f"{_days(recurrence.days)} at {recurrence.at:%H:%M}, {_place(recurrence.zone)}"


def _days(days: frozenset[Weekday]) -> str:
    return _DAYS_IN_WORDS.get(days) or listed(f"{day.name.capitalize()}s" for day in sorted(days))


def _place(zone: str) -> str:
    """`Singapore time` for `Asia/Singapore`, and the name itself where it names no place."""
    area, _, city = zone.rpartition("/")
    return f"{city.replace('_', ' ')} time" if area and area != "Etc" else zone


# Commands


def command(standup: Standup) -> str:
    """The command that sets up a standup like this one."""
    recurrence = standup.recurrence
    # A team called like the standup goes without saying, unless others are named.
    is_said = standup.invitees or standup.team_names != (standup.name,)
    team_names = standup.team_names if is_said else ()
    whom = Invitation(standup.invitees)
    return form(str(Typed(standup.name, recurrence.days, recurrence.at, recurrence.zone, team_names, whom)))


def form(meant: str) -> str:
    """A command as it is typed, with people as they are known again, and guests' numbers masked."""
    pieces = _NO_CODE.split(f"/conference {meant}")
    return " ".join(_as_code(piece.strip()) for piece in pieces if piece.strip())


_NO_CODE = re.compile(r"(<[@!][^<>]*>|\+\d{5,15}(?!\S))")
"""Pieces that say nothing to a reader as they are typed."""


def _as_code(piece: str) -> str:
    if not _NO_CODE.fullmatch(piece):
        return f"`{quoted(piece, at_most=None)}`"
    return mask_number(piece) if piece.startswith("+") else piece


# One that was set up


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
    text = f"{done}: `{standup.name}` rings {in_words(standup.recurrence)}. {_next(outlook.planned)}"
    notes = [*_notes(outlook), *filter(None, [apart]), _how_to_change(standup)]
    text = lines([text, _whom(standup), *_besides(standup, ahead)])
    return Message(lines([text, *notes]), (section(text), *map(context, notes)))


def _next(planned: Planned) -> str:
    if planned.standup.is_paused:
        return "It is paused."
    if planned.next_at is None:
        return "No day lies ahead on which it would ring."
    day_off = planned.day_off
    but = f", and not on {_off(day_off)}" if day_off else ""
    return f"It rings next at {moment(planned.next_at, with_date=True)}{but}."


def _off(day_off: DayOff) -> str:
    name = f": {escape(unmarked(day_off.name))}" if day_off.name else ""
    return f"{day_off.day:%a %-d %B}{name}"


def _whom(standup: Standup) -> str:
    if not (standup.team_names or standup.invitees):
        return f"It names nobody any more: `/conference standup {standup.name} change` opens its form."
    return f"It rings {_people(standup)} in <#{standup.channel_id}>."


def _people(standup: Standup) -> str:
    teams = [f"the team `{name}`" for name in standup.team_names]
    return listed([*teams, *map(invitee_name, standup.invitees)])


def _besides(standup: Standup, ahead: DaysAhead | None) -> Iterator[str]:
    yield (
        f"The channel is told {_minutes(standup.remind_minutes)} before."
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
    return f": {count} on {_off(ahead.next)}"


_MOST_DATES = 10


def _minutes(count: int) -> str:
    return "1 minute" if count == 1 else f"{count} minutes"


def _notes(outlook: Outlook) -> Iterator[str]:
    standup = outlook.planned.standup
    if outlook.is_bot_in_channel is False:
        yield (
            f"Rollcall is not in <#{standup.channel_id}>, so it can show the call to nobody and rings nobody: type "
            "`/invite @Rollcall` there."
        )
    if outlook.phones > MAX_PARTICIPANTS:
        yield (
            f"That is {outlook.phones} people, and a call takes {MAX_PARTICIPANTS} phones: the first eight are rung, "
            "the others can come in by *Ring me* as places get free."
        )
    if outlook.uncounted:
        names = listed(map(invitee_name, outlook.uncounted))
        yield f"Slack did not say in time who is in {names}; a call takes {MAX_PARTICIPANTS} phones."
    if not outlook.uncounted and outlook.phones - len(outlook.without_number) < _FEWEST_PHONES:
        yield "As it is, nobody will be rung: a call takes two phones."
    if outlook.without_number:
        yield (
            f"No number on file, so not rung: {listed(map(mention, outlook.without_number))}. They add it with "
            "`/conference number +65 9123 4567`, or an admin with `/conference number @alice +65 9123 4567`."
        )


_FEWEST_PHONES = 2


def _how_to_change(standup: Standup) -> str:
    return (
        f"`/conference standup {standup.name} change` opens its form; `pause`, `skip` and `delete` go after its name, "
        "too. For whoever set it up, and admins."
    )


# What there is


def unknown(name: str, names: Iterable[str]) -> Message:
    """There is no standup of that name; `names` are those that whoever asked may see."""
    said = [f"Nothing was done: there is no standup `{name}`."]
    if close := get_close_matches(name, list(names), n=1):
        said.append(f"The closest name is `{close[0]}`: `/conference standup {close[0]}`.")
    said.append(
        f"`/conference standup {name} {EXAMPLE_TIMES}` sets one up, `/conference standup` lists those that you see."
    )
    return plain(" ".join(said))


def described(planned: Planned) -> str:
    """One standup: when it rings, whom, where, whose it is, and what holds it up."""
    standup = planned.standup
    skipped = planned.skipped
    by = f" (by {mention(skipped.skipped_by)})" if skipped and skipped.skipped_by else ""
    state = f"{skipped.day:%a %-d %B} is skipped{by}. " if skipped else ""
    return lines(
        [
            f"*{standup.name}* · {in_words(standup.recurrence)}",
            f"{state}{_next(planned)}",
            f"{_whom(standup)} Set up by {mention(standup.maker_id)}.",
        ]
    )


def not_in_charge(standup: Standup) -> Message:
    return plain(
        f"Nothing was changed: `{standup.name}` was set up by {mention(standup.maker_id)}, and only they and admins "
        "change it."
    )


def shown(planned: Planned, *, is_in_charge: bool, said: str = "") -> Message:
    """One standup, and before it what came of a wish about it."""
    texts = [*filter(None, [said]), described(planned)]
    buttons = [_buttons(planned, Scope.ONE)] if is_in_charge else []
    return Message(lines(texts), (*map(section, texts), *buttons))


def all_standups(seen: Sequence[Planned], in_charge: Collection[StandupKey], *, said: str = "") -> Message:
    """The standups that somebody sees, with buttons for those that they are in charge of."""
    if not seen:
        return none_yet(said)
    texts = [*filter(None, [said]), "*Standups* of this channel, yours, and those that ring you"]
    blocks = [*map(section, texts)]
    for planned in seen[:MOST_LISTED]:
        texts.append(described(planned))
        blocks.append(section(texts[-1]))
        if planned.standup.key in in_charge:
            blocks.append(_buttons(planned, Scope.ALL))
    if more := seen[MOST_LISTED:]:
        names = listed((f"`{one.standup.name}`" for one in more), at_most=_MOST_MORE_NAMES)
        texts.append(f"Also {names}. `/conference standup` and a name shows one.")
        blocks.append(section(texts[-1]))
    return Message(lines(texts), (*blocks, actions(_new_button())))


def ahead_of(seen: Sequence[Planned]) -> list[Block]:
    """What lies ahead of somebody's standups, the soonest first; nothing if they have none."""
    soonest = sorted(seen, key=lambda one: one.next_at.timestamp() if one.next_at else math.inf)
    blocks = [section(described(planned)) for planned in soonest[:MOST_ON_HOME]]
    if more := len(seen) - len(blocks):
        blocks.append(section(f"And {more} more: `/conference standup` lists them."))
    return blocks


def none_yet(said: str = "", *, opens_form: bool = False) -> Message:
    """There is none to list; `opens_form`: the form for one is about to open."""
    how = f"`/conference standup platform {EXAMPLE_TIMES}` sets one up, here, for the team `platform`"
    form_says = "The form for one opens now. Or type it" if opens_form else "Type one"
    text = f"No standup rings in this channel, is yours or rings you. {form_says}: {how}."
    texts = [*filter(None, [said]), text]
    return Message(lines(texts), (*map(section, texts), actions(_new_button())))


_FORMS = (
    (f"platform {EXAMPLE_TIMES}", "sets one up, here, for the team `platform`"),
    (f"sync me @bob mon,thu 16:00 {EXAMPLE_ZONE}", "sets one up for Bob and you"),
    ("new", "opens the form for one"),
    ("list", "lists those of this channel, yours, and those that ring you"),
    ("platform", "shows it"),
    ("platform change", "opens its form: who is rung, when, and on which days not"),
    ("platform pause", "keeps it from ringing until `resume`"),
    ("platform skip", "leaves the next one out; `don't skip` has it rung after all"),
    ("platform report", "shows who came; `report weekly` shows it to the channel every Friday, `report off` ends that"),
    ("platform delete", "deletes it"),
)


def how_to() -> Message:
    """What can be typed."""
    text = lines([f"`/conference standup {typed}` {does}" for typed, does in _FORMS])
    return Message(text, (section(text),))


def form_opens() -> Message:
    return plain("The form opens now. Should it not, type the same once more.")


MOST_LISTED = 20
"""Standups in one message, which has room for 50 blocks (Slack, Block Kit): two for each, and a few more."""
_MOST_MORE_NAMES = 50
MOST_ON_HOME = 5

MENU_ACTION = "standup_menu"
CHANGE_ACTION = "standup_change"
NEW_ACTION = "standup_new"
DELETE_ACTION = "standup_delete"


class Scope(StrEnum):
    """What a button stands below: it is redrawn when that was pressed."""

    ONE = "one"
    ALL = "all"


@dataclass(frozen=True)
class Chosen:
    """What an option of a menu carries."""

    act: StandupAct
    scope: Scope
    standup_id: str

    def __str__(self) -> str:
        return f"{self.act}/{self.scope}/{self.standup_id}"


def read_chosen(value: str) -> Chosen | None:
    """The Chosen whose `str()` this is."""
    try:
        act, scope, standup_id = value.split("/")
        chosen = Chosen(StandupAct(act), Scope(scope), standup_id)
    except ValueError:
        return None
    return chosen if chosen.act in _IN_MENU else None


_IN_MENU = {
    StandupAct.PAUSE: "Pause",
    StandupAct.RESUME: "Resume",
    StandupAct.SKIP: "Skip the next one",
    StandupAct.DONT_SKIP: "Don't skip",
    StandupAct.DELETE: "Delete",
}


def _buttons(planned: Planned, scope: Scope) -> Block:
    standup = planned.standup
    acts = [StandupAct.RESUME if standup.is_paused else StandupAct.PAUSE]
    if planned.skipped:
        acts.append(StandupAct.DONT_SKIP)
    elif planned.next_at:
        acts.append(StandupAct.SKIP)
    options = [(_IN_MENU[act], str(Chosen(act, scope, standup.standup_id))) for act in (*acts, StandupAct.DELETE)]
    change = button(
        CHANGE_ACTION, "Change", value=standup.standup_id, accessibility_label=f"Change the standup {standup.name}"
    )
    return actions(change, overflow(MENU_ACTION, options))


def _new_button() -> Block:
    return button(NEW_ACTION, "New standup")


def ask_before_deleting(standup: Standup) -> Message:
    """The question that the menu's *Delete* asks."""
    text = f"Delete `{standup.name}`, {in_words(standup.recurrence)}? It never rings again. Pausing it keeps it."
    delete = button(DELETE_ACTION, f"Delete {standup.name}", value=standup.standup_id, style="danger")
    return Message(text, (section(text), actions(delete)))


def gone() -> Message:
    """For a click on a standup that is no more, or that whoever clicked does not see any more."""
    return plain(
        "Nothing was done: there is no such standup any more. `/conference standup` lists those that there are."
    )


def done(act: StandupAct, result: NotDone | None, name: str) -> str:
    """What came of something that was wished about a standup."""
    match act, result:
        case StandupAct.PAUSE, None:
            return f"Paused: `{name}` rings no more until `/conference standup {name} resume`."
        case StandupAct.PAUSE, _:
            return f"`{name}` was paused already."
        case StandupAct.RESUME, None:
            return f"Resumed: `{name}` rings again."
        case StandupAct.RESUME, _:
            return f"`{name}` was not paused."
        case StandupAct.SKIP, None:
            return f"Skipped: `{name}` does not ring the next time."
        case StandupAct.SKIP, NotDone.ALREADY:
            return f"`{name}` was skipped already; one day is skipped at a time."
        case StandupAct.SKIP, _:
            return f"Nothing was skipped: `{name}` has no day ahead on which it would ring."
        case _, None:
            return f"It is skipped no more: `{name}` rings the next time."
        case _:
            return f"No day of `{name}` was skipped."


def deleted(standup: Standup) -> Message:
    back = "`/conference standup new` sets up another."
    if _is_said_by_command(standup):
        back = f"To put it back, type {command(standup)} in <#{standup.channel_id}>."
    return plain(f"Deleted: `{standup.name}`. {back}")


def _is_said_by_command(standup: Standup) -> bool:
    """Whether the command that sets up a standup like this one can be typed as it is shown, and says all of it."""
    names_somebody = standup.team_names or standup.invitees
    is_shown_whole = not any(isinstance(invitee, Guest) for invitee in standup.invitees)
    in_form = (standup.days_off, standup.calendar, standup.reports_weekly, standup.is_paused)
    is_as_set_up = standup.remind_minutes == Standup.remind_minutes and not any(in_form)
    return bool(names_somebody) and is_shown_whole and is_as_set_up
