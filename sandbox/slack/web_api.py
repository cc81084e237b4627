"""The Web API over HTTP: tokens, scopes, rate limits and faults around the methods, and a record of each call."""

import asyncio
import json
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from sandbox.slack import chat_methods, lookup_methods
from sandbox.slack.faults import Fault, Faults, Holds, When
from sandbox.slack.model import ApiCall, JsonObject, SlackError
from sandbox.slack.rate_limits import RateLimits
from sandbox.slack.response_urls import ResponseUrls
from sandbox.slack.views import Views
from sandbox.slack.workspace import Workspace

_Run = Callable[[Workspace, JsonObject], JsonObject]
_Effect = Callable[[], "_Answer"]

_OBJECTS: Final = {
    "blocks": "invalid_blocks_format",
    "metadata": "invalid_metadata_format",
    "view": "invalid_arguments",
}
"""Arguments that a form carries as JSON text, and the error for text that is none."""

_SWITCHES: Final = frozenset(
    {
        "inclusive",
        "reply_broadcast",
        "include_all_metadata",
        "include_disabled",
        "include_users",
        "include_count",
        "return_im",
    }
)
_TRUE: Final = frozenset({"1", "true", "True"})
_CUT: Final = struct.pack("ii", 1, 0)
"""SO_LINGER on, for 0 seconds: closing then resets the connection."""


@dataclass(frozen=True)
class _Answer:
    body: JsonObject
    status: int = 200
    retry_after: int | None = None


@dataclass(frozen=True)
class _Method:
    """`scope` ending in ":history" or ":read" alone takes its first half from the kind of channel."""

    run: _Run
    required: tuple[str, ...] = ()
    scope: str | None = None


class WebApi:
    """The HTTP handlers for `/api/{method}` and for response URLs."""

    def __init__(
        self, workspace: Workspace, views: Views, urls: ResponseUrls, *, bot_token: str, app_token: str
    ) -> None:
        self.calls: list[ApiCall] = []
        self.rate_limited = False
        self.faults = Faults(workspace.clock)
        self.holds = Holds()
        self.new_socket_url: Callable[[], str] = str
        self._limits = RateLimits(workspace.clock)
        self._workspace = workspace
        self._views = views
        self._urls = urls
        self._bot_token = bot_token
        self._app_token = app_token
        self._methods: dict[str, _Method] = {
            "auth.test": _Method(lookup_methods.auth_test),
            "chat.postMessage": _Method(chat_methods.post_message, ("channel",), "chat:write"),
            "chat.update": _Method(chat_methods.update, ("channel", "ts"), "chat:write"),
            "chat.postEphemeral": _Method(chat_methods.post_ephemeral, ("channel", "user"), "chat:write"),
            "chat.delete": _Method(chat_methods.delete, ("channel", "ts"), "chat:write"),
            "users.info": _Method(lookup_methods.users_info, ("user",), "users:read"),
            "users.list": _Method(lookup_methods.users_list, (), "users:read"),
            "users.profile.get": _Method(lookup_methods.users_profile_get, (), "users.profile:read"),
            "usergroups.list": _Method(lookup_methods.usergroups_list, (), "usergroups:read"),
            "usergroups.users.list": _Method(lookup_methods.usergroups_users_list, ("usergroup",), "usergroups:read"),
            "conversations.open": _Method(lookup_methods.conversations_open, (), "im:write"),
            "conversations.info": _Method(lookup_methods.conversations_info, ("channel",), ":read"),
            "conversations.members": _Method(lookup_methods.conversations_members, ("channel",), ":read"),
            "conversations.history": _Method(lookup_methods.conversations_history, ("channel",), ":history"),
            "conversations.replies": _Method(lookup_methods.conversations_replies, ("channel", "ts"), ":history"),
            "views.publish": _Method(self._views_publish, ("user_id", "view")),
            "views.open": _Method(self._views_open, ("trigger_id", "view")),
            "views.push": _Method(self._views_push, ("trigger_id", "view")),
            "views.update": _Method(self._views_update, ("view",)),
            "apps.connections.open": _Method(self._connections_open),
        }

    # Handlers

    async def handle_method(self, request: web.Request) -> web.StreamResponse:
        """`/api/{method}`: arguments from the query, a form or JSON."""
        method = request.match_info["method"]
        given, problem = await _arguments(request)
        bearer = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
        token = str(given.pop("token", "")) or bearer
        call = self._record(method, given)
        return await self._through(request, call, lambda: self._run(method, given, token, problem))

    async def handle_response_url(self, request: web.Request) -> web.StreamResponse:
        """A response URL: recorded as the method "response_url"."""
        key = request.match_info["key"]
        try:
            body = json.loads(await request.text())
        except json.JSONDecodeError:
            body = None
        call = self._record("response_url", body if isinstance(body, dict) else {})

        def effect() -> _Answer:
            if not isinstance(body, dict):
                return _Answer({"ok": False, "error": "invalid_payload"}, 400)
            try:
                self._urls.answer(key, body)
            except SlackError as refused:
                status = 404 if refused.code in {"expired_url", "used_url"} else 400
                return _Answer({"ok": False, "error": refused.code, **refused.beside}, status)
            return _Answer({"ok": True})

        return await self._through(request, call, effect)

    # On the way

    def _record(self, method: str, arguments: JsonObject) -> ApiCall:
        call = ApiCall(method, arguments, self._workspace.clock.now())
        self.calls.append(call)
        return call

    async def _through(self, request: web.Request, call: ApiCall, effect: _Effect) -> web.StreamResponse:
        """Take the request past holds and faults to its effect, and the answer past them back."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            answer = await self._met(call, effect)
        except asyncio.CancelledError:
            call.error = "client_gone"
            raise
        finally:
            call.seconds = loop.time() - started
            self._workspace.changed("call", call)
        if answer is None:
            _cut(request)
            return web.Response()
        headers = {"x-oauth-scopes": ",".join(sorted(self._workspace.scopes))}
        if answer.retry_after is not None:
            headers["Retry-After"] = str(answer.retry_after)
        return web.json_response(answer.body, status=answer.status, headers=headers)

    async def _met(self, call: ApiCall, effect: _Effect) -> _Answer | None:
        struck = self.faults.strike(call.method)

        async def passing(when: When) -> bool:
            await self.holds.stand(call.method, when)
            if struck.slow is not None and struck.slow.when == when:
                await self._workspace.clock.sleep(struck.slow.seconds)
            return struck.breaking is not None and struck.breaking.when == when

        if await passing("before"):
            return self._broken(call, struck.breaking)
        answer = effect()
        call.processed = bool(answer.body.get("ok"))
        if await passing("after"):
            return self._broken(call, struck.breaking)
        return self._complete(call, answer)

    def _broken(self, call: ApiCall, fault: Fault | None) -> _Answer | None:
        if fault is None or fault.kind == "reset":
            call.error = "connection_reset"
            return None
        answer = _Answer({"ok": False, "error": fault.error}, fault.status, fault.retry_after)
        return self._complete(call, answer)

    @staticmethod
    def _complete(call: ApiCall, answer: _Answer) -> _Answer:
        call.status, call.answer = answer.status, answer.body
        call.error = None if answer.body.get("ok") else str(answer.body["error"])
        return answer

    # The effect

    def _run(self, name: str, given: JsonObject, token: str, problem: SlackError | None) -> _Answer:
        try:
            method = self._method(name)
            self._refuse_token(name, token)
            self._refuse_scope(method, given)
            if self.rate_limited and (wait := self._limits.retry_after(name, given)) is not None:
                return _Answer({"ok": False, "error": "ratelimited"}, 429, wait)
            _refuse_arguments(method, given, problem)
            return _Answer({"ok": True, **method.run(self._workspace, given)})
        except SlackError as refused:
            return _Answer({"ok": False, "error": refused.code, **refused.beside})

    def _method(self, name: str) -> _Method:
        if name not in self._methods:
            raise SlackError("unknown_method", req_method=name)
        return self._methods[name]

    def _refuse_token(self, name: str, token: str) -> None:
        if not token:
            raise SlackError("not_authed")
        wanted, other = self._bot_token, self._app_token
        if name == "apps.connections.open":
            wanted, other = other, wanted
        if token == other:
            raise SlackError("not_allowed_token_type")
        if token != wanted:
            raise SlackError("invalid_auth")

    def _refuse_scope(self, method: _Method, given: JsonObject) -> None:
        needed = method.scope
        if needed is None:
            return
        if needed.startswith(":"):
            channel = self._workspace.find_channel(str(given.get("channel", "")))
            if channel is not None and channel.is_direct:
                needed = "im" + needed
            else:
                needed = ("groups" if channel is not None and channel.private else "channels") + needed
        if needed not in self._workspace.scopes:
            provided = ",".join(sorted(self._workspace.scopes))
            raise SlackError("missing_scope", needed=needed, provided=provided)

    # Methods that need more than the workspace

    def _views_publish(self, workspace: Workspace, given: JsonObject) -> JsonObject:
        person = workspace.people.get(str(given["user_id"]))
        if person is None:
            problem = "[ERROR] invalid user id [json-pointer:/user_id]"
            raise SlackError.with_messages("invalid_arguments", [problem])
        view = self._views.publish(person, given["view"], given.get("hash"))
        return {"view": self._views.described(view)}

    def _views_open(self, workspace: Workspace, given: JsonObject) -> JsonObject:
        return {"view": self._views.described(self._views.open(str(given["trigger_id"]), given["view"]))}

    def _views_push(self, workspace: Workspace, given: JsonObject) -> JsonObject:
        view = self._views.open(str(given["trigger_id"]), given["view"], push=True)
        return {"view": self._views.described(view)}

    def _views_update(self, workspace: Workspace, given: JsonObject) -> JsonObject:
        view_id, external_id = given.get("view_id"), given.get("external_id")
        if not view_id and not external_id:
            problem = "[ERROR] missing required field: view_id"
            raise SlackError.with_messages("invalid_arguments", [problem])
        view = self._views.update(view_id, external_id, given["view"], given.get("hash"))
        return {"view": self._views.described(view)}

    def _connections_open(self, workspace: Workspace, given: JsonObject) -> JsonObject:
        return {"url": self.new_socket_url()}


def _refuse_arguments(method: _Method, given: JsonObject, problem: SlackError | None) -> None:
    if problem is not None:
        raise problem
    missing = [argument for argument in method.required if given.get(argument) in (None, "")]
    if missing:
        problems = [f"[ERROR] missing required field: {argument}" for argument in missing]
        raise SlackError.with_messages("invalid_arguments", problems)


async def _arguments(request: web.Request) -> tuple[JsonObject, SlackError | None]:
    """The arguments of a call, and what is wrong with their form."""
    given: JsonObject = dict(request.query)
    if request.content_type == "application/json":
        try:
            body = json.loads(await request.text() or "{}")
        except json.JSONDecodeError:
            return given, SlackError("invalid_json")
        if not isinstance(body, dict):
            return given, SlackError("json_not_object")
        given.update(body)
    elif request.can_read_body:
        given.update({name: value for name, value in (await request.post()).items() if isinstance(value, str)})
    problem = None
    for name, error in _OBJECTS.items():
        if isinstance(given.get(name), str):
            try:
                given[name] = json.loads(given[name])
            except json.JSONDecodeError:
                problem = SlackError(error)
    for name in _SWITCHES & given.keys():
        if isinstance(given[name], str):
            given[name] = given[name] in _TRUE
    return given, problem


def _cut(request: web.Request) -> None:
    transport = request.transport
    if transport is None:
        return
    connection = transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _CUT)
    transport.abort()
