"""The states in `docs/how-it-works.md` are those of the program, and its figures too."""

import re
from datetime import timedelta
from enum import StrEnum

import pytest

from conference.calls import CallState
from conference.follow_up import (
    ASK_LATER_SECONDS,
    ASK_SOON_SECONDS,
    QUESTIONS_PER_MINUTE,
    SEARCH_FOR,
    SEARCH_UNREADABLE_FOR,
)
from conference.line_queue import WAIT_AT_MOST
from conference.model import ConferenceState
from conference.right_of_way import ONE_STEP_EVERY_SECONDS
from conference.service import DIAL_WITHIN
from conference.standups.model import RING_WITHIN, OccurrenceState
from messages.drawing import TOGETHER_SECONDS
from storage.turn import LOOK_EVERY_SECONDS
from tests.documents.reading import code_in, fences, text_of

PAGE = "docs/how-it-works.md"


@pytest.mark.parametrize(("place", "kind"), [(1, CallState), (2, ConferenceState)])
def test_the_diagrams_have_every_state_and_no_other(place: int, kind: type[StrEnum]) -> None:
    diagram = [fence for fence in fences(PAGE) if fence.language == "mermaid"][place].text
    assert diagram.startswith("stateDiagram-v2")
    assert set(re.findall(r"(?:^ +|--> )([a-z_]+)", diagram, re.MULTILINE)) == set(kind)


def test_the_states_of_a_standup_s_day_are_named() -> None:
    (sentence,) = re.findall(r"^A standup's day goes .*?(?=\n\n)", text_of(PAGE), re.MULTILINE | re.DOTALL)
    assert set(code_in(sentence)) == set(OccurrenceState)


def test_the_figures_are_those_of_the_program() -> None:
    """Whoever changes one of these has a sentence to change in that page."""
    assert (timedelta(minutes=10), timedelta(minutes=30)) == (SEARCH_FOR, SEARCH_UNREADABLE_FOR)
    assert (
        timedelta(minutes=1),
        timedelta(minutes=5),
        timedelta(minutes=30),
    ) == (DIAL_WITHIN, RING_WITHIN, WAIT_AT_MOST)
    assert (QUESTIONS_PER_MINUTE, ASK_SOON_SECONDS, ASK_LATER_SECONDS[0], ASK_LATER_SECONDS[-1]) == (30, 4, 60, 300)
    assert (TOGETHER_SECONDS, ONE_STEP_EVERY_SECONDS, LOOK_EVERY_SECONDS) == (1, 1 / 100, 1 / 4)
