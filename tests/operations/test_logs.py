"""The log: a line an event, with the id of the conference that it is about, for people or for programs."""

import json
import re
import sqlite3
import subprocess
import sys
from datetime import datetime, timedelta

import pytest

from tests.harness.process import ROOT
from tests.harness.world import World
from tests.operations.conftest import Shell

ANYWHERE = """
import asyncio, logging, sys, warnings
from observability.logs import LogFormat, log_loop_errors, set_up_logging

set_up_logging(logging.INFO, LogFormat(sys.argv[1]))
logging.getLogger("some.library").info("called %s\\nINFO a line of its own", "+6591230001")
warnings.warn("that is old", DeprecationWarning)

def fails(number):
    raise LookupError(number)

class Odd:
    def __del__(self):
        fails("+6591230003")

async def main():
    loop = asyncio.get_running_loop()
    log_loop_errors(loop)
    loop.call_soon(fails, "+6591230001")
    Odd()
    await asyncio.sleep(0.01)
    fails("+6591230002")

asyncio.run(main())
"""
"""What comes from libraries, from Python, and from nobody who catches it."""


def written(log_format: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-W", "always", "-c", ANYWHERE, log_format], cwd=ROOT, capture_output=True, check=False
    )
    assert (done.returncode, done.stdout) == (1, b"")
    return done.stderr.decode().splitlines()


def events(world: World) -> list[dict[str, str]]:
    return [json.loads(line) for line in world.log.splitlines()]


@pytest.fixture
async def played(quiet_world: World, request: pytest.FixtureRequest) -> World:
    """One conference from its command to its end, and then something that nobody has foreseen."""
    world = quiet_world
    world.settings["LOG_FORMAT"] = request.param
    await world.start_bot()
    await world.alice.has_number()
    await world.bob.has_number()
    world.slack.faults.fail("chat.update", status=500)
    await world.alice.types("/conference @bob")
    await world.board_shows("Ended at", within=200)
    with sqlite3.connect(world.database) as db:
        db.execute("DROP TABLE numbers")
    await world.alice.types("/conference @bob")
    await world.until(lambda: "no such table" in world.log)
    return world


@pytest.mark.parametrize("played", ["json"], indirect=True)
async def test_json_has_an_object_a_line(played: World) -> None:
    told = events(played)
    for event in told:
        assert event.keys() - {"conference", "exception"} == {"time", "level", "logger", "message"}
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", event["time"])
        assert datetime.now().astimezone() - datetime.fromisoformat(event["time"]) < timedelta(minutes=5)
    conference_id = played.call_requests[0]["tag"]
    its = [(event["level"], event["message"]) for event in told if event.get("conference") == conference_id]
    assert [message for level, message in its if level == "INFO"] == [
        *("begun", "dialing", "live", "phones being rung: 2"),
        *("notification of unanswered", "ended", "notification of unanswered"),
    ]
    assert any(level == "WARNING" for level, _ in its), its
    assert not any(event["message"].startswith("conference ") for event in told)
    (failure,) = [event for event in told if event["level"] == "ERROR"]
    assert failure["exception"].startswith("Traceback (most recent call last):\n")
    assert "conference" not in failure


@pytest.mark.parametrize("played", ["human"], indirect=True)
async def test_a_line_for_people_begins_with_what_it_is_about(played: World) -> None:
    conference_id = played.call_requests[0]["tag"]
    its = [line for line in played.log.splitlines() if conference_id in line]
    assert all(re.match(rf"[0-9-]+ [0-9:,]+ [A-Z]+ conference {conference_id}: ", line) for line in its)
    assert all(line.count(conference_id) == 1 for line in its)
    assert its[0].endswith(" begun")
    assert its[-2].endswith(" ended")


def test_in_json_whatever_is_written_is_an_event_a_line() -> None:
    library, warning, ignored, callback, uncaught = map(json.loads, written("json"))
    assert library["logger"] == "some.library"
    assert library["message"] == "called +…\nINFO a line of its own"
    assert "that is old" in warning["message"]
    assert (warning["level"], warning["logger"]) == ("WARNING", "py.warnings")
    assert (ignored["level"], ignored["message"]) == ("ERROR", "not caught, where nobody could: Odd.__del__")
    assert (callback["level"], callback["message"]) == ("ERROR", "not caught: Exception in callback fails")
    assert callback["exception"].endswith("LookupError: +…")
    assert (uncaught["level"], uncaught["message"]) == ("CRITICAL", "not caught, so the process ends")
    assert uncaught["exception"].endswith("LookupError: +…")


def test_for_people_nothing_that_is_quoted_begins_a_line_of_its_own() -> None:
    lines = written("human")
    assert lines[0].endswith(" INFO called +…\\nINFO a line of its own")
    assert " WARNING <string>:7: DeprecationWarning: that is old" in lines[1]
    assert [line.split()[-2:] for line in lines if " ERROR " in line or "LookupError" in line] == [
        ["could:", "Odd.__del__"],
        ["LookupError:", "+…"],
        ["callback", "fails"],
        ["LookupError:", "+…"],
        ["LookupError:", "+…"],
    ]


async def test_in_json_why_it_does_not_start_is_an_event(settled_shell: Shell) -> None:
    settled_shell.variables |= {"LOG_FORMAT": "json", "HOST": "192.0.2.1"}
    outcome = await settled_shell.bot("run")
    last = json.loads(outcome.last_line)
    assert (outcome.status, last["level"]) == (1, "CRITICAL")
    assert last["message"].startswith("Can't listen on 192.0.2.1:")
