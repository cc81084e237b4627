"""The database's shape. A migration that has been released is never edited: what comes later is a new one."""

from sqlite_utils import Database, Migrations

from storage.migrations import conferences, people, standups

MIGRATIONS = Migrations("rollcall")

_RELEASED = (
    # In the order in which they were released.
    people.m001_numbers,
    conferences.m002_conferences,
    conferences.m003_posts,
    people.m004_proofs,
    people.m005_preferences,
    people.m006_admin_log,
    conferences.m007_usage,
    conferences.m008_forgetting,
    people.m009_number_requests,
    conferences.m010_running,
    conferences.m011_credit,
    conferences.m012_overview,
    standups.m013_teams,
    standups.m014_standups,
    standups.m015_holidays,
    standups.m016_reports,
    conferences.m017_untaken,
)

NAMES = frozenset(migration.__name__ for migration in _RELEASED)

for _migration in _RELEASED:
    MIGRATIONS()(_migration)


def applied(db: Database) -> set[str]:
    """The names of what has been done to a database: also what only a newer version knows."""
    return {one.name for one in MIGRATIONS.applied(db)}
