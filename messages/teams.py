"""Words about saved teams, said to whoever typed `/conference team …`. Pure."""

from collections.abc import Collection, Iterable, Sequence
from difflib import get_close_matches

from conference.invitation import NOBODY, CallerWish, Group, Invitee, Person, Problem, ProblemKind
from conference.model import MAX_PARTICIPANTS
from conference.team_call import Mistyped, Slip, TeamAct, TeamCall, joined_name
from conference.teams import (
    LONGEST_NAME,
    MOST_INVITEES,
    Editor,
    NameProblem,
    Team,
    TeamUnchangedError,
    Unchanged,
    similar_name,
)
from messages import private
from messages.mrkdwn import Message, bulleted, context, invitee_name, lines, listed, mention, plain, quoted, section

MOST_LISTED = 40
"""Teams in one message, which has room for 50 blocks (Slack, Block Kit)."""
MOST_NAMES_OF_ONE = 12
"""People that the list of all teams names of one."""
_MOST_MORE_NAMES = 50
_MOST_PROBLEMS = 5
_MOST_IN_FORM = 10
_EXAMPLE = "platform"
_SOMEBODY = "@alice"

_FORMS = (
    f"`/conference team {_EXAMPLE} @alice @bob` saves a team, `/conference {_EXAMPLE}` rings it; `add @carol`, "
    "`remove @carol` and `delete` go after its name. `/conference team` lists all."
)


def how_to() -> Message:
    """What can be typed."""
    return plain(_FORMS)


def all_teams(teams: Sequence[Team]) -> Message:
    """Every team with its people and who made it; of very many, the names of those that have no room."""
    if not teams:
        return plain(
            f"No team is saved yet. `/conference team {_EXAMPLE} @alice @bob` saves one, and `/conference {_EXAMPLE}` "
            "rings it."
        )
    title = "*Saved teams*; `/conference` and a name rings one"
    said = [_described(team, at_most=MOST_NAMES_OF_ONE) for team in teams[:MOST_LISTED]]
    if more := teams[MOST_LISTED:]:
        names = listed((f"`{team.name}`" for team in more), at_most=_MOST_MORE_NAMES)
        said.append(f"Also {names}. `/conference team` and a name shows who is in one.")
    return Message(lines([title, *said]), (section(title), *map(section, said)))


def shown(team: Team, without_number: Iterable[str]) -> Message:
    """One team; `without_number` are those of its people who have none on file."""
    return _with_notes(f"{_described(team)} {_ring(team.name)}", team, without_number)


def saved(before: Team | None, team: Team, without_number: Iterable[str]) -> Message:
    """It is saved; `before` is what its name stood for until now."""
    text = f"Saved: `{team.name}` is {_people(team.invitees)}."
    if before is not None:
        text = f"Saved: `{team.name}` is now {_people(team.invitees)}. {_replaced(before, team)}"
    return _with_notes(f"{text} {_ring(team.name)}", team, without_number)


def _replaced(before: Team, team: Team) -> str:
    if set(before.invitees) == set(team.invitees):
        return "That is whom it was before, too."
    return (
        f"Before, it was {_people(before.invitees)}: to put that back, type `/conference team {team.name}` and those "
        "names."
    )


def changed(act: TeamAct, whom: Sequence[Invitee], before: Team, team: Team, without_number: Iterable[str]) -> Message:
    """Some were added or removed, or were in it, or not, already."""
    moved = [one for one in whom if (one in before.invitees) is not (one in team.invitees)]
    others = [one for one in whom if one not in moved]
    said = []
    if moved:
        said.append(f"{'Added' if act is TeamAct.ADD else 'Removed'}: {_people(moved)}.")
    if others and act is TeamAct.ADD:
        said.append(f"{_people(others)} {_was(others)} in it already.")
    if others and act is TeamAct.REMOVE:
        said.append(f"{_people(others)} {_was(others)} not in it{_maybe_in_group(team)}.")
    if not moved:
        said.insert(0, "Nothing was changed.")
    said.append(f"`{team.name}` is {'now ' if moved else ''}{_people(team.invitees)}.")
    return _with_notes(" ".join(said), team, without_number if act is TeamAct.ADD else ())


def _was(invitees: Sequence[Invitee]) -> str:
    return "was" if len(invitees) == 1 else "were"


def _maybe_in_group(team: Team) -> str:
    if groups := [invitee for invitee in team.invitees if isinstance(invitee, Group)]:
        return f" by name; whoever is in {_people(groups)} is rung with it"
    return ""


def deleted(team: Team) -> Message:
    return plain(
        f"Deleted: `{team.name}`. It was {_people(team.invitees)}: to put it back, type `/conference team {team.name}` "
        "and those names."
    )


def rung_by_standups(name: str, standups: Sequence[str], seen: Collection[str]) -> Message:
    """For a team that can't be deleted yet: these standups ring it, of which whoever asked sees those in `seen`."""
    named = [standup for standup in standups if standup in seen]
    hidden = len(standups) - len(named)
    if not named:
        count = "a standup" if hidden == 1 else f"{hidden} standups"
        one = "it" if hidden == 1 else "them"
        return plain(f"Nothing was deleted: `{name}` is rung by {count} that you don't see. An admin can change {one}.")
    names = listed((f"`{one}`" for one in named), at_most=MOST_LISTED)
    besides = f", and by {hidden} that you don't see: an admin can change {'that' if hidden == 1 else 'those'}"
    return plain(
        f"Nothing was deleted: `{name}` is rung by the {'standup' if len(named) == 1 else 'standups'} {names}"
        f"{besides if hidden else ''}. "
        f"`/conference standup {named[0]} change` opens a form in which others can be chosen, and "
        f"`/conference standup {named[0]} delete` deletes it; for whoever set it up, and admins."
    )


def unchanged(error: TeamUnchangedError, call: TeamCall, by: Editor, names: Iterable[str]) -> Message:
    """Why a team was left as it was; `names` are those of all teams."""
    team = error.team
    if error.why is Unchanged.UNKNOWN or team is None:
        return unknown(call, names)
    match error.why:
        case Unchanged.NOT_THEIRS:
            out = f" You can take yourself out: `/conference team {team.name} remove me`."
            return plain(
                f"Nothing was changed: `{team.name}` was saved by {mention(team.made_by)}, and only they and admins "
                f"change it. It is {_people(team.invitees)}.{out if Person(by.user_id) in team.invitees else ''}"
            )
        case Unchanged.TOO_MANY:
            return plain(
                f"Nothing was changed: `{team.name}` would have {len(team.invitees)} people, groups and numbers in it, "
                f"and a team has at most {MOST_INVITEES}. A user group counts as one, and is rung whole."
            )
        case Unchanged.NOBODY_LEFT:
            whole = f"`/conference team {team.name} delete` deletes it"
            is_able = by.is_in_charge(team) or team.invitees == (Person(by.user_id),)
            return plain(
                f"Nothing was changed: nobody would be left in `{team.name}`. "
                f"{whole if is_able else f'{mention(team.made_by)} and admins can delete it: {whole}'}."
            )


def unknown(call: TeamCall, names: Iterable[str]) -> Message:
    """There is no team of that name; `names` are those that there are."""
    said = [f"Nothing was done: there is no team `{call.name}`."]
    if close := get_close_matches(call.name, list(names), n=1):
        said.append(f"The closest name is `{close[0]}`: {_form(TeamCall(call.act, close[0], call.whom))}.")
    said.append(f"`/conference team {call.name} @alice @bob` saves a team of that name, `/conference team` lists all.")
    return plain(" ".join(said))


def mistyped(found: Mistyped) -> Message:
    """What could not be taken as it was typed, and the right form of what was most likely meant."""
    text = f"Nothing was changed. {_slip(found)}"
    return Message(text, (section(text), context(_FORMS)))


def _slip(found: Mistyped) -> str:
    meant = found.meant
    match found.slip:
        case Slip.NO_NAME:
            return f"The team's name is missing, one word such as `{_EXAMPLE}`: {_form(meant)}."
        case Slip.NAME:
            return _name_problem(found)
        case Slip.ORDER:
            return f"The team's name comes first, then what is to be done: {_form(meant)}."
        case Slip.NOBODY if meant.act is TeamAct.REMOVE:
            return (
                f"It is not said who: {_form(meant)} takes somebody out of `{meant.name}`, "
                f"`/conference team {meant.name} delete` deletes all of it."
            )
        case Slip.NOBODY:
            return f"It is not said who: {_form(meant)}."
        case Slip.PEOPLE_TO_DELETE:
            one = TeamCall(TeamAct.REMOVE, meant.name, meant.whom)
            return (
                f"{_form(one)} takes them out of `{meant.name}`, `/conference team {meant.name} delete` deletes all "
                "of it."
            )
        case Slip.WITHOUT_ME:
            return (
                f"A team has you in it only if you are named: {_form(meant)}. When it rings, "
                f"`/conference {meant.name} without me` leaves you out; `/conference team {meant.name} remove me` "
                "takes you out of it."
            )
        case Slip.UNREADABLE:
            return _unreadable(found)


def _name_problem(found: Mistyped) -> str:
    typed = f"`{quoted(found.typed)}`"
    name = similar_name(found.typed) or _EXAMPLE
    right = _form(TeamCall(found.meant.act, name, found.meant.whom))
    match found.why:
        case NameProblem.TAKEN:
            return f"{typed} is a word that the command reads otherwise, so no team can be called that: {right}."
        case NameProblem.FIRST:
            return f"{typed} is no team's name: one begins with a letter. {right}."
        case NameProblem.TOO_LONG:
            return f"{typed} is too long for a team's name, which has at most {LONGEST_NAME} characters: {right}."
        case _:
            return f"{typed} is no team's name: one has only letters, digits, `-` and `_` in it. {right}."


def _unreadable(found: Mistyped) -> str:
    said = bulleted(found.problems, _problem, at_most=_MOST_PROBLEMS)
    if not found.meant.name:
        return lines(["Part of the command could not be read:", *said])
    act = TeamAct.SAVE if found.meant.act is TeamAct.SHOW else found.meant.act
    form = f"The right form: {_form(TeamCall(act, found.meant.name))}."
    if name := joined_name(found) if act is TeamAct.SAVE else None:
        form += f" A team's name is one word, such as `{name}`."
    return lines([f"Who is meant with `{found.meant.name}` could not be read:", *said, form])


def _problem(found: Problem) -> str:
    if found.kind is not ProblemKind.WORD:
        return private.problem(found)
    return (
        f"`{quoted(found.piece)}` (word {found.word}) is no link to a person. Type `@` and pick the name from Slack's "
        "list."
    )


def _form(call: TeamCall) -> str:
    """How something is typed, with the people as they are known again."""
    act = "" if call.act in {TeamAct.SAVE, TeamAct.SHOW, TeamAct.LIST} else f" {call.act}"
    typed = f"/conference team {call.name or _EXAMPLE}{act}"
    if call.act in {TeamAct.SHOW, TeamAct.LIST, TeamAct.DELETE}:
        return f"`{typed}`"
    if call.whom == NOBODY:
        return f"`{typed} {_SOMEBODY}`"
    me = " me" if call.whom.caller is CallerWish.ASKED else ""
    return " ".join([f"`{typed}{me}`", *map(invitee_name, call.whom.invitees[:_MOST_IN_FORM])])


def _with_notes(text: str, team: Team, without_number: Iterable[str]) -> Message:
    """A text about a team, with what will keep some of its people from being rung."""
    notes = []
    if missing := list(without_number):
        notes.append(private.without_number(missing))
    if len(team.invitees) > MAX_PARTICIPANTS:
        notes.append(f"A call takes at most {MAX_PARTICIPANTS} phones, and `{team.name}` may have more.")
    return Message(lines([text, *notes]), (section(text), *map(context, notes)))


def _ring(name: str) -> str:
    return f"`/conference {name}` rings it."


def _described(team: Team, *, at_most: int = MOST_INVITEES) -> str:
    return f"`{team.name}`: {_people(team.invitees, at_most=at_most)}. Saved by {mention(team.made_by)}."


def _people(invitees: Iterable[Invitee], *, at_most: int = MOST_INVITEES) -> str:
    return listed(map(invitee_name, invitees), at_most=at_most)
