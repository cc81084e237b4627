"""Calendars in use and their holidays as rows. Each function is part of a transaction."""

import json
from collections.abc import Sequence
from datetime import date

from sqlite_utils import Database

from conference.standups.holidays import EVERYBODY, CalendarRead, Holidays, differ, kept_days


def use(db: Database, team_id: str, address: str) -> None:
    """Have a calendar's holidays kept from now on; one that is in use stays as it is."""
    db.execute("INSERT OR IGNORE INTO calendars (team_id, address) VALUES (?, ?)", [team_id, address])


def use_no_others(db: Database, team_id: str, addresses: Sequence[str]) -> None:
    """Forget a workspace's calendars but for those at these addresses."""
    for table in ("holidays", "calendars"):
        db.execute(
            f"DELETE FROM {table} WHERE team_id = ? "  # noqa: S608 - the names are ours
            "AND address NOT IN (SELECT value FROM json_each(?))",
            [team_id, json.dumps(list(addresses))],
        )


def use_what_standups_use(db: Database, team_id: str) -> None:
    """Have the calendars of a workspace's standups kept, and no others."""
    rows = db.execute(
        "SELECT DISTINCT calendar FROM standups WHERE team_id = ? AND is_deleted = 0 AND calendar IS NOT NULL",
        [team_id],
    )
    addresses = [address for (address,) in rows.fetchall()]
    use_no_others(db, team_id, addresses)
    for address in addresses:
        use(db, team_id, address)


def kept(db: Database, team_id: str, address: str) -> Holidays:
    """What is kept of one calendar."""
    rows = db.execute("SELECT day, name FROM holidays WHERE team_id = ? AND address = ?", [team_id, address])
    return {date.fromisoformat(day): name for day, name in rows.fetchall()}


def keep(db: Database, team_id: str, calendar: CalendarRead) -> bool:
    """Put what was read in the place of earlier days; says whether it made a difference to days still ahead.

    Of a calendar that is not in use nothing is kept.
    """
    key = [team_id, calendar.address]
    noted = db.execute(
        "UPDATE calendars SET read_at = ? WHERE team_id = ? AND address = ?", [calendar.read_at.isoformat(), *key]
    )
    if not noted.rowcount:
        return False
    first, _ = kept_days(calendar.read_at)
    is_other = differ(kept(db, *key), calendar.holidays, first)
    db.execute("DELETE FROM holidays WHERE team_id = ? AND address = ?", key)
    db.execute(
        "INSERT INTO holidays (team_id, address, day, name) SELECT ?, ?, key, value FROM json_each(?)",
        [*key, json.dumps({day.isoformat(): name for day, name in calendar.holidays.items()})],
    )
    return is_other


def holidays_of(db: Database, team_id: str, address: str | None) -> Holidays:
    """The holidays of a workspace's calendar, if there is one, and of the operator's, by day.

    Of two on one day, that of the operator's calendar.
    """
    rows = db.execute(
        "SELECT day, name FROM holidays WHERE team_id = ? AND address = ? "
        "UNION ALL SELECT day, name FROM holidays WHERE team_id = ?",
        [team_id, address, EVERYBODY],
    )
    return {date.fromisoformat(day): name for day, name in rows.fetchall()}
