"""What a channel reads of a standup's day before it rings, and where it did not. Pure."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from conference.invitation import Invitee, Person
from conference.model import MAX_PARTICIPANTS
from conference.standups.model import Occurrence, OccurrenceState, Standup
from messages.mrkdwn import (
    Block,
    Message,
    actions,
    button,
    context,
    counted,
    escape,
    invitee_name,
    lines,
    listed,
    mention,
    moment,
    plain_text,
    section,
)

REMINDER = "reminder"
MISSED = "missed"

OUT_ACTION = "standup_out"
IN_ACTION = "standup_in"
OTHER_NUMBER_ACTION = "standup_other_number"
SKIP_ACTION = "standup_skip_day"
RING_AFTER_ALL_ACTION = "standup_ring_after_all"

_MOST_NAMES = 20

_SKIP = {
    "title": plain_text("Skip it today?"),
    "text": plain_text("Nobody is rung by this standup today. It rings again on its next day."),
    "confirm": plain_text("Skip today"),
    "deny": plain_text("Leave it"),
}


def block_id(name: str, occurrence: Occurrence) -> str:
    """By which a message is known again in the channel."""
    return f"{name}:{occurrence.occurrence_id}"


def reminder(
    standup: Standup, occurrence: Occurrence, everybody: Sequence[Invitee], *, ahead: timedelta | None = None
) -> Message:
    """That it rings soon and whom, with buttons; afterwards, what became of it.

    `ahead`: how long before it is due people come to read this, where they do so at once.
    """
    at = moment(occurrence.due_at)
    is_over = occurrence.due_at <= standup.dealt_with
    match occurrence.state:
        case OccurrenceState.SKIPPED if standup.is_deleted and not is_over:
            who = f" by {mention(occurrence.skipped_by)}" if occurrence.skipped_by else ""
            return _message(standup, occurrence, f", due at {at}: it was deleted{who}, so nobody is rung")
        case OccurrenceState.PLANNED if standup.is_paused or is_over:
            # One that is over, and was neither rung nor missed, went by while it was paused.
            return _message(standup, occurrence, f", due at {at}: it is paused, so nobody is rung")
        case OccurrenceState.PLANNED:
            return _planned(standup, occurrence, everybody, f"{_soon(ahead)}at {at}")
        case OccurrenceState.SKIPPED:
            who = f" by {mention(occurrence.skipped_by)}" if occurrence.skipped_by else ""
            pressed = [_ring_after_all(occurrence)] if _may_ring_after_all(standup, occurrence) else []
            return _message(standup, occurrence, f", due at {at}: skipped today{who}, so nobody is rung", *pressed)
        case OccurrenceState.RUNG:
            return _message(standup, occurrence, f", due at {at}, has begun: its board below shows who is in")
        case OccurrenceState.MISSED:
            return _message(standup, occurrence, f": it was due at {at}, and Rollcall was not running; nobody was rung")
        case OccurrenceState.UNKNOWN:
            restored = "Rollcall's data was restored from a backup since, so it can't tell whether anybody was rung"
            return _message(standup, occurrence, f": it was due at {at}; {restored}")


def missed(standup: Standup, occurrence: Occurrence) -> Message:
    """That nobody was rung, since nothing ran, and how to call now."""
    name = f"Standup {escape(standup.name)}"
    was = f"was due at {moment(occurrence.due_at, with_date=True)}, and Rollcall was not running: nobody was rung."
    days = f" So it was missed {occurrence.missed} times in a row." if occurrence.missed > 1 else ""
    # A standup's other people can't be named by a command that anybody may read.
    is_one_team = len(standup.team_names) == 1 and not standup.invitees
    how = f"type `/conference {standup.team_names[0]}`" if is_one_team else "use the shortcut *Start a conference*"
    said = f"{was}{days} To call now, {how}."
    return Message(f"{name} {said}", (section(f"*{name}* {said}", block_id=block_id(MISSED, occurrence)),))


def _planned(standup: Standup, occurrence: Occurrence, everybody: Sequence[Invitee], when: str) -> Message:
    rung = [invitee for invitee in everybody if not (isinstance(invitee, Person) and invitee.user_id in occurrence.out)]
    whom = (
        f"Rings {listed(map(invitee_name, rung), at_most=_MOST_NAMES)}."
        if rung
        else "It rings nobody: nobody is in it."
    )
    notes = list(_notes(occurrence, rung))
    name = f"Standup {escape(standup.name)}"
    blocks = [
        section(f"*{name}* {when}", block_id=block_id(REMINDER, occurrence)),
        section(whom),
        *([context(lines(notes))] if notes else []),
        actions(*_buttons(occurrence)),
    ]
    return Message(" ".join([f"{name} {when}.", whom, *notes]), tuple(blocks))


def _soon(ahead: timedelta | None) -> str:
    if ahead is None:
        return ""
    minutes = round(ahead / timedelta(minutes=1))
    return f"in {counted(minutes, 'minute')}, " if minutes > 0 else "in a moment, "


def _notes(occurrence: Occurrence, rung: Sequence[Invitee]) -> Iterator[str]:
    if occurrence.out:
        yield f"Out today: {listed(map(mention, occurrence.out), at_most=_MOST_NAMES)}."
    if elsewhere := [user_id for user_id in occurrence.other_numbers if user_id not in occurrence.out]:
        yield f"On another number this once: {listed(map(mention, elsewhere), at_most=_MOST_NAMES)}."
    if len(rung) > MAX_PARTICIPANTS:
        yield (
            f"A call takes at most {MAX_PARTICIPANTS} phones: the first {MAX_PARTICIPANTS} are rung, and *Ring me* on "
            "the board brings the others in as places get free."
        )


def _buttons(occurrence: Occurrence) -> Iterator[Block]:
    value = occurrence.occurrence_id
    yield button(OUT_ACTION, "I'm out today", value=value)
    yield button(OTHER_NUMBER_ACTION, "Ring me on another number", value=value)
    yield button(SKIP_ACTION, "Skip today", value=value, style="danger", confirm=_SKIP)


def _may_ring_after_all(standup: Standup, occurrence: Occurrence) -> bool:
    is_over = occurrence.due_at <= standup.dealt_with
    # A day off that became known later was skipped by nobody, and stays one.
    return occurrence.skipped_by is not None and not (is_over or standup.is_paused or standup.is_deleted)


def _ring_after_all(occurrence: Occurrence) -> Block:
    return button(RING_AFTER_ALL_ACTION, "Ring after all", value=occurrence.occurrence_id)


def in_after_all(occurrence: Occurrence) -> Block:
    """Takes back that somebody is out."""
    return button(IN_ACTION, "I'm in after all", value=occurrence.occurrence_id)


def _message(standup: Standup, occurrence: Occurrence, said: str, *pressed: Block) -> Message:
    name = f"Standup {escape(standup.name)}"
    title = section(f"*{name}*{said}.", block_id=block_id(REMINDER, occurrence))
    return Message(f"{name}{said}.", (title, actions(*pressed)) if pressed else (title,))
