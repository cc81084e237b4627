"""The short form of `make fuzz`: the same inputs in every run, some for each of the bot's settings."""

import pytest

from tests.fuzz.inputs import Kind
from tests.fuzz.run import INPUTS_PER_ROUND, Run
from tests.fuzz.surroundings import SETTINGS

SEED = 20_261_120
INPUTS = 350


@pytest.mark.parametrize("round_number", range(len(SETTINGS)))
async def test_no_input_hurts_the_bot(round_number: int) -> None:
    first = round_number * INPUTS_PER_ROUND
    tally = await Run(SEED, first, first + INPUTS).all()
    assert not tally.failures, "\n".join(map(str, tally.failures))
    assert tally.count == INPUTS
    assert tally.statuses.keys() == set(Kind)
