"""Words about numbers: to their owners, to admins, and in the forms."""

import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conference.barring import Barred
from conference.carrier import CarrierError, NotSent, Refused
from conference.numbers import show_number
from conference.overview import PersonalOverview
from conference.people import NumberOnFile, PersonOnFile, Source
from conference.preferences import Preferences, QuietHours
from conference.registration import CODE_DIGITS, CodesTo, Kept, NoCode, NotAllowed, TooManyCodes, WrongCode
from messages import admin_words, home, number_form, own_number, preferences_form
from messages.mrkdwn import Message
from messages.refusals import BARRED, carrier_refusal
from sandbox.slack.block_kit import view_problems
from tests.unit.generated import BEGUN_AT, numbers
from tests.unit.test_board import full_numbers_in, shown
from tests.unit.test_private import sound
from tests.unit.test_storage_people import quiet_hours

NUMBER, OTHER = "+6591234567", "+6581234567"
CARD = "https://rollcall.example.com/contact.vcf"
OVERVIEW = PersonalOverview("U0ALICE", date(2026, 11, 1))
NO_CODES = [*NoCode, WrongCode(1), WrongCode(4)]

on_file = st.builds(NumberOnFile, numbers, st.sampled_from(Source), st.just(BEGUN_AT))
people = st.builds(
    PersonOnFile,
    st.none() | on_file,
    st.none() | numbers,
    st.builds(Preferences, st.booleans(), st.none() | quiet_hours, st.booleans()),
)


def labels(view_or_block: Any) -> list[str]:
    """What stands on the buttons."""
    return re.findall(r"'type': 'button'.*?'text': '([^']*)'", str(view_or_block))


@given(people, st.sampled_from([None, CARD]))
def test_whatever_is_on_file_slack_takes_it_and_its_owner_reads_it(person: PersonOnFile, card_url: str | None) -> None:
    message, blocks = own_number.shown(person), list(home.home(person, card_url, OVERVIEW))
    assert sound([message])
    assert view_problems({"type": "home", "blocks": blocks}, "home") == []
    assert view_problems(preferences_form.form(person.preferences), "modal") == []
    for known in filter(None, [person.number.number if person.number else None, person.unproved]):
        assert show_number(known) in message.text
        assert show_number(known) in str(blocks)
    assert (CARD in str(blocks)) is (card_url is not None)
    assert "Enter the code" in labels(blocks) or not person.unproved
    assert ("Change my number" if person.number else "Add my number") in labels(blocks)
    assert "When to ring me" in labels(blocks)


@pytest.mark.parametrize(
    ("person", "says"),
    [
        (
            PersonOnFile(),
            "You have no number on file, so you can't be rung. Add it with `/conference number +65 9123 4567`.",
        ),
        (
            PersonOnFile(NumberOnFile(OTHER, Source.SELF, BEGUN_AT)),
            "Your number is +65 8123 4567. Besides you, only this workspace's admins can see it in full.",
        ),
        (
            PersonOnFile(NumberOnFile(OTHER, Source.ADMIN, BEGUN_AT), preferences=Preferences(wants_rings=False)),
            "Your number is +65 8123 4567. An admin put it on file. Besides you, only this workspace's admins can see "
            "it in full. You switched being rung off.",
        ),
        (
            PersonOnFile(NumberOnFile(OTHER, Source.IMPORT, BEGUN_AT), unproved=NUMBER),
            "+65 9123 4567 is not proved yet: enter the code that was texted to it, with the button or with "
            "`/conference number code 123456`, or have another one sent. Until then the other number is rung. "
            "Your number is +65 8123 4567. Whoever runs Rollcall put it on file. Besides you, only this workspace's "
            "admins can see it in full.",
        ),
        (
            PersonOnFile(unproved=OTHER),
            "+65 8123 4567 is not proved yet: enter the code that was texted to it, with the button or with "
            "`/conference number code 123456`, or have another one sent. Until then you are not rung.",
        ),
    ],
)
def test_what_is_on_file_is_said_in_whole_sentences(person: PersonOnFile, says: str) -> None:
    assert own_number.state(person) == says


@pytest.mark.parametrize(
    ("preferences", "says"),
    [
        (Preferences(), ""),
        (Preferences(wants_rings=False), "You switched being rung off."),
        (Preferences(in_reports=False), "Reports of standups don't show you."),
        (
            Preferences(wants_rings=False, in_reports=False),
            "You switched being rung off. Reports of standups don't show you.",
        ),
        (
            Preferences(quiet_hours=QuietHours(datetime(1, 1, 1, 22, 30).time(), datetime(1, 1, 1, 8).time(), "UTC")),  # noqa: DTZ001
            "Your quiet hours are 22:30 to 08:00, in your own time.",
        ),
    ],
)
def test_wishes_are_said_as_they_were_made(preferences: Preferences, says: str) -> None:
    assert own_number.wishes(preferences) == says


@given(numbers, st.sampled_from([None, CARD]))
def test_a_number_that_was_kept_is_named_with_the_contact_card_if_there_is_one(
    number: str, card_url: str | None
) -> None:
    for message in (own_number.kept(number, card_url), own_number.entered(Kept(number), card_url)):
        assert sound([message])
        assert f"you can be rung on {show_number(number)}." in message.text
        assert (CARD in shown(message)) is (card_url is not None)


def test_a_code_says_where_it_goes_how_long_it_is_good_and_that_nothing_has_changed() -> None:
    message = own_number.code_on_its_way(OTHER)
    assert sound([message])
    assert "SMS to +65 8123 4567" in message.text
    assert "within 10 minutes" in message.text
    assert message.text.endswith("Until then nothing has changed.")
    assert labels(message.blocks) == ["Enter the code"]


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (
            Refused("error_dest_not_supported"),
            "No code could be sent to +65 8123 4567: Hoiio does not take that number. Nothing was changed. Check it; "
            "if it is right, ask an admin to put it on file.",
        ),
        (
            Refused("error_insufficient_credit"),
            "No code could be sent to +65 8123 4567, so nothing was changed. "
            f"{carrier_refusal('error_insufficient_credit')}",
        ),
        (
            NotSent("x"),
            "No code could be sent to +65 8123 4567, because Hoiio could not be reached, so nothing was changed. Try "
            "again in a minute.",
        ),
    ],
)
def test_it_is_said_why_no_code_could_be_sent(error: CarrierError, says: str) -> None:
    assert own_number.code_not_sent(OTHER, error).text == own_number.code_not_sent_because(OTHER, error) == says


@pytest.mark.parametrize(
    "error",
    [
        *(Refused("error_dest_not_supported"), Refused("error_dest_<!channel>`"), Refused("<!channel>`" * 20)),
        NotSent("x"),
    ],
)
def test_a_code_that_was_not_sent_says_so_and_what_to_do(error: CarrierError) -> None:
    message = own_number.code_not_sent(OTHER, error)
    assert sound([message])
    assert "othing was changed" in message.text
    assert "<" not in message.text
    assert message.text.count("`") in {0, 2}
    assert not re.search(r"&(?!(amp|lt|gt);)", message.text)


@pytest.mark.parametrize("why", Barred)
def test_a_number_that_is_never_rung_is_not_kept_and_it_is_said_why(why: Barred) -> None:
    message = own_number.not_kept(NotAllowed(why))
    assert message.text == f"Nothing was changed. {BARRED[why]} Use another number."


@pytest.mark.parametrize("to", CodesTo)
def test_no_more_codes_says_until_when_also_where_that_is_tomorrow(to: CodesTo) -> None:
    message = own_number.not_kept(TooManyCodes(to, 3, BEGUN_AT))
    assert sound([message])
    assert message.text.startswith("Nothing was changed.")
    assert re.search(rf"Try again at <!date\^{int(BEGUN_AT.timestamp())}\^[^|]*\|[^>]*>", message.text)
    assert ("{date" in message.text) or to is CodesTo.PERSON


@pytest.mark.parametrize("entry", NO_CODES, ids=str)
def test_a_code_that_proves_nothing_says_why_and_what_to_do(entry: WrongCode | NoCode) -> None:
    message = own_number.entered(entry, CARD)
    assert sound([message])
    assert message.text == own_number.not_entered(entry)
    assert CARD not in shown(message)
    others = {own_number.not_entered(other) for other in NO_CODES}
    assert len(others) == len(NO_CODES)


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        (NoCode.UNREADABLE, "That is no code: one has 6 digits, like `123456`. It did not count as a try."),
        (NoCode.EXPIRED, "That code is older than 10 minutes. Have another one sent."),
        (WrongCode(1), "That is not the code that was sent. You can try one more time."),
        (WrongCode(4), "That is not the code that was sent. You can try 4 more times."),
    ],
)
def test_it_is_said_what_a_try_cost_and_how_many_are_left(entry: WrongCode | NoCode, says: str) -> None:
    assert own_number.not_entered(entry) == says


@pytest.mark.parametrize(
    ("seconds", "says"),
    [
        *((0, "in a minute"), (1, "in a minute"), (60, "in a minute"), (61, "in 2 minutes")),
        *((90 * 60, "in 90 minutes"), (90 * 60 + 1, "in 2 hours"), (86_400, "in 24 hours")),
    ],
)
def test_how_long_to_wait_is_never_too_short(seconds: int, says: str) -> None:
    assert own_number.wait(BEGUN_AT + timedelta(seconds=seconds), BEGUN_AT) == says


def test_a_number_that_is_not_kept_is_quoted_as_typed() -> None:
    message = own_number.unreadable("<!channel>`", "Why.")
    assert message.text == "`channel'` was not kept as your number. Why."
    linked = own_number.unreadable("<tel:+6591|+65 91> <@U1|bob> <x", "Why.")
    assert linked.text == "`+65 91 bob &lt;x` was not kept as your number. Why."
    assert sound([message, own_number.unreadable("9" * 8_000, "Why.")])
    theirs = admin_words.unreadable("<!channel>`", "U0ALICE", "Why.")
    assert theirs.text == "`channel'` was not kept as the number of <@U0ALICE>. Why."


def test_what_was_removed_and_what_an_admin_did_is_said() -> None:
    messages = [
        own_number.removed(True),
        own_number.removed(False),
        own_number.set_by_admin(OTHER, "<@U0ADMIN>"),
        own_number.removed_by_admin("<@U0ADMIN>"),
    ]
    assert sound(messages)
    assert len({message.text for message in messages}) == len(messages)
    assert "<@U0ADMIN>, an admin, put +65 8123 4567 on file as your number" in messages[2].text
    assert labels(messages[2].blocks) == ["Change my number", "When to ring me"]
    assert labels(messages[3].blocks) == ["Add my number"]


# Admins


@given(on_file)
def test_an_admin_sees_a_number_in_full_and_who_vouches_for_it(number: NumberOnFile) -> None:
    message = admin_words.shown("U0ALICE", number)
    assert sound([message, admin_words.kept("U0ALICE", number.number)])
    assert f"The number of <@U0ALICE> is {show_number(number.number)}, " in message.text
    others = {admin_words.shown("U0ALICE", NumberOnFile(OTHER, source, BEGUN_AT)).text for source in Source}
    assert len(others) == len(Source)


def test_who_is_no_admin_sees_nothing_and_is_told_that_nothing_was_done() -> None:
    for message in (admin_words.not_admin(), admin_words.can_not_tell("ratelimited")):
        assert message.text.startswith("Nothing was done: ")
        assert not full_numbers_in(message)


@pytest.mark.parametrize("why", ["<!channel>", "fatal_error", "&"])
def test_slacks_own_words_call_nobody(why: str) -> None:
    for message in (admin_words.can_not_tell(why), admin_words.members_unknown(why)):
        assert sound([message])
        assert "<" not in message.text
        assert not re.search(r"&(?!(amp|lt|gt);)", message.text)


@pytest.mark.parametrize(
    ("count", "says"),
    [(0, "Everybody in this channel has a number"), (1, "<@U0>."), (2, "<@U0> and <@U1>."), (9_000, "and 8980 more.")],
)
def test_who_has_no_number_is_named_with_a_button_that_asks_them(count: int, says: str) -> None:
    message = admin_words.missing([f"U{place}" for place in range(count)], "C1")
    assert sound([message])
    assert says in message.text
    assert labels(message.blocks) == (["Ask them all"] if count else [])


@pytest.mark.parametrize(
    ("count", "of", "says"),
    [
        (0, 0, "nobody was asked"),
        (0, 3, "nobody is asked again yet"),
        (1, 1, "1 person is being asked in a direct message."),
        (2, 5, "2 people are being asked in a direct message. 3 were asked within the last week."),
        (2, 3, "2 people are being asked in a direct message. 1 was asked within the last week."),
    ],
)
def test_how_many_are_being_asked_is_said(count: int, of: int, says: str) -> None:
    message = admin_words.asked(count, of)
    assert sound([message])
    assert says in message.text


# Forms


@given(st.none() | numbers, st.sampled_from(["", "It went wrong."]))
def test_the_form_has_the_number_filled_in_and_says_what_went_wrong(number: str | None, problem: str) -> None:
    view = number_form.form(number, problem=problem)
    assert view_problems(view, "modal") == []
    *said, block = view["blocks"]
    assert [text["text"]["text"] for text in said] == [problem] * bool(problem)
    assert block["element"].get("initial_value") == (show_number(number) if number else None)


@given(numbers)
def test_the_form_for_the_code_says_where_it_went_and_offers_another(number: str) -> None:
    view = number_form.code_form(number)
    assert view_problems(view, "modal") == []
    assert f"{CODE_DIGITS} digits" in view["blocks"][0]["text"]["text"]
    assert show_number(number) in view["blocks"][0]["text"]["text"]
    assert labels(view) == ["Send another code"]
    assert number_form.code_form(number, problem="Not yet.")["blocks"][0]["text"]["text"] == "Not yet."


def test_what_stands_under_a_field_is_plain_text() -> None:
    assert number_form.errors("Write it like `+65 9123 4567`.") == {
        number_form.NUMBER_BLOCK: "Write it like +65 9123 4567."
    }
    for entry in NO_CODES:
        (text,) = number_form.errors(own_number.not_entered(entry), block=number_form.CODE_BLOCK).values()
        assert not re.search(r"[`<>]", text)
    for to in CodesTo:
        why = own_number.not_taken(TooManyCodes(to, 3, BEGUN_AT), "in 5 minutes")
        assert not re.search(r"[`<>]", why)
        assert "Try again in 5 minutes," in why


@given(st.builds(Preferences, st.booleans(), st.none() | quiet_hours, st.booleans()))
def test_the_form_for_wishes_shows_what_was_chosen_before(preferences: Preferences) -> None:
    rings, start, end, _, reports = preferences_form.form(preferences)["blocks"]
    chosen = rings["element"]["initial_option"]
    assert chosen in rings["element"]["options"]
    quiet = preferences.quiet_hours
    assert (chosen["value"] == preferences_form.NEVER) is not preferences.wants_rings
    is_at_any_time = preferences.wants_rings and preferences.quiet_hours is None
    assert (chosen["value"] == preferences_form.ANY_TIME) is is_at_any_time
    assert ("initial_options" in reports["element"]) is preferences.in_reports
    if quiet:
        assert start["element"]["initial_time"] == f"{quiet.start:%H:%M}"
        assert end["element"]["initial_time"] == f"{quiet.end:%H:%M}"


@given(st.builds(Preferences, st.booleans(), st.none() | quiet_hours, st.booleans()))
def test_what_was_saved_is_said(preferences: Preferences) -> None:
    view = preferences_form.saved(own_number.wishes(preferences))
    assert view_problems(view, "modal") == []
    said = view["blocks"][0]["text"]["text"]
    assert said == f"Done. {own_number.wishes(preferences) or 'You can be rung at any time.'}"


def test_nothing_here_is_empty() -> None:
    """A message's text is what screen readers get."""
    texts: list[Message] = [admin_words.looking(), admin_words.nobody("U1"), admin_words.removed("U1", True)]
    assert sound([*texts, admin_words.removed("U1", False), admin_words.not_allowed("Why.")])
