"""The core's log: one line for every state that a conference comes to, and its id on each line that is about it."""

import logging

from conference.model import Conference
from conference.standups.model import Occurrence

CONFERENCE = "conference"
"""The attribute of a log record that holds the id of the conference that it is about."""

log = logging.getLogger(__name__)


def about(log: logging.Logger, conference_id: str) -> logging.LoggerAdapter[logging.Logger]:
    """A log for what is about that conference. A standup's day has the name of the conference that it becomes."""
    return logging.LoggerAdapter(log, {CONFERENCE: conference_id})


def log_state(conference: Conference) -> None:
    """One line for where a conference has come to."""
    why = ": ".join(filter(None, [conference.reason, conference.detail]))
    about(log, conference.conference_id).info("%s%s", conference.state, f" ({why})" if why else "")


def log_day(occurrence: Occurrence) -> None:
    """One line for what has become of a standup on one of its days."""
    told = about(log, occurrence.occurrence_id)
    told.info("standup %s on %s: %s", occurrence.standup_id, occurrence.day, occurrence.state)
