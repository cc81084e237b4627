"""What is wrong with what was typed of a standup is told with the command that was meant."""

import pytest

from conference.invitation import ProblemKind
from conference.standups.command import VERB, Misread, Slip, SlipKind, StandupAct, StandupCall
from conference.teams import LONGEST_NAME
from tests.unit.test_standup_text import SINGAPORE, read

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
