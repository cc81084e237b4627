"""A person sets up a standup by a form, or presses *Change* below one."""

import asyncio
import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext

from conference.invitation import Guest, Invitee
from conference.numbers import mask_number
from conference.standups.command import Slip
from conference.standups.command_text import read_zone
from conference.standups.days_off import read_calendar_address, read_days_off
from conference.standups.holidays import CalendarError, CalendarRead
from conference.standups.model import DayOff, NameTakenError, Planned, Standup, StandupKey, UnknownStandupError
from conference.standups.recurrence import Recurrence, Weekday
from conference.standups.vocabulary import read_name
from conference.teams import MOST_INVITEES, NameProblem, read_team_name
from handlers.admins import is_in_charge
from handlers.clicks import channel_of
from handlers.filled_in import chosen, filled_in, readable, time_chosen
from handlers.forms import open_form, opens
from handlers.parts import Parts
from handlers.standups.access import as_planned, may_change, meant, seen_by
from handlers.standups.outlook import OUTLOOK_WITHIN_SECONDS, outlook, zone_of
from handlers.whom import Whom, offered, read_whom
from messages import conference_form, private
from messages.conference_form import CHOSEN_ACTION
from messages.standups import menu, misread, standup_form
from messages.standups.saved import DaysAhead, changed, set_up

CALENDAR_WITHIN_SECONDS = 2.0
"""How long after a form was sent its calendar must have been read, of the 3 seconds that Slack waits."""

ANSWER_WITHIN_SECONDS = 2.7
"""How long after it was sent Slack is asked no more about those who are rung."""

_YEAR = timedelta(days=365)


class ChangedMeanwhileError(Exception):
    """A standup is not any more what it was when its form was opened."""


@dataclass(frozen=True)
class By:
    """Who opens a form, and in which channel, None if that is not known."""

    team_id: str
    user_id: str
    channel_id: str | None


@dataclass(frozen=True)
class Filled:
    """What was filled in."""

    name: str
    team_names: tuple[str, ...]
    invitees: tuple[Invitee, ...]
    channel_id: str
    recurrence: Recurrence
    remind_minutes: int
    days_off: frozenset[date]
    calendar: str | None
    reports_weekly: bool


@dataclass(frozen=True)
class Saved:
    """A standup as it was saved, and what was read of its calendar if that is new."""

    planned: Planned
    calendar: CalendarRead | None


def _left(sent_at: float, seconds: float) -> float:
    """What is left of the seconds since a form was sent."""
    return sent_at + seconds - asyncio.get_running_loop().time()


async def open_new_form(parts: Parts, trigger_id: str, by: By, name: str = "") -> None:
    """Open the form for a new standup."""
    # Together, so that its trigger is still good when both are known.
    zone, besides = await asyncio.gather(zone_of(parts, by.team_id, by.user_id), offered(parts, by.team_id))
    preset = standup_form.Preset(name=name, channel_id=by.channel_id, zone=zone)
    await open_form(parts, trigger_id, standup_form.form(preset, besides, standup_form.About()))


async def open_change_form(parts: Parts, trigger_id: str, standup: Standup) -> None:
    """Open the form with what is stored of a standup."""
    besides = await offered(parts, standup.team_id)
    about = standup_form.About(standup.standup_id, _as_it_is(standup))
    await open_form(parts, trigger_id, standup_form.form(standup_form.preset_of(standup), besides, about))


def _as_it_is(standup: Standup) -> str:
    """What tells whether anything that its form shows has been changed.

    Of numbers it holds as little as the form itself: of a digest the few digits that a mask hides are soon tried out.
    """
    held = {
        **vars(_filled_of(standup)),
        "invitees": [mask_number(one.number) if isinstance(one, Guest) else one for one in standup.invitees],
        "days_off": sorted(standup.days_off),
        "recurrence": str(standup.recurrence),
    }
    return hashlib.sha256(repr(held).encode()).hexdigest()[:16]


def _filled_of(standup: Standup) -> Filled:
    return Filled(**{name: getattr(standup, name) for name in Filled.__dataclass_fields__})


class StandupForm:
    """The form, opened and saved."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def open_new(self, body: dict[str, Any], context: AsyncBoltContext) -> None:
        by = By(str(context.team_id), body["user"]["id"], channel_of(body))
        await open_new_form(self._parts, body["trigger_id"], by)

    async def open_change(self, body: dict[str, Any], context: AsyncBoltContext) -> None:
        team_id, user_id = str(context.team_id), body["user"]["id"]
        key = StandupKey(team_id, readable(body["actions"][0].get("value")))
        seen = await seen_by(self._parts, team_id, user_id, channel_of(body))
        found = await meant(self._parts, seen, team_id, user_id, lambda standup: standup.key == key)
        if found is None:
            await open_form(self._parts, body["trigger_id"], private.as_view(menu.gone()))
        elif await may_change(self._parts, found, user_id):
            await open_change_form(self._parts, body["trigger_id"], found.standup)
        else:
            await open_form(self._parts, body["trigger_id"], private.as_view(menu.not_in_charge(found.standup)))

    async def save(self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], context: AsyncBoltContext) -> None:
        team_id, user_id = str(context.team_id), body["user"]["id"]
        sent_at = asyncio.get_running_loop().time()
        about = standup_form.read_about(readable(view.get("private_metadata")))
        saved = await self._saved(view, about, team_id, user_id, sent_at)
        if isinstance(saved, Saved):
            within = min(OUTLOOK_WITHIN_SECONDS, _left(sent_at, ANSWER_WITHIN_SECONDS))
            seen_later = await outlook(self._parts, saved.planned, within_seconds=within)
            say = changed if about.standup_id else set_up
            message = say(seen_later, self._ahead(saved.planned.standup, saved.calendar))
            await ack(response_action="update", view=standup_form.saved(message))
        else:
            await ack(response_action="errors", errors=saved)

    async def _saved(
        self, view: dict[str, Any], about: standup_form.About, team_id: str, user_id: str, sent_at: float
    ) -> Saved | dict[str, str]:
        """What was saved, or what is to stand under the fields."""
        before = await self._before(StandupKey(team_id, about.standup_id), about, user_id) if about.standup_id else None
        if isinstance(before, dict):
            return before
        filled = await self._filled_in(view, team_id, before)
        if not isinstance(filled, Filled):
            return filled
        try:
            if before is None:
                return await self._add(filled, team_id, user_id, sent_at)
            return await self._change(filled, about, before, user_id, sent_at)
        except NameTakenError:
            return standup_form.name_taken(filled.name)
        except CalendarError as error:
            return standup_form.calendar_unread(error)

    async def _before(self, key: StandupKey, about: standup_form.About, user_id: str) -> Standup | dict[str, str]:
        """The standup that is to be changed, as its form shows it, or why they can't change it."""
        found = await as_planned(self._parts, key)
        if found is None:
            return standup_form.deleted()
        if not await is_in_charge(self._parts, user_id, key.team_id, found.standup.maker_id):
            return standup_form.not_in_charge()
        if _as_it_is(found.standup) != about.as_it_was:
            return standup_form.changed_meanwhile()
        return found.standup

    async def _add(self, filled: Filled, team_id: str, user_id: str, sent_at: float) -> Saved:
        """Raises NameTakenError and CalendarError."""
        calendar = await self._read(team_id, filled.calendar, sent_at) if filled.calendar else None
        now = self._parts.clock.now()
        standup = Standup(
            team_id=team_id,
            standup_id=secrets.token_hex(8),
            maker_id=user_id,
            dealt_with=now,
            reported=now if filled.reports_weekly else None,
            **vars(filled),
        )
        await self._parts.timetable.add(standup, calendar)
        return Saved(await as_planned(self._parts, standup.key) or Planned(standup, None), calendar)

    async def _change(
        self, filled: Filled, about: standup_form.About, before: Standup, user_id: str, sent_at: float
    ) -> Saved | dict[str, str]:
        """Raises NameTakenError and CalendarError."""
        is_new = filled.calendar != before.calendar
        calendar = await self._read(before.team_id, filled.calendar, sent_at) if filled.calendar and is_new else None
        now = self._parts.clock.now()

        def edit(standup: Standup) -> Standup:
            # Masked numbers were read as those of `before`, which others may look like.
            if _as_it_is(standup) != about.as_it_was or standup.invitees != before.invitees:
                raise ChangedMeanwhileError
            begins = filled.reports_weekly and not standup.reports_weekly
            return replace(standup, reported=now if begins else standup.reported, **vars(filled))

        try:
            return Saved(await self._parts.timetable.change(before.key, edit, user_id, calendar), calendar)
        except ChangedMeanwhileError:
            return standup_form.changed_meanwhile()
        except UnknownStandupError:
            return standup_form.deleted()

    async def _read(self, team_id: str, address: str, sent_at: float) -> CalendarRead:
        """Raises CalendarError."""
        within = _left(sent_at, CALENDAR_WITHIN_SECONDS)
        return await self._parts.holiday_watch.read_new(team_id, address, within_seconds=within)

    def _ahead(self, standup: Standup, calendar: CalendarRead | None) -> DaysAhead | None:
        if calendar is None:
            return None
        today = standup.recurrence.local_day(self._parts.clock.now())
        days = [DayOff(day, name) for day, name in sorted(calendar.holidays.items()) if today <= day < today + _YEAR]
        return DaysAhead(len(days), days[0] if days else None)

    async def _filled_in(self, view: dict[str, Any], team_id: str, before: Standup | None) -> Filled | dict[str, str]:
        """What was filled in, or what is to stand under the fields; `before` is the standup that was shown in them."""
        fields = _Fields(view)
        guests = [one for one in before.invitees if isinstance(one, Guest)] if before else []
        name, whom, channel_id = fields.name(), await self._whom(fields, team_id, guests), fields.channel_id()
        recurrence, minutes = fields.recurrence(), fields.remind_minutes()
        days_off, calendar = fields.days_off(), fields.calendar()
        if fields.errors or name is None or whom is None or recurrence is None:
            return fields.errors
        return Filled(
            name=name,
            team_names=whom.teams,
            invitees=whom.invitees,
            channel_id=channel_id,
            recurrence=recurrence,
            remind_minutes=minutes,
            days_off=days_off,
            calendar=calendar,
            reports_weekly=bool(fields.chosen(standup_form.REPORT_BLOCK)),
        )

    async def _whom(self, fields: "_Fields", team_id: str, guests: list[Guest]) -> Whom | None:
        whom = read_whom(fields.view, self._parts, at_most=MOST_INVITEES, undone=standup_form.UNDONE, masked=guests)
        if isinstance(whom, dict):
            fields.errors |= whom
            return None
        if len(whom.invitees) > MOST_INVITEES:
            fields.errors |= standup_form.too_many(len(whom.invitees))
        known = {team.name for team in await self._parts.storage.teams(team_id)}
        if unknown := [name for name in whom.teams if name not in known]:
            fields.errors |= conference_form.team_unknown(unknown[0], standup_form.UNDONE)
        return whom


class _Fields:
    """The fields of a form. Whatever can't be taken leaves behind in `errors` what is to stand under its field."""

    def __init__(self, view: dict[str, Any]) -> None:
        self.view = view
        self.errors: dict[str, str] = {}

    def text(self, block_id: str, *path: str) -> str:
        return filled_in(self.view, block_id, CHOSEN_ACTION, *path).strip()

    def chosen(self, block_id: str) -> list[str]:
        return chosen(self.view, block_id, CHOSEN_ACTION, "selected_options")

    def name(self) -> str | None:
        name = read_team_name(typed := self.text(standup_form.NAME_BLOCK, "value"))
        if isinstance(name, str) and read_name(name):
            return name
        self.errors |= standup_form.wrong_name(typed, NameProblem.TAKEN if isinstance(name, str) else name)
        return None

    def channel_id(self) -> str:
        channel_id = self.text(conference_form.CHANNEL_BLOCK, "selected_conversation")
        if not channel_id:
            self.errors |= standup_form.no_channel()
        return channel_id

    def recurrence(self) -> Recurrence | None:
        names = self.chosen(standup_form.DAYS_BLOCK)
        days = frozenset(day for day in Weekday if str(day) in names)
        at = time_chosen(self.view, standup_form.TIME_BLOCK, CHOSEN_ACTION)
        zone = read_zone(self.text(standup_form.ZONE_BLOCK, "value"))
        if not days:
            self.errors |= standup_form.no_days()
        if at is None:
            self.errors |= standup_form.no_time()
        if isinstance(zone, Slip):
            self.errors |= {standup_form.ZONE_BLOCK: misread.wrong_zone(zone)}
        if not days or at is None or isinstance(zone, Slip):
            return None
        return Recurrence(days, at, zone)

    def remind_minutes(self) -> int:
        minutes = self.text(standup_form.REMIND_BLOCK, "selected_option", "value")
        if minutes in map(str, standup_form.REMINDERS):
            return int(minutes)
        self.errors |= standup_form.no_reminder()
        return 0

    def days_off(self) -> frozenset[date]:
        days, others = read_days_off(self.text(standup_form.DAYS_OFF_BLOCK, "value"))
        if others:
            self.errors |= standup_form.wrong_dates(others)
        return days

    def calendar(self) -> str | None:
        address = self.text(standup_form.CALENDAR_BLOCK, "value")
        calendar = read_calendar_address(address) if address else None
        if address and calendar is None:
            self.errors |= standup_form.wrong_calendar()
        return calendar


def register(app: AsyncApp, parts: Parts) -> None:
    form = StandupForm(parts)

    opens(parts, app.action(menu.NEW_ACTION), form.open_new)
    opens(parts, app.action(menu.CHANGE_ACTION), form.open_change)
    app.view(standup_form.CALLBACK_ID)(form.save)
