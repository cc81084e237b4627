"""Phone numbers: read, shown to their owner, masked to everybody else."""

import re

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conference.numbers import NumberUnreadableError, mask_number, read_number, show_number
from tests.unit.generated import NUMBERS, numbers


@pytest.mark.parametrize(
    ("text", "region", "expected"),
    [
        ("+65 9123 4567", None, "+6591234567"),
        ("  +65-9123-4567\n", None, "+6591234567"),
        ("+65 9123 4567", "US", "+6591234567"),
        ("9123 4567", "SG", "+6591234567"),
        ("06 1234 5678", "IT", "+390612345678"),
        ("020 7946 0018", "GB", "+442079460018"),
    ],
)
def test_a_number_is_read_as_people_type_it(text: str, region: str | None, expected: str) -> None:
    assert read_number(text, region) == expected


@pytest.mark.parametrize(
    ("text", "region", "says"),
    [
        ("9123 4567", None, "It has no country code."),
        ("+65 9123 456", None, "No such number can exist"),
        ("+999 9123 4567", None, "It is not a phone number."),
        ("12", "SG", "No such number can exist"),
        ("my phone", "SG", "It is not a phone number."),
        ("", None, "It is not a phone number."),
    ],
)
def test_what_is_no_number_is_answered_with_a_sentence(text: str, region: str | None, says: str) -> None:
    with pytest.raises(NumberUnreadableError, match=f"^{re.escape(says)}.*\\.$"):
        read_number(text, region)


@given(st.text(max_size=300) | st.text("+0123456789 ()-.;=ext#tel:", max_size=40), st.sampled_from([None, "SG", "DE"]))
@settings(max_examples=400, deadline=None)
def test_any_text_is_an_e164_number_or_unreadable(text: str, region: str | None) -> None:
    try:
        number = read_number(text, region)
    except NumberUnreadableError:
        return
    assert re.fullmatch(r"\+[1-9][0-9]{1,14}", number)
    assert read_number(number, None) == number


@pytest.mark.parametrize("region", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_a_number_of_every_country_is_read_back_from_what_is_stored(region: str) -> None:
    example = phonenumbers.example_number(region)
    assert example is not None
    number = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
    assert read_number(number, None) == number
    assert read_number(show_number(number), None) == number


def test_an_unreadable_number_is_not_repeated() -> None:
    with pytest.raises(NumberUnreadableError) as raised:
        read_number("+65 9876 543", None)
    assert "9876" not in str(raised.value)


def test_a_number_is_shown_and_masked() -> None:
    assert show_number("+6591234567") == "+65 9123 4567"
    assert mask_number("+6591234567") == "+65 •••• 4567"


@given(numbers)
def test_a_masked_number_has_its_country_code_and_last_four_digits_alone(number: str) -> None:
    code = phonenumbers.parse(number).country_code
    assert mask_number(number) == f"+{code} •••• {number[-4:]}"


def test_masked_numbers_keep_most_digits_to_themselves() -> None:
    for number in NUMBERS:
        shown = re.sub(r"\D", "", mask_number(number))
        assert len(shown) <= len(number) - 1 - 3, number


@pytest.mark.parametrize("text", ["remove 9123 4567", "+65 9123 4567 ext 5", "call 91234567", "wrong-+6591234567"])
def test_a_number_in_the_middle_of_other_words_is_not_read(text: str) -> None:
    with pytest.raises(NumberUnreadableError):
        read_number(text, "SG")


@pytest.mark.parametrize(("number", "masked"), [("+6907290", "+690 ••••"), ("+29052345", "+290 •••• 5")])
def test_a_short_number_is_masked_too(number: str, masked: str) -> None:
    assert mask_number(number) == masked


def test_a_number_that_begins_with_00_is_answered_with_how_to_write_it() -> None:
    with pytest.raises(NumberUnreadableError, match="in place of the `00`"):
        read_number("0065 9123 0005", "SG")
