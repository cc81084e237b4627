"""What is typed of standups is read as it was meant, whatever is typed."""

import time as clock
from datetime import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from conference.invitation import CallerWish, Group, Guest, Invitation, Person
from conference.standups.command import (
    EVERY_DAY,
    VERB,
    WEEKDAYS,
    WEEKENDS,
    Help,
    Listing,
    Misread,
    NewForm,
    Planned,
    Slip,
    SlipKind,
    StandupAct,
    StandupCall,
)
from conference.standups.command_text import read_standup
from conference.standups.recurrence import Weekday
from tests.unit.generated import invitations
from tests.unit.test_invitation import FRAGMENTS

MON, TUE, WED, THU, FRI, SAT, SUN = Weekday
ALICE, BOB, ONCALL, SG = Person("U012ABC"), Person("W0BOB"), Group("S012"), Guest("+6591234567")
TEAMS = frozenset({"design", "payments"})
ODD_TEAMS = frozenset({"paris", "est", "mo", "edit", "san", "unskip"})
SINGAPORE, NEW_YORK = "Asia/Singapore", "America/New_York"
Read = Listing | Help | NewForm | StandupCall | Planned | Misread


def read(text: str) -> Read:
    return read_standup(text, "SG", TEAMS)


def plan(
    days: set[Weekday] | frozenset[Weekday],
    at: str,
    zone: str | None = None,
    *who: Person | Group | Guest,
    team: str = "",
) -> Planned:
    whom = Invitation(who)
    return Planned("platform", frozenset(days), time.fromisoformat(at), zone, (team,) if team else (), whom)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Listing()),
        ("  , ", Listing()),
        ("list", Listing()),
        ("help", Help()),
        ("new", NewForm()),
        ("New Platform", NewForm("platform")),
        ("platform", StandupCall(StandupAct.SHOW, "platform")),
        ("Platform Pause", StandupCall(StandupAct.PAUSE, "platform")),
        ("platform resume", StandupCall(StandupAct.RESUME, "platform")),
        ("platform skip", StandupCall(StandupAct.SKIP, "platform")),
        ("platform don't skip", StandupCall(StandupAct.DONT_SKIP, "platform")),
        ("platform don’t skip", StandupCall(StandupAct.DONT_SKIP, "platform")),
        ("platform delete", StandupCall(StandupAct.DELETE, "platform")),
        ("platform change", StandupCall(StandupAct.CHANGE, "platform")),
        ("platform report", StandupCall(StandupAct.REPORT, "platform")),
        ("platform report weekly", StandupCall(StandupAct.REPORT_WEEKLY, "platform")),
        ("platform report off", StandupCall(StandupAct.REPORT_OFF, "platform")),
        ("platform report without me", StandupCall(StandupAct.REPORT_WITHOUT_ME, "platform")),
        ("platform report with me", StandupCall(StandupAct.REPORT_WITH_ME, "platform")),
        ("“platform” pause", StandupCall(StandupAct.PAUSE, "platform")),
        # A standup may be called like a place, a day elsewhere or an abbreviation.
        ("singapore pause", StandupCall(StandupAct.PAUSE, "singapore")),
        ("mo", StandupCall(StandupAct.SHOW, "mo")),
        ("met skip", StandupCall(StandupAct.SKIP, "met")),
        ("團隊 skip", StandupCall(StandupAct.SKIP, "團隊")),
    ],
)
def test_what_is_done_with_a_standup(text: str, expected: Read) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("platform weekdays 09:30", plan(WEEKDAYS, "09:30")),
        ("platform weekdays 09:30 Asia/Singapore", plan(WEEKDAYS, "09:30", SINGAPORE)),
        ("team platform weekdays 09:30", plan(WEEKDAYS, "09:30")),
        ("platform team design weekdays 09:30", plan(WEEKDAYS, "09:30", team="design")),
        ("new platform weekdays 09:30", plan(WEEKDAYS, "09:30")),
        ("PLATFORM Weekdays at 9:30 asia/singapore", plan(WEEKDAYS, "09:30", SINGAPORE)),
        ("platform daily 0930", plan(EVERY_DAY, "09:30")),
        ("platform every day at 9.30", plan(EVERY_DAY, "09:30")),
        ("platform everyday 9:30am", plan(EVERY_DAY, "09:30")),
        ("platform weekends noon", plan(WEEKENDS, "12:00")),
        ("platform every mon 9 am", plan({MON}, "09:00")),
        ("platform on mondays at 9 p.m.", plan({MON}, "21:00")),
        ("platform mondays 12am", plan({MON}, "00:00")),
        ("platform mondays 12:15 pm", plan({MON}, "12:15")),
        ("platform tue,thu 16h30", plan({TUE, THU}, "16:30")),
        ("platform Mon, Wed and Fri at 09:30.", plan({MON, WED, FRI}, "09:30")),
        ("platform tuesday wednesday 00:00", plan({TUE, WED}, "00:00")),
        ("platform mon/thu 16:00 UTC", plan({MON, THU}, "16:00", "UTC")),
        ("platform mon-fri 09:30", plan(WEEKDAYS, "09:30")),
        ("platform mon – fri 09:30", plan(WEEKDAYS, "09:30")),
        ("platform from Monday to Thursday 09:30", plan({MON, TUE, WED, THU}, "09:30")),
        ("platform sat-mon 09:30", plan({SAT, SUN, MON}, "09:30")),
        ("platform fri-fri 09:30", plan({FRI}, "09:30")),
        ("platform weekdays 09:30 singapore", plan(WEEKDAYS, "09:30", SINGAPORE)),
        ("platform weekdays 09:30 New York", plan(WEEKDAYS, "09:30", NEW_YORK)),
        ("platform weekdays 09:30 New York time", plan(WEEKDAYS, "09:30", NEW_YORK)),
        ("platform weekdays 09:30 new_york", plan(WEEKDAYS, "09:30", NEW_YORK)),
        ("platform weekdays 09:30 in ho chi minh", plan(WEEKDAYS, "09:30", "Asia/Ho_Chi_Minh")),
        ("platform weekdays 09:30 america/new york", plan(WEEKDAYS, "09:30", NEW_YORK)),
        ("platform weekdays 09:30 us/eastern", plan(WEEKDAYS, "09:30", "US/Eastern")),
        ("platform weekdays 09:30 buenos aires", plan(WEEKDAYS, "09:30", "America/Argentina/Buenos_Aires")),
        # In any order.
        ("09:30 weekdays platform", plan(WEEKDAYS, "09:30")),
        ("weekdays singapore 09:30 platform", plan(WEEKDAYS, "09:30", SINGAPORE)),
        ("<@U012ABC|alice> platform mon 09:30", plan({MON}, "09:30", None, ALICE)),
        ('mon 09:30 "Platform"', plan({MON}, "09:30")),
        ("platform weekdays 09:30 09:30", plan(WEEKDAYS, "09:30")),
        # With people, groups, numbers and teams.
        (
            "platform <@U012ABC|alice> <@W0BOB|bob (away), or not> mon,thu 16:00 Asia/Singapore",
            plan({MON, THU}, "16:00", SINGAPORE, ALICE, BOB),
        ),
        ("platform <!subteam^S012|@oncall> mon 09:30", plan({MON}, "09:30", None, ONCALL)),
        ("platform +65 9123 4567 mon 09:30", plan({MON}, "09:30", None, SG)),
        ("platform mon 09:30 9123 4567", plan({MON}, "09:30", None, SG)),
        ("platform mon 0930 9123 4567", plan({MON}, "09:30", None, SG)),
        ("platform 9123 4567 0930 mon", plan({MON}, "09:30", None, SG)),
        ("platform <tel:+6591234567|+65 9123 4567> mon 09:30", plan({MON}, "09:30", None, SG)),
        ("platform design mon 09:30", plan({MON}, "09:30", team="design")),
        ("platform mon 09:30 Design and <@U012ABC>", plan({MON}, "09:30", None, ALICE, team="design")),
    ],
)
def test_a_standup_is_planned(text: str, expected: Planned) -> None:
    assert read(text) == expected


def test_who_types_the_command_may_be_left_out() -> None:
    planned = read("platform <@U012ABC> without me mon 09:30")
    assert isinstance(planned, Planned)
    assert planned.whom == Invitation((ALICE,), CallerWish.LEFT_OUT)


def test_one_number_is_never_cut_in_two_to_find_a_time() -> None:
    number = Guest("+6565121830")
    assert read("platform mon 9:30 6512 1830") == plan({MON}, "09:30", None, number)
    misread = read("platform mon 6512 1830")
    assert misread == Misread((Slip(SlipKind.TIME),), "standup platform +6565121830 mon 09:30")


def test_a_standup_that_is_called_like_a_team() -> None:
    assert read("design weekdays 09:30") == Planned("design", WEEKDAYS, time(9, 30))
    assert read("weekdays 09:30 design") == Planned("design", WEEKDAYS, time(9, 30))
    assert read("weekdays 09:30 design payments") == Planned("design", WEEKDAYS, time(9, 30), None, ("payments",))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("platform <@W0BOB> paris weekdays 09:30", plan(WEEKDAYS, "09:30", None, BOB, team="paris")),
        ("platform EST weekdays 09:30", plan(WEEKDAYS, "09:30", team="est")),
        ("platform weekdays 09:30 mo", plan(WEEKDAYS, "09:30", team="mo")),
        ("platform edit weekdays 09:30", plan(WEEKDAYS, "09:30", team="edit")),
        ("platform est weekdays 09:30 Europe/Paris", plan(WEEKDAYS, "09:30", "Europe/Paris", team="est")),
        ("platform est weekdays 09:30 new york", plan(WEEKDAYS, "09:30", NEW_YORK, team="est")),
        ("paris mon 09:30", Planned("paris", frozenset({MON}), time(9, 30))),
        ("mon 09:30 paris", Planned("paris", frozenset({MON}), time(9, 30))),
        ("mo mon 09:30", Planned("mo", frozenset({MON}), time(9, 30))),
        ("platform unskip", StandupCall(StandupAct.DONT_SKIP, "platform")),
        ("paris pause", StandupCall(StandupAct.PAUSE, "paris")),
        ("paris", StandupCall(StandupAct.SHOW, "paris")),
    ],
)
def test_a_team_is_rung_whatever_else_its_name_may_say(text: str, expected: Read) -> None:
    assert read_standup(text, "SG", ODD_TEAMS) == expected


PIECES = (
    *(
        "platform",
        "design",
        "weekdays",
        "mon",
        "thurday",
        "mo",
        "mon-fri",
        "to",
        "every",
        "2",
        "weeks",
        "09:30",
        "25:00",
    ),
    *("9", "930", "0930", "am", "+65 9123 4567", "+8", "Asia/Singapore", "Asia/Singapur", "new", "york", "SGT", "UTC"),
    *("pause", "report", "weekly", "with", "without", "me", "stop", "don't", "skip", "list", "today", "24.12.", "dec"),
    *(
        "<@U012ABC|alice>",
        "<!subteam^S012|@oncall>",
        "<#C1|general>",
        "<!here>",
        "@alice",
        "“",
        "”",
        '"',
        "'",
        "`",
        "/",
    ),
    *(
        "first",
        "monthly",
        "singapore",
        "help",
        "the",
        "münchen",
        "９：３０",
        "https://x.org",
        "<https://x.org|x>",
        "1.",
        "-",
    ),
)
typed = st.one_of(
    st.text(max_size=200),
    st.lists(st.sampled_from((*PIECES, *FRAGMENTS)), max_size=30).map("".join),
    st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join),
)


@given(typed, st.sampled_from([None, "SG", "DE"]))
@example("first mon 09:30", "SG")
@example("<#C1|first> 9", None)
@example("dont", None)
@example("MN-0=FR", None)
@settings(max_examples=600, deadline=None)
def test_whatever_is_typed_the_command_that_is_proposed_can_be_read(text: str, region: str | None) -> None:
    found = read_standup(text, region, TEAMS)
    proposed = found.meant if isinstance(found, Misread) else str(found)
    if isinstance(found, Misread):
        assert found.slips
    verb, _, rest = proposed.partition(" ")
    assert verb == VERB
    again = read_standup(rest, region, TEAMS)
    assert str(again) == proposed
    if not isinstance(found, Misread):
        assert again == found


plans = st.builds(
    Planned,
    st.sampled_from(["platform", "backend", "x", "team-a", "team_2", "münchen"]),
    st.frozensets(st.sampled_from(Weekday), min_size=1),
    st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    st.sampled_from([None, SINGAPORE, NEW_YORK, "UTC"]),
    st.sampled_from([(), ("design",), ("payments", "design")]),
    invitations,
)


@given(plans, st.sampled_from([None, "SG", "US"]))
@settings(max_examples=300, deadline=None)
def test_reading_what_a_plan_writes_gives_it_back(written: Planned, region: str | None) -> None:
    assert read_standup(str(written).removeprefix(f"{VERB} "), region, TEAMS) == written


@pytest.mark.parametrize(
    "piece", [*dict.fromkeys((*PIECES, *FRAGMENTS)), "1 ", "9123 4567 ", "0930 ", "mon ", "a/b ", "zurichx ", '" ']
)
@pytest.mark.parametrize("gap", ["", " "])
def test_a_very_long_text_is_read_at_once(piece: str, gap: str) -> None:
    text = ((piece + gap) * 4_000)[:4_000]
    began = clock.process_time()
    read(text)
    assert clock.process_time() - began < 1
