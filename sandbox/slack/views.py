"""The modals and Home tabs in front of people, and the trigger ids that open them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sandbox.slack.block_kit import view_problems
from sandbox.slack.elements import with_defaults
from sandbox.slack.model import Channel, JsonObject, Person, SlackError, View
from sandbox.slack.workspace import Workspace

TRIGGER_SECONDS: Final = 3
"""How long a trigger_id opens a view."""

MAX_STACK: Final = 3
"""How many modals may lie on each other."""


@dataclass
class _Trigger:
    person: Person
    channel: Channel | None
    expires: datetime
    exchanged: bool = False


class Views:
    """What is open in front of whom."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._triggers: dict[str, _Trigger] = {}
        self._homes: dict[str, View] = {}
        self._all: dict[str, View] = {}
        self._stacks: dict[str, list[View]] = {}

    def new_trigger(self, person: Person, channel: Channel | None = None) -> str:
        """A trigger_id for what that person did; `channel` is what they had in front of them."""
        trigger_id = f"13345224609.738474920.{self._workspace.serial():032x}"
        expires = self._workspace.clock.now() + timedelta(seconds=TRIGGER_SECONDS)
        self._triggers[trigger_id] = _Trigger(person, channel, expires)
        return trigger_id

    def home(self, person: Person) -> View | None:
        return self._homes.get(person.id)

    def stack(self, person: Person) -> list[View]:
        """The modals open in front of that person, the top one last."""
        return list(self._stacks.get(person.id, []))

    def publish(self, person: Person, body: JsonObject, view_hash: str | None) -> View:
        _refuse_unless_valid(body, "home")
        before = self._homes.get(person.id)
        if view_hash and before is not None and before.hash != view_hash:
            raise SlackError("hash_conflict")
        if before is not None:
            return self._change(before, body)
        view = self._new(person, body)
        self._homes[person.id] = view
        self._workspace.changed("view", view)
        return view

    def open(self, trigger_id: str, body: JsonObject, *, push: bool = False) -> View:
        trigger = self._triggers.get(trigger_id)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.exchanged:
            raise SlackError("exchanged_trigger_id")
        if self._workspace.clock.now() > trigger.expires:
            raise SlackError("expired_trigger_id")
        _refuse_unless_valid(body, "modal")
        trigger.exchanged = True
        if not push:
            self.clear(trigger.person)
        return self.push(trigger.person, body, trigger.channel)

    def push(self, person: Person, body: JsonObject, channel: Channel | None = None) -> View:
        _refuse_unless_valid(body, "modal")
        stack = self._stacks.setdefault(person.id, [])
        if len(stack) >= MAX_STACK:
            raise SlackError("push_limit_reached")
        view = self._new(person, body, stack, channel)
        stack.append(view)
        self._workspace.changed("view", view)
        return view

    def update(
        self, view_id: str | None, external_id: str | None, body: JsonObject, view_hash: str | None = None
    ) -> View:
        view = next(
            (
                v
                for v in self._all.values()
                if v.is_open and (v.id == view_id or (external_id and v.body.get("external_id") == external_id))
            ),
            None,
        )
        if view is None:
            raise SlackError("not_found")
        _refuse_unless_valid(body, str(view.body["type"]))
        if view_hash and view.hash != view_hash:
            raise SlackError("hash_conflict")
        return self._change(view, body)

    def close(self, view: View) -> None:
        """Take one modal away; the one beneath comes up."""
        stack = self._stacks.get(view.person.id, [])
        if view in stack:
            stack.remove(view)
        view.is_open = False
        self._workspace.changed("view", view)

    def clear(self, person: Person) -> None:
        for view in self.stack(person):
            self.close(view)

    def _new(
        self, person: Person, body: JsonObject, stack: list[View] | None = None, channel: Channel | None = None
    ) -> View:
        view_id = f"V{self._workspace.serial():010d}"
        root, previous = (stack[0].id, stack[-1].id) if stack else (view_id, None)
        view = View(view_id, person, self._filled(body, channel), self._hash(), root, previous, channel)
        self._all[view_id] = view
        return view

    def _change(self, view: View, body: JsonObject) -> View:
        view.body, view.hash = self._filled(body, view.channel), self._hash()
        self._workspace.changed("view", view)
        return view

    def _filled(self, body: JsonObject, channel: Channel | None) -> JsonObject:
        return {**body, "blocks": with_defaults(self._workspace.with_ids(body["blocks"]), channel)}

    def _hash(self) -> str:
        return f"{int(self._workspace.clock.now().timestamp())}.{self._workspace.serial():08x}"

    def described(self, view: View, values: JsonObject | None = None) -> JsonObject:
        """The view object of Slack's answers and payloads; `values` are what its inputs hold."""
        defaults: JsonObject = {
            "private_metadata": "",
            "callback_id": "",
            "external_id": "",
            "title": None,
            "close": None,
            "submit": None,
            "clear_on_close": False,
            "notify_on_close": False,
        }
        return {
            **defaults,
            **view.body,
            "id": view.id,
            "team_id": self._workspace.team_id,
            "state": {"values": values or {}},
            "hash": view.hash,
            "previous_view_id": view.previous_id,
            "root_view_id": view.root_id,
            "app_id": self._workspace.app_id,
            "app_installed_team_id": self._workspace.team_id,
            "bot_id": self._workspace.bot.bot_id,
        }


def _refuse_unless_valid(body: JsonObject, expected_type: str) -> None:
    problems = view_problems(body, expected_type)
    if problems:
        raise SlackError.with_messages("invalid_arguments", problems)
