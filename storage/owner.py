"""Whose the files beside a database are."""

import os
from pathlib import Path


def give_to_owner(file: Path, database: Path) -> None:
    """Where root has made a file for a database, give it to whoever owns that, or else its directory.

    SQLite does so with its logs: the bot's own user must be able to open what is there. Raises OSError.
    """
    if os.geteuid() == 0:
        owner = (database if database.exists() else database.parent).stat()
        os.chown(file, owner.st_uid, owner.st_gid)
