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
