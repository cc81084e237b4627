"""Reading what is typed after `/conference standup`."""

import time as clock
from datetime import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from conference.invitation import CallerWish, Group, Guest, Invitation, Person, ProblemKind
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
from conference.teams import LONGEST_NAME
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


K = SlipKind


@pytest.mark.parametrize(
    ("text", "slips", "meant"),
    [
        ("platform weekdays", [K.TIME], "platform weekdays 09:30"),
        ("platform mon,thu singapore", [K.TIME], "platform mon,thu 09:30 Asia/Singapore"),
        ("platform 16:00", [K.DAYS], "platform weekdays 16:00"),
        ("platform <@U012ABC|alice>", [K.DAYS_AND_TIME], "platform <@U012ABC> weekdays 09:30"),
        ("platform design", [K.DAYS_AND_TIME], "platform design weekdays 09:30"),
        ("weekdays 16:00", [K.NAME], "platform weekdays 16:00"),
        ("pause", [K.NAME], "platform pause"),
        ("<@U012ABC|alice> mon 16:00", [(K.NAME_IS_MENTION, "@alice")], "platform <@U012ABC> mon 16:00"),
        (
            "<!subteam^S012|@backend> mon 16:00",
            [(K.NAME_IS_MENTION, "@backend")],
            "backend <!subteam^S012> mon 16:00",
        ),
        ("<#C1|backend> mon 16:00", [(K.CHANNEL, "#backend")], "backend mon 16:00"),
        ("backend mon 16:00 <#C1|general>", [(K.CHANNEL, "#general")], "backend mon 16:00"),
        ("9backend mon 16:00", [(K.NAME_UNREADABLE, "9backend", "backend")], "backend mon 16:00"),
        ("back.end mon 16:00", [(K.NAME_UNREADABLE, "back.end", "backend")], "backend mon 16:00"),
        ('"back end" mon 16:00', [(K.NAME_UNREADABLE, "back end", "back-end")], "back-end mon 16:00"),
        ("pause mon 16:00", [(K.NAME_TAKEN, "pause")], "platform mon 16:00"),
        ("help mon 16:00", [(K.NAME_TAKEN, "help")], "platform mon 16:00"),
        (
            "morning sync <@W0BOB>",
            [(K.NAME_OF_WORDS, "morning sync", "morning-sync"), K.DAYS_AND_TIME],
            "morning-sync <@W0BOB> weekdays 09:30",
        ),
        (
            "morning sync <@W0BOB> mon 16:00",
            [(K.NAME_OF_WORDS, "morning sync", "morning-sync")],
            "morning-sync <@W0BOB> mon 16:00",
        ),
        ("R&amp;D mon 16:00", [(K.NAME_UNREADABLE, "R&D", "rd")], "rd mon 16:00"),
        ("backend mon 16:00 India", [(K.ZONE_UNKNOWN, "India", "Asia/Kolkata")], "backend mon 16:00 Asia/Kolkata"),
        ("backend mon 25:00", [(K.TIME_WRONG, "25:00")], "backend mon 09:30"),
        ("backend mon 24:00", [(K.TIME_WRONG, "24:00", "00:00")], "backend mon 00:00"),
        ("backend mon 9:60", [(K.TIME_WRONG, "9:60", "10:00")], "backend mon 10:00"),
        ("backend mon 13:30pm", [(K.TIME_WRONG, "13:30pm", "13:30")], "backend mon 13:30"),
        ("backend mon 9", [(K.TIME_UNCLEAR, "9", "09:00")], "backend mon 09:00"),
        ("backend mon 930", [(K.TIME_UNCLEAR, "930", "09:30")], "backend mon 09:30"),
        ("backend mon 9:30 10:30", [(K.TWO_TIMES, "10:30", "09:30", "10:30")], "backend mon 09:30"),
        (
            "backend mon 16:00 Asia/Singapur",
            [(K.ZONE_UNKNOWN, "Asia/Singapur", SINGAPORE)],
            "backend mon 16:00 Asia/Singapore",
        ),
        ("backend mon 16:00 singapur", [(K.ZONE_UNKNOWN, "singapur", SINGAPORE)], "backend mon 16:00 Asia/Singapore"),
        ("backend mon 16:00 Munich", [(K.ZONE_UNKNOWN, "Munich", "Europe/Berlin")], "backend mon 16:00 Europe/Berlin"),
        ("backend mon 16:00 Moon/Crater", [(K.ZONE_UNKNOWN, "Moon/Crater")], "backend mon 16:00"),
        ("backend mon 16:00 SGT", [(K.ZONE_NO_PLACE, "SGT", SINGAPORE)], "backend mon 16:00 Asia/Singapore"),
        ("backend mon 16:00 UTC+8", [(K.ZONE_NO_PLACE, "UTC+8", SINGAPORE)], "backend mon 16:00 Asia/Singapore"),
        ("backend mon 16:00 GMT +8", [(K.ZONE_NO_PLACE, "GMT +8", SINGAPORE)], "backend mon 16:00 Asia/Singapore"),
        ("backend mon 16:00 +08:00", [(K.ZONE_NO_PLACE, "+08:00", SINGAPORE)], "backend mon 16:00 Asia/Singapore"),
        ("backend mon 16:00 -03:30", [(K.ZONE_NO_PLACE, "-03:30")], "backend mon 16:00"),
        (
            "backend mon 16:00 berlin london",
            [(K.TWO_ZONES, "london", "Europe/Berlin", "Europe/London")],
            "backend mon 16:00 Europe/Berlin",
        ),
        ("backend thurday 16:00", [(K.DAY_MISSPELT, "thurday", "thu")], "backend thu 16:00"),
        ("backend weekdyas 16:00", [(K.DAY_MISSPELT, "weekdyas", "weekdays")], "backend weekdays 16:00"),
        ("backend mon-fry 16:00", [(K.DAY_MISSPELT, "mon-fry", "weekdays")], "backend weekdays 16:00"),
        ("thurday 16:00", [K.NAME, (K.DAY_MISSPELT, "thurday", "thu")], "platform thu 16:00"),
        (
            "backend mo,di 16:00",
            [(K.DAY_FOREIGN, "mo", "mon"), (K.DAY_FOREIGN, "di", "tue")],
            "backend mon,tue 16:00",
        ),
        (
            "mo,di 16:00",
            [K.NAME, (K.DAY_FOREIGN, "mo", "mon"), (K.DAY_FOREIGN, "di", "tue")],
            "platform mon,tue 16:00",
        ),
        ("backend mo-fr 16:00", [(K.DAY_FOREIGN, "mo-fr", "weekdays")], "backend weekdays 16:00"),
        ("backend montags 16:00", [(K.DAY_FOREIGN, "montags", "mon")], "backend mon 16:00"),
        ("backend tomorrow 16:00", [(K.ONCE, "tomorrow")], "backend weekdays 16:00"),
        ("backend now", [(K.ONCE, "now"), K.TIME], "backend weekdays 09:30"),
        ("backend 2026-12-24 16:00", [(K.DATE, "2026-12-24")], "backend weekdays 16:00"),
        ("backend 24.12. 16:00", [(K.DATE, "24.12.")], "backend weekdays 16:00"),
        ("backend 24th December 16:00", [(K.DATE, "24th December")], "backend weekdays 16:00"),
        ("backend every 2 weeks mon 16:00", [(K.INTERVAL, "every 2 weeks")], "backend mon 16:00"),
        ("backend every other monday 16:00", [(K.INTERVAL, "every other monday")], "backend mon 16:00"),
        ("backend biweekly 16:00", [(K.INTERVAL, "biweekly")], "backend weekdays 16:00"),
        ("backend monthly 16:00", [(K.INTERVAL, "monthly")], "backend weekdays 16:00"),
        ("backend first monday 16:00", [(K.INTERVAL, "first monday")], "backend mon 16:00"),
        ("pause backend", [(K.ACT_FIRST, "pause")], "backend pause"),
        ("delete the backend", [(K.ACT_FIRST, "delete")], "backend delete"),
        ("report backend weekly", [(K.ACT_FIRST, "report")], "backend report weekly"),
        ("don't skip backend", [(K.ACT_FIRST, "don't skip")], "backend don't skip"),
        ("backend stop", [(K.ACT_UNKNOWN, "stop", "pause", "delete")], "backend pause"),
        ("cancel backend", [(K.ACT_UNKNOWN, "cancel", "pause", "delete")], "backend pause"),
        ("backend remove", [(K.IN_FORM, "remove")], "backend change"),
        ("backend remove <@W0BOB|bob>", [(K.IN_FORM, "remove")], "backend change"),
        ("remove backend", [(K.IN_FORM, "remove")], "backend change"),
        ("backend add <@W0BOB|bob> <@U012ABC>", [(K.IN_FORM, "add")], "backend change"),
        ("backend invite bob", [(K.IN_FORM, "invite")], "backend change"),
        ("backend without <@W0BOB|bob>", [(K.IN_FORM, "without")], "backend change"),
        ("backend without", [(K.IN_FORM, "without")], "backend change"),
        ("backend time 10:00", [(K.IN_FORM, "time")], "backend change"),
        ("backend remind 10", [(K.IN_FORM, "remind 10")], "backend change"),
        ("backend except fri", [(K.IN_FORM, "except")], "backend change"),
        ("backend holiday 2026-12-25", [(K.IN_FORM, "holiday")], "backend change"),
        ("backend holidays", [(K.IN_FORM, "holidays")], "backend change"),
        ("backend leave", [(K.LEAVE, "leave")], "backend change"),
        ("backend without me", [(K.LEAVE, "without me")], "backend change"),
        ("backend remove me", [(K.LEAVE, "remove me")], "backend change"),
        ("backend add me", [(K.IN_FORM, "add")], "backend change"),
        ("backend mon 16:00 remind 10", [(K.IN_FORM, "remind 10")], "backend mon 16:00"),
        ("backend remove <@W0BOB> mon 16:00", [(K.IN_FORM, "remove")], "backend <@W0BOB> mon 16:00"),
        ("backend daily 16:00 except fri, sat", [(K.IN_FORM, "except")], "backend mon,tue,wed,thu,sun 16:00"),
        ("backend <@W0BOB> mon 16:00 without <@U012ABC>", [(K.PEOPLE, "without")], "backend <@W0BOB> mon 16:00"),
        ("backend pause until monday", [(K.PAUSE_AND_MORE, "until")], "backend pause"),
        ("backend edit", [(K.ACT_UNKNOWN, "edit", "change")], "backend change"),
        ("backend puase", [(K.ACT_UNKNOWN, "puase", "pause")], "backend pause"),
        ("backend skip tomorrow", [(K.SKIP_AND_MORE, "tomorrow")], "backend skip"),
        ("backend change mon 16:00", [(K.ACT_AND_MORE, "mon")], "backend change"),
        ("backend pause resume", [(K.PAUSE_AND_MORE, "resume")], "backend pause"),
        (
            "backend report daily",
            [(K.REPORT_HOW, "report daily", "weekly", "off", "without me", "with me")],
            "backend report",
        ),
        ("backend xyzzy", [(K.WORD, "xyzzy")], "backend"),
        ("backend xyzzy mon 16:00", [(K.NOBODY, "xyzzy")], "backend mon 16:00"),
        ("sync bob carol mon 16:00", [(K.NOBODY, "bob"), (K.NOBODY, "carol")], "sync mon 16:00"),
        ("sync mon 16:00 carol", [(K.NOBODY, "carol")], "sync mon 16:00"),
        ("sync singapur mon 16:00", [(K.NOBODY, "singapur")], "sync mon 16:00"),
        ("sync desing mon 16:00", [(K.TEAM_MISSPELT, "desing", "design")], "sync design mon 16:00"),
        ("backend un-pause", [(K.ACT_UNKNOWN, "un-pause", "resume")], "backend resume"),
        ("backend unpaused", [(K.ACT_UNKNOWN, "unpaused", "resume")], "backend resume"),
        (
            "backend thurday 9 SGT",
            [(K.DAY_MISSPELT, "thurday", "thu"), (K.TIME_UNCLEAR, "9", "09:00"), (K.ZONE_NO_PLACE, "SGT", SINGAPORE)],
            "backend thu 09:00 Asia/Singapore",
        ),
    ],
)
def test_what_is_wrong_is_told_with_the_command_that_was_meant(
    text: str, slips: list[SlipKind | tuple[SlipKind | str, ...]], meant: str
) -> None:
    misread = read(text)
    assert isinstance(misread, Misread), misread
    told = [(slip.kind, slip.piece, *slip.choices) for slip in misread.slips]
    assert told == [(slip, "") if isinstance(slip, SlipKind) else slip for slip in slips]
    assert misread.meant == f"{VERB} {meant}"


@pytest.mark.parametrize(
    ("text", "kind", "word"),
    [
        ("platform @alice <@W0BOB> mon 16:00", ProblemKind.UNLINKED_MENTION, 3),
        ("platform <@W0BOB> mon 16:00 <!here>", ProblemKind.EVERYONE, 6),
        ("platform <@W0BOB>, mon 16:00 +65 123", ProblemKind.NUMBER, 6),
        ("platform <@W0BOB|bob (on leave)> mon 16:00 9123", ProblemKind.NUMBER, 8),
        ("platform <@W0BOB> mon 16:00 without bob", ProblemKind.WITHOUT_OTHERS, 6),
    ],
)
def test_people_who_cannot_be_read_are_told_by_their_place(text: str, kind: ProblemKind, word: int) -> None:
    misread = read(text)
    assert isinstance(misread, Misread)
    problems = [slip.problem for slip in misread.slips if slip.kind is SlipKind.PEOPLE and slip.problem]
    assert [(problem.kind, problem.word) for problem in problems] == [(kind, word)]
    assert misread.meant == "standup platform <@W0BOB> mon 16:00"


def test_a_text_that_is_too_long_is_not_read() -> None:
    for text in ("platform " + "x" * 4_000, "platform " + "x " * 401):
        assert read(text) == Misread((Slip(SlipKind.TOO_LONG),), "standup platform weekdays 09:30")


def test_a_name_is_as_long_as_it_may_be() -> None:
    assert read("x" * LONGEST_NAME) == StandupCall(StandupAct.SHOW, "x" * LONGEST_NAME)
    misread = read("x" * (LONGEST_NAME + 1))
    assert isinstance(misread, Misread)
    assert misread.meant == f"standup {'x' * LONGEST_NAME}"


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


@pytest.mark.parametrize("piece", [*PIECES, *FRAGMENTS, "1 ", "9123 4567 ", "0930 ", "mon ", "a/b ", "zurichx ", '" '])
@pytest.mark.parametrize("gap", ["", " "])
def test_a_very_long_text_is_read_at_once(piece: str, gap: str) -> None:
    text = ((piece + gap) * 4_000)[:4_000]
    began = clock.process_time()
    read(text)
    assert clock.process_time() - began < 1
