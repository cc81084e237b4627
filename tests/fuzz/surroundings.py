"""The world that inputs are sent into: the real bot, with people, phones and conferences that an input can name."""

import asyncio
import hmac
import re
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final
from urllib.parse import urlencode, urlsplit

from tests.fuzz import corpus
from tests.fuzz.connection import Connection
from tests.fuzz.inputs import Kind, Request, Signed
from tests.harness.world import ACCESS_TOKEN, NO_LIMITS, SECRETS, World

SETTINGS: Final = (
    {**NO_LIMITS, "VERIFY_NUMBERS": "off", "ALLOWED_COUNTRIES": "all"},
    {**NO_LIMITS, "VERIFY_NUMBERS": "sms", "HOIIO_CALLER_ID": "+6560000000"},
    {"VERIFY_NUMBERS": "sms", "GUESTS": "off"},
)
"""Rounds take these in turn: all may be rung, numbers must be proved, and everything is guarded."""

_KNOWN_CONFERENCES: Final = 40
_PAUSE_SECONDS: Final = 0.05
"""Real time between two steps of the moved clock, so that it costs little and triggers live for a while."""
_PLACEHOLDER: Final = re.compile(rb"ZZ([a-z]+)([0-9])ZZ")
_FIRST_CONFERENCES: Final = 6
_OPEN_WITHIN_SECONDS: Final = 30.0
_DRAWN_OUT_SECONDS: Final = 90.0
"""Of the moved clock: by then every phone has rung out and every board is drawn."""
_WRONG_CALLS: Final = frozenset({"invalid_blocks", "invalid_blocks_format", "no_text", "msg_too_long"})
_FRAME: Final = re.compile(r' *File ".*?([^/]+/[^/]+)", line \d+, in (.*)')
_ERROR: Final = re.compile(r"((?:\w+\.)*[A-Z]\w+)(?::|$)")
_ENTRY: Final = re.compile(r"(?m)^(?=\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} )")
_WORSE_THAN_WARNING: Final = re.compile(r"Traceback| ERROR |CRITICAL|could not be handled|Error:")
_PIPE_OF_THE_HARNESS: Final = "unclosed transport <_UnixReadPipeTransport fd=0"
"""By which the bot's process of the tests hears of the time; it is left open when that process ends."""
_ID: Final = re.compile(r"\b[A-Z][A-Z0-9]{2,}\b")
"""Slack's: digits in one are no number, even if somebody typed them there."""
_DIGITS: Final = re.compile(r"\d[\d ().\-]{5,}\d")
_NATIONAL: Final = frozenset(number.removeprefix("+65") for number in corpus.NUMBERS)


@dataclass(frozen=True)
class Fault:
    """Something that is wrong: `what` is the same for all of its kind, `detail` is this one's own."""

    what: str
    detail: str = ""


class Surroundings:
    """One bot with everything around it."""

    def __init__(self, directory: Path, settings: dict[str, str]) -> None:
        self.world = World(directory)
        self.world.settings = {**settings, "ADMINS": corpus.ADMIN}
        self._conferences: deque[dict[str, bytes]] = deque(maxlen=_KNOWN_CONFERENCES)
        self._seen_requests = self._seen_log = 0
        self._clock: asyncio.Task[None] | None = None
        self._clock_runs = True

    async def open(self) -> None:
        world = self.world
        _people(world)
        world.hoiio.lines, world.hoiio.balance = 10_000, world.hoiio.balance * 10_000
        await world.open()
        await world.start_bot()
        self._clock = asyncio.create_task(self._run_clock())
        async with Connection(world.port) as connection:
            for number, user_id in zip(corpus.NUMBERS, corpus.PEOPLE[:50], strict=False):
                await self._types(connection, f"number <@{user_id}> {number}")
            for user_id in corpus.PEOPLE[:_FIRST_CONFERENCES]:
                await self._types(connection, f"<@{user_id}> without me")
        deadline = time.monotonic() + _OPEN_WITHIN_SECONDS
        while len(world.call_requests) < _FIRST_CONFERENCES:
            assert time.monotonic() < deadline, f"the first conferences do not begin:\n{world.log[-3_000:]}"
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _types(self, connection: Connection, text: str) -> None:
        fields = {"command": "/conference", "team_id": corpus.TEAM, "user_id": corpus.ADMIN, "channel_id": "C0STANDUP"}
        request = Request(Kind.COMMAND, urlencode({**fields, "text": text}).encode())
        answer = await connection.ask(self.filled(request), within=10.0)
        assert answer.status == 200, (text, answer)

    async def close(self) -> None:
        await self._stop_clock()
        await self.world.close()

    async def _run_clock(self) -> None:
        while self._clock_runs and self.world.bot_is_running:
            await self.world._step()
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _stop_clock(self) -> None:
        self._clock_runs = False
        if self._clock:
            await self._clock

    # What an input names

    def filled(self, request: Request) -> bytes:
        """The request as it goes over the wire."""
        body = _PLACEHOLDER.sub(self._value, request.body)
        headers = [*request.headers, (b"Host", b"127.0.0.1"), (b"Content-Length", str(len(body)).encode())]
        match request.signed:
            case Signed.SLACK:
                signed = self.world.slack.signed(body)
                headers += [(name.encode(), text.encode()) for name, text in signed.items()]
            case Signed.HOIIO:
                headers.append((b"X-Hoiio-Signature", hmac.digest(ACCESS_TOKEN.encode(), body, sha256).hex().encode()))
            case Signed.NOBODY:
                pass
        target = _PLACEHOLDER.sub(self._value, request.target)
        lines = [b"%s: %s\r\n" % (name, _PLACEHOLDER.sub(self._value, text)) for name, text in headers]
        return b"%s %s HTTP/1.1\r\n%s\r\n" % (request.method, target, b"".join(lines)) + body

    def _value(self, found: re.Match[bytes]) -> bytes:
        name, which = found[1].decode(), int(found[2])
        slack = self.world.slack
        person = slack.workspace.people[corpus.PEOPLE[which]]
        match name:
            case "now":
                return str(int(time.time())).encode()
            case "response":
                return slack._response_url("commands", slack._urls.new(self.world.channel, person)).encode()
            case "trigger":
                return slack._views.new_trigger(person).encode()
            case "view":
                views = slack.views(person)
                return views[-1].id.encode() if views else b"V0000000000"
            case "code":
                texts = [phone.texts[-1].message for phone in self.world.hoiio.phones if phone.texts]
                return texts[-1 - which % len(texts)][:6].encode() if texts else b"314159"
            case _:
                self._note_conferences()
                known = self._conferences[-1 - which % len(self._conferences)] if self._conferences else {}
                return known.get(name, b"none")

    def _note_conferences(self) -> None:
        """Take down the newest addresses that the bot handed out."""
        requests = self.world.hoiio.requests
        for request in requests[self._seen_requests :]:
            if request.path == "conference/call" and request.http_status:
                *_, conference_id, secret = urlsplit(request.parameters["notify_url"]).path.split("/")
                txn_refs = request.answer.get("txn_refs")
                self._conferences.append(
                    {
                        "conference": conference_id.encode(),
                        "secret": secret.encode(),
                        "dest": request.parameters["dest"].split(",")[0].replace("+", "%2B").encode(),
                        "txn": str(txn_refs[0] if isinstance(txn_refs, list) else "none").encode(),
                    }
                )
        self._seen_requests = len(requests)

    # What is wrong in the end

    def log_faults(self) -> Iterator[Fault]:
        """What has gone wrong since the last look, as the bot's own log tells."""
        with self.world.log_path.open("rb") as log:
            log.seek(self._seen_log)
            news = log.read()
        whole = news[: news.rfind(b"\n") + 1]
        self._seen_log += len(whole)
        for entry in _ENTRY.split(whole.decode(errors="replace")):
            if _WORSE_THAN_WARNING.search(entry) and _PIPE_OF_THE_HARNESS not in entry:
                yield Fault(f"the log says: {_gist(entry)}", entry)
            if _tells_number(entry):
                yield Fault(f"the log holds a number: {_gist(entry)}", entry)
            if any(secret in entry for secret in SECRETS):
                yield Fault("the log holds a secret", entry)

    async def last_faults(self) -> list[Fault]:
        """Let everything come to its end, and see that all is well."""
        world = self.world
        end = world.clock.monotonic() + _DRAWN_OUT_SECONDS
        await self._stop_clock()
        while world.clock.monotonic() < end and world.bot_is_running:
            await world._step()
        if not world.bot_is_running:
            return [Fault("the bot has died"), *self.log_faults()]
        async with Connection(world.port) as connection:
            answer = await connection.ask(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", within=10.0)
        found = [] if answer.status == 200 else [Fault(f"/healthz says {answer.status}")]
        found += [
            Fault(f"Slack would not take {call.method}: {call.error}", f"{call.arguments} {call.answer}")
            for call in world.slack.calls
            if call.error in _WRONG_CALLS or "json-pointer:/view" in str(call.answer)
        ]
        found += [
            Fault("a number stands where a whole channel reads it", f"{call.method} {call.arguments}")
            for call in world.slack.calls
            if str(call.arguments.get("channel", "")).startswith("C") and _tells_number(str(call.arguments))
        ]
        if status := await world.terminate_bot():
            found.append(Fault(f"the bot stopped with exit status {status}"))
        return [*found, *self.log_faults()]


def _gist(entry: str) -> str:
    """What a log's entry says, without what differs from one to the next: its first line, and where it was raised."""
    lines = entry.strip().splitlines()
    frames = [f"{found[1]} {found[2]}" for found in map(_FRAME.match, lines) if found]
    errors = [found[1] for found in map(_ERROR.match, lines) if found]
    return " / ".join([re.sub(r"[0-9a-f]{16}|\d+", "#", lines[0][24:100]), *frames[-1:], *errors[-1:]])


def _tells_number(text: str) -> bool:
    return any(map(holds_number, _DIGITS.findall(_ID.sub("", text))))


def holds_number(text: str) -> bool:
    """Whether one of the national numbers stands in a text, however it is spaced."""
    digits = re.sub(r"\D", "", text)
    return any(digits[start : start + 8] in _NATIONAL for start in range(len(digits) - 7))


def _people(world: World) -> None:
    """All the people, groups and channels of the corpus; their phones do all that phones can do."""
    slack = world.slack
    for index, user_id in enumerate(corpus.PEOPLE):
        actor = world.add_actor(user_id.removeprefix("U0").lower(), corpus.NUMBERS[index])
        assert actor.id == user_id
        actor.person.phone = "" if index % 3 else actor.number
        act = (actor.phone.will_decline, actor.phone.will_ignore, actor.phone.is_unreachable)[index % 3]
        act() if index % 4 else actor.phone.will_answer(after=1.0, stay=20.0)
    people = slack.workspace.people
    world.channel.members.append(slack.add_person("boss", is_admin=True))
    slack.add_person("gone", deleted=True)
    world.channel.members.append(slack.add_person("stranger", team_id=corpus.OTHER_TEAM))
    slack.add_group("oncall", *(people[user_id] for user_id in corpus.PEOPLE[:3]))
    slack.add_group("everybody", *(people[user_id] for user_id in corpus.PEOPLE))
    slack.add_group("nobody")
    slack.add_channel("secret", bot_in=False, private=True)
    slack.add_channel("archived", people["U0P01"]).archived = True
