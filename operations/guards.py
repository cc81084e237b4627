"""What keeps the bot from being misused: which of it is on, and which is off."""

from collections.abc import Iterator

from operations.findings import Finding, good, left_open
from settings import Settings


def guards(settings: Settings) -> Iterator[Finding]:
    """What keeps the bot from being misused, and whether it is open."""
    if settings.verify_numbers:
        yield good("VERIFY_NUMBERS: people prove their numbers with a code by SMS.")
    else:
        yield left_open(
            "VERIFY_NUMBERS: off. Anybody can put anybody's number on file as their own and have it rung, also past "
            "the limit for one number, and against its owner's wish to be left alone."
        )
    yield _countries(settings)
    if settings.guests:
        yield left_open(
            "GUESTS: on. Anybody can have any such number rung by typing it. Set GUESTS=off to forbid that."
        )
    else:
        yield good("GUESTS: off. Only people with a number on file are rung.")
    yield good(
        "Premium-rate, shared-cost, personal, pager, voicemail, satellite, short and emergency numbers are never rung."
    )
    if settings.admins:
        yield good(f"ADMINS: {len(settings.admins)} named, besides the workspace's own admins and owners.")
    else:
        yield good("ADMINS: none named; the workspace's own admins and owners are admins here.")
    for name, limit, words in (
        ("MAX_CONFERENCES_PER_HOUR", settings.max_conferences_per_hour, "conferences started by one person in an hour"),
        ("MAX_RINGS_PER_HOUR", settings.max_rings_per_hour, "phones rung for one person in an hour"),
        ("MAX_RINGS_PER_NUMBER", settings.max_rings_per_number, "rings of one number in ten minutes"),
        ("MAX_MINUTES_PER_DAY", settings.max_minutes_per_day, "minutes of calls in a day"),
        ("MAX_SPEND_PER_DAY", settings.max_spend_per_day, "spent on calls in a day, in each currency that Hoiio bills"),
        ("MAX_CODES_PER_DAY", settings.max_codes_per_day, "codes sent by SMS in a day"),
    ):
        if limit is None:
            yield left_open(f"{name}: off. There is no limit to {words.replace('spent', 'what is spent')}.")
        else:
            yield good(f"{name}: at most {limit} {words}.")
    yield good(f"RETENTION_DAYS: numbers are forgotten {settings.retention_days} days after their conference.")


def _countries(settings: Settings) -> Finding:
    countries = settings.barring.countries
    if countries is None:
        return left_open(
            "ALLOWED_COUNTRIES: all. Numbers of every country are rung, also of costly ones. Name yours, like SG,MY."
        )
    listed = ", ".join(sorted(countries))
    default = ", which is DEFAULT_REGION" if settings.allowed_countries is None else ""
    return good(f"ALLOWED_COUNTRIES: only numbers of {listed} are rung{default}.")
