"""`bot.py export-numbers FILE`: the directory as a CSV file that `import-numbers` reads."""

import csv
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from conference.people import OPERATOR, AdminAct, LoggedAct
from conference.ports import StorageUnavailableError
from operations.errors import OperationError
from operations.import_numbers import COLUMNS, TEAM_COLUMN
from operations.shape import need_database
from storage import Storage


async def export_numbers(file: Path, database: Path, now: datetime) -> int:
    """Write every number on file, readable by the file's owner alone; returns how many. Raises OperationError."""
    try:
        need_database(database, "Nothing was exported.")
        storage = await Storage.open(database)
        try:
            numbers = await storage.all_numbers()
            # Logged first: that somebody tried to take them out is worth knowing too.
            await storage.log_acts(
                LoggedAct(now, team_id, OPERATOR, AdminAct.EXPORTED, user_id) for team_id, user_id, _ in numbers
            )
        finally:
            await storage.close()
    except StorageUnavailableError as error:
        raise OperationError(
            f"{database} can't be read and written: {error}. Nothing was exported. See DATABASE."
        ) from None
    _write(file, numbers)
    return len(numbers)


def _write(file: Path, numbers: Sequence[tuple[str, str, str]]) -> None:
    try:
        # An existing file keeps what it holds, and its permissions would be anybody's.
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise OperationError(f"{file} can't be made: {error.strerror}. Nothing was exported.") from None
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as opened:
            writer = csv.writer(opened, lineterminator="\n")
            writer.writerow([*COLUMNS, TEAM_COLUMN])
            writer.writerows((user_id, number, team_id) for team_id, user_id, number in numbers)
    except OSError as error:
        file.unlink()
        raise OperationError(f"{file} can't be written: {error.strerror}. Nothing was exported.") from None
