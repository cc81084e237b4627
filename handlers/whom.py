"""Whom somebody chose in a form: people, teams, user groups and numbers; and what a form offers to choose from."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from conference.barring import barred_guests
from conference.invitation import CallerWish, Group, Guest, Invitation, Invitee, Person, Unreadable, read_invitation
from conference.masked_guests import Unmasked, unmask
from conference.teams import read_team_name
from handlers.filled_in import chosen, filled_in
from handlers.parts import Parts
from messages import conference_form
from messages.slack import SlackError

GROUPS_WITHIN_SECONDS = 1.0
"""How long a form waits for the workspace's user groups: its trigger is good for three seconds."""

_USER = re.compile(r"[UW][A-Z0-9]{1,20}")
_GROUP = re.compile(r"S[A-Z0-9]{1,20}")


@dataclass(frozen=True)
class Whom:
    """Those who were chosen, each once: teams by name, and whoever else."""

    invitees: tuple[Invitee, ...]
    teams: tuple[str, ...] = ()


async def offered(parts: Parts, team_id: str) -> conference_form.Offered:
    """What a form offers besides people."""
    handles, teams = await asyncio.gather(_groups(parts), parts.storage.teams(team_id))
    return conference_form.Offered(handles, [team.name for team in teams])


async def _groups(parts: Parts) -> dict[str, str]:
    """The user groups of the workspace, id and name; none if Slack doesn't say in time, or has not the scope for it."""
    try:
        async with asyncio.timeout(GROUPS_WITHIN_SECONDS):
            return {group_id: f"@{handle}" for group_id, handle in (await parts.directory.groups()).items()}
    except (SlackError, TimeoutError):
        return {}


async def read_invitees(view: Mapping[str, Any], parts: Parts, team_id: str) -> tuple[Invitee, ...] | dict[str, str]:
    """Those who are to be rung now, each once, with those in the chosen teams; or what is to stand under the fields."""
    whom = read_whom(view, parts)
    if isinstance(whom, dict) or not whom.teams:
        return whom if isinstance(whom, dict) else whom.invitees
    known = {team.name: team.invitees for team in await parts.storage.teams(team_id)}
    if unknown := [name for name in whom.teams if name not in known]:
        return conference_form.team_unknown(unknown[0])
    return tuple(dict.fromkeys(chain(whom.invitees, *(known[name] for name in whom.teams))))


def read_whom(
    view: Mapping[str, Any],
    parts: Parts,
    *,
    at_most: int = conference_form.MOST_CHOSEN,
    undone: str = conference_form.NOBODY_RUNG,
    masked: Sequence[Guest] | None = None,
) -> Whom | dict[str, str]:
    """Those who were chosen; or what is to stand under the fields because that can't be rung, beginning with `undone`.

    `at_most`: how many each menu allows; `masked`: whose numbers may stand masked in a standup's form, None in others.
    """
    people = chosen(view, conference_form.PEOPLE_BLOCK, conference_form.CHOSEN_ACTION, "selected_users")
    names = chosen(view, conference_form.TEAMS_BLOCK, conference_form.CHOSEN_ACTION, "selected_options")
    group_ids = chosen(view, conference_form.GROUPS_BLOCK, conference_form.CHOSEN_ACTION, "selected_options")
    typed = filled_in(view, conference_form.NUMBERS_BLOCK, conference_form.CHOSEN_ACTION, "value").strip()
    teams = tuple(dict.fromkeys(name for name in names if read_team_name(name) == name))
    invitees: list[Invitee] = [Person(user_id) for user_id in people if _USER.fullmatch(user_id)]
    invitees += [Group(group_id) for group_id in group_ids if _GROUP.fullmatch(group_id)]
    if typed:
        guests = _read_guests(typed, parts, undone, masked)
        if isinstance(guests, dict):
            return guests
        invitees += guests
    if max(len(people), len(group_ids), len(teams)) > at_most:
        return conference_form.too_many(at_most, undone)
    if not invitees and not teams:
        return conference_form.nobody_chosen(undone)
    return Whom(tuple(dict.fromkeys(invitees)), teams)


def _read_guests(
    typed: str, parts: Parts, undone: str, masked: Sequence[Guest] | None
) -> tuple[Invitee, ...] | dict[str, str]:
    """The guests whose numbers stand there, or what is to stand under them."""
    unmasked = Unmasked(typed, {}) if masked is None else unmask(typed, masked)
    if not isinstance(unmasked, Unmasked):
        return conference_form.masked_unknown(unmasked, undone)
    read = read_invitation(unmasked.text, parts.default_region, unmasked.stand_for)
    if isinstance(read, Unreadable):
        return conference_form.unreadable_numbers(read, undone)
    if not isinstance(read, Invitation) or not all(isinstance(one, Guest) for one in read.invitees):
        return conference_form.only_numbers(undone)
    if barred := barred_guests(read, parts.barring):
        return conference_form.barred_numbers(barred, undone)
    return read.invitees


def invitation_of(invitees: tuple[Invitee, ...], user_id: str, *, with_me: bool) -> Invitation:
    """The invitation of these people by somebody, who is rung if they are among them or want to be."""
    is_in = with_me or Person(user_id) in invitees
    others = tuple(one for one in invitees if one != Person(user_id))
    return Invitation(others, CallerWish.IF_POSSIBLE if is_in else CallerWish.LEFT_OUT)
