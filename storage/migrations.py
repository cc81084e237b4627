"""The database's shape. A migration that has been released is never edited: what comes later is a new one."""

from sqlite_utils import Database, Migrations

MIGRATIONS = Migrations("rollcall")


@MIGRATIONS()
def m001_numbers(db: Database) -> None:
    """The number directory: one number a person."""
    db.table("numbers").create(
        {"team_id": str, "user_id": str, "number": str, "source": str, "set_at": str},
        pk=("team_id", "user_id"),
        not_null=("number", "source", "set_at"),
        strict=True,
    )


@MIGRATIONS()
def m002_conferences(db: Database) -> None:
    """Conferences, the calls in them, those left out, and what the carrier said, as it said it."""
    db.table("conferences").create(
        {
            "team_id": str,
            "conference_id": str,
            "channel_id": str,
            "caller_id": str,
            "invitation": str,
            "room": str,
            "notify_secret": str,
            "created_at": str,
            "response_url": str,
            "state": str,
            "reason": str,
            "detail": str,
            "dialed_at": str,
            "ended_at": str,
            "told": str,
            "version": int,
            "shown_version": int,
        },
        pk=("team_id", "conference_id"),
        not_null=(
            "channel_id",
            "caller_id",
            "invitation",
            "room",
            "notify_secret",
            "created_at",
            "state",
            "version",
            "shown_version",
        ),
        strict=True,
    )
    conferences = db.table("conferences")
    conferences.create_index(["conference_id"], unique=True)
    # What a start has to look at stays small however long the history grows.
    db.execute(
        "CREATE INDEX conferences_unfinished ON conferences (created_at) "
        "WHERE state IN ('new', 'dialing', 'live', 'unconfirmed')"
    )
    db.execute("CREATE INDEX conferences_unshown ON conferences (created_at) WHERE shown_version < version")
    db.table("participants").create(
        {
            "team_id": str,
            "conference_id": str,
            "position": int,
            "number": str,
            "people": str,
            "state": str,
            "txn_ref": str,
            "minutes": int,
            "currency": str,
            "debit": str,
            "ended_at": str,
            "told": str,
        },
        pk=("team_id", "conference_id", "position"),
        not_null=("number", "people", "state"),
        strict=True,
    )
    db.execute(
        "CREATE INDEX participants_open ON participants (team_id, number) "
        "WHERE state IN ('waiting', 'ringing', 'in_call')"
    )
    db.table("left_out").create(
        {
            "team_id": str,
            "conference_id": str,
            "position": int,
            "user_id": str,
            "number": str,
            "reason": str,
        },
        pk=("team_id", "conference_id", "position"),
        not_null=("reason",),
        strict=True,
    )
    db.table("notifications").create(
        {
            "team_id": str,
            "conference_id": str,
            "digest": str,
            "fields": str,
            "received_at": str,
        },
        pk=("team_id", "conference_id", "digest"),
        not_null=("fields", "received_at"),
        strict=True,
    )


@MIGRATIONS()
def m003_posts(db: Database) -> None:
    """Every message owed to Slack for a conference: begun before it is sent, finished when Slack has named it."""
    db.table("posts").create(
        {
            "team_id": str,
            "conference_id": str,
            "name": str,
            "content": str,
            "begun_at": str,
            "ts": str,
            "drawn_version": int,
        },
        pk=("team_id", "conference_id", "name"),
        not_null=("content", "begun_at"),
        strict=True,
    )
    db.table("posts").create_index(["team_id", "name", "begun_at"])


@MIGRATIONS()
def m004_proofs(db: Database) -> None:
    """Codes that are under way, and how many were sent: by the person who asked, and by a digest of the number.

    Nobody has proved the numbers that people typed before.
    """
    db.execute("UPDATE numbers SET source = 'believed' WHERE source = 'self'")
    db.table("proofs").create(
        {
            "team_id": str,
            "user_id": str,
            "number": str,
            "salt": str,
            "digest": str,
            "sent_at": str,
            "tries": int,
        },
        pk=("team_id", "user_id"),
        not_null=("number", "salt", "digest", "sent_at", "tries"),
        strict=True,
    )
    db.table("codes_sent").create(
        {"team_id": str, "user_id": str, "number_digest": str, "sent_at": str},
        not_null=("team_id", "user_id", "number_digest", "sent_at"),
        strict=True,
    )
    db.table("codes_sent").create_index(["team_id", "user_id", "sent_at"])
    # A phone is one phone, whatever the workspace.
    db.table("codes_sent").create_index(["number_digest", "sent_at"])


@MIGRATIONS()
def m005_preferences(db: Database) -> None:
    """When people may be rung. Times are local, `HH:MM`, in an IANA zone."""
    db.table("preferences").create(
        {
            "team_id": str,
            "user_id": str,
            "wants_rings": int,
            "quiet_start": str,
            "quiet_end": str,
            "quiet_zone": str,
        },
        pk=("team_id", "user_id"),
        not_null=("wants_rings",),
        strict=True,
    )
    # How a guest's number is known to be somebody's.
    db.table("numbers").create_index(["team_id", "number"])
    db.table("left_out").add_column("until", str)
    db.table("left_out").add_column("most", int)
    db.execute("CREATE INDEX left_out_numbers ON left_out (team_id, number) WHERE number IS NOT NULL")


@MIGRATIONS()
def m006_admin_log(db: Database) -> None:
    """What admins and the operator did to numbers: rows are added, and never changed or taken out."""
    db.table("admin_log").create(
        {"id": int, "team_id": str, "at": str, "who": str, "act": str, "whom": str},
        pk="id",
        not_null=("team_id", "at", "who", "act", "whom"),
        strict=True,
    )
    for change in ("UPDATE", "DELETE"):
        db.execute(
            f"CREATE TRIGGER admin_log_no_{change.lower()} BEFORE {change} ON admin_log "
            "BEGIN SELECT RAISE(ABORT, 'the admin log is only added to'); END"
        )


@MIGRATIONS()
def m007_usage(db: Database) -> None:
    """What counts towards the limits: who began what, how often a number was rung, what each hour has cost."""
    db.table("conferences").create_index(["team_id", "caller_id", "created_at"])
    # A phone is one phone, whatever the workspace.
    db.table("participants").create_index(["number"])
    db.table("usage").create(
        {"team_id": str, "hour": str, "currency": str, "minutes": int, "debit": str},
        pk=("team_id", "hour", "currency"),
        not_null=("minutes", "debit"),
        strict=True,
    )


@MIGRATIONS()
def m008_forgetting(db: Database) -> None:
    """Which numbers are to be forgotten as soon as their call is over, and which conferences hold none any more."""
    db.table("participants").add_column("forget", int)
    db.execute("CREATE INDEX participants_to_forget ON participants (team_id, conference_id) WHERE forget = 1")
    db.table("conferences").add_column("forgotten", int)
    db.execute("CREATE INDEX conferences_with_numbers ON conferences (created_at) WHERE forgotten IS NULL")


@MIGRATIONS()
def m009_number_requests(db: Database) -> None:
    """People whom an admin had asked for their number: sent_at is empty until their message is."""
    db.table("number_requests").create(
        {"team_id": str, "user_id": str, "admin_id": str, "channel_id": str, "asked_at": str, "sent_at": str},
        pk=("team_id", "user_id", "asked_at"),
        not_null=("admin_id", "channel_id", "asked_at"),
        strict=True,
    )


@MIGRATIONS()
def m010_running(db: Database) -> None:
    """What happens while a conference runs: who was rung when and by whom, who waits for a line, who hung up.

    What had been dialed before was dialed when its conference was.
    """
    participants, conferences = db.table("participants"), db.table("conferences")
    for name in ("asked_by", "asked_at", "dialed_at", "answered_at", "why"):
        participants.add_column(name, str)
    for name in ("is_muted", "hang_up"):
        participants.add_column(name, int, not_null_default=0)
    db.table("left_out").add_column("asked_by", str)
    conferences.add_column("hung_up_by", str)
    conferences.add_column("limit_reached", str)
    conferences.add_column("phones_ahead", int)
    db.execute(
        "UPDATE participants SET dialed_at = conferences.dialed_at, why = CASE WHEN participants.state = 'waiting' "
        "AND conferences.state IN ('unconfirmed', 'live') THEN coalesce(conferences.detail, 'unreadable_answer') END "
        "FROM conferences WHERE conferences.team_id = participants.team_id "
        "AND conferences.conference_id = participants.conference_id AND conferences.dialed_at IS NOT NULL"
    )
    db.execute("DROP INDEX conferences_unfinished")
    db.execute(
        "CREATE INDEX conferences_unfinished ON conferences (created_at) "
        "WHERE state IN ('new', 'queued', 'dialing', 'live', 'unconfirmed')"
    )
    db.execute("CREATE INDEX participants_queued ON participants (asked_at) WHERE state = 'queued'")
    db.execute(
        "CREATE INDEX participants_asked_by ON participants (team_id, asked_by, asked_at) WHERE asked_by IS NOT NULL"
    )


@MIGRATIONS()
def m011_credit(db: Database) -> None:
    """Admins who were told that the carrier's account runs low. Forgotten once it has enough again."""
    db.table("credit_alerts").create(
        {"team_id": str, "admin_id": str, "begun_at": str},
        pk=("team_id", "admin_id"),
        not_null=("begun_at",),
        strict=True,
    )


@MIGRATIONS()
def m012_overview(db: Database) -> None:
    """Who is named in which conference, and what ran in each channel, in the order in which people leaf through it."""
    db.execute(
        "CREATE TABLE appearances (team_id TEXT NOT NULL, user_id TEXT NOT NULL, created_at TEXT NOT NULL, "
        "conference_id TEXT NOT NULL, PRIMARY KEY (team_id, user_id, created_at, conference_id)) STRICT, WITHOUT ROWID"
    )
    db.execute(
        "INSERT INTO appearances SELECT team_id, user_id, created_at, conference_id FROM ("
        "SELECT team_id, conference_id, caller_id AS user_id FROM conferences UNION "
        "SELECT team_id, conference_id, value FROM participants, json_each(people)"
        ") JOIN conferences USING (team_id, conference_id)"
    )
    # The last column spares a count the look at each row.
    db.execute(
        "CREATE INDEX conferences_past ON conferences (team_id, channel_id, created_at, conference_id, state) "
        "WHERE state IN ('ended', 'refused', 'unconfirmed')"
    )


@MIGRATIONS()
def m013_teams(db: Database) -> None:
    """Saved groups of people; who is in one is kept as the text of an invitation that names them."""
    db.table("teams").create(
        {"team_id": str, "name": str, "invitees": str, "made_by": str, "made_at": str},
        pk=("team_id", "name"),
        not_null=("invitees", "made_by", "made_at"),
        strict=True,
    )


@MIGRATIONS()
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


@MIGRATIONS()
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


@MIGRATIONS()
def m016_reports(db: Database) -> None:
    """Whether reports of standups show somebody."""
    db.table("preferences").add_column("in_reports", int, not_null_default=1)
