"""Words for one person alone: the help, their number, what could not be read, what is asked of them. Pure."""

from conference.invitation import Problem, ProblemKind, Unreadable
from conference.model import MAX_PARTICIPANTS, Conference
from conference.numbers import show_number
from messages import number_form
from messages.mrkdwn import Message, context, escape, lines, mention, plain, section

_EXAMPLES = (
    ("/conference @alice @bob", "rings Alice, Bob and you"),
    ("/conference @oncall +65 9123 4567", "rings a user group, a guest's number and you"),
    ("/conference @alice without me", "rings Alice, not you"),
    ("/conference number +65 9123 4567", "keeps your number, so that you can be rung"),
    ("/conference number", "shows your number"),
    ("/conference number remove", "forgets it"),
)


def help_text(number: str | None) -> Message:
    """How to use the command, and the state of one's own number (E.164, or None)."""
    examples = lines([f"`{typed}` {does}" for typed, does in _EXAMPLES])
    return Message(
        "Rollcall rings people's phones and puts them in one conference call. "
        "Type /conference and the people you want, for example /conference @alice @bob.",
        (
            section(
                "*Rollcall rings people's phones and puts them in one conference call.* Type `/conference` and the "
                f"people you want, at most {MAX_PARTICIPANTS} phones. The board in the channel shows who is in."
            ),
            section(examples),
            context(number_state(number)),
            number_form.button(number),
        ),
    )


def number_state(number: str | None) -> str:
    if number is None:
        return "You have no number on file, so you can't be rung. Add it with `/conference number +65 9123 4567`."
    return f"Your number is {show_number(number)}. Nobody else in Slack sees more than its last four digits."


def number_shown(number: str | None) -> Message:
    return plain(number_state(number))


def number_of_somebody_else() -> Message:
    return plain(
        "Nothing was changed: a number is set by the person it belongs to. Ask them to type "
        "`/conference number` and their number."
    )


def number_kept(number: str) -> Message:
    return plain(
        f"Done: you can be rung on {show_number(number)}. Everybody else sees only its last four digits. "
        "`/conference number remove` forgets it."
    )


def number_removed(was_there: bool) -> Message:
    if was_there:
        return plain("Done: your number is forgotten. You can't be rung until you add one.")
    return plain("There was no number of yours on file, so nothing was changed.")


def number_unreadable(typed: str, why: str) -> Message:
    return plain(f"`{_quoted(typed)}` was not kept as your number. {why}")


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


def unreadable(result: Unreadable) -> Message:
    """What could not be read, where it stands, and what to type instead."""
    problems = result.problems[:_MOST_PROBLEMS]
    said = [f"• {_problem(problem)}" for problem in problems]
    if more := len(result.problems) - len(problems):
        said.append(f"• and {more} more.")
    text = "Nobody was rung, because part of the command could not be read:"
    return Message(
        lines([text, *said]),
        (section(lines([text, *said])), context("`/conference help` shows examples.")),
    )


_MOST_PROBLEMS = 10


def _problem(problem: Problem) -> str:
    piece = f"`{_quoted(problem.piece)}` (word {problem.word})"
    match problem.kind:
        case ProblemKind.NUMBER:
            return f"{piece} can't be rung. {problem.why}"
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
        case ProblemKind.WORD:
            return f"{piece} is neither a person, a number nor a word that the command knows."


def ask_for_number(conference: Conference) -> Message:
    """To somebody who was wanted in a conference and has no number on file."""
    text = (
        f"{mention(conference.caller_id)} wanted you in a conference call in <#{conference.channel_id}>, but there is "
        "no phone number of yours on file. Add it, and you can be rung next time. Nobody else in Slack sees it in full."
    )
    return _with_button(text)


def _with_button(text: str) -> Message:
    """A message to somebody without a number, with the button that opens the form for it."""
    return Message(text, (section(text), number_form.button(None)))


def ring_anew_too_late() -> Message:
    """For a click on a button that no longer does anything."""
    return plain("Nobody was rung by that: this conference has been settled in the meantime. Its board says how.")


_LONGEST_QUOTE = 40


def _quoted(text: str) -> str:
    """Somebody's text inside backticks."""
    short = text if len(text) <= _LONGEST_QUOTE else text[:_LONGEST_QUOTE] + "…"
    return escape(short).replace("`", "'")
