"""A standup's report: who was in its calls, as its channel and its people read it. Pure."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from conference.numbers import mask_number
from conference.standups.model import Standup
from conference.standups.reports import Report, ReportKey, Turnout
from messages.attendance import minutes_of
from messages.mrkdwn import Block, Message, actions, button, context, counted, lines, listed, mention, plain, section

KEEP_OUT_ACTION = "keep_out_of_reports"

MOST_PEOPLE = 100
"""People of one report, in a message with room for 50 blocks (Slack, Block Kit)."""
MOST_GUESTS_NAMED = 3
_EXAMPLE = "platform"
_PEOPLE_IN_SECTION = 5
"""Each takes two fields of the ten that a section has (Slack, Block Kit)."""
_WEEKS = "the last four weeks"


def report(found: Report, key: ReportKey) -> Message:
    """What it came to, with a button by which somebody keeps themselves out; `key` says how it is drawn again."""
    title = f"*Standup `{found.name}`: {_WEEKS}*"
    summary = " ".join(_summary(found))
    rows, notes = list(_rows(found)), list(_notes(found))
    tables = [_table(rows[first : first + _PEOPLE_IN_SECTION]) for first in range(0, len(rows), _PEOPLE_IN_SECTION)]
    blocks = [section(title, block_id=block_id(key)), section(summary), *tables, *map(context, notes)]
    pressed = actions(button(KEEP_OUT_ACTION, "Keep me out of reports", value=str(key)))
    said = [f"{who}: {turnout}." for who, turnout in rows]
    return Message(lines([title, summary, *said, *notes]), (*blocks, pressed))


def block_id(key: ReportKey) -> str | None:
    """By which the weekly report of a day is known again in its channel."""
    return f"report:{key.occurrence_id}" if key.occurrence_id else None


def _table(rows: list[tuple[str, str]]) -> Block:
    """Names on the left, and on the right what is said of each."""
    return {"type": "section", "fields": [{"type": "mrkdwn", "text": text} for row in rows for text in row]}


def _summary(found: Report) -> Iterator[str]:
    became = {"rang": found.rang, "was skipped": found.skipped, "was missed": found.missed}
    happened = [f"{what} on {counted(count, 'day')}" for what, count in became.items() if count]
    if not found.rang:
        yield f"It has not rung in {_WEEKS}."
    if happened:
        yield f"It {listed(happened)}."
    if found.length:
        yield f"A call lasted {minutes_of(found.length)} min on average."
    if found.costs:
        yield f"Cost {_money(found.costs)}."


def _money(costs: Mapping[str, Decimal]) -> str:
    return listed(f"{currency} {debit}" for currency, debit in costs.items())


def _rows(found: Report) -> Iterator[tuple[str, str]]:
    for user_id, turnout in list(found.people.items())[:MOST_PEOPLE]:
        yield mention(user_id), _turnout(turnout)
    if found.guests.asked:
        yield _guests(found.guest_numbers), f"in {found.guests.was_in} of {counted(found.guests.asked, 'time')}"


def _guests(numbers: tuple[str, ...]) -> str:
    named = listed(map(mask_number, numbers)) if len(numbers) <= MOST_GUESTS_NAMED else ""
    return f"Guests {named}".rstrip()


def _turnout(turnout: Turnout) -> str:
    was_in = f"in on {turnout.was_in} of {counted(turnout.asked, 'day')}" if turnout.asked else ""
    out = f"out on {counted(turnout.out, 'day')}" if turnout.out else ""
    return ", ".join(filter(None, [was_in, out]))


def _notes(found: Report) -> Iterator[str]:
    if (more := len(found.people) - MOST_PEOPLE) > 0:
        yield f"And {more} more."
    if found.kept_out == 1:
        yield "One person keeps themselves out of reports: nothing here counts them."
    elif found.kept_out:
        yield f"{found.kept_out} people keep themselves out of reports: nothing here counts them."


def elsewhere(standup: Standup) -> Message:
    """For a report that was asked for in another channel than the standup's."""
    return plain(
        f"A report of `{standup.name}` is shown in its own channel only: type `/conference standup {standup.name} "
        f"report` in <#{standup.channel_id}>."
    )


def weekly(standup: Standup, *, wanted: bool) -> Message:
    """Whether its channel gets a report every week."""
    if wanted:
        return plain(
            f"From now on, <#{standup.channel_id}> gets a report of `{standup.name}` every Friday at 17:00, "
            f"{standup.recurrence.zone}, unless it did not ring that week. `/conference standup {standup.name} report "
            "off` ends that."
        )
    return plain(f"<#{standup.channel_id}> gets no weekly report of `{standup.name}` any more.")


def shown_in_reports(*, wanted: bool, name: str = _EXAMPLE) -> Message:
    """Whether reports show somebody, said to them alone; `name` is a standup's by which they may type the contrary."""
    typed = f"/conference standup {name} report"
    if wanted:
        return plain(f"From now on, reports of standups show you. `{typed} without me` keeps you out of them.")
    return plain(
        "From now on, you are kept out of the reports of all standups. Those that were posted earlier stay as they "
        f"are, unless you press *Keep me out of reports* below them. `{typed} with me` puts you back in."
    )
