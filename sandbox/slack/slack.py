"""Slack as a whole: a workspace with people in it, and a server that answers as Slack's does."""

from collections.abc import Callable, Mapping

from aiohttp import web

from sandbox.clock import MovedClock
from sandbox.in_hand import InHand
from sandbox.slack.deliveries import Deliveries, SentDelivery
from sandbox.slack.elements import Filled
from sandbox.slack.faults import Faults, Hold, When
from sandbox.slack.model import ApiCall, Channel, Group, JsonObject, Message, Person, View
from sandbox.slack.people import ActionResult, CommandResult, People, SubmitResult
from sandbox.slack.response_urls import ResponseUrls
from sandbox.slack.socket_mode import SocketMode
from sandbox.slack.views import Views
from sandbox.slack.web_api import WebApi
from sandbox.slack.workspace import Workspace

_SHUTDOWN_SECONDS = 0.1

BOT_TOKEN = "xoxb-sandbox-bot-token"
SIGNING_SECRET = "sandbox-signing-secret"
APP_TOKEN = "xapp-sandbox-app-token"
TEAM_ID = "T0ROLLCALL"


class Slack:
    """A stand-in for Slack: the Web API and Socket Mode over HTTP, and people to drive a bot with.

    Tests set `events_url` (where deliveries go over HTTP), `scopes`, `rate_limits`, `ack_seconds` (real) and
    `on_change(what, thing)`, called with "message", "view", "call" or "delivery" and the thing that changed.
    """

    def __init__(
        self,
        clock: MovedClock,
        *,
        bot_token: str = BOT_TOKEN,
        signing_secret: str = SIGNING_SECRET,
        app_token: str = APP_TOKEN,
    ) -> None:
        self.clock = clock
        self.bot_token = bot_token
        self.signing_secret = signing_secret
        self.app_token = app_token
        self.workspace = Workspace(clock, TEAM_ID)
        self._views = Views(self.workspace)
        self._urls = ResponseUrls(self.workspace)
        self._web = WebApi(self.workspace, self._views, self._urls, bot_token=bot_token, app_token=app_token)
        self._sockets = SocketMode(self.workspace, self._web.faults)
        self._web.new_socket_url = lambda: f"{self._host_url('ws')}/link/?ticket={self._sockets.new_ticket()}"
        self._deliveries = Deliveries(clock, self._sockets, signing_secret)
        self._deliveries.on_sent = lambda sent: self.workspace.changed("delivery", sent)
        self._people = People(self.workspace, self._views, self._urls, self._deliveries, self._response_url)
        self.in_hand = InHand()
        """The bot's requests that are not answered yet."""
        self._runner: web.AppRunner | None = None
        self._address: tuple[str, int] | None = None

    # The server

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen; port 0 takes a free one."""
        app = web.Application(middlewares=[self.in_hand.counting])
        app.router.add_route("*", "/api/{method}", self._web.handle_method)
        app.router.add_post("/{kind:commands|actions}/{team}/{key}", self._web.handle_response_url)
        app.router.add_get("/link/", self._sockets.handle)
        # A request whose client has gone is cancelled: that is how a hold knows it was abandoned.
        self._runner = web.AppRunner(
            app, handler_cancellation=True, shutdown_timeout=_SHUTDOWN_SECONDS, access_log=None
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        self._address = (host, self._runner.addresses[0][1])
        self._deliveries.start()

    async def stop(self) -> None:
        """Close every connection and end what is under way."""
        await self._deliveries.stop()
        await self._sockets.close()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    @property
    def api_url(self) -> str:
        return f"{self._host_url('http')}/api/"

    def _host_url(self, scheme: str) -> str:
        if self._address is None:
            raise RuntimeError("Slack has not been started.")
        host, port = self._address
        return f"{scheme}://{host}:{port}"

    def _response_url(self, kind: str, key: str) -> str:
        return f"{self._host_url('http')}/{kind}/{self.workspace.team_id}/{key}"

    # Settings and records

    @property
    def events_url(self) -> str:
        return self._deliveries.events_url

    @events_url.setter
    def events_url(self, url: str) -> None:
        self._deliveries.events_url = url

    @property
    def ack_seconds(self) -> float:
        return self._deliveries.ack_seconds

    @ack_seconds.setter
    def ack_seconds(self, seconds: float) -> None:
        self._deliveries.ack_seconds = seconds

    @property
    def scopes(self) -> set[str]:
        return self.workspace.scopes

    @scopes.setter
    def scopes(self, scopes: set[str]) -> None:
        self.workspace.scopes = set(scopes)

    @property
    def rate_limits(self) -> bool:
        return self._web.rate_limited

    @rate_limits.setter
    def rate_limits(self, on: bool) -> None:
        self._web.rate_limited = on

    @property
    def on_change(self) -> Callable[[str, object], None] | None:
        return self.workspace.on_change

    @on_change.setter
    def on_change(self, observer: Callable[[str, object], None] | None) -> None:
        self.workspace.on_change = observer

    @property
    def bot(self) -> Person:
        return self.workspace.bot

    @property
    def calls(self) -> list[ApiCall]:
        """Every request of the app's, in the order they came in."""
        return self._web.calls

    @property
    def deliveries(self) -> list[SentDelivery]:
        """Everything that Slack sent to the app, in the order it was answered or given up."""
        return self._deliveries.sent

    @property
    def faults(self) -> Faults:
        return self._web.faults

    def hold(self, method: str, when: When = "before") -> Hold:
        """Stop the next call of that method before its effect, or after it with the answer still to come.

        A client that goes away while held "before" has had no effect.
        """
        return self._web.holds.add(method, when)

    # The workspace

    def add_person(
        self,
        name: str,
        *,
        user_id: str | None = None,
        real_name: str = "",
        tz: str = "Asia/Singapore",
        is_bot: bool = False,
        deleted: bool = False,
        is_admin: bool = False,
        is_owner: bool = False,
        is_restricted: bool = False,
        phone: str = "",
        team_id: str = "",
    ) -> Person:
        """Somebody with an id such as U0ALICE; `ValueError` when the name or the id is taken.

        With a `team_id`, somebody of that other workspace, to put into a channel shared through Slack Connect.
        """
        return self.workspace.add_person(
            name,
            user_id=user_id,
            real_name=real_name,
            tz=tz,
            is_bot=is_bot,
            deleted=deleted,
            is_admin=is_admin,
            is_owner=is_owner,
            is_restricted=is_restricted,
            phone=phone,
            team_id=team_id,
        )

    def add_channel(self, name: str, *members: Person, bot_in: bool = True, private: bool = False) -> Channel:
        """A channel with an id such as C0STANDUP."""
        return self.workspace.add_channel(name, members, bot_in=bot_in, private=private)

    def add_group(self, handle: str, *members: Person) -> Group:
        """A user group with an id such as S0ONCALL."""
        return self.workspace.add_group(handle, members)

    def direct_channel(self, person: Person) -> Channel:
        """The direct message between that person and the bot."""
        return self.workspace.direct_channel(person)

    # What is to be read

    def messages(self, channel: Channel) -> list[Message]:
        """All that everyone in the channel can read, threads included, oldest first."""
        return self.workspace.in_channel(channel)

    def thread(self, message: Message) -> list[Message]:
        """The first message of the thread that this one is in, and all replies, oldest first."""
        return self.workspace.thread(message)

    def seen_by(self, person: Person, channel: Channel) -> list[Message]:
        """What that person can read there, with what only they can see."""
        return self.workspace.seen_by(person, channel)

    def direct_messages(self, person: Person) -> list[Message]:
        """What stands in the direct message between that person and the bot."""
        channel = self.workspace.find_direct(person)
        return [] if channel is None else self.workspace.in_channel(channel)

    def home(self, person: Person) -> View | None:
        """That person's Home tab, None until one is published."""
        return self._views.home(person)

    def views(self, person: Person) -> list[View]:
        """The modals open in front of that person, the top one last."""
        return self._views.stack(person)

    # What people do

    async def command(
        self, person: Person, channel: Channel, typed: str, *, escape: bool = True, link_phones: bool = False
    ) -> CommandResult:
        """Type a slash command; with `escape` off its text goes as typed (no `should_escape`).

        For somebody of another workspace Slack has no such command: the app hears nothing, `status` is 0 and
        `message` says so.
        """
        return await self._people.command(person, channel, typed, escape=escape, link_phones=link_phones)

    async def click(
        self,
        person: Person,
        where: Message | View,
        action_id: str,
        *,
        value: Filled = None,
        state: Mapping[str, Filled] | None = None,
        block_id: str | None = None,
    ) -> ActionResult:
        """Press a button, or choose `value` in a menu; a confirmation is confirmed.

        `value` also tells elements with one action_id apart, and `block_id` those that it does not. `state` is what
        the inputs around it hold. `LookupError` when the person cannot see it or it is not there.
        """
        return await self._people.click(person, where, action_id, value, state or {}, block_id)

    async def submit(self, person: Person, view: View, values: Mapping[str, Filled] | None = None) -> SubmitResult:
        """Fill in a modal, by block or action id, and submit it."""
        return await self._people.submit(person, view, values or {})

    async def view_closed(self, person: Person, view: View, *, everything: bool = False) -> ActionResult | None:
        """Close a modal, or all of them; None when the view did not ask to be told."""
        return await self._people.close_view(person, view, everything=everything)

    async def open_home(self, person: Person) -> ActionResult:
        """Open the app's Home tab."""
        return await self._people.open_home(person)

    async def shortcut(
        self, person: Person, callback_id: str, message: Message | None = None, *, channel: Channel | None = None
    ) -> ActionResult:
        """Choose a global shortcut, or one on a message; `LookupError` for somebody of another workspace.

        `channel` is what the person has in front of them, which the app is not told for a global one: only a menu
        of conversations in the modal it opens can default to it.
        """
        return await self._people.shortcut(person, callback_id, message, channel)

    async def event(self, event: JsonObject) -> ActionResult:
        """Have Slack send that event, again when it is not acknowledged."""
        return await self._people.event(event)

    def say(self, person: Person, channel: Channel, text: str, *, thread: Message | None = None) -> Message:
        """Write a message by hand; the app is not told."""
        root = None if thread is None else thread.thread_ts or thread.ts
        return self.workspace.post(channel, person, text, thread_ts=root, via="person")

    # Deliveries

    def signed(self, body: bytes, *, timestamp: int | None = None) -> dict[str, str]:
        """The headers with which Slack signs that body, now unless told."""
        return self._deliveries.signed(body, timestamp=timestamp)

    async def deliver_raw(self, body: bytes, headers: Mapping[str, str]) -> int:
        """POST exactly that to `events_url`, forged or not; the HTTP status it answers with."""
        return await self._deliveries.deliver_raw(body, headers)

    async def socket_connected(self) -> None:
        """Return once the app has connected its socket; `TimeoutError` after 10 real seconds."""
        await self._sockets.wait_connected()

    async def drop_socket(self, *, announced: bool) -> None:
        """Close the app's socket; `announced`, with Slack's polite request to reconnect instead."""
        await self._sockets.drop(announced=announced)
