"""The core's log: one line for every state that a conference comes to."""

import logging

from conference.model import Conference

log = logging.getLogger(__name__)


def log_state(conference: Conference) -> None:
    """One line for where a conference has come to."""
    why = ": ".join(filter(None, [conference.reason, conference.detail]))
    log.info("conference %s: %s%s", conference.conference_id, conference.state, f" ({why})" if why else "")
