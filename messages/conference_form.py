"""The forms in which a person says whom to ring: to start a conference, or to bring more people into one. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from conference.barring import Barred
from conference.invitation import ProblemKind, Unreadable
from conference.model import MAX_PARTICIPANTS
from conference.numbers import mask_number
from messages.mrkdwn import Block, modal, plain_text
from messages.private import barred, problem

START_CALLBACK_ID = "start_form"
INVITE_CALLBACK_ID = "invite_form"

PEOPLE_BLOCK = "people"
TEAMS_BLOCK = "teams"
GROUPS_BLOCK = "groups"
NUMBERS_BLOCK = "numbers"
CHANNEL_BLOCK = "channel"
ME_BLOCK = "me"
CHOSEN_ACTION = "chosen"
ME = "me"

MOST_CHOSEN = 30
"""People, teams or groups in one form: more than a call takes, since some may be left out."""

MOST_OPTIONS = 100
"""Options in one menu (Slack, Block Kit)."""
LONGEST_NAME = 75
"""Characters in an option's text (Slack, Block Kit)."""
LONGEST_NUMBERS = 400
LONGEST_NUMBER = 20
"""Characters of one in E.164, with what stands between it and the next."""

_OF_NUMBERS = frozenset({ProblemKind.NUMBER, ProblemKind.TOO_LONG})
"""What can be wrong with numbers; other problems are those of words."""

START_TITLE = "Start a conference"
INVITE_TITLE = "Invite to the call"


@dataclass(frozen=True)
class Offered:
    """Whom a form offers besides people: the workspace's user groups, id and name, and its teams by name."""

    groups: Mapping[str, str] = field(default_factory=dict)
    teams: Sequence[str] = ()


def start_form(people: Sequence[str], offered: Offered, channel_id: str | None) -> dict[str, Any]:
    """A new conference: `people` are chosen already.

    `channel_id`: where its board appears, None for wherever the person is.
    """
    channel: dict[str, Any] = {
        "type": "conversations_select",
        "action_id": CHOSEN_ACTION,
        "default_to_current_conversation": True,
        "filter": {"include": ["public", "private"], "exclude_bot_users": True},
    }
    if channel_id:
        channel["initial_conversation"] = channel_id
    me = {"value": ME, "text": plain_text("Ring me too")}
    return modal(
        START_TITLE,
        *whom_fields(ChosenAlready(people=people), offered),
        form_input(ME_BLOCK, "You", {"type": "checkboxes", "options": [me], "initial_options": [me]}, optional=True),
        form_input(CHANNEL_BLOCK, "Where the board appears", channel, hint="A channel that Rollcall is in."),
        close="Cancel",
        submit="Ring",
        callback_id=START_CALLBACK_ID,
    )


def invite_form(conference_id: str, offered: Offered) -> dict[str, Any]:
    """More people for a conference that runs."""
    form = modal(
        INVITE_TITLE,
        *whom_fields(ChosenAlready(), offered),
        close="Cancel",
        submit="Ring",
        callback_id=INVITE_CALLBACK_ID,
    )
    return {**form, "private_metadata": conference_id}


@dataclass(frozen=True)
class ChosenAlready:
    """Whom a form has chosen when it opens. The numbers are E.164, and shown masked."""

    people: Sequence[str] = ()
    teams: Sequence[str] = ()
    groups: Sequence[str] = ()
    numbers: Sequence[str] = ()


def whom_fields(already: ChosenAlready, offered: Offered, *, at_most: int = MOST_CHOSEN) -> list[Block]:
    """The fields in which somebody says whom, at most so many in each menu."""
    menu: dict[str, Any] = {
        "type": "multi_users_select",
        "placeholder": plain_text("Choose people"),
        "max_selected_items": at_most,
    }
    if already.people:
        menu["initial_users"] = list(already.people)[:at_most]
    blocks = [form_input(PEOPLE_BLOCK, "People", menu, optional=True)]
    # What is chosen has its place also where there is no room for all, or Slack did not name it.
    if teams := dict.fromkeys((*already.teams, *offered.teams)):
        teams_menu = _menu("Choose teams", {name: name for name in teams}, already.teams, at_most)
        hint = "More teams are rung by name, with the command." if len(teams) > MOST_OPTIONS else ""
        blocks.append(form_input(TEAMS_BLOCK, "Teams", teams_menu, optional=True, hint=hint))
    if groups := {group_id: offered.groups.get(group_id, group_id) for group_id in (*already.groups, *offered.groups)}:
        groups_menu = _menu("Choose user groups", groups, already.groups, at_most)
        blocks.append(form_input(GROUPS_BLOCK, "User groups", groups_menu, optional=True))
    numbers: dict[str, Any] = {
        "type": "plain_text_input",
        "placeholder": plain_text("+65 9123 4567"),
        "max_length": max(LONGEST_NUMBERS, at_most * LONGEST_NUMBER),
    }
    hint = "Guests' numbers, with their country codes."
    if already.numbers:
        # Who opens the form may not be who typed them.
        numbers["initial_value"] = ", ".join(map(mask_number, already.numbers))
        hint += " Numbers that are shown masked stay as they are."
    hint += f" A call takes at most {MAX_PARTICIPANTS} phones."
    return [*blocks, form_input(NUMBERS_BLOCK, "Numbers", numbers, optional=True, hint=hint)]


def _menu(placeholder: str, names: Mapping[str, str], already: Sequence[str], at_most: int) -> dict[str, Any]:
    """A menu of which several can be chosen: for each value what it is called."""
    options = [
        {"value": value, "text": plain_text(name[:LONGEST_NAME])} for value, name in list(names.items())[:MOST_OPTIONS]
    ]
    chosen = [option for option in options if option["value"] in already][:at_most]
    return {
        "type": "multi_static_select",
        "placeholder": plain_text(placeholder),
        "max_selected_items": at_most,
        "options": options,
        **({"initial_options": chosen} if chosen else {}),
    }


def form_input(block_id: str, label: str, element: dict[str, Any], *, optional: bool = False, hint: str = "") -> Block:
    """A field of a form, with one element in it."""
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain_text(label),
        "element": {"action_id": CHOSEN_ACTION, **element},
        **({"optional": True} if optional else {}),
        **({"hint": plain_text(hint)} if hint else {}),
    }


NOBODY_RUNG = "Nobody was rung"
"""What a form's errors begin with, where it is one that rings."""


def nobody_chosen(undone: str) -> dict[str, str]:
    """What stands under a field when nobody is chosen."""
    return {PEOPLE_BLOCK: f"{undone}: choose somebody, or type a number below."}


def too_many(at_most: int, undone: str) -> dict[str, str]:
    """What stands under a field when more are chosen than a menu allows."""
    return {PEOPLE_BLOCK: f"{undone}: at most {at_most} can be chosen in each field. Choose fewer."}


def team_unknown(name: str, undone: str = NOBODY_RUNG) -> dict[str, str]:
    """What stands under the teams when one was deleted while the form stood open."""
    return {TEAMS_BLOCK: f"{undone}: there is no team {name} any more. Choose others, or people above."}


def no_channel() -> dict[str, str]:
    return {CHANNEL_BLOCK: "Choose the channel in which the board is to appear."}


def unreadable_numbers(result: Unreadable, undone: str) -> dict[str, str]:
    """What stands under the numbers when one of them can't be read: plain text."""
    if any(found.kind not in _OF_NUMBERS for found in result.problems):
        return only_numbers(undone)
    return {NUMBERS_BLOCK: f"{undone}. {' '.join(map(problem, result.problems))}".replace("`", "")}


def masked_unknown(pieces: Sequence[str], undone: str) -> dict[str, str]:
    """What stands under the numbers of a standup when masked ones are none of its own."""
    said = (
        "is no number that this standup rings; type it in full"
        if len(pieces) == 1
        else "are no numbers that this standup rings; type them in full"
    )
    return {NUMBERS_BLOCK: f"{undone}: {shortened(pieces)} {said}."}


def shortened(pieces: Sequence[str]) -> str:
    """What was typed, as it is quoted under a field: the first of many, and the beginnings of long ones."""
    shown = ", ".join(
        piece if len(piece) <= _LONGEST_PIECE else f"{piece[:_LONGEST_PIECE]}…" for piece in pieces[:_MOST_PIECES]
    )
    return f"{shown} and {len(pieces) - _MOST_PIECES} more" if len(pieces) > _MOST_PIECES else shown


_LONGEST_PIECE, _MOST_PIECES = 20, 10


def barred_numbers(numbers: Mapping[str, Barred | None], undone: str) -> dict[str, str]:
    """What stands under the numbers when some are never rung. A reason of None means that no typed number may be."""
    why = "Numbers typed here are not rung. Choose people in this workspace."
    return {NUMBERS_BLOCK: why if None in numbers.values() else f"{undone}. " + " ".join(barred(numbers))}


def too_slow() -> dict[str, str]:
    """What stands under a field when Slack took too long to say who these people are."""
    return {PEOPLE_BLOCK: "Nobody was rung: Slack did not say in time who these people are. Press Ring once more."}


def group_unreadable() -> dict[str, str]:
    """What stands under the groups when Slack would not say who is in one."""
    return {GROUPS_BLOCK: "Nobody was rung: Slack would not say who is in it. Choose the people themselves."}


def only_numbers(undone: str) -> dict[str, str]:
    """What stands under the numbers when something else was typed there."""
    return {NUMBERS_BLOCK: f"{undone}: here stand numbers only, like +65 9123 4567. Choose people above."}
