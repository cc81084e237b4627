"""How many there are of what an operator watches."""

from collections.abc import Mapping
from dataclasses import dataclass

from conference.model import ConferenceState


@dataclass(frozen=True)
class Figures:
    """How things stand in the storage. `unfinished` has conferences by each state in which they are not over."""

    unfinished: Mapping[ConferenceState, int]
    undrawn: int
    """Conferences of which Slack does not show everything yet."""
    queued_phones: int
    lines_in_use: int
