"""Which version of Rollcall a database is of: one that another version works on is not to be changed by this one."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from enum import Enum
from pathlib import Path

from sqlite_utils import Database

from conference.ports import StorageUnavailableError
from storage.connection import BUSY_TIMEOUT_SECONDS
from storage.migrations import NAMES, applied


class Shape(Enum):
    """Whose a database is. One that is not there yet, or is empty, is of the present."""

    OLDER = "older"
    PRESENT = "present"
    NEWER = "newer"


def shape_of(path: Path) -> Shape:
    """Look at a database without changing it. Raises StorageUnavailableError."""
    if not path.exists():
        return Shape.PRESENT
    with _opened(path) as connection:
        known = applied(Database(connection, execute_plugins=False))
    if known - NAMES:
        return Shape.NEWER
    return Shape.OLDER if known and NAMES - known else Shape.PRESENT


def check_writable(path: Path) -> None:
    """Raise StorageUnavailableError if a database, of whatever version, can't be written. Nothing is."""
    with _opened(path) as connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE _sqlite_migrations SET name = name WHERE 0")
        connection.rollback()


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Raises StorageUnavailableError."""
    address = f"{path.absolute().as_uri()}?mode=rw"
    try:
        with closing(sqlite3.connect(address, uri=True, timeout=BUSY_TIMEOUT_SECONDS)) as connection:
            yield connection
    except sqlite3.Error as error:
        raise StorageUnavailableError(str(error)) from error
