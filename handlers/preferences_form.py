"""A person presses *When to ring me*, and says when they may be rung, and whether reports show them."""

from datetime import time
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext

from conference.preferences import UNKNOWN_ZONE, Preferences, QuietHours
from handlers.filled_in import chosen, filled_in, has_field, time_chosen
from handlers.forms import behind, open_form, opens
from handlers.home_opened import show_home
from handlers.parts import Parts
from messages import own_number, preferences_form


class PreferencesForm:
    """The form, opened and saved."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def open(self, body: dict[str, Any], context: AsyncBoltContext) -> None:
        person = await self._parts.registration.on_file(str(context.team_id), body["user"]["id"])
        await open_form(self._parts, body["trigger_id"], preferences_form.form(person.preferences))

    async def save(self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], context: AsyncBoltContext) -> None:
        team_id, user_id = str(context.team_id), body["user"]["id"]
        filled = _filled_in(view)
        if filled is None:
            await ack(response_action="errors", errors=preferences_form.incomplete())
            return
        choice, start, end = filled
        if choice == preferences_form.QUIET_HOURS and start == end:
            await ack(response_action="errors", errors=preferences_form.same_times())
            return
        on_file = (await self._parts.registration.on_file(team_id, user_id)).preferences
        earlier = on_file.quiet_hours
        # The zone is set aright below; the one on file serves when Slack can't be asked.
        zone = earlier.zone if earlier else UNKNOWN_ZONE
        quiet = QuietHours(start, end, zone) if choice == preferences_form.QUIET_HOURS else None
        preferences = Preferences(
            wants_rings=choice != preferences_form.NEVER,
            quiet_hours=quiet,
            in_reports=_is_in_reports(view, on_file.in_reports),
        )
        await self._parts.storage.set_preferences(team_id, user_id, preferences)
        await ack(response_action="update", view=preferences_form.saved(own_number.wishes(preferences)))

    async def note_zone(self, body: dict[str, Any], context: AsyncBoltContext) -> None:
        """Keep where the person is, for when Slack can't be asked; then their Home tab shows what they chose."""
        team_id, user_id = str(context.team_id), body["user"]["id"]
        profile = (await self._parts.directory.profiles([user_id])).get(user_id)
        if profile and profile.zone:
            await self._parts.storage.note_zone(team_id, user_id, profile.zone)
        await show_home(self._parts, team_id, user_id)


def register(app: AsyncApp, parts: Parts) -> None:
    form = PreferencesForm(parts)

    opens(parts, app.action(preferences_form.OPEN_ACTION), form.open)
    app.view(preferences_form.CALLBACK_ID)(ack=form.save, lazy=[behind(parts, form.note_zone)])


def _filled_in(view: dict[str, Any]) -> tuple[str, time, time] | None:
    """What was chosen, and from when to when it is quiet; None where that makes no sense."""
    choice = filled_in(view, preferences_form.RINGS_BLOCK, preferences_form.RINGS_ACTION, "selected_option", "value")
    start = time_chosen(view, preferences_form.START_BLOCK, preferences_form.TIME_ACTION)
    end = time_chosen(view, preferences_form.END_BLOCK, preferences_form.TIME_ACTION)
    if choice not in preferences_form.CHOICES or start is None or end is None:
        return None
    return choice, start, end


def _is_in_reports(view: dict[str, Any], before: bool) -> bool:
    """Whether that is ticked; a form that does not ask for it leaves it as it was."""
    if not has_field(view, preferences_form.REPORTS_BLOCK):
        return before
    ticked = chosen(view, preferences_form.REPORTS_BLOCK, preferences_form.REPORTS_ACTION, "selected_options")
    return preferences_form.IN_REPORTS in ticked
