"""How people are kept: their numbers, how these were proved, when they may be rung, and what admins did."""

from sqlite_utils import Database


def m001_numbers(db: Database) -> None:
    """The number directory: one number a person."""
    db.table("numbers").create(
        {"team_id": str, "user_id": str, "number": str, "source": str, "set_at": str},
        pk=("team_id", "user_id"),
        not_null=("number", "source", "set_at"),
        strict=True,
    )


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


def m009_number_requests(db: Database) -> None:
    """People whom an admin had asked for their number: sent_at is empty until their message is."""
    db.table("number_requests").create(
        {"team_id": str, "user_id": str, "admin_id": str, "channel_id": str, "asked_at": str, "sent_at": str},
        pk=("team_id", "user_id", "asked_at"),
        not_null=("admin_id", "channel_id", "asked_at"),
        strict=True,
    )
