"""A person types `/conference standup …`: sets up a recurring call, shows, pauses, skips or deletes it."""

import secrets
from dataclasses import dataclass

from conference.barring import barred_guests
from conference.invitation import CallerWish
from conference.standups.command import Help, Listing, Misread, NewForm, StandupAct, StandupCall
from conference.standups.command import Planned as Wanted
from conference.standups.command_text import read_standup
from conference.standups.model import NameTakenError, Planned, Standup, UnknownStandupError
from conference.standups.recurrence import Recurrence
from conference.teams import MOST_INVITEES
from handlers.parts import Parts
from handlers.standups.access import as_planned, in_charge_of, may_change, meant, seen_by, wished
from handlers.standups.outlook import outlook, zone_of
from handlers.standups.report_command import REPORT_ACTS, report_answer
from handlers.standups.standup_form import By, open_change_form, open_new_form
from messages import private
from messages.mrkdwn import Message
from messages.standups import listing, menu, misread, refused
from messages.standups.saved import set_up
from messages.standups.standup_form import is_offered


@dataclass(frozen=True)
class TypedStandup:
    """What was typed after the verb, by whom and where."""

    rest: str
    team_id: str
    user_id: str
    channel_id: str
    trigger_id: str | None


class StandupCommand:
    """Answers the verb `standup`."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def answer(self, typed: TypedStandup) -> Message:
        names = [team.name for team in await self._parts.storage.teams(typed.team_id)]
        match call := read_standup(typed.rest, self._parts.default_region, names):
            case Misread():
                return misread.misread(call)
            case Wanted():
                return await self._make(call, typed, names)
            case Listing():
                return await self._list(typed)
            case Help():
                return listing.how_to()
            case NewForm():
                return self._open_form(typed, call.name, listing.form_opens())
            case StandupCall():
                try:
                    return await self._about(call, typed)
                except UnknownStandupError:
                    # Somebody deleted it at the same moment.
                    return menu.gone()

    async def _list(self, typed: TypedStandup) -> Message:
        seen = await seen_by(self._parts, typed.team_id, typed.user_id, typed.channel_id)
        if not seen:
            return self._open_form(typed, "", listing.none_yet(opens_form=bool(typed.trigger_id)))
        in_charge = await in_charge_of(self._parts, seen, typed.team_id, typed.user_id)
        return listing.all_standups(seen, in_charge)

    def _open_form(self, typed: TypedStandup, name: str, message: Message) -> Message:
        if typed.trigger_id:
            by = By(typed.team_id, typed.user_id, typed.channel_id)
            self._parts.behind.start(open_new_form(self._parts, typed.trigger_id, by, name), is_behind=False)
        return message

    async def _make(self, call: Wanted, typed: TypedStandup, names: list[str]) -> Message:
        if barred := barred_guests(call.whom, self._parts.barring):
            return private.guests_refused(barred, undone=f"`{call.name}` was not set up")
        if not is_offered(typed.channel_id):
            return refused.no_channel(call)
        if call.whom.caller is CallerWish.LEFT_OUT:
            return refused.without_me(call)
        invitees = call.whom.named_by(typed.user_id)
        if len(invitees) > MOST_INVITEES:
            return refused.too_many(len(invitees))
        team_names = call.team_names if call.team_names or invitees else (call.name,)
        if unknown := [name for name in team_names if name not in names]:
            return refused.no_team(call, unknown[0], names)
        zone = call.zone or await zone_of(self._parts, typed.team_id, typed.user_id)
        if zone is None:
            return refused.no_zone(call)
        standup = Standup(
            team_id=typed.team_id,
            standup_id=secrets.token_hex(8),
            name=call.name,
            channel_id=typed.channel_id,
            maker_id=typed.user_id,
            recurrence=Recurrence(call.days, call.at, zone),
            dealt_with=self._parts.clock.now(),
            team_names=team_names,
            invitees=invitees,
        )
        try:
            await self._parts.timetable.add(standup)
        except NameTakenError:
            seen = await seen_by(self._parts, typed.team_id, typed.user_id, typed.channel_id)
            theirs = next((one for one in seen if one.standup.name == call.name), None)
            return refused.name_taken(call.name, theirs)
        planned = await as_planned(self._parts, standup.key)
        return set_up(await outlook(self._parts, planned or Planned(standup, None)))

    async def _about(self, call: StandupCall, typed: TypedStandup) -> Message:
        seen = await seen_by(self._parts, typed.team_id, typed.user_id, typed.channel_id)
        found = await meant(self._parts, seen, typed.team_id, typed.user_id, lambda standup: standup.name == call.name)
        if found is None:
            return listing.unknown(call.name, [one.standup.name for one in seen])
        standup = found.standup
        if call.act in REPORT_ACTS:
            return await report_answer(self._parts, call.act, found, typed.user_id, typed.channel_id)
        in_charge = await may_change(self._parts, found, typed.user_id)
        match call.act:
            case StandupAct.SHOW:
                return listing.shown(found.planned, is_in_charge=in_charge)
            case _ if not in_charge:
                return menu.not_in_charge(standup)
            case StandupAct.CHANGE:
                if typed.trigger_id:
                    self._parts.behind.start(open_change_form(self._parts, typed.trigger_id, standup), is_behind=False)
                return listing.form_opens()
            case StandupAct.DELETE:
                await self._parts.timetable.delete(standup.key, typed.user_id)
                return menu.deleted(standup)
            case act:
                return await self._done(act, standup, typed.user_id)

    async def _done(self, act: StandupAct, standup: Standup, user_id: str) -> Message:
        said = menu.done(act, await wished(self._parts, act, standup.key, user_id), standup.name)
        planned = await as_planned(self._parts, standup.key)
        return listing.shown(planned or Planned(standup, None), is_in_charge=True, said=said)
