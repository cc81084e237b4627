"""Time zones as people type them. Pure, but for the names, which come from the system's database of zones."""

from difflib import get_close_matches
from functools import lru_cache
from zoneinfo import available_timezones

_AREAS = frozenset(
    ["Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"]
)
_OF_STATES = frozenset(f"Australia/{state}" for state in ("ACT", "LHI", "NSW", "North", "South", "West"))
"""Older names, of which the last word alone says too little."""
ABBREVIATIONS = {
    "sgt": "Asia/Singapore",
    "myt": "Asia/Kuala_Lumpur",
    "hkt": "Asia/Hong_Kong",
    "jst": "Asia/Tokyo",
    "kst": "Asia/Seoul",
    "pht": "Asia/Manila",
    "wib": "Asia/Jakarta",
    "ict": "Asia/Bangkok",
    "ist": "Asia/Kolkata",
    "gst": "Asia/Dubai",
    "pkt": "Asia/Karachi",
    "msk": "Europe/Moscow",
    "trt": "Europe/Istanbul",
    **dict.fromkeys(("gmt", "bst", "wet", "west", "z"), "Europe/London"),
    **dict.fromkeys(("cet", "cest", "met", "mez", "mesz"), "Europe/Berlin"),
    **dict.fromkeys(("eet", "eest"), "Europe/Athens"),
    **dict.fromkeys(("est", "edt", "et"), "America/New_York"),
    **dict.fromkeys(("cst", "cdt", "ct"), "America/Chicago"),
    **dict.fromkeys(("mst", "mdt", "mt"), "America/Denver"),
    **dict.fromkeys(("pst", "pdt", "pt"), "America/Los_Angeles"),
    "akst": "America/Anchorage",
    "hst": "Pacific/Honolulu",
    "brt": "America/Sao_Paulo",
    "sast": "Africa/Johannesburg",
    **dict.fromkeys(("aest", "aedt"), "Australia/Sydney"),
    **dict.fromkeys(("acst", "acdt"), "Australia/Adelaide"),
    "awst": "Australia/Perth",
    "nzst": "Pacific/Auckland",
    "nzdt": "Pacific/Auckland",
}
"""Where an abbreviation is most likely used; several are used in more than one place."""
OFFSETS = {
    0: "Europe/London",
    60: "Europe/Berlin",
    120: "Europe/Athens",
    180: "Europe/Moscow",
    240: "Asia/Dubai",
    300: "Asia/Karachi",
    330: "Asia/Kolkata",
    345: "Asia/Kathmandu",
    360: "Asia/Dhaka",
    420: "Asia/Bangkok",
    480: "Asia/Singapore",
    540: "Asia/Tokyo",
    570: "Australia/Adelaide",
    600: "Australia/Sydney",
    720: "Pacific/Auckland",
    -180: "America/Sao_Paulo",
    -300: "America/New_York",
    -360: "America/Chicago",
    -420: "America/Denver",
    -480: "America/Los_Angeles",
    -600: "Pacific/Honolulu",
}
"""A large place for an offset from UTC in minutes, in winter there."""
OTHER_PLACES = {
    **dict.fromkeys(("beijing", "peking", "shenzhen", "guangzhou"), "Asia/Shanghai"),
    **dict.fromkeys(("mumbai", "delhi", "new delhi", "bangalore", "bengaluru", "chennai", "hyderabad"), "Asia/Kolkata"),
    **dict.fromkeys(("munich", "münchen", "muenchen", "hamburg", "frankfurt", "cologne", "köln"), "Europe/Berlin"),
    **dict.fromkeys(("san francisco", "sf", "seattle", "la"), "America/Los_Angeles"),
    **dict.fromkeys(("boston", "washington", "miami", "nyc"), "America/New_York"),
    "barcelona": "Europe/Madrid",
    "milan": "Europe/Rome",
    "geneva": "Europe/Zurich",
    "hanoi": "Asia/Bangkok",
    "osaka": "Asia/Tokyo",
    "cape town": "Africa/Johannesburg",
    "abu dhabi": "Asia/Dubai",
    "penang": "Asia/Kuala_Lumpur",
    "india": "Asia/Kolkata",
    "china": "Asia/Shanghai",
    "japan": "Asia/Tokyo",
    "korea": "Asia/Seoul",
    "malaysia": "Asia/Kuala_Lumpur",
    "philippines": "Asia/Manila",
    "thailand": "Asia/Bangkok",
    "vietnam": "Asia/Ho_Chi_Minh",
    "france": "Europe/Paris",
    "germany": "Europe/Berlin",
    "italy": "Europe/Rome",
    "poland": "Europe/Warsaw",
    "spain": "Europe/Madrid",
    "switzerland": "Europe/Zurich",
    **dict.fromkeys(("england", "uk"), "Europe/London"),
}
"""Cities and countries after which no zone is called, and the one that they are in, or most of them."""

_ALIKE = 0.82
"""How much alike; below it, names of teams and people look like cities."""


@lru_cache(maxsize=1)
def _zones() -> tuple[dict[str, str], dict[str, str]]:
    """The known zones by their names in small letters, and by their cities, with spaces."""
    known = {name for name in available_timezones() if "/" in name and not name.startswith("Etc/")} | {"UTC"}
    # Where two zones have a city in common they are one: `America/Argentina/Buenos_Aires` has an older, shorter name.
    of_cities = (name for name in known - _OF_STATES if name.split("/")[0] in _AREAS)
    cities = sorted(of_cities, key=lambda name: (len(name), name))
    by_city = {name.split("/")[-1].lower().replace("_", " "): name for name in cities}
    return {name.lower(): name for name in sorted(known)}, by_city


def zone_named(words: str) -> str | None:
    """The zone that words name, in any case, with spaces or underscores."""
    by_name, by_city = _zones()
    return by_name.get(words.replace(" ", "_")) or by_city.get(words.replace("_", " "))


def similar_zones(word: str) -> tuple[str, ...]:
    """The zones that a word most likely names, which is none of them: those spelt alike, or the one it lies in."""
    by_name, by_city = _zones()
    city = word.split("/")[-1].replace("_", " ")
    if known := OTHER_PLACES.get(city):
        return (known,)
    near = [by_city[name] for name in get_close_matches(city, by_city, 3, _ALIKE)]
    if "/" in word:
        near += [by_name[name] for name in get_close_matches(word, by_name, 3, _ALIKE)]
        near.sort(key=lambda name: name.lower().split("/")[0] != word.split("/")[0])
    return tuple(dict.fromkeys(near))[:3]
