"""`bot.py import-numbers FILE`: numbers from a CSV file into the directory, all of them or none.

A number in it counts as proved by whoever imports it, and says so.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from conference.barring import Barring
from conference.numbers import NumberUnreadableError, read_number
from conference.people import OPERATOR, AdminAct, LoggedAct, NumberOnFile, Source
from conference.ports import StorageUnavailableError
from messages.refusals import BARRED
from messages.slack import SlackError, SlackGateway, web_client, web_session
from operations.errors import OperationError
from operations.shape import need_present_shape
from settings import ImportSettings
from storage import Storage

COLUMNS = ("user_id", "number")
TEAM_COLUMN = "team_id"

_USER_ID = re.compile(r"[UW][A-Z0-9]+")
_TEAM_ID = re.compile(r"[TE][A-Z0-9]+")


@dataclass(frozen=True)
class ImportedNumber:
    """One line of the file; `team_id` is its workspace, None where it names none."""

    team_id: str | None
    user_id: str
    number: str


async def import_numbers(file: Path, settings: ImportSettings, now: datetime) -> int:
    """Read the file and put all of its numbers on file; returns how many. Raises OperationError."""
    numbers = read_import_file(file, settings.default_region, settings.barring)
    own_team = await _own_team(settings) if any(number.team_id is None for number in numbers) else ""
    try:
        need_present_shape(settings.database, "Nothing was imported.")
        storage = await Storage.open(settings.database)
        try:
            await storage.vouch_for_all(
                (
                    team_id := number.team_id or own_team,
                    number.user_id,
                    NumberOnFile(number.number, Source.IMPORT, now),
                    LoggedAct(now, team_id, OPERATOR, AdminAct.IMPORTED, number.user_id),
                )
                for number in numbers
            )
        finally:
            await storage.close()
    except StorageUnavailableError as error:
        raise OperationError(
            f"{settings.database} can't be written: {error}. Nothing was imported. See DATABASE."
        ) from None
    return len(numbers)


async def _own_team(settings: ImportSettings) -> str:
    """The workspace that the bot's token belongs to."""
    async with web_session() as session:
        gateway = SlackGateway(web_client(settings.slack_bot_token, settings.slack_api_url, session))
        try:
            return (await gateway.identity()).team_id
        except SlackError as error:
            raise OperationError(
                f"Slack did not say which workspace these people are in: {error}. Nothing was imported. "
                "Name it in a third column, team_id."
            ) from None


def read_import_file(path: Path, region: str | None, barring: Barring) -> list[ImportedNumber]:
    """Read and check a whole file. `region` is the country of numbers without `+`. Raises OperationError."""
    rows = _rows(path)
    header = tuple(name.strip() for name in rows[0][1]) if rows else ()
    if header not in {COLUMNS, (*COLUMNS, TEAM_COLUMN)}:
        raise OperationError(f"{path}: the first line must be user_id,number or user_id,number,team_id.")
    faults: list[str] = []
    numbers: list[ImportedNumber] = []
    lines_of: dict[tuple[str | None, str], int] = {}
    for line, row in rows[1:]:
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        row_faults = list(_faults(cells, len(header), region, barring))
        team_id = (cells[2] or None) if len(cells) > len(COLUMNS) else None
        first = lines_of.setdefault((team_id, cells[0]), line)
        if first != line and _USER_ID.fullmatch(cells[0]):
            row_faults.append(f"{cells[0]} stands in line {first} already")
        faults += [f"{path}, line {line}: {fault}." for fault in row_faults]
        if not row_faults:
            numbers.append(ImportedNumber(team_id, cells[0], read_number(cells[1], region)))
    if len({number.team_id is None for number in numbers}) > 1:
        faults.append(
            f"{path}: some lines name a workspace and others don't. Fill in {TEAM_COLUMN} in all of them or in none."
        )
    if faults:
        raise OperationError(*faults, "Nothing was imported.")
    return numbers


def _rows(path: Path) -> list[tuple[int, list[str]]]:
    """The file's rows, each with the number of its last line."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            return [(reader.line_num, row) for row in reader]
    except OSError as error:
        raise OperationError(f"{path} can't be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise OperationError(f"{path} is not UTF-8 text. Save it as CSV in UTF-8.") from None
    except csv.Error as error:
        raise OperationError(f"{path} is not CSV: {error}.") from None


def _faults(cells: list[str], width: int, region: str | None, barring: Barring) -> Iterator[str]:
    if len(cells) != width:
        yield f"it has {len(cells)} columns, and the first line has {width}"
        return
    if not _USER_ID.fullmatch(cells[0]):
        yield "the user id is not one of Slack's, like U012ABCDEF"
    if len(cells) > len(COLUMNS) and cells[2] and not _TEAM_ID.fullmatch(cells[2]):
        yield "the team id is not one of Slack's, like T012ABCDEF"
    try:
        barred = barring.why_not(read_number(cells[1], region))
    except NumberUnreadableError as error:
        yield f"the number can't be used. {str(error).replace('`', '').rstrip('.')}"
    else:
        if barred:
            yield f"the number can't be used. {BARRED[barred].rstrip('.')}"
