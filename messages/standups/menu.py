"""What people can press below a standup, and what came of that, or of the same as it is typed. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from conference.invitation import Guest
from conference.standups.command import StandupAct
from conference.standups.model import Planned, Standup
from conference.standups.wishes import NotDone
from messages.mrkdwn import Block, Message, actions, button, mention, overflow, plain, section
from messages.standups.wording import command, in_words

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


def buttons_of(planned: Planned, scope: Scope) -> Block:
    """*Change*, and a menu of whatever can be done with it just now."""
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


def new_button() -> Block:
    return button(NEW_ACTION, "New standup")


def ask_before_deleting(standup: Standup) -> Message:
    """The question that the menu's *Delete* asks."""
    text = f"Delete `{standup.name}`, {in_words(standup.recurrence)}? It never rings again. Pausing it keeps it."
    delete = button(DELETE_ACTION, f"Delete {standup.name}", value=standup.standup_id, style="danger")
    return Message(text, (section(text), actions(delete)))


def not_in_charge(standup: Standup) -> Message:
    return plain(
        f"Nothing was changed: `{standup.name}` was set up by {mention(standup.maker_id)}, and only they and admins "
        "change it."
    )


def gone() -> Message:
    """For a click on a standup that is no more, or that whoever clicked does not see any more."""
    return plain("Nothing was done: there is no such standup any more. `/conference standup` lists those that you see.")


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
