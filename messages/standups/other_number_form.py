"""The form in which a person says on which other number a standup is to ring them, this once. Pure."""

from collections.abc import Sequence
from typing import Any

from conference.barring import Barred
from conference.invitation import Group
from conference.numbers import show_number
from conference.standups.model import Occurrence, OccurrenceState, Standup
from messages.mrkdwn import Message, escape, modal, moment, number_input, plain, plain_text, section
from messages.refusals import BARRED
from messages.standups.reminder_answers import only_if_in

CALLBACK_ID = "other_number_form"
NUMBER_BLOCK = "other_number"
NUMBER_ACTION = "other_number"

_TITLE = "Another number"


def form(standup: Standup, occurrence: Occurrence, number: str | None) -> dict[str, Any]:
    """The form; `number` is the one that the person gave for that day before, E.164."""
    view = modal(
        _TITLE,
        section(
            f"*Standup {escape(standup.name)}*, at {moment(occurrence.due_at)}: on which number is it to ring you? "
            "This time only. Nobody else sees it, and it is forgotten after a day."
        ),
        {
            "type": "input",
            "block_id": NUMBER_BLOCK,
            "optional": True,
            "label": plain_text("The phone that is to ring this once"),
            "hint": plain_text("With its country code. Left empty, your own phone rings."),
            "element": number_input(NUMBER_ACTION, number),
        },
        close="Cancel",
        submit="Ring it",
        callback_id=CALLBACK_ID,
    )
    return {**view, "private_metadata": occurrence.occurrence_id}


def unreadable(why: str) -> dict[str, str]:
    """What stands under a number that can't be read: plain text, where `why` may hold backticks."""
    return {NUMBER_BLOCK: why.replace("`", "")}


def refused(why: Barred) -> dict[str, str]:
    """What stands under a number that is never rung."""
    return {NUMBER_BLOCK: BARRED[why]}


def typed_numbers_off() -> Message:
    """Where the operator has only numbers rung that are on file."""
    return plain(
        "Nothing was changed: numbers that are typed are not rung here. `/conference number` changes the one on file."
    )


def kept(standup: Standup, occurrence: Occurrence, number: str | None, if_in: Sequence[Group] = ()) -> Message:
    """On which number they are rung, to themselves alone; `if_in`: only if they are in one of these."""
    where = f"on {show_number(number)}, this time only" if number else "on your own number"
    but = ""
    if occurrence.state is OccurrenceState.SKIPPED:
        but = " It is skipped today, though, unless somebody has it rung after all."
    elif standup.is_paused:
        but = " It is paused, though, and rings nobody until it is resumed."
    return plain(
        f"*Standup {escape(standup.name)}* rings you {where}, at {moment(occurrence.due_at)}."
        f"{but}{only_if_in(standup, if_in)}"
    )
