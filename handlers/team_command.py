"""A person types `/conference team …`: saves a group of people, shows, changes or deletes it."""

from collections.abc import Sequence

from conference.barring import barred_guests
from conference.invitation import Invitee, Person
from conference.team_call import Mistyped, TeamAct, TeamCall, read_team_call
from conference.teams import (
    Editor,
    Team,
    TeamChange,
    TeamInUseError,
    TeamUnchangedError,
    adding,
    deleting,
    removing,
    saving,
)
from handlers.admins import is_surely_admin
from handlers.parts import Parts
from handlers.standups.access import seen_by
from handlers.without_number import able_to_add, without_number
from messages import private, teams
from messages.mrkdwn import Message

PROFILES_WITHIN_SECONDS = 1.0
"""How long Slack may take to say who those without a number are, of the 3 seconds that it waits itself."""


class TeamCommand:
    """Answers the verb `team`."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def answer(self, rest: str, team_id: str, user_id: str, channel_id: str) -> Message:
        """`rest` stood after the verb, in that channel."""
        call = read_team_call(rest, self._parts.default_region)
        if isinstance(call, Mistyped):
            return teams.mistyped(call)
        match call.act:
            case TeamAct.HELP:
                return teams.how_to()
            case TeamAct.LIST:
                return teams.all_teams(await self._parts.storage.teams(team_id))
            case TeamAct.SHOW:
                return await self._show(call, team_id)
            case _:
                return await self._change(call, team_id, user_id, channel_id)

    async def _show(self, call: TeamCall, team_id: str) -> Message:
        team = await self._parts.storage.team(team_id, call.name)
        if team is None:
            return teams.unknown(call, await self._names(team_id))
        return teams.shown(team, await self._without_number(team))

    async def _change(self, call: TeamCall, team_id: str, user_id: str, channel_id: str) -> Message:
        brings_in = call.act in {TeamAct.SAVE, TeamAct.ADD}
        if brings_in and (barred := barred_guests(call.whom, self._parts.barring)):
            return private.guests_refused(barred, undone=f"Nothing was changed in `{call.name}`")
        whom = call.whom.named_by(user_id)
        by = await self._editor(call, whom, team_id, user_id)
        try:
            if call.act is TeamAct.DELETE:
                return teams.deleted(await self._parts.storage.delete_team(team_id, call.name, deleting(by)))
            change = self._wanted(call, whom, team_id, by)
            before, after = await self._parts.storage.change_team(team_id, call.name, change)
            self._parts.behind.start(self._parts.timetable.show_anew(team_id))
        except TeamInUseError as error:
            seen = {one.standup.name for one in await seen_by(self._parts, team_id, user_id, channel_id)}
            return teams.rung_by_standups(call.name, error.standups, seen)
        except TeamUnchangedError as error:
            return teams.unchanged(error, call, by, await self._names(team_id))
        without_number = await self._without_number(after)
        if before is None or call.act is TeamAct.SAVE:
            return teams.saved(before, after, without_number)
        return teams.changed(call.act, whom, before, after, without_number)

    async def _editor(self, call: TeamCall, whom: Sequence[Invitee], team_id: str, user_id: str) -> Editor:
        """Who changes a team; Slack is asked whether they are an admin only where that decides."""
        team = await self._parts.storage.team(team_id, call.name)
        takes_themselves_out = call.act is TeamAct.REMOVE and set(whom) == {Person(user_id)}
        if team is None or team.made_by == user_id or takes_themselves_out:
            return Editor(user_id)
        return Editor(user_id, await is_surely_admin(self._parts, user_id, team_id))

    def _wanted(self, call: TeamCall, whom: Sequence[Invitee], team_id: str, by: Editor) -> TeamChange:
        match call.act:
            case TeamAct.ADD:
                return adding(whom, by)
            case TeamAct.REMOVE:
                return removing(whom, by)
            case _:
                return saving(Team(team_id, call.name, tuple(whom), by.user_id, self._parts.clock.now()), by)

    async def _without_number(self, team: Team) -> list[str]:
        """Those who are named in a team and could add their number."""
        people = [invitee.user_id for invitee in team.invitees if isinstance(invitee, Person)]
        without = await without_number(self._parts, team.team_id, people)
        return await able_to_add(self._parts, team.team_id, without, within_seconds=PROFILES_WITHIN_SECONDS)

    async def _names(self, team_id: str) -> list[str]:
        return [team.name for team in await self._parts.storage.teams(team_id)]
