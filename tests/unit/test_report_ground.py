"""What a report rests on, as it is stored."""

from dataclasses import replace
from datetime import time, timedelta

from conference.calls import CallState, Participant
from conference.model import Conference
from conference.preferences import Preferences, QuietHours
from conference.standups.model import Occurrence, Standup, StandupChange, StandupReading, Step
from conference.standups.reports import MOST_CALLS_A_DAY, HeldDay, Turnout, report
from storage import Storage
from tests.unit.conftest import query_plans, statements
from tests.unit.test_reports import DUE, GUEST, STANDUP, call, day, held


async def stored(storage: Storage, *days: HeldDay) -> None:
    for one in days:
        await storage.update_standup(STANDUP.key, _keeping(one.occurrence))
        for conference in one.conferences:
            await storage.add(replace(conference, occurrence_id=one.occurrence.occurrence_id))


def _keeping(occurrence: Occurrence) -> StandupChange:
    def keep(standup: Standup, _: StandupReading) -> Step:
        return Step(standup, occurrence)

    return keep


def times(place: int, count: int = 1) -> list[Conference]:
    return [held(call("U1"), conference_id=f"c{place}x{one}") for one in range(count)]


async def test_the_days_of_four_weeks_that_were_due_are_read_with_all_their_calls(storage: Storage) -> None:
    await storage.add_standup(STANDUP)
    await stored(storage, *(day(*times(place, 2), place=place) for place in range(-30, 3)))
    await storage.add(held(call("U1"), conference_id="another"))
    ground = await storage.report_ground(STANDUP.key, DUE)
    places = [int(one.occurrence.occurrence_id[1:]) for one in ground.days]
    assert places == list(range(-27, 1))
    assert all(
        [two.conference_id for two in one.conferences] == [f"c{place}x0", f"c{place}x1"]
        for place, one in zip(places, ground.days, strict=True)
    )
    assert len((await storage.report_ground(STANDUP.key, DUE - timedelta(seconds=1))).days) == 27


async def test_of_very_many_calls_a_day_not_all_are_read(storage: Storage) -> None:
    await storage.add_standup(STANDUP)
    await stored(storage, day(*times(0, MOST_CALLS_A_DAY + 1)))
    (one,) = (await storage.report_ground(STANDUP.key, DUE)).days
    assert len(one.conferences) == MOST_CALLS_A_DAY


async def test_it_is_known_who_keeps_out_and_which_typed_numbers_are_theirs(storage: Storage) -> None:
    await storage.add_standup(STANDUP)
    guest = Participant(GUEST, (), CallState.ANSWERED)
    await stored(storage, day(held(call("U1"), call("U2"), guest)))
    for user_id in ("U1", "U3", "U4"):
        await storage.show_in_reports("T1", user_id, wanted=False)
    await storage.show_in_reports("T1", "U4", wanted=True)
    await storage.show_in_reports("T2", "U2", wanted=False)
    await storage._run(
        lambda: storage._db.execute(
            "INSERT INTO numbers (team_id, user_id, number, source, set_at) VALUES ('T1', 'U3', ?, 'admin', '')",
            [GUEST],
        )
    )
    ground = await storage.report_ground(STANDUP.key, DUE)
    assert (ground.kept_out, ground.kept_out_numbers) == (frozenset({"U1"}), frozenset({GUEST}))
    assert report(ground).people == {"U2": Turnout(1, 1)}
    assert report(ground).guests == Turnout()


async def test_what_else_somebody_said_stays_when_they_keep_out(storage: Storage) -> None:
    quiet = Preferences(wants_rings=False, quiet_hours=QuietHours(time(22), time(8), "Asia/Singapore"))
    await storage.set_preferences("T1", "U1", quiet)
    await storage.show_in_reports("T1", "U1", wanted=False)
    assert (await storage.person("T1", "U1")).preferences == replace(quiet, in_reports=False)
    await storage.note_zone("T1", "U1", "Europe/London")
    assert not (await storage.person("T1", "U1")).preferences.in_reports


async def test_no_report_goes_through_the_whole_past(storage: Storage) -> None:
    await storage.add_standup(STANDUP)
    await stored(storage, day(*times(0)))
    async with statements(storage) as heard:
        await storage.report_ground(STANDUP.key, DUE)
    plans = await query_plans(storage, heard)
    assert any("conferences_of_standups (team_id=? AND occurrence_id=?)" in step for step in plans), plans
    assert any("occurrences" in step and "day>?" in step for step in plans), plans
    assert not [step for step in plans if step.startswith("SCAN") and "json_each" not in step], plans
