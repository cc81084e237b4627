"""How conferences are kept: their calls, the messages owed for them, and what is counted and looked up of them."""

from sqlite_utils import Database


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


def m008_forgetting(db: Database) -> None:
    """Which numbers are to be forgotten as soon as their call is over, and which conferences hold none any more."""
    db.table("participants").add_column("forget", int)
    db.execute("CREATE INDEX participants_to_forget ON participants (team_id, conference_id) WHERE forget = 1")
    db.table("conferences").add_column("forgotten", int)
    db.execute("CREATE INDEX conferences_with_numbers ON conferences (created_at) WHERE forgotten IS NULL")


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


def m011_credit(db: Database) -> None:
    """Admins who were told that the carrier's account runs low. Forgotten once it has enough again."""
    db.table("credit_alerts").create(
        {"team_id": str, "admin_id": str, "begun_at": str},
        pk=("team_id", "admin_id"),
        not_null=("begun_at",),
        strict=True,
    )


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


def m017_untaken(db: Database) -> None:
    """Which of the carrier's notifications have been acknowledged and not taken in: none of those that are there."""
    db.table("notifications").add_column("untaken", int)
    db.execute("CREATE INDEX notifications_untaken ON notifications (team_id, conference_id) WHERE untaken = 1")
