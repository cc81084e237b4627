"""Reading what is typed after `/conference`."""

import re
import time
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from conference.invitation import (
    CallerWish,
    Group,
    Guest,
    Invitation,
    Invitee,
    Person,
    Problem,
    ProblemKind,
    Unreadable,
    Verb,
    VerbCall,
    read_invitation,
    read_written,
)
from tests.unit.generated import invitations

ALICE, BOB, ONCALL = Person("U012ABC"), Person("W0BOB"), Group("S012")
SG, SG_2 = Guest("+6591234567"), Guest("+6581234567")
IF_POSSIBLE, ASKED, LEFT_OUT, AS_INVITED = CallerWish

FRAGMENTS = (
    *("<@U012ABC>", "<@W0BOB|bob>", "<@U012ABC", "<@", "<", ">", "|", "<!subteam^S012|@on call>", "<!here>", "<#C1|x>"),
    *("<tel:+6591234567|x>", "<tel:", "<tel:1 2 +3>", "+65", " 9123", "4567", "+", "(", ")", "-", ".", "/", "0" * 20),
    *(" ", "\n", "\t", "\x00", "\x1c", "\x85", "\u2028", "\u202e", ",", ";", "&amp;", "&", "&lt;", "٣", "²", "👩‍👧"),
    *("me", "without", "and", "help", "NUMBER", "hang up", "@alice", "#general", "`", "*", "x" * 60),
)

anything_typed = st.one_of(
    st.text(max_size=400), st.lists(st.sampled_from(FRAGMENTS), max_size=40).map("".join), invitations.map(str)
)


def invitation(*invitees: Invitee, caller: CallerWish = IF_POSSIBLE) -> Invitation:
    return Invitation(invitees, caller)


def problems(text: str) -> tuple[Problem, ...]:
    result = read_invitation(text, None)
    assert isinstance(result, Unreadable), result
    return result.problems


@given(anything_typed, st.sampled_from([None, "SG", "DE"]))
@example("<tel:+65" + "9" * 300 + ">", None)
@settings(max_examples=400, deadline=None)
def test_any_text_is_a_verb_an_invitation_or_names_its_problems(text: str, region: str | None) -> None:
    match read_invitation(text, region):
        case Unreadable(found):
            words = len(text.split())
            assert found
            assert all(1 <= problem.word <= words and problem.piece for problem in found)
        case Invitation(invitees):
            assert len(set(invitees)) == len(invitees)
        case VerbCall(verb, rest):
            asks_for_nothing = not set(re.split(r"[\s,;]+", text.lower())) - {"", "and", "&", "&amp"}
            first = re.sub(r"^hang[\s-]+up(?!\S)", "hangup", text.lower().lstrip()).split()[:1]
            assert asks_for_nothing or first == [verb]
            assert rest == rest.strip()


@given(invitations, st.sampled_from([None, "SG", "US"]))
@settings(max_examples=400, deadline=None)
def test_reading_what_an_invitation_writes_gives_it_back(written: Invitation, region: str | None) -> None:
    assert read_invitation(str(written), region) == written


@pytest.mark.parametrize("piece", [*FRAGMENTS, "9123 4567 ", "+65 9123 4567 ", "1 ", "1,", "(1", "<@U1|", "+1 ", "a&"])
@pytest.mark.parametrize("last", ["", "x", ">"])
def test_a_very_long_text_is_read_at_once(piece: str, last: str) -> None:
    text = (piece * 8_000)[: 8_000 - len(last)] + last
    began = time.process_time()
    read_invitation(text, "SG")
    assert time.process_time() - began < 3


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<@U012ABC>", invitation(ALICE)),
        ("<@U012ABC|alice>", invitation(ALICE)),
        ("<@U012ABC|alice, the <1st>", None),
        ("<@W0BOB|bob (on leave), +65 9123 4567>", invitation(BOB)),
        ("<!subteam^S012|@oncall> <!subteam^S012>", invitation(ONCALL)),
        ("<@U012ABC><@W0BOB>", invitation(ALICE, BOB)),
        ("<@W0BOB> <@U012ABC> <@W0BOB|bob>", invitation(BOB, ALICE)),
        ("<@U012ABC>, <@W0BOB> and <!subteam^S012>", invitation(ALICE, BOB, ONCALL)),
        ("<@U012ABC>;<@W0BOB> & <!subteam^S012>,", invitation(ALICE, BOB, ONCALL)),
        ("<@U012ABC> AND <@W0BOB>", invitation(ALICE, BOB)),
        ("\n<@U012ABC>\t<@W0BOB>\u00a0", invitation(ALICE, BOB)),
    ],
)
def test_people_and_groups_are_read_in_the_order_typed_each_once(text: str, expected: Invitation | None) -> None:
    result = read_invitation(text, None)
    assert result == expected if expected else isinstance(result, Unreadable)


@pytest.mark.parametrize(
    ("text", "region", "expected"),
    [
        ("<tel:+6591234567|+65 9123 4567>", None, [SG]),
        ("<tel:+6591234567>", None, [SG]),
        ("<tel:91234567|9123 4567>", "SG", [SG]),
        ("+6591234567", None, [SG]),
        ("+65 9123 4567", None, [SG]),
        ("+65-9123-4567", None, [SG]),
        ("(+65) 9123.4567", None, [SG]),
        ("9123 4567", "SG", [SG]),
        ("+٦٥ ٩١٢٣ ٤٥٦٧", None, [SG]),
        ("+1 (650) 253-0000", None, [Guest("+16502530000")]),
        ("+65 9123 4567 +65 8123 4567", None, [SG, SG_2]),
        ("+65 9123 4567 8123 4567", "SG", [SG, SG_2]),
        ("91234567 81234567", "SG", [SG, SG_2]),
        ("9123 4567 8123 4567", "SG", [SG, SG_2]),
        ("9123 4567, 8123 4567", "SG", [SG, SG_2]),
        ("9123 4567 and 8123 4567", "SG", [SG, SG_2]),
        ("+6591234567,+6581234567", None, [SG, SG_2]),
        ("+65 9123 4567 9123 4567", "SG", [SG]),
        ("+6591234567 <@U012ABC>", None, [SG, ALICE]),
        ("<@U012ABC>+65 9123 4567<@W0BOB>", None, [ALICE, SG, BOB]),
    ],
)
def test_numbers_are_read_however_they_are_spaced(text: str, region: str | None, expected: list[Invitee]) -> None:
    assert read_invitation(text, region) == invitation(*expected)


@pytest.mark.parametrize(
    ("text", "piece", "word"),
    [
        ("9123 4567", "9123 4567", 1),
        ("+65 9123 4567 8123 4567", "8123 4567", 4),
        ("<@U012ABC> +65 9123", "+65 9123", 2),
        ("+65 9123 4567 +65 12 <@U012ABC>", "+65 12", 4),
        ("<@U012ABC|alice b> <tel:12|1 2>", "12", 3),
    ],
)
def test_a_number_that_can_not_be_read_is_named_with_its_place(text: str, piece: str, word: int) -> None:
    (problem,) = problems(text)
    assert (problem.kind, problem.piece, problem.word) == (ProblemKind.NUMBER, piece, word)
    assert problem.why.endswith(".")


def test_all_unreadable_numbers_are_named_at_once() -> None:
    assert [(found.piece, found.word) for found in problems("+65 1, <@U012ABC> +65 2")] == [("+65 1", 1), ("+65 2", 4)]


@pytest.mark.parametrize(
    ("text", "caller"),
    [
        ("<@U012ABC>", IF_POSSIBLE),
        ("<@U012ABC> me", ASKED),
        ("Me, <@U012ABC>", ASKED),
        ("me and <@U012ABC> and ME", ASKED),
        ("<@U012ABC> without me", LEFT_OUT),
        ("WITHOUT ME <@U012ABC>", LEFT_OUT),
        ("<@U012ABC> without  me without me", LEFT_OUT),
    ],
)
def test_the_caller_says_whether_they_are_in_it(text: str, caller: CallerWish) -> None:
    assert read_invitation(text, None) == invitation(ALICE, caller=caller)


@pytest.mark.parametrize(
    ("text", "verb", "rest"),
    [
        ("", Verb.HELP, ""),
        (" \n ", Verb.HELP, ""),
        ("help", Verb.HELP, ""),
        ("HELP me", Verb.HELP, "me"),
        ("number", Verb.NUMBER, ""),
        ("  Number   +65 9123  4567 ", Verb.NUMBER, "+65 9123  4567"),
        ("number\tremove", Verb.NUMBER, "remove"),
        ("status", Verb.STATUS, ""),
        ("Status please", Verb.STATUS, "please"),
        ("history 3", Verb.HISTORY, "3"),
        ("hangup", Verb.HANGUP, ""),
        ("hang up", Verb.HANGUP, ""),
        (" Hang  Up now ", Verb.HANGUP, "now"),
        ("hang-up", Verb.HANGUP, ""),
    ],
)
def test_a_first_word_may_be_a_verb_with_what_belongs_to_it(text: str, verb: Verb, rest: str) -> None:
    assert read_invitation(text, None) == VerbCall(verb, rest)


def test_a_verb_further_on_is_a_word_like_any_other() -> None:
    assert problems("<@U012ABC> help") == (Problem(ProblemKind.WORD, "help", 2),)


@pytest.mark.parametrize(
    ("text", "kind", "piece", "word"),
    [
        ("<@U012ABC> @bob", ProblemKind.UNLINKED_MENTION, "@bob", 2),
        ("@here", ProblemKind.UNLINKED_MENTION, "@here", 1),
        ("<@U012ABC> <#C012|general>", ProblemKind.CHANNEL, "#general", 2),
        ("<#C012>", ProblemKind.CHANNEL, "<#C012>", 1),
        ("<!here>", ProblemKind.EVERYONE, "@here", 1),
        ("<!channel> <@U012ABC>", ProblemKind.EVERYONE, "@channel", 1),
        ("<!everyone|everyone>", ProblemKind.EVERYONE, "everyone", 1),
        ("<@U012ABC>, bob", ProblemKind.WORD, "bob", 2),
        ("<@U012ABC> &lt;b&gt;", ProblemKind.WORD, "<b>", 2),
        ("`x`", ProblemKind.WORD, "'x'", 1),
        ("@", ProblemKind.WORD, "@", 1),
        ("x" * 41, ProblemKind.WORD, "x" * 40 + "…", 1),
        ("<@U012ABC> without", ProblemKind.WITHOUT_OTHERS, "without", 2),
        ("without <@U012ABC>", ProblemKind.WITHOUT_OTHERS, "without", 1),
        ("me <@U012ABC> without me", ProblemKind.CONTRADICTION, "without me", 3),
        ("without me <@U012ABC> me", ProblemKind.CONTRADICTION, "me", 4),
    ],
)
def test_what_is_no_invitation_is_named_with_its_place(text: str, kind: ProblemKind, piece: str, word: int) -> None:
    found = problems(text)[0]
    assert (found.kind, found.piece, found.word) == (kind, piece, word)


@pytest.mark.parametrize("text", ["hang upstairs", "hang", "hang <@U1> up", "statuses", "<@U1> hang up"])
def test_what_only_begins_like_a_verb_is_none(text: str) -> None:
    assert isinstance(read_invitation(text, None), Unreadable)


@pytest.mark.parametrize("text", [",", "and", "&amp;", " , and &amp; ,"])
def test_a_text_that_asks_for_nobody_asks_for_help(text: str) -> None:
    """Stored as an invitation of nobody, it could not be read again."""
    assert read_invitation(text, "SG") == VerbCall(Verb.HELP)


def test_people_may_be_joined_by_an_ampersand_which_slack_escapes() -> None:
    assert read_invitation("<@U1> &amp; <@U2>", None) == Invitation((Person("U1"), Person("U2")))


def test_what_was_written_is_read_again_however_many_it_names() -> None:
    """A form takes more people than a command's text has room for."""
    invitation = Invitation(tuple(Person(f"U{place:09}") for place in range(400)), CallerWish.LEFT_OUT)
    assert read_written(str(invitation)) == invitation


@given(invitations)
def test_an_invitation_that_nobody_typed_is_written_and_read_alike_but_can_not_be_typed(typed: Invitation) -> None:
    written = replace(typed, caller=AS_INVITED)
    assert read_written(str(written)) == written
    assert isinstance(read_invitation(str(written), None), Unreadable)


@pytest.mark.parametrize("text", ["me without me", "hello", "+65 12", "<#C1|standup>"])
def test_what_was_never_written_is_not_read_as_if_it_was(text: str) -> None:
    with pytest.raises(ValueError, match="no invitation"):
        read_written(text)
