"""`HOLIDAYS`: what a start and `check` make of it."""

import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from tests.harness.calendar_server import CALENDAR_CERTIFICATE, CALENDAR_HOST, CalendarServer
from tests.operations.conftest import Shell, closed_port, database

SOON = datetime.now(UTC).date() + timedelta(days=30)
"""By the commands' own clock, which is the real one: still to come also if it passes midnight meanwhile."""


def calendar(*days: str) -> str:
    events = "".join(f"BEGIN:VEVENT\nDTSTART:{day}\nSUMMARY:Founders' Day\nEND:VEVENT\n" for day in days)
    return f"BEGIN:VCALENDAR\n{events}END:VCALENDAR\n"


@pytest.fixture
def set_shell(settled_shell: Shell) -> Shell:
    """With a calendar of one holiday."""
    settled_shell.variables["HOLIDAYS"] = "holidays.ics"
    (settled_shell.directory / "holidays.ics").write_text(calendar(f"{SOON:%Y%m%d}"))
    return settled_shell


async def test_a_file_is_read_before_the_bot_listens(set_shell: Shell) -> None:
    await set_shell.listening("run")
    with closing(sqlite3.connect(database(set_shell))) as db:
        assert db.execute("SELECT address, day, name FROM holidays").fetchall() == [
            ("holidays.ics", SOON.isoformat(), "Founders' Day")
        ]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "the file can't be opened: No such file or directory"),
        ("day,name\n2026-12-25,Christmas\n", "it is no calendar (ICS)"),
        (calendar("20261399"), "a line in it can't be understood: “DTSTART:20261399”"),
        ("BEGIN:VCALENDAR\n" + "x" * 1024 * 1024, "it is larger than 1 MiB"),
    ],
    ids=["missing", "no calendar", "broken", "too large"],
)
async def test_a_file_that_is_not_there_or_no_calendar(set_shell: Shell, content: str | None, why: str) -> None:
    file = set_shell.directory / "holidays.ics"
    file.unlink()
    if content is not None:
        file.write_text(content)
    outcome = await set_shell.bot("run")
    assert outcome.status == 1
    assert outcome.last_line == f"The calendar holidays.ics can't be used: {why}. See HOLIDAYS."
    assert "Traceback" not in outcome.err
    assert f"FAIL  HOLIDAYS: holidays.ics could not be read: {why}." in (await set_shell.bot("check")).out.splitlines()


async def test_what_is_neither_a_file_nor_an_address(settled_shell: Shell) -> None:
    settled_shell.variables["HOLIDAYS"] = "ftp://me:secret@calendars.example/a.ics"
    outcome = await settled_shell.bot("run")
    assert outcome.status == 2
    assert re.fullmatch(r"HOLIDAYS is neither a file nor a web address .*\n", outcome.err)
    assert "secret" not in outcome.err
    assert settled_shell.files == []


async def test_an_address_that_cannot_be_reached_is_a_warning(settled_shell: Shell) -> None:
    settled_shell.variables["HOLIDAYS"] = f"http://127.0.0.1:{closed_port()}/secret.ics"
    process = await settled_shell.listening("run")
    assert process.returncode is None
    outcome = await settled_shell.bot("check")
    assert "FAIL  HOLIDAYS: 127.0.0.1 could not be read: it can't be connected to." in outcome.out.splitlines()
    assert "secret.ics" not in outcome.out + outcome.err


async def test_an_address_inside_may_have_a_certificate_of_the_operators_own_authority(settled_shell: Shell) -> None:
    """By which Slack's and Hoiio's are believed, too: Python's SSL_CERT_FILE."""
    server = CalendarServer()
    server.days = {SOON: "Founders' Day"}
    await server.start()
    settled_shell.variables["HOLIDAYS"] = server.url.replace(CALENDAR_HOST, "localhost")
    settled_shell.variables["SSL_CERT_FILE"] = str(CALENDAR_CERTIFICATE)
    outcome = await settled_shell.bot("check")
    await server.stop()
    assert f"the next is {SOON.isoformat()}, Founders' Day." in outcome.out


async def test_check_says_what_it_found(set_shell: Shell) -> None:
    def said(out: str) -> list[str]:
        return [line for line in out.splitlines() if "HOLIDAYS" in line]

    assert said((await set_shell.bot("check")).out) == [
        "ok    HOLIDAYS: 1 day in the next year on which no standup rings; the next is "
        f"{SOON.isoformat()}, Founders' Day."
    ]
    later = SOON + timedelta(days=9)
    file = set_shell.directory / "holidays.ics"
    file.write_text(calendar(f"{later:%Y%m%d}", f"{SOON:%Y%m%d}"))
    assert (
        f"HOLIDAYS: 2 days in the next year on which no standup rings; the next is {SOON}"
        in (await set_shell.bot("check")).out
    )
    file.write_text(calendar("20200101"))
    assert said((await set_shell.bot("check")).out) == [
        "FAIL  HOLIDAYS: the calendar has no day in the next year. Is it an old one?"
    ]
    set_shell.variables["HOLIDAYS"] = ""
    assert said((await set_shell.bot("check")).out) == [
        "ok    HOLIDAYS: not set; standups ring on holidays, too, but for their own days off."
    ]
