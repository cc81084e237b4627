"""How teams, standups and their days off are kept."""

from sqlite_utils import Database


def m013_teams(db: Database) -> None:
    """Saved groups of people; who is in one is kept as the text of an invitation that names them."""
    db.table("teams").create(
        {"team_id": str, "name": str, "invitees": str, "made_by": str, "made_at": str},
        pk=("team_id", "name"),
        not_null=("invitees", "made_by", "made_at"),
        strict=True,
    )


def m014_standups(db: Database) -> None:
    """Recurring calls, their days, and which of those a conference is for."""
    db.table("standups").create(
        {
            "team_id": str,
            "standup_id": str,
            "name": str,
            "channel_id": str,
            "maker_id": str,
            "recurrence": str,
            "dealt_with": str,
            "team_names": str,
            "invitees": str,
            "remind_minutes": int,
            "days_off": str,
            "calendar": str,
            "is_paused": int,
            "is_deleted": int,
            "reports_weekly": int,
            "reported": str,
            "wakes_at": str,
        },
        pk=("team_id", "standup_id"),
        not_null=(
            "name",
            "channel_id",
            "maker_id",
            "recurrence",
            "dealt_with",
            "team_names",
            "invitees",
            "remind_minutes",
            "days_off",
            "is_paused",
            "is_deleted",
            "reports_weekly",
        ),
        strict=True,
    )
    db.execute("CREATE UNIQUE INDEX standups_names ON standups (team_id, name) WHERE is_deleted = 0")
    db.table("standups").create_index(["wakes_at"])
    db.table("occurrences").create(
        {
            "team_id": str,
            "occurrence_id": str,
            "standup_id": str,
            "channel_id": str,
            "day": str,
            "due_at": str,
            "state": str,
            "is_announced": int,
            "out": str,
            "other_numbers": str,
            "skipped_by": str,
            "missed": int,
            "is_reported": int,
            "version": int,
            "shown_version": int,
        },
        pk=("team_id", "occurrence_id"),
        not_null=(
            "standup_id",
            "channel_id",
            "day",
            "due_at",
            "state",
            "is_announced",
            "out",
            "other_numbers",
            "missed",
            "is_reported",
            "version",
            "shown_version",
        ),
        strict=True,
    )
    # A standup has each local day once.
    db.table("occurrences").create_index(["team_id", "standup_id", "day"], unique=True)
    db.execute("CREATE INDEX occurrences_unshown ON occurrences (due_at) WHERE shown_version < version")
    db.execute(
        "CREATE INDEX occurrences_ahead ON occurrences (team_id, due_at) WHERE is_announced AND state = 'planned'"
    )
    db.execute("CREATE INDEX occurrences_with_numbers ON occurrences (team_id, due_at) WHERE other_numbers != '{}'")
    for name in ("standup", "occurrence_id", "due_at"):
        db.table("conferences").add_column(name, str)
    db.execute(
        "CREATE INDEX conferences_of_standups ON conferences (team_id, occurrence_id) WHERE occurrence_id IS NOT NULL"
    )


def m015_holidays(db: Database) -> None:
    """Calendars in use, and the holidays that were last read from each. The operator's are of no workspace."""
    db.table("calendars").create(
        {"team_id": str, "address": str, "read_at": str}, pk=("team_id", "address"), strict=True
    )
    db.table("holidays").create(
        {"team_id": str, "address": str, "day": str, "name": str},
        pk=("team_id", "address", "day"),
        not_null=("name",),
        strict=True,
    )


def m016_reports(db: Database) -> None:
    """Whether reports of standups show somebody."""
    db.table("preferences").add_column("in_reports", int, not_null_default=1)
