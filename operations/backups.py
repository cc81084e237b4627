"""`bot.py backup FILE` and `bot.py restore FILE`: the database at a moment, and back to it."""

from datetime import datetime
from pathlib import Path

from conference.ports import StorageUnavailableError
from operations.errors import OperationError
from storage import Turn
from storage.backups import Holdings, InUseError, NoDatabaseError, back_up, put_in_place


def backup(file: Path, database: Path) -> str:
    """Write a backup beside whoever works on the database; says what it holds. Raises OperationError."""
    nothing = "Nothing was written."
    try:
        return f"{file} holds {_listed(back_up(database, file))}."
    except FileExistsError:
        raise OperationError(f"{file} is there already. {nothing} Name a file that does not exist yet.") from None
    except NoDatabaseError as error:
        raise OperationError(f"{database} can't be backed up: {error}. {nothing} See DATABASE.") from None
    except StorageUnavailableError as error:
        raise OperationError(f"{database} can't be read: {error}. {nothing} See DATABASE.") from None
    except OSError as error:
        raise OperationError(f"{file} can't be written: {error.strerror}. {nothing}") from None


def restore(file: Path, database: Path, now: datetime) -> list[str]:
    """Put a backup in the database's place while no bot works on it; says what was done. Raises OperationError."""
    nothing = "Nothing was changed."
    turn = Turn(database)
    try:
        if not turn.take():
            raise OperationError(f"A bot works on {database}, or waits to. {nothing} Stop it, then try again.")
        holdings, kept = put_in_place(file, database, now)
    except NoDatabaseError as error:
        raise OperationError(f"{file} can't be restored: {error}. {nothing}") from None
    except InUseError:
        raise OperationError(f"Another process has {database} open. {nothing} End it, then try again.") from None
    except StorageUnavailableError as error:
        raise OperationError(f"{file} can't be read: {error}. {nothing}") from None
    except OSError as error:
        raise OperationError(f"{database} can't be replaced: {error.strerror}. {nothing} See DATABASE.") from None
    finally:
        turn.end()
    is_kept = f"What was there is kept as {kept}: it has people's numbers, so delete it when you need it no more."
    return [
        f"{database} holds {_listed(holdings)} again, as {file} does.",
        is_kept if kept else "There was none before: see DATABASE if a bot has worked on another.",
        "The next start rings nothing that was due before. What people have changed since the backup is as it was "
        "then: whoever removed a number or a standup has to do so again.",
    ]


def _listed(holdings: Holdings) -> str:
    counts = [f"{count} {name.removesuffix('s') if count == 1 else name}" for name, count in holdings.items()]
    return f"{', '.join(counts[:-1])} and {counts[-1]}"
