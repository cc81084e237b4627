"""A time zone that is typed alone, in a form."""

import pytest

from conference.standups.command import SlipKind
from conference.standups.command_text import read_zone


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("Asia/Singapore", "Asia/Singapore"),
        (" asia/singapore ", "Asia/Singapore"),
        ("singapore", "Asia/Singapore"),
        ("New York", "America/New_York"),
        ("america/argentina/buenos_aires", "America/Argentina/Buenos_Aires"),
        ("utc", "UTC"),
        ("Paris time", "Europe/Paris"),
    ],
)
def test_a_zone_by_its_name_or_its_city(typed: str, zone: str) -> None:
    assert read_zone(typed) == zone


@pytest.mark.parametrize(
    ("typed", "kind", "choices"),
    [
        ("Singapur", SlipKind.ZONE_UNKNOWN, ("Asia/Singapore",)),
        ("Mumbai", SlipKind.ZONE_UNKNOWN, ("Asia/Kolkata",)),
        ("GMT+8", SlipKind.ZONE_NO_PLACE, ("Asia/Singapore",)),
        ("UTC -3:30", SlipKind.ZONE_NO_PLACE, ()),
        ("india", SlipKind.ZONE_UNKNOWN, ("Asia/Kolkata",)),
        ("new delhi", SlipKind.ZONE_UNKNOWN, ("Asia/Kolkata",)),
        ("CET", SlipKind.ZONE_NO_PLACE, ("Europe/Berlin",)),
        ("nowhere", SlipKind.ZONE_UNKNOWN, ()),
        ("", SlipKind.ZONE_UNKNOWN, ()),
    ],
)
def test_what_is_none_has_the_closest_one(typed: str, kind: SlipKind, choices: tuple[str, ...]) -> None:
    slip = read_zone(typed)
    assert not isinstance(slip, str)
    assert (slip.kind, slip.choices) == (kind, choices)
