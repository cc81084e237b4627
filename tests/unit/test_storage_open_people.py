"""Who is being rung or in a call, as a person and not by number."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from conference.calls import CallState, Participant
from conference.model import Conference, ConferenceKey, ConferenceState
from conference.ports import Reading
from storage import Storage
from tests.unit.conftest import query_plans, statements
from tests.unit.generated import conference_of

ASKING = replace(conference_of(Participant("+6591230001", ("U0MINE",), CallState.RINGING)), conference_id="asking")
CALLS = [
    Participant(f"+658123000{place}", (f"U{place}", f"U{place}ALSO"), each) for place, each in enumerate(CallState)
]
EVERYBODY = ["U0MINE", *(user_id for call in CALLS for user_id in call.people)]


async def open_people(storage: Storage, key: ConferenceKey, user_ids: Sequence[str] = EVERYBODY) -> frozenset[str]:
    seen: list[frozenset[str]] = []

    def look(conference: Conference, reading: Reading) -> Conference:
        seen.append(reading.open_people(user_ids))
        return conference

    await storage.update(key, look)
    return seen[0]


@pytest.mark.parametrize("state", ConferenceState)
async def test_people_are_open_while_a_conference_may_be_ringing_them(storage: Storage, state: ConferenceState) -> None:
    await storage.add(replace(conference_of(*CALLS, state=state), conference_id="other"))
    await storage.add(ASKING)
    rings_none = {ConferenceState.QUEUED, ConferenceState.ENDED, ConferenceState.REFUSED, ConferenceState.ABANDONED}
    expected = {user_id for call in CALLS if call.state.is_open for user_id in call.people}
    assert await open_people(storage, ASKING.key) == (set() if state in rings_none else expected)


async def test_they_are_those_asked_for_of_other_conferences_of_the_same_workspace(storage: Storage) -> None:
    await storage.add(ASKING)
    await storage.add(replace(ASKING, conference_id="elsewhere", team_id="T2"))
    assert await open_people(storage, ASKING.key) == frozenset()
    await storage.add(replace(conference_of(*CALLS, state=ConferenceState.LIVE), conference_id="other"))
    ringing = next(call for call in CALLS if call.state is CallState.RINGING)
    assert await open_people(storage, ASKING.key, [ringing.people[1], "U0"]) == {ringing.people[1]}
    assert await open_people(storage, ASKING.key, []) == frozenset()


async def test_nobody_is_looked_for_in_the_whole_past(storage: Storage) -> None:
    await storage.add(ASKING)
    async with statements(storage) as heard:
        await open_people(storage, ASKING.key)
    (asked,) = [query for query in heard if "conferences_unfinished" in query]
    plan = await query_plans(storage, [asked])
    assert any("SCAN conferences USING INDEX conferences_unfinished" in step for step in plan), plan
    assert any(step.startswith("SEARCH participants USING") for step in plan), plan
    assert not [step for step in plan if step == "SCAN participants"], plan
