"""How an input is made odd: text, bytes and JSON are changed here and there, now and then beyond all measure."""

import json
from collections.abc import Callable
from random import Random
from typing import Any, Final

from tests.fuzz.corpus import CODES, ODD_CHARACTERS, PEOPLE, PIECES, SURROGATES, mention, number

LONGEST_TEXT: Final = 8_000


def text(random: Random, given: str, *, surrogates: bool = False) -> str:
    """The text, changed one to four times. Lone surrogates come in only where what carries it can hold them."""
    for _ in range(random.randint(1, 4)):
        given = random.choice(_TEXT_CHANGES)(random, given)
    if surrogates and random.random() < 0.1:
        given = _inserted(random, given, random.choice(SURROGATES))
    return given[:LONGEST_TEXT]


def _inserted(random: Random, given: str, piece: str) -> str:
    place = random.randint(0, len(given))
    return given[:place] + piece + given[place:]


def _cut(random: Random, given: str) -> tuple[int, int]:
    start = random.randint(0, len(given))
    return start, min(len(given), start + random.randint(0, 12))


def _without(random: Random, given: str) -> str:
    start, end = _cut(random, given)
    return given[:start] + given[end:]


def _repeated(random: Random, given: str) -> str:
    start, end = _cut(random, given)
    times = random.choices((2, 20, 2_000), weights=(20, 4, 1))[0]
    return given[:start] + given[start:end] * times + given[end:]


def _turned(random: Random, given: str) -> str:
    return random.choice((str.upper, str.lower, str.swapcase, str.title, _backwards))(given)


def _backwards(given: str) -> str:
    return given[::-1]


_TEXT_CHANGES: Final[tuple[Callable[[Random, str], str], ...]] = (
    _without,
    _without,
    _repeated,
    _turned,
    lambda random, given: _inserted(random, given, random.choice(PIECES)),
    lambda random, given: _inserted(random, given, random.choice(PIECES)),
    lambda random, given: _inserted(random, given, random.choice(ODD_CHARACTERS)),
    lambda random, given: _inserted(random, given, number(random)),
    lambda random, given: _inserted(random, given, mention(random)),
    lambda random, given: given.replace(" ", random.choice(("  ", "\u00a0", "\n", ",", "", "\u3000"))),
    lambda random, given: given[: random.randint(0, len(given))],
)


def octets(random: Random, given: bytes) -> bytes:
    """The bytes, with one to four of them changed, added or gone, so that they need not be UTF-8 any more."""
    changed = bytearray(given)
    for _ in range(random.randint(1, 4)):
        place = random.randint(0, len(changed))
        match random.randrange(5):
            case 0:
                changed[place:place] = bytes([random.randrange(256)])
            case 1:
                del changed[place : place + random.randint(1, 9)]
            case 2:
                changed[place:place] = changed[place : place + 40] * random.choice((1, 2, 50))
            case 3:
                changed[place : place + 1] = random.choice(
                    (b"\x00", b"\xff", b"\xed\xa0\x80", b"\xc0\x80", b"%", b"%F")
                )
            case _:
                changed[place:place] = random.choice(
                    (b"&", b"=", b";", b"&text=", b"%00", b"%ff", b"&payload={}", b"\r\n")
                )
    return bytes(changed)


def value(random: Random) -> object:
    """Something that stands where a text was expected."""
    return random.choice(
        (
            *(None, "", " ", 0, -1, 1e308, 10**30, True, False, [], {}, [None], {"value": None}, ["+6591230001"]),
            *("\x00", "\ud800", "A" * 3_001, "9" * 5_000, "٩" * 40, random.choice(PIECES), random.choice(PEOPLE)),
            *(random.choice(CODES), number(random), "24:00", "25:61", "9:5", "08:00:00+05:30", "T08", "08:00", "22:00"),
            *("quiet_hours", "never", "any_time", "-0", "true", _deep(random.randint(1, 60))),
        )
    )


def _deep(depth: int) -> object:
    nested: object = "deep"
    for _ in range(depth):
        nested = [nested]
    return nested


def json_tree(random: Random, given: Any) -> Any:
    """The same tree with one to three of its leaves or branches gone, or something else in their place."""
    copy = json.loads(json.dumps(given))
    for _ in range(random.randint(1, 3)):
        holder, key = random.choice(_places(copy) or [({}, "")])
        if random.random() < 0.4 and isinstance(holder, dict):
            holder.pop(key, None)
        else:
            holder[key] = value(random)
    return copy


def _places(tree: Any) -> list[tuple[Any, Any]]:
    """Every place in a tree that something can be put, as its holder and its key there."""
    pairs = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    found = []
    for key, below in list(pairs):
        found += [(tree, key), *_places(below)]
    return found
