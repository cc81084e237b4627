"""What is on file of a person: their number, whether it is proved, and when they may be rung."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from conference.preferences import Preferences


class Source(StrEnum):
    """Who vouches for a number: its owner, who proved it, an admin of the workspace, or the operator who imported it.

    `BELIEVED` is one that its owner only typed, while the operator had nobody prove theirs.
    """

    SELF = "self"
    BELIEVED = "believed"
    ADMIN = "admin"
    IMPORT = "import"


@dataclass(frozen=True)
class NumberOnFile:
    """A number that may be rung: E.164, who vouches for it, and since when."""

    number: str
    source: Source
    set_at: datetime


@dataclass(frozen=True)
class PersonOnFile:
    """All that is on file of a person. `unproved` is a number whose code has not been entered yet; it is never rung."""

    number: NumberOnFile | None = None
    unproved: str | None = None
    preferences: Preferences = field(default_factory=Preferences)


class AdminAct(StrEnum):
    """What an admin or the operator does to numbers; each is kept in a log that nothing is ever taken out of."""

    SET = "set the number of"
    SHOWN = "looked at the number of"
    REMOVED = "removed the number of"
    LISTED = "looked who has no number in"
    ASKED = "asked for the number of"
    IMPORTED = "imported the number of"
    EXPORTED = "exported the number of"


OPERATOR = "operator"
"""Stands in that log for whoever runs the bot, who has a shell and no Slack id there."""


@dataclass(frozen=True)
class LoggedAct:
    """One entry of that log. It holds no number: who may forget theirs must be able to."""

    at: datetime
    team_id: str
    who: str
    """Slack id of the admin, or `operator`."""
    act: AdminAct
    whom: str
    """Slack id of the person it was done to, or of the channel that was looked at."""


@dataclass(frozen=True)
class NumberRequest:
    """Somebody who is to be asked for their number: which admin wanted it, and in which channel they were missed."""

    team_id: str
    user_id: str
    admin_id: str
    channel_id: str
    asked_at: datetime
