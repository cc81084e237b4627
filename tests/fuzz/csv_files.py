"""CSV files, as spreadsheets save them and as they come out of their owners' hands."""

import codecs
from random import Random
from typing import Final

from tests.fuzz import corpus, mutation
from tests.fuzz.inputs import CsvFile

_HEADERS: Final = (
    *(
        "user_id,number",
        "user_id,number",
        "user_id,number",
        "user_id,number,team_id",
        "user_id, number ",
        "number,user_id",
    ),
    *("User_ID,Number", "user_id;number", "user_id,number,", "", '"user_id","number"', "user_id,number,team_id,name"),
)
_LINE_ENDS: Final = ("\n", "\n", "\r\n", "\r", "\u2028", "\n\n", "\x85")
_ENCODINGS: Final = (
    "utf-8",
    "utf-8",
    "utf-8",
    "utf-8-sig",
    "utf-16",
    "utf-16-le",
    "latin-1",
    "utf-32",
    "cp1252",
    "utf-7",
)
_TEAMS: Final = (corpus.TEAM, corpus.OTHER_TEAM, "", "E0GRID", "t0", "T" * 300, " ")
_FIELD_LIMIT: Final = 131_072
"""Characters that Python's csv takes in one field."""


def csv_file(random: Random) -> CsvFile:
    """A file of any shape and encoding; most are small, and some are as they should be."""
    if random.random() < 0.15:
        numbers = random.sample(corpus.NUMBERS, random.choice((1, 5, 60)))
        pairs = zip(corpus.PEOPLE, numbers, strict=False)
        lines = [f"{user_id},{random.choice((number, number[3:]))}" for user_id, number in pairs]
        return CsvFile("\n".join(["user_id,number", *lines, ""]).encode(random.choice(_ENCODINGS[:4])), "SG")
    header = random.choice(_HEADERS)
    width = 3 if "team_id" in header else 2
    rows = [_row(random, width) for _ in range(random.choices((0, 1, 5, 60, 400), weights=(1, 6, 6, 2, 0.1))[0])]
    text = random.choice(_LINE_ENDS).join([header, *rows, ""])
    if random.random() < 0.4:
        text = mutation.text(random, text) if len(text) < mutation.LONGEST_TEXT else text
    if random.random() < 0.003:
        text += random.choice(('"', "")) + "9" * random.choice((_FIELD_LIMIT, _FIELD_LIMIT + 1, 400_000))
    content = text.encode(random.choice(_ENCODINGS), random.choice(("replace", "ignore")))
    if random.random() < 0.3:
        content = mutation.octets(random, content)
    if random.random() < 0.02:
        content = random.choice((codecs.BOM_UTF8 * 2, codecs.BOM_UTF16_BE, b"PK\x03\x04", b"\x00" * 50)) + content
    return CsvFile(content, random.choice(("SG", "SG", None, "GB")))


def _row(random: Random, width: int) -> str:
    cells = [random.choice((*corpus.PEOPLE, *corpus.ODD_PEOPLE, "alice", "")), corpus.number(random)]
    if width > len(cells):
        cells.append(random.choice(_TEAMS))
    match random.randrange(20):
        case 0:
            cells = cells * random.choice((2, 100))
        case 1:
            cells = cells[:1]
        case 2:
            cells = [random.choice(corpus.PIECES), *cells[1:]]
        case 3:
            cells.reverse()
        case 4:
            cells = [f'"{cell}"' for cell in cells]
        case 5:
            cells = [f'"{cell}' for cell in cells]
        case 6:
            cells = [f"{cell}{random.choice(corpus.ODD_CHARACTERS)}" for cell in cells]
        case _:
            pass
    return ",".join(cells)
