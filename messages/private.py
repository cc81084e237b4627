"""Words for one person alone: the help, what could not be read or done, what is asked of them, alerts. Pure."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from conference.barring import Barred
from conference.carrier import Balance
from conference.invitation import LONGEST_TEXT, Problem, ProblemKind, Unreadable, Verb, as_name
from conference.limits import LimitReached
from conference.model import MAX_PARTICIPANTS, Conference, LeftOut
from conference.numbers import mask_number
from conference.people import PersonOnFile
from messages import number_form, own_number
from messages.mrkdwn import (
    Block,
    Message,
    actions,
    bulleted,
    context,
    left_out_name,
    lines,
    listed,
    mention,
    modal,
    moment,
    plain,
    quoted,
    section,
)
from messages.refusals import BARRED, LIMITS, SETTING_OF
from messages.titles import called_conference

_EXAMPLES = (
    ("/conference @alice @bob", "rings Alice, Bob and you"),
    ("/conference @oncall +65 9123 4567", "rings a user group, a guest's number and you"),
    ("/conference @alice without me", "rings Alice, not you"),
    ("/conference team platform @alice @oncall", "saves a team; `add @bob`, `remove @bob`, `delete` go after its name"),
    ("/conference platform", "rings that team and you; `/conference team` lists all"),
    (
        "/conference standup platform weekdays 09:30",
        "rings that team at that time, by itself; `standup` alone lists all",
    ),
    ("/conference status", "shows what is running, with a button that rings you into it"),
    ("/conference history", "shows what ran in this channel, newest first; `history 2` the page before"),
    ("/conference hangup", "ends the conference that you started, for everybody"),
    ("/conference number +65 9123 4567", "adds your number, so that you can be rung"),
    ("/conference number code 123456", "proves it with the code that comes by SMS"),
    ("/conference number", "shows your number, and when you may be rung"),
    ("/conference number remove", "forgets it"),
    ("/conference number missing", "for admins: who in this channel has no number"),
    ("/conference number @alice +65 9123 4567", "for admins: sets Alice's number; `remove` forgets it"),
)


def help_text(person: PersonOnFile) -> Message:
    """How to use the command, and the state of one's own number."""
    return Message(
        "Rollcall rings people's phones and puts them in one conference call. "
        "Type /conference and the people you want, for example /conference @alice @bob.",
        (*how_to(), context(own_number.state(person)), own_number.buttons(person)),
    )


def how_to() -> tuple[Block, ...]:
    """How to use the command."""
    return (
        section(
            "*Rollcall rings people's phones and puts them in one conference call.* Type `/conference` and the "
            f"people you want, at most {MAX_PARTICIPANTS} phones. The board in the channel shows who is in."
        ),
        section(lines([f"`{typed}` {does}" for typed, does in _EXAMPLES])),
    )


def accepted() -> Message:
    """Said at once to the person who typed the command."""
    return plain("On it: the board appears here in a moment.")


def accepted_without_caller() -> Message:
    """The same, to a caller who has no number on file."""
    return _with_button(
        "On it: the board appears here in a moment. You are not in this call, because there is no number of yours "
        "on file. Add it, and you can be rung next time."
    )


def not_kept() -> Message:
    """For a command that could not be stored."""
    return plain(
        "Rollcall could not write to its database, so nothing was done and nobody was rung. "
        "Try again in a minute; if it happens again, tell whoever runs Rollcall."
    )


def went_wrong() -> Message:
    """For a command that met an error nobody foresaw."""
    return plain(
        "Something went wrong inside Rollcall, and nobody was rung by this command. Try again in a minute; if it "
        "happens again, tell whoever runs Rollcall."
    )


def unreadable(result: Unreadable, teams: Iterable[str] = (), *, recurring: str = "") -> Message:
    """What could not be read, where it stands, and what to type instead.

    `teams` are the names of those that exist; `recurring` is the command as a standup, if it can be read as one.
    """
    names = list(teams)
    said = bulleted(result.problems, lambda one: problem(one, names), at_most=_MOST_PROBLEMS)
    if recurring:
        said.append(f"To have it ring by itself at that time, type {recurring}.")
    text = "Nobody was rung, because part of the command could not be read:"
    return Message(
        lines([text, *said]),
        (section(lines([text, *said])), context(_WHAT_CAN_BE_TYPED)),
    )


_MOST_PROBLEMS = 10

_WHAT_CAN_BE_TYPED = (
    "Type people and user groups with `@`, guests by their numbers, and teams by their names, which "
    "`/conference team` lists. `/conference help` shows examples."
)


def problem(found: Problem, teams: Iterable[str] = ()) -> str:
    """What could not be read, and why; `teams` are the names that it may have been meant for."""
    piece = f"`{quoted(found.piece)}` (word {found.word})"
    match found.kind:
        case ProblemKind.NUMBER:
            return f"{piece} can't be rung. {found.why}"
        case ProblemKind.UNLINKED_MENTION:
            return f"{piece} is no link to a person. Type `@` and pick the name from Slack's list."
        case ProblemKind.CHANNEL:
            return f"{piece} is a channel. Name the people, or a user group."
        case ProblemKind.EVERYONE:
            return f"{piece} would ring everybody. Name the people, or a user group."
        case ProblemKind.WITHOUT_OTHERS:
            return f"{piece} goes with `me` only: `without me` leaves you out of the call."
        case ProblemKind.CONTRADICTION:
            return f"{piece} contradicts what stands before it: say either `me` or `without me`."
        case ProblemKind.TOO_LONG:
            return (
                f"That is too long to be read: it has more than {LONGEST_TEXT} characters. A conference takes at most "
                f"{MAX_PARTICIPANTS} phones; name fewer people, or a user group."
            )
        case ProblemKind.WORD:
            # A verb would have been one only in front.
            known = [*teams, *(Verb if found.word == 1 else ())]
            close = get_close_matches(as_name(found.piece), known, n=1)
            return f"{piece} is no team, and no word that the command knows.{_closest(close)}"


def _closest(names: list[str]) -> str:
    return f" The closest is `{names[0]}`." if names else ""


def ask_for_number(conference: Conference, left: LeftOut) -> Message:
    """To somebody who was wanted in a conference and has no number on file."""
    where = f"<#{conference.channel_id}>"
    if conference.is_by_itself and not left.asked_by:
        wanted = f"*{called_conference(conference)}* in {where} was to ring you"
    else:
        wanted = f"{mention(left.asked_by or conference.caller_id)} wanted you in a conference call in {where}"
    return _with_button(
        f"{wanted}, but there is no phone number of yours on file. Add it, and you can be rung next time. Besides you, "
        "only admins see it in full."
    )


def ask_for_number_by_admin(admin_id: str, channel_id: str) -> Message:
    """The same, because an admin missed it."""
    return _with_button(
        f"{mention(admin_id)}, an admin, asks you to add your phone number, so that conference calls in "
        f"<#{channel_id}> can ring you. Besides you, only admins see it in full."
    )


def without_number(user_ids: Iterable[str]) -> str:
    """A note to whoever named these people, who have no number on file."""
    return (
        f"No number on file, so not rung: {listed(map(mention, user_ids))}. They add it with "
        "`/conference number +65 9123 4567`, or an admin with `/conference number @alice +65 9123 4567`."
    )


def _with_button(text: str) -> Message:
    """A message to somebody without a number, with the button that opens the form for it."""
    return Message(text, (section(text), actions(number_form.button(None))))


def guests_refused(numbers: Mapping[str, Barred | None], *, undone: str = "Nobody was rung") -> Message:
    """For a command with numbers that may not be rung, and so was not done.

    A reason of None means that no typed number may.
    """
    if None in numbers.values():
        return plain(
            f"{undone}: numbers typed in the command are not rung here. Name people in this workspace, who have "
            "put their own numbers on file."
        )
    said = [f"• {one}" for one in barred(numbers)]
    return plain(lines([f"{undone}. Run the command again without these numbers:", *said]))


def barred(numbers: Mapping[str, Barred | None]) -> list[str]:
    """Each of these numbers, masked, with why it is never rung."""
    return [f"{mask_number(number)}: {BARRED[why]}" for number, why in numbers.items() if why][:_MOST_PROBLEMS]


def only_in_own_workspace() -> Message:
    """For somebody of another workspace, who is in a shared channel."""
    return plain(
        "Nothing was done: only people of the workspace that Rollcall belongs to can use it. "
        "Ask one of them to start the conference."
    )


def as_view(message: Message) -> dict[str, Any]:
    """A message as what stands in the place of a form, or before it."""
    return modal("Rollcall", *message.blocks)


def rings_alert(left: LeftOut) -> Message:
    """To an admin, the first time that a number has been rung too often."""
    return plain(
        f"{left_out_name(left)} was rung {left.most} times within ten minutes, a limit of Rollcall, and is left alone "
        f"until {moment(left.until, with_date=True) if left.until else 'later'}. If that is too little, whoever runs "
        "Rollcall can raise `MAX_RINGS_PER_NUMBER`. You are told this once."
    )


def limit_alert(user_id: str, reached: LimitReached) -> Message:
    """To an admin, the first time somebody runs into a limit."""
    who = mention(user_id) if reached.limit.is_of_one_person else "This workspace"
    return plain(
        f"{who} has reached a limit of Rollcall: {LIMITS[reached.limit].format(most=reached.most)}. Until "
        f"{moment(reached.opens_at, with_date=True)} more is refused. If that is too little, whoever runs Rollcall can "
        f"raise `{SETTING_OF[reached.limit]}`. You are told this once."
    )


def credit_alert(balance: Balance, low: Decimal) -> Message:
    """To an admin, the first time that less is left in the carrier's account than the operator wants."""
    return plain(
        f"The Hoiio account has {balance} left, less than `LOW_BALANCE` ({low}). Top it up: when there is too little "
        "for a call, Hoiio rings nobody, and without credit it sends no codes by SMS. You are told this once, until "
        "it has been above."
    )


def ring_anew_too_late() -> Message:
    """For a click on a button that no longer does anything."""
    return plain("Nobody was rung by that: this conference has been settled in the meantime. Its board says how.")
