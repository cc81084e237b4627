"""Whom somebody chose in a form: people, user groups and numbers; and what a form offers to choose from."""

import asyncio
import re
from collections.abc import Mapping
from typing import Any

from conference.barring import barred_guests
from conference.invitation import CallerWish, Group, Guest, Invitation, Invitee, Person, Unreadable, read_invitation
from handlers.filled_in import chosen, filled_in
from handlers.parts import Parts
from messages import conference_form
from messages.slack import SlackError

GROUPS_WITHIN_SECONDS = 1.0
"""How long a form waits for the workspace's user groups: its trigger is good for three seconds."""

_USER = re.compile(r"[UW][A-Z0-9]{1,20}")
_GROUP = re.compile(r"S[A-Z0-9]{1,20}")


async def groups(parts: Parts) -> dict[str, str]:
    """The user groups of the workspace, id and name; none if Slack doesn't say in time, or has not the scope for it."""
    try:
        async with asyncio.timeout(GROUPS_WITHIN_SECONDS):
            return {group_id: f"@{handle}" for group_id, handle in (await parts.directory.groups()).items()}
    except (SlackError, TimeoutError):
        return {}


def read_whom(view: Mapping[str, Any], parts: Parts) -> tuple[Invitee, ...] | dict[str, str]:
    """Those who were chosen, each once; or what is to stand under the fields because that can't be rung."""
    people = chosen(view, conference_form.PEOPLE_BLOCK, conference_form.CHOSEN_ACTION, "selected_users")
    group_ids = chosen(view, conference_form.GROUPS_BLOCK, conference_form.CHOSEN_ACTION, "selected_options")
    typed = filled_in(view, conference_form.NUMBERS_BLOCK, conference_form.CHOSEN_ACTION, "value").strip()
    invitees: list[Invitee] = [Person(user_id) for user_id in people if _USER.fullmatch(user_id)]
    invitees += [Group(group_id) for group_id in group_ids if _GROUP.fullmatch(group_id)]
    if typed:
        read = read_invitation(typed, parts.default_region)
        if isinstance(read, Unreadable):
            return conference_form.unreadable_numbers(read)
        if not isinstance(read, Invitation) or not all(isinstance(one, Guest) for one in read.invitees):
            return conference_form.only_numbers()
        if barred := barred_guests(read, parts.barring):
            return conference_form.barred_numbers(barred)
        invitees += read.invitees
    if max(len(people), len(group_ids)) > conference_form.MOST_CHOSEN:
        return conference_form.too_many()
    return tuple(dict.fromkeys(invitees)) or conference_form.nobody_chosen()


def invitation_of(invitees: tuple[Invitee, ...], user_id: str, *, with_me: bool) -> Invitation:
    """The invitation of these people by somebody, who is rung if they are among them or want to be."""
    is_in = with_me or Person(user_id) in invitees
    others = tuple(one for one in invitees if one != Person(user_id))
    return Invitation(others, CallerWish.IF_POSSIBLE if is_in else CallerWish.LEFT_OUT)
