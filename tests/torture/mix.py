"""What goes wrong in an act, and in which order."""

from dataclasses import dataclass
from random import Random
from typing import Final

from tests.torture.disk import CAN_MOUNT
from tests.torture.tally import Fault

ENOUGH_LINES: Final = 400
FEW_LINES: Final = 20
_SHARE: Final = 0.75
"""Of the acts in which each thing goes wrong; every act has kills."""
_STORAGE: Final = (Fault.DISK_FULL, Fault.LOCKED, Fault.READ_ONLY, Fault.READ_ONLY_START)
_CLOCK: Final = (Fault.CLOCK_FORWARD, Fault.CLOCK_BACK)


@dataclass(frozen=True)
class Mix:
    """Which faults there are in an act. `troubles` come one after another."""

    slack: bool
    hoiio: bool
    news: bool
    lines: int
    early_notifications: bool
    notify_by_query: bool
    txn_refs_as_text: bool
    troubles: tuple[Fault, ...]

    def __str__(self) -> str:
        on = [name for name in ("slack", "hoiio", "news") if getattr(self, name)]
        return f"faults of {', '.join(on) or 'nobody'}; {self.lines} lines; {', '.join(self.troubles)}"


def mixed(chance: Random, *, everything: bool) -> Mix:
    """Draw a mix; with `everything`, one in which nothing is left out."""

    def drawn() -> bool:
        return chance.random() < _SHARE or everything

    storage = [
        fault
        for fault in _STORAGE * (1 if everything else 2)
        if drawn() and (CAN_MOUNT or fault is not Fault.READ_ONLY_START)
    ]
    clock = [fault for fault in _CLOCK if drawn()]
    kills = [Fault.KILLED] * (0 if everything else chance.randint(2, 5))
    kills += [Fault.KILLED_AT_COMMIT] * (1 if everything else chance.randint(1, 3))
    troubles = [*storage, *clock, *kills]
    chance.shuffle(troubles)
    return Mix(
        slack=drawn(),
        hoiio=drawn(),
        news=drawn(),
        lines=FEW_LINES if chance.random() < 0.2 and not everything else ENOUGH_LINES,
        early_notifications=chance.random() < 0.3,
        notify_by_query=chance.random() < 0.2,
        txn_refs_as_text=chance.random() < 0.2,
        troubles=tuple(troubles),
    )
