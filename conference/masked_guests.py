"""Guests whose numbers stand masked in a form, and who are still meant when it is sent. Pure."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from conference.invitation import Guest, Teams
from conference.numbers import DOT, MASK, mask_number

_MASKED = re.compile(rf"(?<![^\s,;])\+[0-9]{{1,3}} {MASK}(?: [0-9]{{1,4}}|(?! [0-9]))(?![^\s,;])")
"""What `mask_number` writes, as an entry of its own."""

_BETWEEN = re.compile(r"[,;\n]")


@dataclass(frozen=True)
class Unmasked:
    """A text with a word in the place of each masked number, and whom each word stands for."""

    text: str
    stand_for: Teams


def unmask(text: str, guests: Iterable[Guest]) -> Unmasked | tuple[str, ...]:
    """Read the masked numbers of a text as those of these guests; if some are nobody's, the pieces that are.

    Of guests who look the same, the first is meant by the first of such entries, and so on.
    """
    alike: dict[str, list[Guest]] = {}
    for guest in guests:
        alike.setdefault(mask_number(guest.number), []).append(guest)
    strangers = [mask for mask in _MASKED.findall(text) if mask not in alike]
    strangers += [piece.strip() for piece in _BETWEEN.split(_MASKED.sub("", text)) if DOT in piece]
    if strangers:
        return tuple(dict.fromkeys(strangers))
    stand_for: dict[str, tuple[Guest]] = {}
    seen: Counter[str] = Counter()

    def word(found: re.Match[str]) -> str:
        mask = found[0]
        guest = alike[mask][min(seen[mask], len(alike[mask]) - 1)]
        seen[mask] += 1
        # Nobody can have typed that word, since a dot of theirs is a stranger's.
        name = f"{DOT}{len(stand_for)}"
        stand_for[name] = (guest,)
        # A comma for each other word, so that what can't be read behind it has the place that its writer sees.
        return name + " ," * mask.count(" ")

    return Unmasked(_MASKED.sub(word, text), stand_for)
