"""The operator's calendar around the running bot. Those of standups: test_standup_holidays.py."""

import sqlite3
from contextlib import closing
from datetime import date, timedelta

from tests.harness.calendar_server import CalendarServer
from tests.harness.world import World


def kept(world: World) -> set[tuple[str, str]]:
    """What is stored: whose holiday, and its name."""
    with closing(sqlite3.connect(world.database)) as db:
        return set(db.execute("SELECT team_id, name FROM holidays"))


async def test_the_operators_calendar_may_be_inside_and_keeps_its_days_through_an_outage(quiet_world: World) -> None:
    server = CalendarServer()
    server.days = {date(2026, 12, 25): "Christmas"}
    await server.start(secure=False)
    quiet_world.settings["HOLIDAYS"] = server.url
    server.status = 503
    await quiet_world.start_bot()
    warning = "the holidays at 127.0.0.1 could not be read, there are none yet: it answers with 503"
    await quiet_world.until(lambda: warning in quiet_world.log)
    server.status = 200
    await quiet_world.leap(timedelta(hours=1))
    await quiet_world.until(lambda: kept(quiet_world) == {("", "Christmas")})
    await quiet_world.kill_bot()
    server.status = 404
    await quiet_world.start_bot()
    await quiet_world.until(lambda: "stay: it answers with 404" in quiet_world.log)
    assert kept(quiet_world) == {("", "Christmas")}
    assert "secret-path" not in quiet_world.log
    await server.stop()
