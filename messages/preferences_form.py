"""The form in which a person says when they may be rung, and whether reports show them. Pure."""

from datetime import time
from typing import Any

from conference.preferences import Preferences
from messages import mrkdwn
from messages.mrkdwn import Block, modal, plain_text, section

OPEN_ACTION = "open_preferences_form"
CALLBACK_ID = "preferences_form"
RINGS_BLOCK = "rings"
RINGS_ACTION = "rings"
START_BLOCK = "quiet_start"
END_BLOCK = "quiet_end"
TIME_ACTION = "time"
REPORTS_BLOCK = "reports"
REPORTS_ACTION = "reports"
IN_REPORTS = "in_reports"

ANY_TIME = "any_time"
QUIET_HOURS = "quiet_hours"
NEVER = "never"

CHOICES = {
    ANY_TIME: "Ring me at any time",
    QUIET_HOURS: "Ring me, but not in my quiet hours",
    NEVER: "Don't ring me at all",
}
_USUAL_START, _USUAL_END = time(22), time(8)
_TITLE = "When to ring me"


def button() -> Block:
    """Opens the form."""
    return mrkdwn.button(OPEN_ACTION, "When to ring me")


def form(preferences: Preferences) -> dict[str, Any]:
    """The form, with what was chosen before."""
    quiet = preferences.quiet_hours
    chosen = NEVER if not preferences.wants_rings else QUIET_HOURS if quiet else ANY_TIME
    options = {value: {"value": value, "text": plain_text(text)} for value, text in CHOICES.items()}
    return modal(
        _TITLE,
        {
            "type": "input",
            "block_id": RINGS_BLOCK,
            "label": plain_text("When a conference wants me"),
            "element": {
                "type": "radio_buttons",
                "action_id": RINGS_ACTION,
                "options": list(options.values()),
                "initial_option": options[chosen],
            },
        },
        _time(START_BLOCK, "Quiet from", quiet.start if quiet else _USUAL_START),
        _time(END_BLOCK, "Quiet until", quiet.end if quiet else _USUAL_END),
        section(
            "Times are in your own time zone, wherever Slack says that you are. A conference that you start "
            "yourself rings you also in your quiet hours. Others see until when you are not rung, and no more."
        ),
        _reports(preferences),
        close="Cancel",
        submit="Save",
        callback_id=CALLBACK_ID,
    )


def _reports(preferences: Preferences) -> Block:
    shown = {"value": IN_REPORTS, "text": plain_text("Show in how many calls I was")}
    initial = {"initial_options": [shown]} if preferences.in_reports else {}
    return {
        "type": "input",
        "block_id": REPORTS_BLOCK,
        "label": plain_text("Reports of standups"),
        "element": {"type": "checkboxes", "action_id": REPORTS_ACTION, "options": [shown], **initial},
        "optional": True,
    }


def _time(block_id: str, label: str, initial: time) -> Block:
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain_text(label),
        "element": {"type": "timepicker", "action_id": TIME_ACTION, "initial_time": f"{initial:%H:%M}"},
    }


def incomplete() -> dict[str, str]:
    """What stands under a field when something is missing."""
    return {RINGS_BLOCK: "Choose one of these, and a time in each of the fields below."}


def same_times() -> dict[str, str]:
    """What stands under a field when quiet hours would have no length."""
    return {END_BLOCK: "Quiet hours can't end when they begin. To be left alone all day, choose the last answer."}


def saved(sentence: str) -> dict[str, Any]:
    """What the form turns into; `sentence` says what holds now."""
    return modal(_TITLE, section(f"Done. {sentence or 'You can be rung at any time.'}"))
