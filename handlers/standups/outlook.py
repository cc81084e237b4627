"""What Slack is asked about a standup: where its maker is, whom it would ring, and whether it can appear."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from conference.invitation import Group, Guest, Invitee, Person
from conference.ports import GroupUnreadableError
from conference.preferences import UNKNOWN_ZONE
from conference.standups.model import OccurrenceKey, Planned, Standup
from conference.standups.zones import zone_named
from handlers.parts import Parts
from handlers.without_number import able_to_add, without_number
from messages.slack import SlackError
from messages.standups.saved import Outlook

ZONE_WITHIN_SECONDS = 1.5
"""How long Slack may take to say where somebody is, of the 3 seconds that it waits itself."""

OUTLOOK_WITHIN_SECONDS = 1.0
"""How long it may take after that to say who is in a user group, and whether the bot is in a channel."""


@dataclass(frozen=True)
class Naming:
    """Whether a standup rings somebody; `if_in`: only if they are in one of these, of which Slack did not say so."""

    is_named: bool
    if_in: tuple[Group, ...] = ()


def rung_by(standup: Standup, teams: Mapping[str, Sequence[Invitee]]) -> tuple[Invitee, ...]:
    """Whom a standup rings, each once; `teams` has the people of each team by its name."""
    members = chain.from_iterable(teams.get(name, ()) for name in standup.team_names)
    return tuple(dict.fromkeys((*members, *standup.invitees)))


async def zone_of(parts: Parts, team_id: str, user_id: str) -> str | None:
    """Where somebody is: as Slack says, else as their quiet hours have it; None if neither is known."""
    try:
        async with asyncio.timeout(ZONE_WITHIN_SECONDS):
            profile = (await parts.directory.profiles([user_id])).get(user_id)
    except TimeoutError:
        profile = None
    if profile and profile.zone:
        # As it may be typed: `UTC`, which has other names.
        return zone_named(profile.zone.removeprefix("Etc/").lower()) or profile.zone
    quiet = (await parts.registration.on_file(team_id, user_id)).preferences.quiet_hours
    return quiet.zone if quiet and quiet.zone != UNKNOWN_ZONE else None


async def outlook(parts: Parts, planned: Planned, *, within_seconds: float = OUTLOOK_WITHIN_SECONDS) -> Outlook:
    """Whom a standup would ring now; Slack is asked no longer than so."""
    until = asyncio.get_running_loop().time() + within_seconds
    standup = planned.standup
    teams = {team.name: team.invitees for team in await parts.storage.teams(standup.team_id)}
    everybody = rung_by(standup, teams)
    is_in, found = await asyncio.gather(
        _is_in(parts, standup.channel_id, within_seconds), _of_groups(parts, everybody, within_seconds)
    )
    people = list(dict.fromkeys(_people(everybody, found)))
    guests = {invitee.number for invitee in everybody if isinstance(invitee, Guest)}
    without = await without_number(parts, standup.team_id, people)
    left = until - asyncio.get_running_loop().time()
    return Outlook(
        planned,
        named=len(people) + len(guests),
        phones=len(people) + len(guests) - len(without),
        uncounted=tuple(group for group, ids in found.items() if ids is None),
        without_number=tuple(await able_to_add(parts, standup.team_id, without, within_seconds=left)),
        is_bot_in_channel=is_in,
        rings_maker=standup.maker_id in people or (None if None in found.values() else False),
    )


def _people(everybody: Sequence[Invitee], groups: dict[Group, tuple[str, ...] | None]) -> list[str]:
    found: list[str] = []
    for invitee in everybody:
        match invitee:
            case Person(user_id):
                found.append(user_id)
            case Group():
                found += groups[invitee] or ()
    return found


async def naming(parts: Parts, key: OccurrenceKey, user_id: str) -> Naming:
    """Whether a standup would ring somebody now. Raises UnknownStandupError."""
    _, _, everybody = await parts.storage.standup_of(key)
    if Person(user_id) in everybody:
        return Naming(is_named=True)
    found = await _of_groups(parts, everybody, OUTLOOK_WITHIN_SECONDS)
    if any(user_id in (ids or ()) for ids in found.values()):
        return Naming(is_named=True)
    unread = tuple(group for group, ids in found.items() if ids is None)
    return Naming(is_named=bool(unread), if_in=unread)


async def _of_groups(
    parts: Parts, everybody: Sequence[Invitee], within_seconds: float
) -> dict[Group, tuple[str, ...] | None]:
    """Who is in each user group of these; None where Slack does not say so in time."""
    groups = [invitee for invitee in everybody if isinstance(invitee, Group)]
    of_groups = await asyncio.gather(*(_members(parts, group, within_seconds) for group in groups))
    return dict(zip(groups, of_groups, strict=True))


async def _members(parts: Parts, group: Group, within_seconds: float) -> tuple[str, ...] | None:
    try:
        async with asyncio.timeout(within_seconds):
            return await parts.directory.members(group.group_id)
    except (GroupUnreadableError, TimeoutError):
        return None


async def _is_in(parts: Parts, channel_id: str, within_seconds: float) -> bool | None:
    """Whether the bot is in a channel; None if Slack does not say so in time, or has not the scope for it."""
    try:
        async with asyncio.timeout(within_seconds):
            return await parts.gateway.is_in(channel_id)
    except (SlackError, TimeoutError):
        return None
