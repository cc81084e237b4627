"""What people do in Slack, and how the app is told of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from sandbox.slack import chat_methods
from sandbox.slack.deliveries import Deliveries, Delivery
from sandbox.slack.elements import Filled, left_empty, pressed, state_of
from sandbox.slack.escaping import escape_typed
from sandbox.slack.model import Channel, JsonObject, Message, Person, SlackError, View
from sandbox.slack.response_urls import ResponseUrls
from sandbox.slack.views import Views
from sandbox.slack.workspace import Workspace

VERIFICATION_TOKEN = "verification-token-of-old"
"""The `token` of every payload: deprecated by Slack in favour of signatures, and still sent."""

_OF_VIEWS: Final = frozenset({"view_submission", "view_closed"})


@dataclass(frozen=True)
class CommandResult:
    """How a slash command went. `error` is what Slack told the person it failed with; `message` what they saw.

    `status` is 0 when there was no answer, and when Slack had no such command for the person and sent nothing.
    """

    status: int
    acked: bool
    ack_text: str
    ack_blocks: list[JsonObject]
    response_url: str
    took_seconds: float
    error: str | None = None
    message: Message | None = None


@dataclass(frozen=True)
class ActionResult:
    """How a click, a shortcut, a closed view or an event went. `response_url` is empty where Slack sends none."""

    status: int
    acked: bool
    error: str | None
    took_seconds: float
    response_url: str = ""


@dataclass(frozen=True)
class SubmitResult:
    """How submitting a modal went.

    `errors` are shown beside the inputs, by block id: the app's, or Slack's own for an input left empty (then
    nothing was sent, and `status` is 0). `view` is what is in front of the person now.
    """

    status: int
    acked: bool
    error: str | None
    took_seconds: float
    errors: dict[str, str] = field(default_factory=dict)
    view: View | None = None


class People:
    """The people's hands. `url_of` turns a response URL's kind and key into the URL itself."""

    def __init__(
        self,
        workspace: Workspace,
        views: Views,
        urls: ResponseUrls,
        deliveries: Deliveries,
        url_of: Callable[[str, str], str],
    ) -> None:
        self._workspace = workspace
        self._views = views
        self._urls = urls
        self._deliveries = deliveries
        self._url_of = url_of

    async def command(
        self, person: Person, channel: Channel, typed: str, *, escape: bool, link_phones: bool
    ) -> CommandResult:
        """Have Slack send a command, or say itself that there is none.

        For somebody of another workspace there is none (Slack documentation, Understanding Slack Connect, Slash
        commands are not shared); what they are told is in bolt-python issue 767.
        """
        name, _, rest = typed.strip().partition(" ")
        if self._workspace.is_external(person):
            refusal = self._slackbot_says(person, channel, f"`{name}` is not a valid command.")
            return CommandResult(0, False, "", [], "", 0.0, message=refusal)
        text = rest.strip()
        if escape:
            text = escape_typed(self._workspace, text, link_phones=link_phones)
        response_url = self._url_of("commands", self._urls.new(channel, person))
        payload = {
            "token": VERIFICATION_TOKEN,
            "team_id": self._workspace.team_id,
            "team_domain": self._workspace.team_domain,
            "channel_id": channel.id,
            "channel_name": _told_name(channel),
            "user_id": person.id,
            "user_name": person.name,
            "command": name,
            "text": text,
            "api_app_id": self._workspace.app_id,
            "is_enterprise_install": "false",
            "response_url": response_url,
            "trigger_id": self._views.new_trigger(person, channel),
        }
        went = await self._deliveries.deliver("slash_commands", payload)
        error, ack_text, ack_blocks = went.error, str(went.body.get("text") or ""), []
        try:
            ack_blocks = chat_methods.checked_blocks(went.body.get("blocks")) or []
        except SlackError as refused:
            error = refused.code
        message = self._shown(person, channel, name, error, (ack_text, ack_blocks), went.body)
        return CommandResult(
            went.status, went.acked, ack_text, ack_blocks, response_url, went.took_seconds, error, message
        )

    def _shown(
        self,
        person: Person,
        channel: Channel,
        name: str,
        error: str | None,
        content: tuple[str, list[JsonObject]],
        ack: JsonObject,
    ) -> Message | None:
        if error is not None:
            return self._slackbot_says(person, channel, f'{name} failed with the error "{error}"')
        text, blocks = content
        if not text and not blocks:
            return None
        only_to = None if ack.get("response_type") == "in_channel" else person
        return self._workspace.post(channel, self._workspace.bot, text, blocks=blocks, ephemeral_to=only_to, via="ack")

    def _slackbot_says(self, person: Person, channel: Channel, text: str) -> Message:
        return self._workspace.post(channel, self._workspace.slackbot, text, ephemeral_to=person, via="slackbot")

    async def click(
        self,
        person: Person,
        where: Message | View,
        action_id: str,
        value: Filled,
        state: Mapping[str, Filled],
        block_id: str | None,
    ) -> ActionResult:
        self._refuse_out_of_sight(person, where)
        action = pressed(where.blocks, action_id, value, self._workspace.fresh_ts(), block_id)
        values = state_of(where.blocks, state)
        payload = {**self._interaction("block_actions", person), "actions": [action]}
        payload["trigger_id"] = self._views.new_trigger(person, where.channel)
        if isinstance(where, View):
            payload["container"] = {"type": "view", "view_id": where.id}
            payload["view"] = self._views.described(where, values)
            return _result(await self._deliveries.deliver("interactive", payload))
        payload |= self._about(person, where) | {"state": {"values": values}}
        went = await self._deliveries.deliver("interactive", payload)
        return _result(went, str(payload["response_url"]))

    async def submit(self, person: Person, view: View, filled: Mapping[str, Filled]) -> SubmitResult:
        self._refuse_out_of_sight(person, view)
        values = state_of(view.blocks, filled)
        if errors := left_empty(view.blocks, values):
            return SubmitResult(0, False, None, 0.0, errors, view)
        payload = {**self._interaction("view_submission", person)}
        payload["trigger_id"] = self._views.new_trigger(person, view.channel)
        payload |= {"view": self._views.described(view, values), "response_urls": []}
        went = await self._deliveries.deliver("interactive", payload)
        answer = str(went.body.get("response_action") or "") if went.acked else ""
        error = went.error
        try:
            if went.acked:
                self._follow(view, answer, went.body)
        except SlackError as refused:
            error = refused.code
        shown_errors = went.body.get("errors", {}) if answer == "errors" else {}
        stack = self._views.stack(person)
        return SubmitResult(
            went.status,
            went.acked,
            error,
            went.took_seconds,
            dict(shown_errors),
            stack[-1] if stack else None,
        )

    def _follow(self, view: View, answer: str, body: JsonObject) -> None:
        if answer == "errors":
            unknown = set(body.get("errors") or {}) - {block["block_id"] for block in view.blocks}
            if unknown or not body.get("errors"):
                raise SlackError("invalid_errors")
        elif answer == "clear":
            self._views.clear(view.person)
        elif answer == "update":
            self._views.update(view.id, None, body.get("view") or {})
        elif answer == "push":
            self._views.push(view.person, body.get("view") or {}, view.channel)
        elif view.is_open:
            self._views.close(view)

    async def close_view(self, person: Person, view: View, *, everything: bool) -> ActionResult | None:
        self._refuse_out_of_sight(person, view)
        if everything:
            self._views.clear(person)
        else:
            self._views.close(view)
        if not view.body.get("notify_on_close"):
            return None
        payload = {**self._interaction("view_closed", person)}
        payload |= {"view": self._views.described(view), "is_cleared": everything}
        return _result(await self._deliveries.deliver("interactive", payload))

    async def shortcut(
        self, person: Person, callback_id: str, message: Message | None, channel: Channel | None
    ) -> ActionResult:
        """Have Slack send a shortcut; `LookupError` for somebody of another workspace, and on some messages.

        Their Slack offers them none (Slack documentation, Understanding Slack Connect, Slash commands are not
        shared), and none is offered on a message that only one person sees (Implementing shortcuts, Message
        shortcuts).
        """
        if self._workspace.is_external(person):
            raise LookupError(f"{person.name} is of another workspace and has no shortcuts of the app.")
        if message is not None:
            self._refuse_out_of_sight(person, message)
            if message.ephemeral_to is not None:
                raise LookupError("There are no shortcuts on an ephemeral message.")
            channel = message.channel
        payload = self._interaction("shortcut" if message is None else "message_action", person)
        payload |= {"callback_id": callback_id, "trigger_id": self._views.new_trigger(person, channel)}
        payload["action_ts"] = self._workspace.fresh_ts()
        if message is not None:
            payload |= {"message_ts": message.ts, **self._about(person, message)}
            del payload["container"]
        went = await self._deliveries.deliver("interactive", payload)
        return _result(went, str(payload.get("response_url", "")))

    async def open_home(self, person: Person) -> ActionResult:
        event: JsonObject = {
            "type": "app_home_opened",
            "user": person.id,
            "channel": self._workspace.direct_channel(person).id,
            "tab": "home",
            "event_ts": self._workspace.fresh_ts(),
        }
        if (view := self._views.home(person)) is not None:
            event["view"] = self._views.described(view)
        return await self.event(event)

    async def event(self, event: JsonObject) -> ActionResult:
        payload: JsonObject = {
            "token": VERIFICATION_TOKEN,
            "team_id": self._workspace.team_id,
            "api_app_id": self._workspace.app_id,
            "event": event,
            "type": "event_callback",
            "event_id": f"Ev{self._workspace.serial():010d}",
            "event_time": int(self._workspace.clock.now().timestamp()),
            "is_ext_shared_channel": False,
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": self._workspace.team_id,
                    "user_id": self._workspace.bot.id,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
        }
        return _result(await self._deliveries.deliver_event(payload))

    def _interaction(self, kind: str, person: Person) -> JsonObject:
        """What every interactive payload has.

        Somebody of another workspace is told by `user.team_id`. `team` remains the app's workspace when they click
        (java-slack-sdk issue 1041), and is their own when they submit or close a view (bolt-js issue 1614 and
        bolt-python pull request 734): there only the view's `app_installed_team_id` names the app's.
        """
        team_id, domain = self._workspace.team_id, self._workspace.team_domain
        if kind in _OF_VIEWS and self._workspace.is_external(person):
            team_id, domain = person.team_id, person.team_id.lower()
        return {
            "type": kind,
            "token": VERIFICATION_TOKEN,
            "api_app_id": self._workspace.app_id,
            "team": {"id": team_id, "domain": domain},
            "enterprise": None,
            "is_enterprise_install": False,
            "user": {
                "id": person.id,
                "username": person.name,
                "name": person.name,
                "team_id": self._workspace.team_of(person),
            },
        }

    def _about(self, person: Person, message: Message) -> JsonObject:
        """What a payload says about the message it comes from."""
        channel = message.channel
        about: JsonObject = {
            "container": {
                "type": "message",
                "message_ts": message.ts,
                "channel_id": channel.id,
                "is_ephemeral": message.ephemeral_to is not None,
            },
            "channel": {
                "id": channel.id,
                "name": _told_name(channel),
            },
            "response_url": self._url_of("actions", self._urls.new(channel, person, message)),
        }
        if message.is_reply:
            about["container"]["thread_ts"] = message.thread_ts
        # Slack keeps no copy of an ephemeral message to send along.
        if message.ephemeral_to is None:
            about["message"] = chat_methods.described(self._workspace, message)
        return about

    def _refuse_out_of_sight(self, person: Person, where: Message | View) -> None:
        if isinstance(where, View):
            if where.person is not person or not where.is_open:
                raise LookupError(f"That view is not open in front of {person.name}.")
        elif where not in self._workspace.seen_by(person, where.channel):
            raise LookupError(f"{person.name} does not see that message.")


def _told_name(channel: Channel) -> str:
    """A channel's name in what Slack sends: of a private one it tells none."""
    return "privategroup" if channel.private and not channel.is_direct else channel.name


def _result(went: Delivery, response_url: str = "") -> ActionResult:
    return ActionResult(went.status, went.acked, went.error, went.took_seconds, response_url)
