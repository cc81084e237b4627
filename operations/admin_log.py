"""`bot.py admin-log`: what admins and the operator did to numbers."""

from collections.abc import AsyncIterator
from pathlib import Path

from conference.people import LoggedAct
from conference.ports import StorageUnavailableError
from operations.errors import OperationError
from operations.shape import need_database
from storage import Storage


async def admin_log(database: Path) -> AsyncIterator[str]:
    """A line for each act, oldest first: when (UTC), in which workspace, who, what, whom. Raises OperationError."""
    try:
        need_database(database)
        storage = await Storage.open(database)
        try:
            acts = await storage.logged_acts()
        finally:
            await storage.close()
    except StorageUnavailableError as error:
        raise OperationError(f"{database} can't be read: {error}. See DATABASE.") from None
    for act in acts:
        yield _line(act)


def _line(act: LoggedAct) -> str:
    return f"{act.at:%Y-%m-%d %H:%M:%S} {act.team_id} {act.who} {act.act} {act.whom}"
