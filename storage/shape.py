"""Which version of Rollcall a database is of: one that another version works on is not to be changed by this one."""

import sqlite3
from contextlib import closing
from enum import Enum
from pathlib import Path

from sqlite_utils import Database

from conference.ports import StorageUnavailableError
from storage.connection import BUSY_TIMEOUT_SECONDS
from storage.migrations import MIGRATIONS, NAMES


class Shape(Enum):
    """Whose a database is. One that is not there yet, or is empty, is of the present."""

    OLDER = "older"
    PRESENT = "present"
    NEWER = "newer"


def shape_of(path: Path) -> Shape:
    """Look at a database without changing it. Raises StorageUnavailableError."""
    if not path.exists():
        return Shape.PRESENT
    address = f"{path.absolute().as_uri()}?mode=rw"
    try:
        with closing(sqlite3.connect(address, uri=True, timeout=BUSY_TIMEOUT_SECONDS)) as connection:
            applied = {one.name for one in MIGRATIONS.applied(Database(connection, execute_plugins=False))}
    except sqlite3.Error as error:
        raise StorageUnavailableError(str(error)) from error
    if applied - NAMES:
        return Shape.NEWER
    return Shape.OLDER if applied and NAMES - applied else Shape.PRESENT
