"""Teams: their names, what is typed after `/conference team`, who may change one, and what is said of it."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conference.invitation import (
    CallerWish,
    Group,
    Guest,
    Invitation,
    Invitee,
    Person,
    ProblemKind,
    Unreadable,
    Verb,
    read_invitation,
)
from conference.standups.vocabulary import DAYS
from conference.team_call import Mistyped, Slip, TeamAct, TeamCall, read_team_call
from conference.teams import (
    LONGEST_NAME,
    MOST_INVITEES,
    RESERVED,
    Editor,
    NameProblem,
    Team,
    TeamUnchangedError,
    Unchanged,
    adding,
    deleting,
    read_team_name,
    removing,
    saving,
    similar_name,
)
from messages import conference_form, private, teams
from messages.mrkdwn import Message
from sandbox.slack.block_kit import message_problems, view_problems
from storage import Storage
from tests.unit.generated import BEGUN_AT, invitations
from tests.unit.test_board import full_numbers_in
from tests.unit.test_invitation import FRAGMENTS

ALICE, BOB, CAROL, ONCALL, GUEST = (
    Person("U0ALICE"),
    Person("U0BOB"),
    Person("U0CAROL"),
    Group("S0"),
    Guest("+6581234567"),
)
MAKER, ADMIN, ANYBODY = Editor("U0ALICE"), Editor("U0BOSS", is_admin=True), Editor("U0BOB")

WORDS = (
    "platform",
    "Platform",
    "add",
    "remove",
    "delete",
    "list",
    "show",
    "new",
    "leave",
    "to",
    "from",
    "team",
    "x" * 41,
)
typed = st.one_of(
    st.text(max_size=200),
    st.lists(st.sampled_from((*FRAGMENTS, *WORDS, *(f" {word} " for word in WORDS))), max_size=20).map("".join),
)
names = st.from_regex(r"\A[^\W\d_][\w-]{0,39}\Z").map(read_team_name).filter(lambda name: isinstance(name, str))


def team(*invitees: Invitee, name: str = "platform") -> Team:
    return Team("T1", name, invitees or (ALICE, BOB), "U0ALICE", BEGUN_AT)


# Names


@given(st.text(max_size=60))
@settings(max_examples=500, deadline=None)
def test_any_text_is_a_name_that_reads_as_itself_or_has_a_reason(text: str) -> None:
    name = read_team_name(text)
    if isinstance(name, str):
        assert read_team_name(name) == name
        assert 1 <= len(name) <= LONGEST_NAME
        assert read_invitation(name, "SG", {name: (BOB,)}) == Invitation((BOB,))
    similar = similar_name(text)
    assert similar is None or read_team_name(similar) == similar


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Platform", "platform"),
        ("on-call_2", "on-call_2"),
        ("Équipe", "équipe"),
        ("E\u0301quipe", "équipe"),
        ("平台", "平台"),
        ("टीम", "टीम"),
        ("x" * 40, "x" * 40),
        ("x" * 41, NameProblem.TOO_LONG),
        ("", NameProblem.FIRST),
        ("2nd", NameProblem.FIRST),
        ("-a", NameProblem.FIRST),
        ("@bob", NameProblem.FIRST),
        ("<@U1>", NameProblem.FIRST),
        ("a.b", NameProblem.CHARACTER),
        ("a&amp;b", NameProblem.CHARACTER),
        ("two words", NameProblem.CHARACTER),
        ("ME", NameProblem.TAKEN),
        ("ｍｅ", NameProblem.TAKEN),
        ("hang-up", NameProblem.TAKEN),
        ("Weekdays", NameProblem.TAKEN),
        ("mon", NameProblem.TAKEN),
        ("team", NameProblem.TAKEN),
        ("STATUS", NameProblem.TAKEN),
    ],
)
def test_a_name_is_one_word_that_the_command_does_not_read_otherwise(text: str, name: str | NameProblem) -> None:
    assert read_team_name(text) == name


@pytest.mark.parametrize("word", [*Verb, *sorted(RESERVED | DAYS.keys())])
def test_no_verb_and_no_reserved_word_is_a_name(word: str) -> None:
    assert read_team_name(word.title()) is NameProblem.TAKEN


# What is typed after the verb


@given(typed, st.sampled_from([None, "SG"]))
@settings(max_examples=500, deadline=None)
def test_whatever_is_typed_is_understood_or_answered_with_a_right_form(text: str, region: str | None) -> None:
    call = read_team_call(text, region)
    if isinstance(call, TeamCall):
        assert (call.name == "") is (call.act in {TeamAct.LIST, TeamAct.HELP})
        return
    message = teams.mistyped(call)
    assert message_problems(list(message.blocks)) == []
    assert message.text.startswith("Nothing was changed. ")
    assert not call.meant.name or call.meant.name in message.text
    assert not full_numbers_in(Message(message.text.replace("+65 9123 4567", ""), ())) or call.problems


@given(names, st.sampled_from([TeamAct.SAVE, TeamAct.ADD, TeamAct.REMOVE]), invitations)
@settings(max_examples=300, deadline=None)
def test_what_is_written_in_the_right_form_is_read_as_that(name: str, act: TeamAct, whom: Invitation) -> None:
    written = f"{name} {'' if act is TeamAct.SAVE else act} {whom}"
    call = read_team_call(written, None)
    if whom.caller is CallerWish.LEFT_OUT:
        assert isinstance(call, Mistyped)
        assert call.slip is Slip.WITHOUT_ME
    else:
        assert call == TeamCall(act, name, whom)


def invitation(*invitees: Invitee, caller: CallerWish = CallerWish.IF_POSSIBLE) -> Invitation:
    return Invitation(invitees, caller)


@pytest.mark.parametrize(
    ("text", "call"),
    [
        ("", TeamCall(TeamAct.LIST)),
        (" List ", TeamCall(TeamAct.LIST)),
        ("Platform", TeamCall(TeamAct.SHOW, "platform")),
        ("show platform", TeamCall(TeamAct.SHOW, "platform")),
        ("platform show", TeamCall(TeamAct.SHOW, "platform")),
        ("platform <@U0BOB|bob>, 8123 4567", TeamCall(TeamAct.SAVE, "platform", invitation(BOB, GUEST))),
        ("platform<@U0BOB>", TeamCall(TeamAct.SAVE, "platform", invitation(BOB))),
        (
            "platform ADD me and <!subteam^S0|@x>",
            TeamCall(TeamAct.ADD, "platform", invitation(ONCALL, caller=CallerWish.ASKED)),
        ),
        ("platform remove me", TeamCall(TeamAct.REMOVE, "platform", invitation(caller=CallerWish.ASKED))),
        ("platform delete", TeamCall(TeamAct.DELETE, "platform")),
    ],
)
def test_the_right_forms(text: str, call: TeamCall) -> None:
    assert read_team_call(text, "SG") == call


@pytest.mark.parametrize(
    ("text", "slip", "says"),
    [
        ("add platform <@U0BOB>", Slip.ORDER, "`/conference team platform add` <@U0BOB>"),
        ("remove <@U0BOB> from platform", Slip.ORDER, "`/conference team platform remove` <@U0BOB>"),
        ("platform <@U0BOB> add", Slip.ORDER, "`/conference team platform add` <@U0BOB>"),
        ("new platform <@U0BOB>", Slip.ORDER, "`/conference team platform` <@U0BOB>"),
        ("<@U0BOB> platform", Slip.ORDER, "`/conference team platform` <@U0BOB>"),
        ("show platform <@U0BOB>", Slip.ORDER, "`/conference team platform` <@U0BOB>"),
        ("delete platform", Slip.ORDER, "`/conference team platform delete`"),
        ("platform leave", Slip.ORDER, "`/conference team platform remove me`"),
        ("platform add", Slip.NOBODY, "`/conference team platform add @alice`"),
        ("remove platform", Slip.NOBODY, "`/conference team platform delete` deletes all of it"),
        ("platform delete <@U0BOB>", Slip.PEOPLE_TO_DELETE, "`/conference team platform remove` <@U0BOB> takes"),
        ("<@U0BOB> 8123 4567", Slip.NO_NAME, "`/conference team platform` <@U0BOB> +65 •••• 4567"),
        ("add", Slip.NO_NAME, "`/conference team platform add @alice`"),
        ("status <@U0BOB>", Slip.NAME, "`status` is a word that the command reads otherwise"),
        ("2nd <@U0BOB>", Slip.NAME, "begins with a letter. `/conference team nd` <@U0BOB>"),
        ("plat.form <@U0BOB>", Slip.NAME, "`/conference team platform` <@U0BOB>"),
        ("a&amp;b <@U0BOB>", Slip.NAME, "`a&amp;b` is no team's name"),
        ("x" * 41, Slip.NAME, "at most 40 characters"),
        ("platform <@U0BOB> without me", Slip.WITHOUT_ME, "`/conference platform without me` leaves you out"),
        ("platform @bbo", Slip.UNREADABLE, "`@bbo` (word 3) is no link to a person"),
        ("platform bob", Slip.UNREADABLE, "such as `platform-bob`"),
        ("platform add bob", Slip.UNREADABLE, "`/conference team platform add @alice`"),
        ("platform <@U0BOB> 12", Slip.UNREADABLE, "`12` (word 4) can't be rung."),
        ("add platform #general", Slip.UNREADABLE, "`#general` (word 4)"),
        ("platform " + "<@U0BOB> " * 500, Slip.UNREADABLE, "too long to be read"),
    ],
)
def test_a_slip_is_answered_with_the_right_form_of_what_was_meant(text: str, slip: Slip, says: str) -> None:
    call = read_team_call(text, "SG")
    assert isinstance(call, Mistyped), call
    assert call.slip is slip
    assert says in teams.mistyped(call).text


# A team's name in an invitation


def test_a_teams_name_stands_for_its_people_each_once_in_any_case() -> None:
    known = {"platform": (ALICE, ONCALL, GUEST), "élan": (CAROL,)}
    read = read_invitation("<@U0BOB> PLATFORM <@U0ALICE> E\u0301LAN without me", None, known)
    assert read == Invitation((BOB, ALICE, ONCALL, GUEST, CAROL), CallerWish.LEFT_OUT)


def test_a_word_that_is_no_team_is_answered_with_the_closest_name_and_what_can_be_typed() -> None:
    known = {"platform": (ALICE,), "backend": (BOB,)}
    result = read_invitation("<@U0BOB> platfrom hlep", None, known)
    assert isinstance(result, Unreadable)
    assert [problem.kind for problem in result.problems] == [ProblemKind.WORD] * 2
    said = str(private.unreadable(result, known).blocks)
    assert "`platfrom` (word 2) is no team, and no word that the command knows. The closest is `platform`." in said
    assert "`hlep` (word 3) is no team, and no word that the command knows.'" in said
    assert "`/conference team` lists" in said
    first = read_invitation("hlep", None, known)
    assert isinstance(first, Unreadable)
    assert "The closest is `help`." in private.unreadable(first, known).text


# Who may change a team


def why(change: object, stored: Team | None) -> Unchanged:
    assert callable(change)
    with pytest.raises(TeamUnchangedError) as refused:
        change(stored)
    return refused.value.why


@pytest.mark.parametrize("by", [MAKER, ADMIN])
def test_its_maker_and_admins_change_it(by: Editor) -> None:
    new = replace(team(CAROL), made_by=by.user_id)
    assert saving(new, by)(team()) == team(CAROL), "who made it first stays its maker"
    assert adding([CAROL, BOB], by)(team()).invitees == (ALICE, BOB, CAROL)
    assert removing([BOB, CAROL], by)(team()).invitees == (ALICE,)
    assert deleting(by)(team()) == team()


def test_others_take_only_themselves_out_or_delete_what_they_are_alone_in() -> None:
    for change in (saving(team(), ANYBODY), adding([BOB], ANYBODY), removing([ALICE], ANYBODY), deleting(ANYBODY)):
        assert why(change, team()) is Unchanged.NOT_THEIRS
    assert removing([BOB], ANYBODY)(team()).invitees == (ALICE,)
    assert why(removing([BOB], ANYBODY), team(BOB)) is Unchanged.NOBODY_LEFT
    assert deleting(ANYBODY)(team(BOB)) == team(BOB)


def test_what_is_not_there_is_only_saved() -> None:
    assert saving(team(), ANYBODY)(None) == team()
    for change in (adding([BOB], ADMIN), removing([BOB], ADMIN), removing([BOB], ANYBODY), deleting(ADMIN)):
        assert why(change, None) is Unchanged.UNKNOWN


def test_a_team_has_at_most_fifty() -> None:
    crowd = [Person(f"U{place}") for place in range(MOST_INVITEES + 1)]
    assert len(saving(team(*crowd[1:]), MAKER)(None).invitees) == MOST_INVITEES
    assert why(saving(team(*crowd), MAKER), None) is Unchanged.TOO_MANY
    assert why(adding(crowd[:1], MAKER), team(*crowd[1:])) is Unchanged.TOO_MANY


# What is said


def test_slack_takes_whatever_is_said_of_many_and_large_teams_and_no_number_is_in_it() -> None:
    people = [Person(f"U{place:010}") for place in range(MOST_INVITEES - 2)]
    largest = team(*people, ONCALL, GUEST, name="x" * LONGEST_NAME)
    other = replace(largest, invitees=largest.invitees[::-1])
    without_number = [person.user_id for person in people]
    call = TeamCall(TeamAct.ADD, largest.name, Invitation(largest.invitees))
    errors = [TeamUnchangedError(reason, largest) for reason in Unchanged]
    messages = [
        teams.all_teams([largest] * 500),
        teams.all_teams([]),
        teams.shown(largest, without_number),
        teams.saved(replace(largest, invitees=(BOB,)), other, without_number),
        teams.saved(largest, other, without_number),
        teams.changed(TeamAct.ADD, largest.invitees, replace(largest, invitees=(BOB,)), largest, without_number),
        teams.changed(TeamAct.REMOVE, largest.invitees, largest, largest, ()),
        teams.deleted(largest),
        *(teams.unchanged(error, call, by, [largest.name] * 99) for error in errors for by in (MAKER, ANYBODY)),
    ]
    for message in messages:
        assert message_problems(list(message.blocks)) == []
        assert len(message.text) <= 40_000
        assert not full_numbers_in(Message(message.text.replace("+65 9123 4567", ""), ()))


def test_a_list_of_very_many_names_those_that_have_no_room() -> None:
    many = [team(name=f"team{place:03}") for place in range(45)]
    said = teams.all_teams(many).text
    assert "`team000`: <@U0ALICE> and <@U0BOB>. Saved by <@U0ALICE>." in said
    assert "Also `team040`, `team041`, `team042`, `team043` and `team044`." in said


def test_slack_takes_the_forms_of_very_many_teams() -> None:
    names = [f"{place:04}".rjust(LONGEST_NAME, "x") for place in range(500)]
    offered = conference_form.Offered({f"S{place}": "@oncall" for place in range(500)}, names)
    forms = [conference_form.start_form([], offered, "C1"), conference_form.invite_form("c" * 32, offered)]
    for form in forms:
        assert view_problems(form, "modal") == []
        assert "More teams are rung by name, with the command." in str(form)


# Kept


async def test_teams_are_kept_by_name_for_each_workspace(storage: Storage) -> None:
    one = team(ALICE, ONCALL, GUEST)
    elsewhere = replace(one, team_id="T2", name="backend")
    for kept in (one, elsewhere, replace(one, name="backend")):
        assert await storage.change_team(kept.team_id, kept.name, saving(kept, MAKER)) == (None, kept)
    assert await storage.team("T1", "platform") == one
    assert [kept.name for kept in await storage.teams("T1")] == ["backend", "platform"]
    assert await storage.teams("T2") == [elsewhere]
    assert await storage.delete_team("T1", "platform", deleting(MAKER)) == one
    assert await storage.team("T1", "platform") is None


async def test_a_refused_change_changes_nothing(storage: Storage) -> None:
    await storage.change_team("T1", "platform", saving(team(), MAKER))
    with pytest.raises(TeamUnchangedError):
        await storage.delete_team("T1", "platform", deleting(ANYBODY))
    with pytest.raises(TeamUnchangedError):
        await storage.change_team("T1", "platform", adding([CAROL], ANYBODY))
    assert await storage.team("T1", "platform") == team()


async def test_whom_two_processes_add_at_once_is_all_kept(storage: Storage, database: Path) -> None:
    await storage.change_team("T1", "platform", saving(team(ALICE), MAKER))
    other = await Storage.open(database)
    crowd = [Person(f"U{place}") for place in range(10)]
    try:
        await asyncio.gather(
            *(
                (storage, other)[place % 2].change_team("T1", "platform", adding([person], MAKER))
                for place, person in enumerate(crowd)
            )
        )
    finally:
        await other.close()
    kept = await storage.team("T1", "platform")
    assert kept is not None
    assert set(kept.invitees) == {ALICE, *crowd}
