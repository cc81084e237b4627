"""The short form of `make model`: the same few conferences in every run."""

import pytest

from tests.model.machine import Conferences
from tests.model.run import run

EXAMPLES = 2
"""Hypothesis' first is the plainest there is, in which little happens."""
STEPS = 16


@pytest.mark.parametrize("seed", [1, 2])
def test_boards_what_is_stored_and_phones_agree_whatever_people_carrier_and_network_do(seed: int) -> None:
    before = Conferences.examples
    run(EXAMPLES, seed=seed, steps=STEPS)
    assert Conferences.examples - before >= EXAMPLES
