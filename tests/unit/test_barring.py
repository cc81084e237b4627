"""What may be rung, number by number. Which number is of what kind is Google's libphonenumber's to say."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from conference.barring import Barred, Barring, barred_guests
from conference.invitation import Group, Guest, Invitation, Person
from tests.unit.generated import NUMBERS, numbers

NEVER_RUNG = [
    ("+6519001234567", Barred.PREMIUM_RATE),
    ("+449012345678", Barred.PREMIUM_RATE),
    ("+19002345678", Barred.PREMIUM_RATE),
    ("+33891123456", Barred.PREMIUM_RATE),
    ("+979123456789", Barred.PREMIUM_RATE),
    ("+611300123456", Barred.SHARED_COST),
    ("+4918012345", Barred.SHARED_COST),
    ("+80812345678", Barred.SHARED_COST),
    ("+447012345678", Barred.PERSONAL),
    ("+15002345678", Barred.PERSONAL),
    ("+447640123456", Barred.PAGER),
    ("+85271123456", Barred.PAGER),
    ("+41860123456789", Barred.VOICEMAIL),
    ("+49177991234567", Barred.VOICEMAIL),
    ("+870301234567", Barred.NO_COUNTRY),
    ("+881612345678", Barred.NO_COUNTRY),
    ("+8823421234", Barred.NO_COUNTRY),
    ("+883510012345", Barred.NO_COUNTRY),
    ("+88812345678901", Barred.NO_COUNTRY),
    ("+80012345678", Barred.NO_COUNTRY),
    ("+61145123456", Barred.NO_COUNTRY),
    ("+61147123456", Barred.NO_COUNTRY),
]

COUNTRIES = [
    ("+14155552671", "US", True),
    ("+18762101234", "US", False),  # Jamaica, behind the same +1
    ("+18092345678", "US", False),  # the Dominican Republic
    ("+12423591234", "US", False),  # the Bahamas
    ("+15062345678", "US", False),  # Canada
    ("+18762101234", "JM", True),
    ("+447400123456", "GB", True),
    ("+447797712345", "GB", False),  # Jersey, behind the same +44
    ("+447781123456", "GB", False),  # Guernsey
    ("+447797712345", "JE", True),
    ("+79123456789", "RU", True),
    ("+77710009998", "RU", False),  # Kazakhstan, behind the same +7
    ("+6591234567", "SG", True),
    ("+6591234567", "MY", False),
    ("+60123456789", "SG", False),
    ("+61412345678", "AU", True),
    ("+61491570156", "AU", True),
]


@pytest.mark.parametrize("countries", [None, frozenset({"SG", "GB", "US", "FR", "AU", "DE", "HK", "CH"})])
@pytest.mark.parametrize(("number", "why"), NEVER_RUNG)
def test_some_kinds_of_numbers_are_never_rung_wherever(
    number: str, why: Barred, countries: frozenset[str] | None
) -> None:
    assert Barring(countries).why_not(number) is why


def test_of_every_kind_that_is_never_rung_no_country_has_one_that_is() -> None:
    kinds = {
        PhoneNumberType.PREMIUM_RATE: Barred.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST: Barred.SHARED_COST,
        PhoneNumberType.PERSONAL_NUMBER: Barred.PERSONAL,
        PhoneNumberType.PAGER: Barred.PAGER,
        PhoneNumberType.VOICEMAIL: Barred.VOICEMAIL,
    }
    seen = set()
    for region in phonenumbers.SUPPORTED_REGIONS:
        for kind, why in kinds.items():
            example = phonenumbers.example_number_for_type(region, kind)
            if example and phonenumbers.number_type(example) == kind:
                seen.add(kind)
                assert Barring().why_not(phonenumbers.format_number(example, PhoneNumberFormat.E164)) is why
    assert seen == kinds.keys()


@pytest.mark.parametrize(("number", "country", "may"), COUNTRIES)
def test_a_number_is_of_its_own_country_even_behind_a_code_that_several_share(
    number: str, country: str, may: bool
) -> None:
    assert Barring(frozenset({country})).why_not(number) is (None if may else Barred.COUNTRY)
    assert Barring().why_not(number) is None


@given(numbers)
def test_everybodys_mobile_may_be_rung_where_nothing_is_said_of_countries(number: str) -> None:
    assert Barring().why_not(number) is None


@pytest.mark.parametrize("number", ["+6531234567", "+6561234567", "+6518001234567", "+441212345678", "+445612345678"])
def test_so_may_landlines_voice_over_ip_and_toll_free_numbers(number: str) -> None:
    assert Barring().why_not(number) is None


@given(st.lists(numbers, unique=True, max_size=5), st.lists(st.sampled_from([n for n, _ in NEVER_RUNG]), unique=True))
def test_of_an_invitation_exactly_the_numbers_that_are_barred_are_named(good: list[str], bad: list[str]) -> None:
    invitation = Invitation((Person("U1"), *map(Guest, [*good, *bad]), Group("S1")))
    assert barred_guests(invitation, Barring()) == {number: dict(NEVER_RUNG)[number] for number in bad}


def test_where_no_number_may_be_typed_each_is_barred_without_a_reason_of_its_own() -> None:
    invitation = Invitation((Person("U1"), Guest("+6591234567"), Guest("+6519001234567")))
    assert barred_guests(invitation, Barring(guests=False)) == {"+6591234567": None, "+6519001234567": None}
    assert barred_guests(Invitation((Person("U1"), Group("S1"))), Barring(guests=False)) == {}
    assert barred_guests(Invitation(tuple(map(Guest, NUMBERS))), Barring()) == {}
