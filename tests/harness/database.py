"""A database with nothing in it, of the present shape: to make one, every migration waits for the disk in turn."""

from contextlib import closing
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlite_utils import Database

from storage.migrations import MIGRATIONS


def lay_empty_database(path: Path) -> None:
    """Put one there, as a bot that ran before would have left it: readable by its owner alone."""
    path.touch(0o600, exist_ok=False)
    path.write_bytes(_empty_database())


@cache
def _empty_database() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "rollcall.db"
        with closing(Database(path)) as db:
            db.enable_wal()
            MIGRATIONS.apply(db)
        return path.read_bytes()
