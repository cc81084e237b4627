"""The short form of `make model`: the same few conferences in every run."""

from tests.model.machine import Conferences
from tests.model.run import run

EXAMPLES = 3
STEPS = 25


def test_boards_what_is_stored_and_phones_agree_whatever_people_carrier_and_network_do() -> None:
    run(EXAMPLES, steps=STEPS)
    assert Conferences.examples >= EXAMPLES
