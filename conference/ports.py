"""What the core is handed: a place to keep conferences, and somebody who knows who people are."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from conference.calls import Report
from conference.dests import Profile
from conference.limits import Usage
from conference.lines import LinesHeld
from conference.model import Conference, ConferenceKey
from conference.preferences import Preferences


class Reading(Protocol):
    """What a change may look up: it all belongs to the same transaction as the change."""

    def numbers(self, user_ids: Iterable[str], *, believed: bool) -> dict[str, str]:
        """E.164 numbers on file, by Slack id; `believed`: also those that nobody proved."""

    def owners(self, numbers: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """Slack ids of the people who have these numbers on file, by number; a number that is nobody's is missing."""

    def preferences(self, user_ids: Iterable[str]) -> dict[str, Preferences]:
        """What people said of being rung, by Slack id; somebody who said nothing is missing."""

    def out(self, conference: Conference) -> frozenset[str]:
        """Slack ids of those who are out on the day that a standup's call is for."""

    def other_numbers(self, conference: Conference) -> Mapping[str, str]:
        """E.164 numbers on which people want to be rung in a standup's call this once, by Slack id."""

    def open_numbers(self, numbers: Iterable[str]) -> frozenset[str]:
        """Those of these numbers that are being rung or are in a call, in other conferences of this workspace."""

    def open_people(self, user_ids: Iterable[str]) -> frozenset[str]:
        """Those of these people who are being rung or are in a call there, on whatever number."""

    def rings(self, numbers: Iterable[str], *, since: datetime) -> dict[str, tuple[datetime, ...]]:
        """When each of these numbers was rung, or was about to be in another conference, oldest first."""

    def lines_in_use(self) -> int:
        """How many lines there are in use, this conference's among them, whatever the workspace."""

    def lines_held(self) -> tuple[LinesHeld, ...]:
        """Who holds them: the longest held first."""

    def phones_ahead(self) -> int:
        """How many phones of other conferences are waiting for a line."""

    def usage(self, user_id: str, now: datetime) -> Usage:
        """What counts towards the limits of this person and this workspace, but for what is not rung yet here."""

    def notifications(self, *, untaken: bool = False) -> "Sequence[Notification]":
        """Every notification that came for this conference, or each that was not taken in yet, oldest first."""


Change = Callable[[Conference, Reading], Conference]
"""A decision about one conference. Pure; it runs inside the transaction that stores what it returns."""


class UnknownConferenceError(LookupError):
    """There is no such conference."""


class StorageUnavailableError(Exception):
    """The storage did not do what was asked, and nothing was changed; later it may."""


class TooManyNotificationsError(Exception):
    """A notification was not kept: as many are on file of that conference as any may have."""


class ConferenceStorage(Protocol):
    """Where conferences are kept.

    Each method is one transaction, and has been made durable when it returns. Raises StorageUnavailableError.
    """

    async def add(self, conference: Conference) -> None:
        """Keep a new conference."""

    async def conference(self, key: ConferenceKey) -> Conference:
        """Raises UnknownConferenceError."""

    async def find(self, conference_id: str) -> Conference | None:
        """The conference with this id, whatever its workspace."""

    async def update(
        self,
        key: ConferenceKey,
        change: Change,
        *,
        successor: Conference | None = None,
        takes_in: bool = False,
    ) -> tuple[Conference, Conference]:
        """Store what `change` makes of a conference; returns it as it was and as it is. Raises UnknownConferenceError.

        With it is stored, if anything changed, the `successor`; and, where the change `takes_in` what was not taken in
        yet, that it was.
        """

    async def keep(self, conference_id: str, secret: str, notification: "Notification") -> ConferenceKey | None:
        """Keep a notification that came to that address, to be taken in; None if it was never handed out.

        The same one again is kept once, and is to be taken in again: what it is about may be known by then. Raises
        TooManyNotificationsError.
        """

    async def untaken(self) -> Sequence[ConferenceKey]:
        """Conferences of which there are notifications that have not been taken in."""

    async def owners(self, team_id: str, numbers: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """Slack ids of the people who have these numbers on file, by number; a number that is nobody's is missing."""

    async def unfinished(self) -> Sequence[ConferenceKey]:
        """Conferences that are new, queued, dialing, live or unconfirmed, oldest first."""

    async def queued(self) -> Sequence[ConferenceKey]:
        """Conferences of which phones wait for a line, those first that have waited longest."""


@dataclass(frozen=True)
class Notification:
    """What the carrier sent of its own accord, as it came."""

    fields: Mapping[str, str]
    received_at: datetime


class GroupUnreadableError(Exception):
    """It could not be learnt who is in a user group. The text is why, in Slack's words or ours.

    `may_pass`: asking later may help.
    """

    def __init__(self, why: str, *, may_pass: bool = False) -> None:
        super().__init__(why)
        self.may_pass = may_pass


class Directory(Protocol):
    """Somebody who knows who the people of a workspace are."""

    async def members(self, group_id: str) -> Sequence[str]:
        """Slack ids of the people in a user group. Raises GroupUnreadableError."""

    async def profiles(self, user_ids: Iterable[str]) -> Mapping[str, Profile]:
        """What is known of these people; somebody about whom nothing could be learnt is missing."""


@dataclass(frozen=True)
class NotifyAddress:
    """Where the carrier tells of a conference's calls: below `base`, a path with a part nobody can guess."""

    base: str

    def url(self, conference: Conference) -> str:
        return f"{self.base}/{conference.conference_id}/{conference.notify_secret}"


ReadNotification = Callable[[Mapping[str, str]], Report | None]
"""How a carrier's notification is understood; None where it names no call or no known status."""
