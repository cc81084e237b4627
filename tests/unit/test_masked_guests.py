"""Masked numbers in a form's text, read as those of the guests that it showed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conference.invitation import Guest, Invitation, read_invitation
from conference.masked_guests import Unmasked, unmask
from conference.numbers import mask_number
from tests.unit.generated import numbers

_GUESTS = st.lists(numbers.map(Guest), max_size=8, unique=True)
_TEXTS = st.lists(st.sampled_from(["+65", "+690", "•", "••••", " ", ",", ";", "\n", "4567", "•0", "@", "me"])).map(
    "".join
)


@given(_GUESTS.filter(bool))
def test_what_a_form_shows_means_the_guests_that_it_showed_in_their_order(guests: list[Guest]) -> None:
    unmasked = unmask(", ".join(mask_number(guest.number) for guest in guests), guests)
    assert isinstance(unmasked, Unmasked)
    read = read_invitation(unmasked.text, None, unmasked.stand_for)
    assert isinstance(read, Invitation)
    assert sorted(map(str, read.invitees)) == sorted(map(str, guests))
    assert [mask_number(guest.number) for guest in read.invitees if isinstance(guest, Guest)] == [
        mask_number(guest.number) for guest in guests
    ]


@given(_TEXTS, _GUESTS)
def test_any_text_names_guests_that_were_shown_or_pieces_that_are_nobodys(text: str, guests: list[Guest]) -> None:
    unmasked = unmask(text, guests)
    if isinstance(unmasked, Unmasked):
        assert {one for named in unmasked.stand_for.values() for one in named} <= set(guests)
        assert all(guest.number not in unmasked.text for guest in guests)
    else:
        assert unmasked
        assert all("•" in piece and piece in text for piece in unmasked)


@pytest.mark.parametrize("number", ["+6907290", "+29052345"])
def test_a_short_number_that_is_masked_is_read_too(number: str) -> None:
    unmasked = unmask(f"{mask_number(number)} +65 9123 4567", [Guest(number)])
    assert isinstance(unmasked, Unmasked)
    assert unmasked.stand_for == {"•0": (Guest(number),)}
