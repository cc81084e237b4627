"""Time zones as people type them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest

from conference.standups.zones import ABBREVIATIONS, OFFSETS, OTHER_PLACES, similar_zones, zone_named

NAMES = sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))
MONTHS = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=30 * count) for count in range(12)]


def test_every_zone_is_known_by_its_name_in_small_letters_and_with_spaces() -> None:
    assert [zone_named(name.lower().replace("_", " ")) for name in NAMES] == NAMES


@pytest.mark.parametrize("words", ["new york", "new_york", "america/new_york", "america/new york"])
def test_a_city_alone_names_its_zone(words: str) -> None:
    assert zone_named(words) == "America/New_York"


def offsets(zone: str) -> list[timedelta]:
    found = [moment.astimezone(ZoneInfo(zone)).utcoffset() for moment in MONTHS]
    return [offset for offset in found if offset is not None]


def test_zones_that_have_a_city_in_common_keep_the_same_time() -> None:
    areas = {"Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"}
    for name in NAMES:
        found = zone_named(name.split("/")[-1].lower())
        if name.split("/")[0] in areas and name.split("/")[-1] not in {"ACT", "LHI", "NSW", "North", "South", "West"}:
            assert found is not None
            assert offsets(found) == offsets(name), name


def test_what_is_proposed_is_a_zone_and_what_it_is_proposed_for_is_none() -> None:
    assert {*ABBREVIATIONS.values(), *OFFSETS.values(), *OTHER_PLACES.values()} <= set(NAMES)
    assert [word for word in (*ABBREVIATIONS, *OTHER_PLACES) if zone_named(word)] == []


def test_offsets_are_those_of_winter_there() -> None:
    assert {minutes: min(offsets(zone)) for minutes, zone in OFFSETS.items()} == {
        minutes: timedelta(minutes=minutes) for minutes in OFFSETS
    }


@pytest.mark.parametrize(
    ("word", "zones"),
    [
        ("singapur", ("Asia/Singapore",)),
        ("asia/singapur", ("Asia/Singapore",)),
        ("europe/munich", ("Europe/Berlin",)),
        ("londn", ("Europe/London",)),
        ("platform", ()),
        ("", ()),
        ("/", ()),
    ],
)
def test_a_zone_that_is_spelt_alike(word: str, zones: tuple[str, ...]) -> None:
    assert similar_zones(word) == zones
