"""The form in which a person sets up a standup, or changes one. Pure."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from conference.invitation import Group, Guest, Invitee, Person
from conference.standups.command import WEEKDAYS
from conference.standups.days_off import LONGEST_ADDRESS, written_days_off
from conference.standups.holidays import CalendarError
from conference.standups.model import Standup
from conference.standups.recurrence import Weekday
from conference.standups.vocabulary import similar_name
from conference.teams import LONGEST_NAME, MOST_INVITEES, NameProblem
from messages.conference_form import (
    CHANNEL_BLOCK,
    PEOPLE_BLOCK,
    ChosenAlready,
    Offered,
    form_input,
    shortened,
    whom_fields,
)
from messages.mrkdwn import Message, modal, plain_text
from messages.standups.wording import another_name

CALLBACK_ID = "standup_form"
NAME_BLOCK = "name"
DAYS_BLOCK = "days"
TIME_BLOCK = "time"
ZONE_BLOCK = "zone"
REMIND_BLOCK = "remind"
DAYS_OFF_BLOCK = "days_off"
CALENDAR_BLOCK = "calendar"
REPORT_BLOCK = "report"

USUAL_TIME = time(9, 30)
USUAL_REMINDER = 5
REMINDERS = {
    0: "Not at all",
    1: "1 minute before",
    **{count: f"{count} minutes before" for count in (5, 10, 15, 30)},
}
"""What can be chosen: for each count of minutes how it is called."""
WEEKLY = "weekly"

LONGEST_DAYS_OFF = 3_000
"""Characters (Slack, Block Kit): room for some 270 dates."""
LONGEST_ZONE = 60

UNDONE = "Nothing was saved"
"""What this form's errors begin with."""

_NEW_TITLE = "New standup"
_CHANGE_TITLE = "Change a standup"


@dataclass(frozen=True)
class Preset:
    """What stands in the form when it opens. `channel_id` is None for wherever the person is, `zone` if not known."""

    name: str = ""
    team_names: Sequence[str] = ()
    invitees: Sequence[Invitee] = ()
    channel_id: str | None = None
    days: Collection[Weekday] = WEEKDAYS
    at: time = USUAL_TIME
    zone: str | None = None
    remind_minutes: int = USUAL_REMINDER
    days_off: Iterable[date] = ()
    calendar: str | None = None
    reports_weekly: bool = False


def preset_of(standup: Standup) -> Preset:
    """What is stored of a standup."""
    return Preset(
        name=standup.name,
        team_names=standup.team_names,
        invitees=standup.invitees,
        channel_id=standup.channel_id,
        days=standup.recurrence.days,
        at=standup.recurrence.at,
        zone=standup.recurrence.zone,
        remind_minutes=standup.remind_minutes,
        days_off=standup.days_off,
        calendar=standup.calendar,
        reports_weekly=standup.reports_weekly,
    )


@dataclass(frozen=True)
class About:
    """What a form is about: a standup as it was then, or with neither a new one."""

    standup_id: str = ""
    as_it_was: str = ""

    def __str__(self) -> str:
        """As a form carries it, unseen. `read_about` gives it back."""
        return json.dumps([self.standup_id, self.as_it_was])


def read_about(text: str) -> About:
    """The About whose `str()` this is; a new standup if it is none."""
    try:
        standup_id, as_it_was = json.loads(text)
    except (ValueError, TypeError):
        return About()
    return About(str(standup_id), str(as_it_was))


def is_offered(channel_id: str) -> bool:
    """Whether the menu of channels may hold it, which has no direct messages."""
    return not channel_id.startswith("D")


def form(preset: Preset, offered: Offered, about: About) -> dict[str, Any]:
    """The form, with what is chosen already."""
    channel: dict[str, Any] = {
        "type": "conversations_select",
        "default_to_current_conversation": True,
        "filter": {"include": ["public", "private"], "exclude_bot_users": True},
    }
    if preset.channel_id and is_offered(preset.channel_id):
        channel["initial_conversation"] = preset.channel_id
    name = _text(preset.name, placeholder="platform", max_length=LONGEST_NAME)
    return {
        **modal(
            _CHANGE_TITLE if about.standup_id else _NEW_TITLE,
            form_input(NAME_BLOCK, "Name", name, hint="One word."),
            *whom_fields(_already(preset), offered, at_most=MOST_INVITEES),
            form_input(CHANNEL_BLOCK, "Where it appears", channel, hint="A channel that Rollcall is in."),
            form_input(DAYS_BLOCK, "Days", _days(preset.days)),
            form_input(TIME_BLOCK, "Time", {"type": "timepicker", "initial_time": f"{preset.at:%H:%M}"}),
            form_input(
                ZONE_BLOCK,
                "Time zone",
                _text(preset.zone or "", placeholder="Asia/Singapore", max_length=LONGEST_ZONE),
                hint="By the clocks of that place it rings, for everybody, also when those are changed.",
            ),
            form_input(REMIND_BLOCK, "The channel is told", _reminder(preset.remind_minutes)),
            form_input(
                DAYS_OFF_BLOCK,
                "Not on these dates",
                _text(
                    written_days_off(preset.days_off),
                    placeholder="2026-12-25, 2027-01-01",
                    max_length=LONGEST_DAYS_OFF,
                    multiline=True,
                ),
                optional=True,
                hint="Year, month and day; commas or lines between them.",
            ),
            form_input(
                CALENDAR_BLOCK,
                "Nor on the days of this calendar",
                _text(
                    preset.calendar or "", placeholder="https://example.com/holidays.ics", max_length=LONGEST_ADDRESS
                ),
                optional=True,
                hint="The https address of a calendar of holidays (ICS). Whoever may change the standup sees it here.",
            ),
            form_input(REPORT_BLOCK, "Report", _report(is_wanted=preset.reports_weekly), optional=True),
            close="Cancel",
            submit="Save",
            callback_id=CALLBACK_ID,
        ),
        "private_metadata": str(about),
    }


def _already(preset: Preset) -> ChosenAlready:
    return ChosenAlready(
        people=[one.user_id for one in preset.invitees if isinstance(one, Person)],
        teams=preset.team_names,
        groups=[one.group_id for one in preset.invitees if isinstance(one, Group)],
        numbers=[one.number for one in preset.invitees if isinstance(one, Guest)],
    )


def _text(initial: str, *, placeholder: str, max_length: int, multiline: bool = False) -> dict[str, Any]:
    return {
        "type": "plain_text_input",
        "placeholder": plain_text(placeholder),
        "max_length": max_length,
        **({"initial_value": initial} if initial else {}),
        **({"multiline": True} if multiline else {}),
    }


def _days(days: Collection[Weekday]) -> dict[str, Any]:
    options = {day: {"value": str(day), "text": plain_text(day.name.capitalize())} for day in Weekday}
    chosen = [option for day, option in options.items() if day in days]
    return {"type": "checkboxes", "options": list(options.values()), "initial_options": chosen}


def _reminder(minutes: int) -> dict[str, Any]:
    options = {count: {"value": str(count), "text": plain_text(name)} for count, name in sorted(REMINDERS.items())}
    return {"type": "static_select", "options": list(options.values()), "initial_option": options[minutes]}


def _report(*, is_wanted: bool) -> dict[str, Any]:
    option = {"value": WEEKLY, "text": plain_text("Every Friday, who was in over the last four weeks")}
    return {"type": "checkboxes", "options": [option], **({"initial_options": [option]} if is_wanted else {})}


# What stands under the fields: plain text


def wrong_name(typed: str, why: NameProblem) -> dict[str, str]:
    match why:
        case NameProblem.TAKEN:
            said = f"{typed} is a word that the command reads otherwise, so no standup can be called that."
        case NameProblem.TOO_LONG:
            said = f"A name has at most {LONGEST_NAME} characters."
        case NameProblem.FIRST:
            said = "A name begins with a letter."
        case NameProblem.CHARACTER:
            said = "A name is one word, and has only letters, digits, - and _ in it."
    name = similar_name(typed)
    return {NAME_BLOCK: f"{UNDONE}. {said}{f' Maybe {name}?' if name else ''}"}


def name_taken(name: str) -> dict[str, str]:
    other = another_name(name)
    return {NAME_BLOCK: f"{UNDONE}: there is a standup {name} already. Choose another name, such as {other}."}


def deleted() -> dict[str, str]:
    """For a standup that is no more."""
    return {
        NAME_BLOCK: (
            f"{UNDONE}: this standup was deleted while the form stood open. /conference standup new opens a form for a "
            "new one."
        )
    }


def changed_meanwhile() -> dict[str, str]:
    """For a standup that somebody else has changed since the form was opened."""
    return {
        NAME_BLOCK: (
            f"{UNDONE}: this standup was changed while the form stood open. Open its form once more to see how it is "
            "now."
        )
    }


def not_in_charge() -> dict[str, str]:
    return {NAME_BLOCK: f"{UNDONE}: only whoever set it up and admins change it."}


def too_many(count: int) -> dict[str, str]:
    return {
        PEOPLE_BLOCK: (
            f"{UNDONE}: these are {count} people, groups and numbers, and a standup takes at most {MOST_INVITEES}. "
            "Save some as a team."
        )
    }


def no_channel() -> dict[str, str]:
    return {CHANNEL_BLOCK: f"{UNDONE}: choose the channel in which it appears."}


def no_days() -> dict[str, str]:
    return {DAYS_BLOCK: f"{UNDONE}: choose at least one day."}


def no_time() -> dict[str, str]:
    return {TIME_BLOCK: f"{UNDONE}: choose a time."}


def no_reminder() -> dict[str, str]:
    return {REMIND_BLOCK: f"{UNDONE}: choose one of these."}


def wrong_dates(words: Sequence[str]) -> dict[str, str]:
    is_are = "is no date" if len(words) == 1 else "are no dates"
    return {
        DAYS_OFF_BLOCK: (
            f"{UNDONE}: {shortened(words)} {is_are}. A date is typed with year, month and day: 2026-12-25."
        )
    }


def wrong_calendar() -> dict[str, str]:
    return {
        CALENDAR_BLOCK: (
            f"{UNDONE}: that is no address of a calendar, which begins with https:// as in "
            "https://example.com/holidays.ics."
        )
    }


def calendar_unread(error: CalendarError) -> dict[str, str]:
    return {CALENDAR_BLOCK: f"{UNDONE}. That address could not be read: {error}. Correct it, or leave it empty."}


def saved(message: Message) -> dict[str, Any]:
    """What the form turns into."""
    return modal("Standup", *message.blocks)
