"""What Prometheus reads: how things stand and went, of nobody in particular, and only with the token."""

import re
import sqlite3
import tomllib
from collections.abc import AsyncIterator
from datetime import timedelta
from io import BytesIO

import aiohttp
import pytest
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from conference.calls import CallState
from observability.metrics import VERSION, Metrics
from sandbox.clock import MovedClock
from tests.harness.process import ROOT
from tests.harness.world import APP_TOKEN, World

TOKEN = "a-token-for-prometheus"
NOWHERE = "/hoiio/notifications/0123456789abcdef/guessed"


class Scraped:
    """One reading."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.families: list[Metric] = list(text_string_to_metric_families(text))
        self._samples = {
            (sample.name, *sorted(sample.labels.items())): sample.value
            for family in self.families
            for sample in family.samples
        }

    def __call__(self, name: str, **labels: str) -> float | None:
        """The value of a sample; None if there is none."""
        return self._samples.get((f"rollcall_{name}", *sorted(labels.items())))

    def labels(self, name: str) -> list[dict[str, str]]:
        """The labels of each sample of that full name."""
        return [sample.labels for family in self.families for sample in family.samples if sample.name == name]


class Prometheus:
    """Reads the metrics."""

    def __init__(self, http: aiohttp.ClientSession) -> None:
        self._http = http

    async def status(self, authorization: str | None) -> int:
        headers = {} if authorization is None else {"Authorization": authorization}
        async with self._http.get("/metrics", headers=headers) as answer:
            return answer.status

    async def reads(self) -> Scraped:
        async with self._http.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}) as answer:
            assert (answer.status, answer.content_type) == (200, "text/plain")
            return Scraped(await answer.text())


@pytest.fixture
async def prometheus(quiet_world: World) -> AsyncIterator[Prometheus]:
    quiet_world.settings["METRICS_TOKEN"] = TOKEN
    async with aiohttp.ClientSession(quiet_world.url) as http:
        yield Prometheus(http)


@pytest.fixture
async def world(quiet_world: World, prometheus: Prometheus) -> World:
    """The bot is running, and Alice, Bob and Carol have numbers on file."""
    await quiet_world.start_bot()
    for actor in (quiet_world.alice, quiet_world.bob, quiet_world.carol):
        await actor.has_number()
    return quiet_world


async def test_only_who_has_the_token_reads_them(world: World, prometheus: Prometheus) -> None:
    for shown in (None, "Bearer", "Bearer ", f"Bearer {TOKEN}x", TOKEN, f"Basic {TOKEN}", "Bearer ä"):
        assert await prometheus.status(shown) == 401, shown
    assert await prometheus.status(f"Bearer {TOKEN}") == 200
    assert TOKEN not in world.log


async def test_without_a_token_there_are_none(quiet_world: World, prometheus: Prometheus) -> None:
    del quiet_world.settings["METRICS_TOKEN"]
    await quiet_world.start_bot()
    assert await prometheus.status(f"Bearer {TOKEN}") == 404
    assert await prometheus.status("Bearer ") == 404


def counted(read: Scraped) -> dict[str, set[tuple[tuple[str, str], ...]]]:
    """The labels of what each counter counts, but for requests to Slack: it has more methods than are used."""
    return {
        family.name: {tuple(sorted(sample.labels.items())) for sample in family.samples}
        for family in read.families
        if family.type == "counter" and not family.name.startswith(("rollcall_slack_errors", "process_"))
    }


async def test_what_has_not_happened_yet_is_nought_so_that_the_first_time_is_seen(
    world: World, prometheus: Prometheus
) -> None:
    fresh = await prometheus.reads()
    nought = [
        fresh("conferences_ended_total", state="unconfirmed", reason=""),
        fresh("conferences_ended_total", state="abandoned", reason="no_lines"),
        fresh("people_left_out_total", reason="no_number"),
        fresh("requests_turned_away_total", route="slack", status="401"),
        fresh("requests_turned_away_total", route="hoiio", status="503"),
        fresh("hoiio_errors_total", method="conference/call", kind="not_enough_credit"),
        fresh("hoiio_errors_total", method="voice/get_history", kind="rate_limited"),
    ]
    assert nought == [0] * len(nought)

    world.hoiio.faults.paths = {"conference/call"}
    world.hoiio.faults.refuse_with = "error_insufficient_credit"
    await world.alice.types("/conference @bob @erin")
    await world.board_shows("Nobody was rung")
    await world.slack.deliver_raw(b"text=x", {})
    unknown = b"command=/unknown&team_id=T1&user_id=U1"
    assert await world.slack.deliver_raw(unknown, world.slack.signed(unknown)) == 404
    await world.make_bot_read_only()
    async with aiohttp.ClientSession(world.url) as http:
        for path, size in ((NOWHERE, 0), (NOWHERE, 100_000), ("/slack/events", 2**21)):
            await http.post(path, data=BytesIO(bytes(size)))
        await http.get(NOWHERE)
    after = await prometheus.reads()
    assert after("people_left_out_total", reason="no_number") == 1
    assert after("requests_turned_away_total", route="hoiio", status="413") == 1
    assert counted(after) == counted(fresh)


async def test_a_conference_is_counted_from_its_command_to_its_end(world: World, prometheus: Prometheus) -> None:
    acknowledged = (await prometheus.reads())("slack_acknowledgement_seconds_count")
    world.alice.phone.will_answer(stay=20)
    world.bob.phone.will_decline()
    world.carol.phone.will_ignore()
    hold = world.hoiio.hold("conference/call", "before")
    await world.alice.types("/conference @bob @carol @erin")
    await world.until(lambda: hold.is_reached)
    await world.advance(5)
    assert (await prometheus.reads())("conferences_open", state="dialing") == 1
    hold.release()
    await world.board_shows("@carol: ringing")
    during = await prometheus.reads()
    assert (during("conferences_open", state="live"), during("conferences_open", state="new")) == (1, 0)
    assert (during("lines_in_use"), during("lines"), during("queued_phones")) == (3, 8, 0)
    await world.board_shows("Ended at", within=200)
    await world.advance(10)

    after = await prometheus.reads()
    assert acknowledged is not None
    assert after("slack_acknowledgement_seconds_count") == acknowledged + 1
    assert (after("conferences_begun_total", by="person"), after("conferences_begun_total", by="standup")) == (1, 0)
    assert after("conferences_ended_total", state="ended", reason="") == 1
    outcomes = {state.value: after("calls_ended_total", outcome=state.value) for state in CallState if state.is_final}
    assert outcomes == {"answered": 1, "busy": 1, "unanswered": 1, "failed": 0}
    assert after("people_left_out_total", reason="no_number") == 1
    assert after("hoiio_notification_seconds_count") == 3
    assert after("command_to_ringing_seconds_count") == 1
    assert 5 <= (after("command_to_ringing_seconds_sum") or 0) < 10
    assert after("hoiio_request_duration_seconds_count", method="conference/call") == 1
    assert 5 <= (after("hoiio_request_duration_seconds_sum", method="conference/call") or 0) < 10
    assert (after("board_drawn_seconds_count", of="conference") or 0) >= 3
    assert (after("slack_request_duration_seconds_count", method="chat.update") or 0) >= 2
    assert (after("lines_in_use"), after("undrawn_boards"), after("storage_up")) == (0, 0, 1)
    assert after("hoiio_balance", currency="SGD") == pytest.approx(float(world.hoiio.balance))


async def test_how_requests_to_slack_fail(world: World, prometheus: Prometheus) -> None:
    faults = world.slack.faults
    faults.fail("chat.postMessage", status=429, retry_after=2)
    faults.fail("chat.update", status=500)
    faults.fail("users.info", error="missing_scope")
    await world.alice.types("/conference @bob")
    await world.board_shows("Ended at", within=200)
    read = await prometheus.reads()
    assert read("slack_errors_total", method="chat.postMessage", kind="rate_limited") == 1
    assert read("slack_errors_total", method="chat.update", kind="answer_lost") == 1
    assert read("slack_errors_total", method="users.info", kind="refused") == 1


async def test_how_requests_to_hoiio_fail(world: World, prometheus: Prometheus) -> None:
    kinds = {
        "error_dest_invalid": "refused",
        "error_insufficient_credit": "not_enough_credit",
        "error_concurrent_call_limit_reached": "lines_taken",
        "error_rate_limit_exceeded": "rate_limited",
        "error_internal_server_error": "answer_lost",
    }
    world.hoiio.faults.paths = {"conference/call"}
    for calls, code in enumerate(kinds, start=1):
        world.hoiio.faults.refuse_with = code
        await world.alice.types("/conference @bob")
        await world.until(lambda calls=calls: len(world.call_requests) == calls)  # type: ignore[misc]
        await world.advance(5)
    read = await prometheus.reads()
    assert all(read("hoiio_errors_total", method="conference/call", kind=kind) == 1 for kind in kinds.values())
    assert read("conferences_ended_total", state="abandoned", reason="no_lines") == 1
    assert read("conferences_ended_total", state="refused", reason="") == 3


async def test_hoiio_that_cannot_be_reached(world: World, prometheus: Prometheus) -> None:
    await world.hoiio.stop()
    await world.alice.types("/conference @bob")
    await world.board_shows("Hoiio could not be reached")
    read = await prometheus.reads()
    assert (read("hoiio_errors_total", method="conference/call", kind="not_sent") or 0) > 1
    assert read("conferences_ended_total", state="abandoned", reason="not_sent") == 1


async def test_what_is_turned_away(world: World, prometheus: Prometheus) -> None:
    await world.slack.deliver_raw(b"text=x", {})
    async with aiohttp.ClientSession(world.url) as http:
        for path in (NOWHERE, "/nothing", "/hoiio/notifications"):
            async with http.post(path) as answer:
                assert answer.status == 404
    read = await prometheus.reads()
    assert read("requests_turned_away_total", route="slack", status="401") == 1
    assert read("requests_turned_away_total", route="hoiio", status="404") == 1
    assert read("hoiio_notification_seconds_count") == 0


async def test_in_socket_mode_whoever_asks_at_the_address_of_slack_is_not_taken_for_slack(quiet_world: World) -> None:
    quiet_world.socket_mode = True
    quiet_world.settings |= {"METRICS_TOKEN": TOKEN, "SLACK_APP_TOKEN": APP_TOKEN}
    await quiet_world.start_bot()
    async with aiohttp.ClientSession(quiet_world.url) as http:
        async with http.post("/slack/events") as answer:
            assert answer.status == 404
        read = await Prometheus(http).reads()
    assert read("requests_turned_away_total", route="slack", status="404") == 0


async def test_how_long_a_board_has_been_owed(world: World, prometheus: Prometheus) -> None:
    await world.alice.types("/conference @bob")
    await world.board_shows("@bob: ringing")
    await world.advance(5)
    assert (await prometheus.reads())("oldest_undrawn_board_seconds") == 0
    world.slack.faults.reset("chat.update", until=world.now + timedelta(seconds=25))
    world.bob.phone.decline()
    await world.advance(20)
    owed = await prometheus.reads()
    assert (owed("undrawn_boards") or 0) == 1
    assert 15 <= (owed("oldest_undrawn_board_seconds") or 0) <= 21
    await world.board_shows("@bob: busy", within=100)
    await world.advance(5)
    shown = await prometheus.reads()
    assert (shown("undrawn_boards"), shown("oldest_undrawn_board_seconds")) == (0, 0)
    assert (shown("board_drawn_seconds_sum", of="conference") or 0) >= 20


async def test_a_storage_that_does_not_answer(world: World, prometheus: Prometheus) -> None:
    with sqlite3.connect(world.database) as db:
        db.execute("DROP TABLE participants")
    read = await prometheus.reads()
    assert read("storage_up") == 0
    assert (read("storage_failures_total") or 0) >= 1
    assert (read("lines_in_use"), read("undrawn_boards")) == (None, None)
    assert read("lines") == 8


async def test_whether_the_socket_stands(quiet_world: World, prometheus: Prometheus) -> None:
    quiet_world.socket_mode = True
    quiet_world.settings["SLACK_APP_TOKEN"] = APP_TOKEN
    await quiet_world.start_bot()
    await quiet_world.alice.has_number()
    await quiet_world.until_really(lambda: "connected to Slack" in quiet_world.log)
    read = await prometheus.reads()
    assert read("slack_connected") == 1
    assert read("slack_acknowledgement_seconds_count") == 1


async def test_they_name_nobody_and_keep_to_prometheus_conventions(world: World, prometheus: Prometheus) -> None:
    await world.alice.types("/conference @bob @carol @erin +6591239999")
    await world.board_shows("Ended at", within=200)
    read = await prometheus.reads()
    assert not re.search(r"\+?65\d|\bU0|\bC0|\bT0|[0-9a-f]{16}", re.sub(r"\d\.\d+e[+-]?\d+|\d+\.\d+", "", read.text))
    for family in read.families:
        assert re.match("(rollcall|process)_[a-z_]+$", family.name), family.name
        assert family.documentation
        for sample in family.samples:
            assert sample.labels.keys() <= {
                *("by", "state", "reason", "outcome", "route", "status", "of", "method", "kind", "currency", "le"),
                *("version", "python"),
            }
            assert all(re.fullmatch(r"[A-Za-z0-9_./+-]{0,32}", value) for value in sample.labels.values()), sample
        if family.type == "counter":
            assert all(sample.name.endswith("_total") for sample in family.samples)
        if family.type == "histogram":
            assert family.name.endswith("_seconds")


def test_each_bot_has_its_own() -> None:
    """A registry that all share would refuse the second."""
    for _ in range(2):
        Metrics(MovedClock()).acknowledged(0.1)


def test_the_version_is_the_one_of_the_project() -> None:
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] == VERSION
