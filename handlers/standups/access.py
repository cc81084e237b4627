"""Who sees which standup and who may change it, as the command, the buttons and the form have in common."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from conference.standups.command import StandupAct
from conference.standups.model import Planned, Standup, StandupKey, is_shown_to
from conference.standups.wishes import NotDone
from handlers.admins import is_in_charge, is_surely_admin
from handlers.parts import Parts
from handlers.standups.outlook import rung_by


async def seen_by(parts: Parts, team_id: str, user_id: str, channel_id: str | None) -> list[Planned]:
    """The standups that somebody in that channel sees, by name."""
    planned = await parts.timetable.planned(team_id)
    teams = {team.name: team.invitees for team in await parts.storage.teams(team_id)}

    return [one for one in planned if is_shown_to(user_id, channel_id, one.standup, set(rung_by(one.standup, teams)))]


@dataclass(frozen=True)
class Meant:
    """A standup that somebody wants something of. `is_by_admin`: Slack has just said that they are one."""

    planned: Planned
    is_by_admin: bool = False

    @property
    def standup(self) -> Standup:
        return self.planned.standup


async def meant(
    parts: Parts, seen: Sequence[Planned], team_id: str, user_id: str, is_it: Callable[[Standup], bool]
) -> Meant | None:
    """A standup of those that somebody sees, or for an admin of all; Slack is asked who is one where that decides."""
    if found := next((one for one in seen if is_it(one.standup)), None):
        return Meant(found)
    hidden = next((one for one in await parts.timetable.planned(team_id) if is_it(one.standup)), None)
    return Meant(hidden, is_by_admin=True) if hidden and await is_surely_admin(parts, user_id, team_id) else None


async def may_change(parts: Parts, found: Meant, user_id: str) -> bool:
    """Whether somebody may change the standup that they meant. What Slack has said of them is not asked again."""
    standup = found.standup
    return found.is_by_admin or await is_in_charge(parts, user_id, standup.team_id, standup.maker_id)


async def in_charge_of(parts: Parts, seen: Sequence[Planned], team_id: str, user_id: str) -> set[StandupKey]:
    """Which of these somebody may change. Slack is asked whether they are an admin only where that decides."""
    if all(one.standup.maker_id == user_id for one in seen) or await is_surely_admin(parts, user_id, team_id):
        return {one.standup.key for one in seen}
    return {one.standup.key for one in seen if one.standup.maker_id == user_id}


async def as_planned(parts: Parts, key: StandupKey) -> Planned | None:
    """What lies ahead of one standup now; None if there is none."""
    return next((one for one in await parts.timetable.planned(key.team_id) if one.standup.key == key), None)


async def wished(parts: Parts, act: StandupAct, key: StandupKey, user_id: str) -> NotDone | None:
    """Pause, resume, skip or not skip a standup; what kept that from being done, if anything did."""
    match act:
        case StandupAct.PAUSE:
            return await parts.timetable.pause(key)
        case StandupAct.RESUME:
            return await parts.timetable.resume(key)
        case StandupAct.SKIP:
            return await parts.timetable.skip_next(key, user_id)
        case _:
            return await parts.timetable.dont_skip(key)
