"""The account's lines: how many are free, and what is kept of how many there were."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conference.lines import LinesShort, free_lines, free_places, read_lines_short
from conference.model import MAX_PARTICIPANTS
from tests.unit.generated import lines_shorts


@given(lines_shorts)
def test_too_few_lines_come_back_as_they_were_written(short: LinesShort) -> None:
    assert read_lines_short(str(short)) == short


@pytest.mark.parametrize("text", ["", "error_concurrent_call_limit_reached", "[1, 2]", "rings_per_hour|60", "null]"])
def test_what_is_none_is_not_read(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_lines_short(text)


@given(st.integers(1, 20), st.integers(0, 30), st.integers(0, 9))
def test_a_line_is_free_that_nobody_holds_and_nobody_waits_for(lines: int, in_use: int, ahead: int) -> None:
    free = free_lines(lines, in_use, ahead)
    assert free >= 0
    assert free == lines - in_use - ahead or (free == 0 and lines < in_use + ahead)


@pytest.mark.parametrize(("open_calls", "free"), [(0, 8), (7, 1), (8, 0), (9, 0)])
def test_a_room_takes_eight(open_calls: int, free: int) -> None:
    assert free_places(open_calls) == free
    assert MAX_PARTICIPANTS == 8
