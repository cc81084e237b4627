"""All that the bot says to Slack, at its largest."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

from conference.barring import Barred
from conference.calls import CallState, Charge, Participant
from conference.carrier import Balance, NotSent, Refused
from conference.invitation import Group, Guest, Person, Problem, ProblemKind, Unreadable
from conference.limits import Limit, LimitReached, read_limit
from conference.model import Conference, ConferenceState, LeftOut, LeftOutReason, Reason
from conference.people import NumberOnFile, PersonOnFile, Source
from conference.preferences import Preferences, QuietHours
from conference.registration import CodesTo, Kept, NoCode, NotAllowed, TooManyCodes, WrongCode
from conference.standups.command import Misread, Planned, Slip, SlipKind
from conference.standups.model import Occurrence, OccurrenceState, Standup
from conference.standups.model import Planned as Ahead
from conference.standups.recurrence import Recurrence, Weekday
from conference.teams import LONGEST_NAME, MOST_INVITEES
from messages import admin_words, number_form, own_number, preferences_form, private
from messages.conference_form import Offered
from messages.mrkdwn import Message, mention
from messages.refusals import BARRED
from messages.standups import listing, menu, misread, standup_form
from messages.standups.saved import Outlook, set_up
from sandbox.slack import JsonObject
from tests.sandbox.slack_fixtures import actions
from tests.unit.generated import BEGUN_AT, conference_of

_USER_ID = "U{:010}"
_NUMBER = "+65912345{:02}"
_LONGEST_DETAIL = "<&>`" * 200
_LONGEST_LIMIT = str(LimitReached(Limit.SPEND_PER_DAY, "999999999.999999 SGD", BEGUN_AT))


def _participant(place: int, state: CallState) -> Participant:
    """A phone that five people share."""
    people = tuple(_USER_ID.format(place * 5 + n) for n in range(5))
    cost = Charge(f"C{place:02}", Decimal("123456.789")) if state is CallState.ANSWERED else None
    return Participant(_NUMBER.format(place), people, state, f"AA-C-{place}", 60_000, cost)


def _largest(state: ConferenceState, call_state: CallState, reason: Reason | None = None) -> Conference:
    """Eight phones, forty people, four hundred left out."""
    left_out = [
        LeftOut(why, _USER_ID.format(1000 + 100 * kind + n), until=BEGUN_AT, most=999_999_999)
        for kind, why in enumerate(LeftOutReason)
        for n in range(100)
    ]
    return replace(
        conference_of(*(_participant(place, call_state) for place in range(8)), state=state),
        conference_id="c" * 32,
        caller_id=left_out[0].user_id or "",
        left_out=tuple(left_out),
        reason=reason,
        detail=_LONGEST_LIMIT if reason is Reason.LIMIT else _LONGEST_DETAIL,
        dialed_at=BEGUN_AT,
        ended_at=BEGUN_AT + timedelta(days=40),
    )


_REASONS: dict[ConferenceState, Iterable[Reason | None]] = {ConferenceState.ABANDONED: Reason}


def largest_ones(state: ConferenceState) -> list[Conference]:
    return [_largest(state, calls, reason) for calls in CallState for reason in _REASONS.get(state, (None,))]


_BIGGEST = _largest(ConferenceState.ENDED, CallState.ANSWERED)
_UNREADABLE = Unreadable(
    tuple(Problem(kind, "`<&>" * 1000, word, "y" * 200) for word, kind in enumerate([*ProblemKind] * 6, start=1))
)
_NOW = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
_MOST_MONEY = Decimal("999999999.999999")
_LONGEST_NUMBER = "+8823421234567"
_NOBODY = PersonOnFile()
_FULL = PersonOnFile(
    NumberOnFile(_LONGEST_NUMBER, Source.IMPORT, _NOW),
    unproved="+3933101234501",
    preferences=Preferences(quiet_hours=QuietHours(time(22, 30), time(8, 15), "America/Argentina/ComodRivadavia")),
)
EVERYBODY = (_NOBODY, _FULL, PersonOnFile(preferences=Preferences(wants_rings=False)))
_SOMEBODY = mention(_USER_ID.format(1))
_CHANNEL = "C0123456789"
CARD = f"https://{'x' * 200}.example.com/contact.vcf"
_TOO_MANY_CODES = [TooManyCodes(to, 3, _NOW) for to in CodesTo]
_NOT_KEPT: list[NotAllowed | TooManyCodes] = [*map(NotAllowed, Barred), *_TOO_MANY_CODES]
_NOT_ENTERED = [*NoCode, WrongCode(1), WrongCode(4)]
_GUESTS: dict[str, Barred | None] = dict.fromkeys((f"+65912{place:05}" for place in range(1_000)), Barred.COUNTRY)
_RUNG_TOO_OFTEN = [
    LeftOut(LeftOutReason.RUNG_TOO_OFTEN, user_id, number, until, 999_999_999)
    for user_id, number in ((_USER_ID.format(1), None), (None, _LONGEST_NUMBER), (None, ""))
    for until in (_NOW, None)
]
_LIMITS_REACHED = [
    replace(_BIGGEST, reason=Reason.LIMIT, detail=str(LimitReached(limit, "999999999.999999 SGD", _NOW)))
    for limit in Limit
]
_WHEN = Recurrence(frozenset({Weekday.MONDAY, Weekday.WEDNESDAY, Weekday.SUNDAY}), time(9, 30), "America/Indiana/Knox")
_STANDUP = Standup(
    team_id="T1",
    standup_id="c" * 16,
    name="n" * LONGEST_NAME,
    channel_id="C" * 20,
    maker_id=_USER_ID.format(1),
    recurrence=_WHEN,
    dealt_with=BEGUN_AT,
    team_names=tuple(f"{number:02}".rjust(LONGEST_NAME, "t") for number in range(MOST_INVITEES)),
    invitees=(
        *(Person(_USER_ID.format(place)) for place in range(20)),
        *(Group(f"S{place:019}") for place in range(20)),
        *(Guest(f"+6591230{place:03}") for place in range(10)),
    ),
    days_off=frozenset(BEGUN_AT.date() + timedelta(days=place) for place in range(250)),
    calendar=f"https://example.com/{'x' * 980}",
    reports_weekly=True,
)
_SKIPPED = Occurrence(
    "T1", "o", "s", "C1", BEGUN_AT.date(), BEGUN_AT, OccurrenceState.SKIPPED, skipped_by=_USER_ID.format(1)
)
_LARGEST_STANDUP = Ahead(_STANDUP, BEGUN_AT, _SKIPPED)
_OUTLOOK = Outlook(
    _LARGEST_STANDUP,
    named=9_999,
    phones=0,
    uncounted=tuple(Group(f"S{place:019}") for place in range(20)),
    without_number=tuple(_USER_ID.format(place) for place in range(9_999)),
    is_bot_in_channel=False,
    rings_maker=False,
)
_SLIPS = tuple(Slip(kind, "`<&>" * 1000, ("x" * 100, "y" * 100)) for kind in SlipKind if kind is not SlipKind.PEOPLE)
MESSAGES: dict[Callable[..., object], list[Message]] = {
    private.help_text: [private.help_text(person) for person in EVERYBODY],
    private.accepted: [private.accepted()],
    private.accepted_without_caller: [private.accepted_without_caller()],
    private.not_kept: [private.not_kept()],
    private.went_wrong: [private.went_wrong()],
    private.unreadable: [private.unreadable(_UNREADABLE)],
    private.ask_for_number: [private.ask_for_number(_BIGGEST, _BIGGEST.left_out[0])],
    private.ask_for_number_by_admin: [private.ask_for_number_by_admin(_USER_ID.format(1), _CHANNEL)],
    private.guests_refused: [private.guests_refused(_GUESTS), private.guests_refused(dict.fromkeys(_GUESTS))],
    private.only_in_own_workspace: [private.only_in_own_workspace()],
    private.limit_alert: [
        private.limit_alert(conference.caller_id, read_limit(conference.detail or "")) for conference in _LIMITS_REACHED
    ],
    private.rings_alert: [private.rings_alert(left) for left in _RUNG_TOO_OFTEN],
    private.credit_alert: [private.credit_alert(Balance("SGD", _MOST_MONEY), _MOST_MONEY)],
    private.ring_anew_too_late: [private.ring_anew_too_late()],
    own_number.shown: [own_number.shown(person) for person in EVERYBODY],
    own_number.kept: [own_number.kept(_LONGEST_NUMBER, url) for url in (None, CARD)],
    own_number.removed: [own_number.removed(was_there) for was_there in (True, False)],
    own_number.unreadable: [own_number.unreadable("`<&>" * 1000, "y" * 200)],
    own_number.unlinked: [own_number.unlinked("@" + "`<&>" * 1000)],
    own_number.code_on_its_way: [own_number.code_on_its_way(_LONGEST_NUMBER)],
    own_number.code_not_sent: [
        own_number.code_not_sent(_LONGEST_NUMBER, error)
        for error in (Refused(_LONGEST_DETAIL), Refused("error_dest_invalid"), NotSent("x"))
    ],
    own_number.not_kept: [own_number.not_kept(why) for why in _NOT_KEPT],
    own_number.entered: [own_number.entered(entry, CARD) for entry in (Kept(_LONGEST_NUMBER), *_NOT_ENTERED)],
    own_number.set_by_admin: [own_number.set_by_admin(_LONGEST_NUMBER, _SOMEBODY)],
    own_number.removed_by_admin: [own_number.removed_by_admin(_SOMEBODY)],
    admin_words.not_admin: [admin_words.not_admin()],
    admin_words.can_not_tell: [admin_words.can_not_tell(_LONGEST_DETAIL)],
    admin_words.shown: [admin_words.shown(_USER_ID.format(1), number) for number in (None, _FULL.number)],
    admin_words.kept: [admin_words.kept(_USER_ID.format(1), _LONGEST_NUMBER)],
    admin_words.unreadable: [admin_words.unreadable("`<&>" * 1000, _USER_ID.format(1), "y" * 200)],
    admin_words.not_allowed: [admin_words.not_allowed(why) for why in BARRED.values()],
    admin_words.looking: [admin_words.looking()],
    admin_words.removed: [admin_words.removed(_USER_ID.format(1), was_there) for was_there in (True, False)],
    admin_words.nobody: [admin_words.nobody(_USER_ID.format(1))],
    admin_words.missing: [
        admin_words.missing([_USER_ID.format(place) for place in range(count)], _CHANNEL) for count in (0, 1, 10_000)
    ],
    admin_words.members_unknown: [
        admin_words.members_unknown(why) for why in ("missing_scope", "not_in_channel", _LONGEST_DETAIL)
    ],
    set_up: [set_up(_OUTLOOK)],
    listing.shown: [listing.shown(_LARGEST_STANDUP, is_in_charge=True, said="x" * 200)],
    listing.all_standups: [
        listing.all_standups([_LARGEST_STANDUP] * count, {_STANDUP.key}, said="x" * 200) for count in (0, 1, 500)
    ],
    misread.misread: [
        misread.misread(Misread((slip, *_SLIPS), str(Planned("x", _WHEN.days, _WHEN.at)))) for slip in _SLIPS
    ],
    menu.deleted: [menu.deleted(_STANDUP)],
    menu.ask_before_deleting: [menu.ask_before_deleting(_STANDUP)],
    admin_words.asked: [admin_words.asked(*counts) for counts in ((0, 0), (0, 9), (1, 1), (9_999, 10_000))],
}
MODALS: dict[Callable[..., object], list[JsonObject]] = {
    private.as_view: [private.as_view(message) for messages in MESSAGES.values() for message in messages],
    number_form.form: [
        number_form.form(number, problem=problem)
        for number in (None, _LONGEST_NUMBER)
        for problem in ("", own_number.code_not_sent_because(_LONGEST_NUMBER, Refused(_LONGEST_DETAIL)))
    ],
    number_form.code_form: [
        number_form.code_form(_LONGEST_NUMBER, problem=problem)
        for problem in ("", *(own_number.not_taken(why, "in 24 hours") for why in _TOO_MANY_CODES))
    ],
    number_form.said: [
        number_form.said(message.text, *message.blocks[1:])
        for message in (own_number.kept(_LONGEST_NUMBER, CARD), *map(private.help_text, EVERYBODY))
    ],
    standup_form.form: [
        standup_form.form(preset, offered, standup_form.About("c" * 16, "d" * 16))
        for preset in (standup_form.Preset(), standup_form.preset_of(_STANDUP))
        for offered in (Offered(), Offered({f"S{place}": "g" * 100 for place in range(200)}, ["t" * 40] * 200))
    ],
    standup_form.saved: [standup_form.saved(set_up(_OUTLOOK))],
    preferences_form.form: [preferences_form.form(person.preferences) for person in EVERYBODY],
    preferences_form.saved: [preferences_form.saved(own_number.wishes(person.preferences)) for person in EVERYBODY],
}
BLOCKS: dict[Callable[..., object], list[JsonObject]] = {
    number_form.button: [actions(number_form.button(number)) for number in (None, _LONGEST_NUMBER)],
    number_form.enter_code_button: [actions(number_form.enter_code_button())],
    preferences_form.button: [actions(preferences_form.button())],
    own_number.buttons: [own_number.buttons(person) for person in EVERYBODY],
}
FIELD_ERRORS: set[Callable[..., object]] = {
    number_form.errors,
    preferences_form.incomplete,
    preferences_form.same_times,
}
"""What stands under a field: not blocks, but texts by block."""
