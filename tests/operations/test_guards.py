"""What `check` says of the guards: which are open, in plain words."""

import pytest

from operations.guards import guards
from settings import READERS, read_settings

ENOUGH = {
    "SLACK_BOT_TOKEN": "xoxb-1",
    "SLACK_SIGNING_SECRET": "signing",
    "HOIIO_APP_ID": "app",
    "HOIIO_ACCESS_TOKEN": "token",
    "PUBLIC_URL": "https://rollcall.example.com",
}
SHUT = {"DEFAULT_REGION": "SG", "GUESTS": "off"}


def said(settings: dict[str, str]) -> dict[str, str]:
    """Each guard's line, by its setting."""
    lines = [str(finding) for finding in guards(read_settings(ENOUGH | settings))]
    return {line[6:].partition(":")[0]: line for line in lines}


def test_every_guard_can_be_shut_and_then_none_is_open() -> None:
    assert all(line.startswith("ok    ") for line in said(SHUT).values())


def test_every_guard_among_the_settings_is_spoken_of() -> None:
    guarding = {name for name in READERS if name.startswith("MAX_")}
    guarding |= {"VERIFY_NUMBERS", "ADMINS", "ALLOWED_COUNTRIES", "GUESTS", "RETENTION_DAYS"}
    assert guarding <= said({}).keys()


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({}, "ok    VERIFY_NUMBERS: people prove their numbers with a code by SMS."),
        (
            {"VERIFY_NUMBERS": "off"},
            "open  VERIFY_NUMBERS: off. Anybody can put anybody's number on file as their own and have it rung, also "
            "past the limit for one number, and against its owner's wish to be left alone.",
        ),
        (
            {},
            "open  ALLOWED_COUNTRIES: all. Numbers of every country are rung, also of costly ones. Name yours, like "
            "SG,MY.",
        ),
        (
            {"DEFAULT_REGION": "SG", "ALLOWED_COUNTRIES": "all"},
            "open  ALLOWED_COUNTRIES: all. Numbers of every country are rung, also of costly ones. Name yours, like "
            "SG,MY.",
        ),
        (
            {"DEFAULT_REGION": "SG"},
            "ok    ALLOWED_COUNTRIES: only numbers of SG are rung, which is DEFAULT_REGION.",
        ),
        (
            {"DEFAULT_REGION": "SG", "ALLOWED_COUNTRIES": "SG,MY"},
            "ok    ALLOWED_COUNTRIES: only numbers of MY, SG are rung.",
        ),
        ({"GUESTS": "off"}, "ok    GUESTS: off. Only people with a number on file are rung."),
        (
            {"GUESTS": "on"},
            "open  GUESTS: on. Anybody can have any such number rung by typing it. Set GUESTS=off to forbid that.",
        ),
        ({}, "ok    ADMINS: none named; the workspace's own admins and owners are admins here."),
        (
            {"ADMINS": "U0ALICE,U0BOB"},
            "ok    ADMINS: 2 named, besides the workspace's own admins and owners.",
        ),
        ({}, "ok    MAX_CONFERENCES_PER_HOUR: at most 20 conferences started by one person in an hour."),
        (
            {"MAX_CONFERENCES_PER_HOUR": "off"},
            "open  MAX_CONFERENCES_PER_HOUR: off. There is no limit to conferences started by one person in an hour.",
        ),
        ({"MAX_RINGS_PER_HOUR": "9"}, "ok    MAX_RINGS_PER_HOUR: at most 9 phones rung for one person in an hour."),
        (
            {"MAX_RINGS_PER_HOUR": "off"},
            "open  MAX_RINGS_PER_HOUR: off. There is no limit to phones rung for one person in an hour.",
        ),
        ({}, "ok    MAX_RINGS_PER_NUMBER: at most 5 rings of one number in ten minutes."),
        (
            {"MAX_RINGS_PER_NUMBER": "off"},
            "open  MAX_RINGS_PER_NUMBER: off. There is no limit to rings of one number in ten minutes.",
        ),
        ({}, "ok    MAX_MINUTES_PER_DAY: at most 3000 minutes of calls in a day."),
        (
            {"MAX_MINUTES_PER_DAY": "off"},
            "open  MAX_MINUTES_PER_DAY: off. There is no limit to minutes of calls in a day.",
        ),
        (
            {"MAX_SPEND_PER_DAY": "49.50"},
            "ok    MAX_SPEND_PER_DAY: at most 49.50 spent on calls in a day, in each currency that Hoiio bills.",
        ),
        (
            {"MAX_SPEND_PER_DAY": "off"},
            "open  MAX_SPEND_PER_DAY: off. There is no limit to what is spent on calls in a day, in each currency that "
            "Hoiio bills.",
        ),
        ({}, "ok    MAX_CODES_PER_DAY: at most 500 codes sent by SMS in a day."),
        ({"RETENTION_DAYS": "7"}, "ok    RETENTION_DAYS: numbers are forgotten 7 days after their conference."),
    ],
)
def test_each_guard_says_in_plain_words_whether_it_is_open(settings: dict[str, str], line: str) -> None:
    assert said(settings)[line[6:].partition(":")[0]] == line


def test_an_open_guard_is_no_fault() -> None:
    opened = {name: "off" for name in READERS if name.startswith("MAX_")} | {"VERIFY_NUMBERS": "off"}
    findings = list(guards(read_settings(ENOUGH | opened)))
    assert all(finding.is_good for finding in findings)
    assert sum(finding.is_open for finding in findings) == len(opened) + len({"ALLOWED_COUNTRIES", "GUESTS"})
