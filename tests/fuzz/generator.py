"""Every input from the seed of its run and its own number alone, so that one can be made and sent again by itself."""

from collections.abc import Callable
from random import Random
from typing import Final

from tests.fuzz.csv_files import csv_file
from tests.fuzz.from_hoiio import notification
from tests.fuzz.from_slack import click, command, event, form, number_command, shortcut, team_command
from tests.fuzz.from_strangers import stranger
from tests.fuzz.inputs import Input

_MIX: Final[dict[Callable[[Random], Input], int]] = {
    command: 19,
    number_command: 11,
    team_command: 4,
    form: 13,
    click: 8,
    shortcut: 1,
    event: 3,
    notification: 20,
    stranger: 6,
    csv_file: 15,
}
"""How many of a hundred inputs each makes."""


def made(seed: int, number: int) -> Input:
    """The input of that number in a run with that seed."""
    random = Random(f"{seed} {number}")  # noqa: S311 - nothing here is a secret
    make = random.choices(tuple(_MIX), weights=tuple(_MIX.values()))[0]
    return make(random)
