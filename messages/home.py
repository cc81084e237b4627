"""The Home tab of one person. Pure."""

from collections.abc import Sequence

from conference.overview import Bill, PersonalOverview, WorkspaceBill
from conference.people import PersonOnFile
from conference.standups.model import Planned
from messages import own_number, private
from messages.history import past
from messages.mrkdwn import Block, lines, plain_text, section
from messages.standups.listing import ahead_of
from messages.status import MOST_SHOWN, running_block

BAR = 10
"""Characters of the longest bar."""


def home(
    person: PersonOnFile, card_url: str | None, overview: PersonalOverview, standups: Sequence[Planned] = ()
) -> Sequence[Block]:
    """What runs, their standups, their number and when they may be rung, their last conferences, what they cost, how
    to start one.

    `card_url`: where the contact card is, if there is one.
    """
    card = [section(own_number.contact_card(card_url))] if card_url else []
    return [
        *_running(overview),
        *_standups(standups),
        _header("Your phone"),
        section(own_number.state(person)),
        own_number.buttons(person),
        *card,
        *_past(overview),
        *_month(overview),
        _header("Start a conference"),
        *private.how_to(),
    ]


def _header(text: str) -> Block:
    return {"type": "header", "text": plain_text(text)}


def _running(overview: PersonalOverview) -> list[Block]:
    blocks = [
        running_block(conference, overview.user_id, names_channel=True) for conference in overview.running[:MOST_SHOWN]
    ]
    return [_header("Running now"), *blocks] if blocks else []


def _standups(standups: Sequence[Planned]) -> list[Block]:
    return [_header("Your standups"), *ahead_of(standups)] if standups else []


def _past(overview: PersonalOverview) -> list[Block]:
    entries = [section(past(conference, names_channel=True)) for conference in overview.past]
    return [_header("Your last conferences"), *entries] if entries else []


def _month(overview: PersonalOverview) -> list[Block]:
    month = f"{overview.month:%B}"
    said = f"*{month}:* {_came_to('the conferences that you started', overview.own)}"
    blocks = [_header("This month"), section(said)]
    if overview.workspace:
        blocks.append(
            section(f"*{month}, everybody:* {_came_to('all conferences together', overview.workspace.month)}")
        )
        blocks.append(section(_weeks(overview.workspace)))
    return blocks


def _came_to(what: str, bill: Bill) -> str:
    if not bill.minutes and not bill.debits:
        return f"{what} have come to no minutes yet."
    cost = f", and cost {_money(bill)}" if bill.debits else ""
    return f"{what} came to {bill.minutes} min of calls{cost}."


def _money(bill: Bill) -> str:
    return ", ".join(f"{currency} {debit:f}" for currency, debit in bill.debits.items())


def _weeks(workspace: WorkspaceBill) -> str:
    """A line a week, in which a bar stands for the minutes; the number beside it says the same."""
    most = max(bill.minutes for _, bill in workspace.weeks)
    width = len(str(most))
    rows = [
        f"{f'{monday.day} {monday:%b}':<6} {_bar(bill.minutes, most)} {bill.minutes:>{width}} min"
        f"{f', {_money(bill)}' if bill.debits else ''}"
        for monday, bill in workspace.weeks
    ]
    return f"Everybody's weeks, each by its Monday:\n```{lines(rows)}```"


def _bar(minutes: int, most: int) -> str:
    """As long as its part of the most; what is not nothing is seen."""
    full = max(1, round(BAR * minutes / most)) if minutes > 0 else 0
    return "▇" * full + "▁" * (BAR - full)
