"""Hoiio's front door: the API over HTTP, with its faults, its holds and its records."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from urllib.parse import parse_qsl

from aiohttp import web

from sandbox.clock import MovedClock
from sandbox.hoiio.errors import RefusalError
from sandbox.hoiio.exchange import Exchange
from sandbox.hoiio.faults import Accident, Faults, Hold, When
from sandbox.hoiio.legs import Leg
from sandbox.hoiio.notifier import Notifier, SentNotification
from sandbox.hoiio.verbs import SUCCESS, VERBS, Answer, Parameters
from sandbox.in_hand import InHand

_MASK = "***"
_RATE_WINDOW_SECONDS = 60.0
_GARBLE = "<html><body>It works!</body></html>"
_FORM = "application/x-www-form-urlencoded"
_ALLOWED_METHODS = frozenset({"GET", "POST"})


@dataclass
class ApiRequest:
    """A request as it came in. `status` is the code that was answered, None as long as, or if, none was.

    `http_status` is None if the connection was closed without an answer; `seconds` is real time.
    """

    path: str
    parameters: dict[str, str]
    at: datetime
    status: str | None = None
    taken: bool = False
    """Whether it was carried out, whatever was answered."""
    http_status: int | None = None
    answer: Answer = field(default_factory=dict)
    seconds: float = 0.0


class Hoiio(Exchange):
    """A Hoiio with one account and one application."""

    def __init__(self, clock: MovedClock, *, app_id: str, access_token: str) -> None:
        super().__init__(clock)
        self.app_id = app_id
        self.access_token = access_token
        self.txn_refs_as_text = False
        """Answer `txn_refs` as the older single comma-separated string."""
        self.notify_by_query = False
        """Put a notification's fields in the query string and leave its body empty."""
        self.early_notifications = False
        """Notify of the answer, too, without `date` to `debit`."""
        self.faults = Faults()
        self.requests: list[ApiRequest] = []
        """Every request that named a call of the API, in the order received."""
        self.on_traffic: Callable[[ApiRequest | SentNotification], None] | None = None
        """Called with each request that was answered or cut off, and each notification that was sent or lost."""
        self._notifier = Notifier(clock, self.agenda)
        self._notifier.on_sent = self._observe
        self._holds: list[Hold] = []
        self.in_hand = InHand()
        """Requests that are not answered yet."""
        self._recent: defaultdict[str, deque[float]] = defaultdict(deque)
        self._runner: web.AppRunner | None = None
        self._address = ("", 0)

    @property
    def url(self) -> str:
        """The address that stands for https://secure.hoiio.com/open, without a slash at the end."""
        host, port = self._address
        return f"http://{host}:{port}/open"

    @property
    def notifications(self) -> list[SentNotification]:
        """Every notification that was sent, forged ones too, in the order answered."""
        return self._notifier.sent

    @property
    def dropped_notifications(self) -> list[dict[str, str]]:
        """The fields of every notification that `faults.notifications.drop` kept from being sent."""
        return self._notifier.dropped

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen there; port 0 takes a free one."""
        await self._notifier.open()
        app = web.Application(middlewares=[self.in_hand.counting])
        app.router.add_route("*", "/open/{area}/{verb}", self._handle)
        # Whatever is still being handled when the stand-in stops has been cancelled by then.
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        self._address = (host, int(self._runner.addresses[0][1]))

    async def stop(self) -> None:
        """Cut all that is going on short and close every connection. Nothing is rung or sent any more."""
        await self.agenda.clear()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        await self.agenda.clear()
        await self._notifier.close()

    def hold(self, path: str, when: When) -> Hold:
        """Hold the next request to that path before it is taken, or after that but before its answer."""
        hold = Hold(path, when)
        self._holds.append(hold)
        return hold

    async def notify(
        self,
        fields: Mapping[str, str],
        url: str,
        *,
        signature: str | Literal["right"] | None = "right",
        by_query: bool = False,
    ) -> int:
        """Send a notification of any content now, past all faults; gives the HTTP status.

        `signature` is the header's value: "right" for what Hoiio would sign, None for no header at all.
        Raises aiohttp.ClientError if nobody answers.
        """
        return await self._notifier.notify(fields, url, self.access_token, signed=signature, by_query=by_query)

    def leg_answered(self, leg: Leg) -> None:
        if self.early_notifications:
            self._post(leg, leg.notice())

    def leg_ended(self, leg: Leg) -> None:
        self._post(leg, leg.final_notice())

    def _post(self, leg: Leg, fields: dict[str, str]) -> None:
        if leg.notify_url is not None:
            self._notifier.post(
                fields,
                leg.notify_url,
                self.access_token,
                by_query=self.notify_by_query,
                faults=self.faults.notifications,
            )

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        path = f"{request.match_info['area']}/{request.match_info['verb']}"
        if path not in VERBS:
            raise web.HTTPNotFound
        try:
            given = await _read_parameters(request)
        except ConnectionResetError:
            # Whoever asked went away before all of it had come.
            return web.Response()
        work = self.agenda.spawn(self._serve(path, request.method, given))
        await asyncio.wait({work})
        answer = None if work.cancelled() else work.result()
        if answer is not None:
            return answer
        if request.transport is not None:
            request.transport.close()
        return web.Response()

    async def _serve(self, path: str, method: str, given: Parameters | None) -> web.Response | None:
        """The answer to a request with those parameters (None: unreadable); None to hang up without one."""
        record = self._record(path, given or {})
        started = asyncio.get_running_loop().time()
        response: web.Response | None = None
        try:
            response = await self._respond(record, path, method, given)
        finally:
            record.http_status = None if response is None else response.status
            record.seconds = asyncio.get_running_loop().time() - started
            self._observe(record)
        return response

    async def _respond(
        self, record: ApiRequest, path: str, method: str, given: Parameters | None
    ) -> web.Response | None:
        await self._pass_hold(path, "before")
        accident = self.faults.draw(path)
        if accident.lost == "before":
            return None
        if accident.http_5xx is not None and accident.http_5xx[0] == "before":
            return web.Response(status=accident.http_5xx[1], text=_GARBLE)

        answer = self._answer(path, method, given, accident)
        record.taken = answer["status"] == SUCCESS

        await self._pass_hold(path, "after")
        if accident.delay > 0:
            await self.clock.sleep(accident.delay)
        if accident.lost == "after":
            return None
        if accident.http_5xx is not None:
            return web.Response(status=accident.http_5xx[1], text=_GARBLE)
        if accident.garbled_answer:
            return web.Response(text=_GARBLE, content_type="text/html")
        record.status, record.answer = str(answer["status"]), answer
        return web.json_response(answer)

    def _observe(self, traffic: ApiRequest | SentNotification) -> None:
        if self.on_traffic is not None:
            self.on_traffic(traffic)

    def _record(self, path: str, given: Parameters) -> ApiRequest:
        shown = {name: _MASK if name == "access_token" else value for name, value in given.items()}
        record = ApiRequest(path, shown, self.clock.now())
        self.requests.append(record)
        return record

    async def _pass_hold(self, path: str, when: When) -> None:
        for hold in self._holds:
            if hold.path == path and hold.when == when:
                self._holds.remove(hold)
                await hold.wait()
                return

    def _answer(self, path: str, method: str, given: Parameters | None, accident: Accident) -> Answer:
        if accident.refuse_with is not None:
            return {"status": accident.refuse_with}
        try:
            answer = self._carry_out(path, method, given)
        except RefusalError as refusal:
            return {"status": refusal.status}
        if accident.missing_txn_refs:
            answer.pop("txn_refs", None)
        txn_refs = answer.get("txn_refs")
        if self.txn_refs_as_text and isinstance(txn_refs, list):
            answer["txn_refs"] = ",".join(str(txn_ref) for txn_ref in txn_refs)
        return answer

    def _carry_out(self, path: str, method: str, given: Parameters | None) -> Answer:
        if method not in _ALLOWED_METHODS:
            raise RefusalError("error_invalid_http_method")
        if given is None:
            raise RefusalError("error_malformed_params")
        required, verb = VERBS[path]
        for name in ("app_id", "access_token", *required):
            if not given.get(name):
                raise RefusalError(f"error_{name}_param_missing")
        if given["app_id"] != self.app_id:
            raise RefusalError("error_invalid_app_id")
        if given["access_token"] != self.access_token:
            raise RefusalError("error_invalid_access_token")
        self._count(path)
        return verb(self, given)

    def _count(self, path: str) -> None:
        """Count a request against the limit of its call; one that is refused for it does not count."""
        limit = self.rate_limits.get(path)
        if limit is None:
            return
        now, recent = self.clock.monotonic(), self._recent[path]
        while recent and recent[0] <= now - _RATE_WINDOW_SECONDS:
            recent.popleft()
        if len(recent) >= limit:
            raise RefusalError("error_rate_limit_exceeded")
        recent.append(now)


async def _read_parameters(request: web.Request) -> dict[str, str] | None:
    """Those of the query and of a form body, which wins; None if they are not percent-encoded UTF-8."""
    body = await request.read() if request.content_type == _FORM else b""
    try:
        texts = (request.rel_url.raw_query_string, body.decode())
        pairs = [pair for text in texts for pair in parse_qsl(text, keep_blank_values=True, errors="strict")]
    except UnicodeDecodeError:
        return None
    return dict(pairs)
