"""A command is for databases of its own version of Rollcall: another one may be at work on others."""

from pathlib import Path

from operations.errors import OperationError
from storage.shape import Shape, shape_of


def need_present_shape(database: Path, undone: str = "") -> None:
    """See that a database is this version's, or is yet to be made; `undone`: the sentence that says what was not done.

    Raises OperationError and StorageUnavailableError.
    """
    match shape_of(database):
        case Shape.OLDER:
            is_of = "an older"
            what_to_do = "Stop that one and start this one, which brings the database up to date; then try again."
        case Shape.NEWER:
            is_of, what_to_do = "a newer", "Use that one."
        case Shape.PRESENT:
            return
    raise OperationError(_joined(f"{database} is of {is_of} Rollcall than this one.", undone, what_to_do))


def need_database(database: Path, undone: str = "") -> None:
    """See that a database is there, and is this version's. Of one that is not, a command would say that it is empty.

    Raises OperationError and StorageUnavailableError.
    """
    if not database.exists():
        raise OperationError(_joined(f"{database} can't be read: there is no such file.", undone, "See DATABASE."))
    need_present_shape(database, undone)


def _joined(*sentences: str) -> str:
    return " ".join(filter(None, sentences))
