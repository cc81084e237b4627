"""Standups shown: one, all that somebody sees, those ahead of them on their Home tab, and what can be typed. Pure."""

import math
from collections.abc import Collection, Iterable, Sequence
from difflib import get_close_matches

from conference.standups.model import Planned, StandupKey
from messages.mrkdwn import Block, Message, actions, lines, listed, mention, plain, section
from messages.standups.menu import Scope, buttons_of, new_button
from messages.standups.wording import EXAMPLE_TIMES, EXAMPLE_ZONE, in_words, rings_next, whom_it_rings

MOST_LISTED = 20
"""Standups in one message, which has room for 50 blocks (Slack, Block Kit): two for each, and a few more."""
_MOST_MORE_NAMES = 50
MOST_ON_HOME = 5


def unknown(name: str, names: Iterable[str]) -> Message:
    """There is no standup of that name; `names` are those that whoever asked may see."""
    said = [f"Nothing was done: there is no standup `{name}`."]
    if close := get_close_matches(name, list(names), n=1):
        said.append(f"The closest name is `{close[0]}`: `/conference standup {close[0]}`.")
    said.append(
        f"`/conference standup {name} {EXAMPLE_TIMES}` sets one up, `/conference standup` lists those that you see."
    )
    return plain(" ".join(said))


def described(planned: Planned) -> str:
    """One standup: when it rings, whom, where, whose it is, and what holds it up."""
    standup = planned.standup
    skipped = planned.skipped
    by = f" (by {mention(skipped.skipped_by)})" if skipped and skipped.skipped_by else ""
    state = f"{skipped.day:%a %-d %B} is skipped{by}. " if skipped else ""
    return lines(
        [
            f"*{standup.name}* · {in_words(standup.recurrence)}",
            f"{state}{rings_next(planned)}",
            f"{whom_it_rings(standup)} Set up by {mention(standup.maker_id)}.",
        ]
    )


def shown(planned: Planned, *, is_in_charge: bool, said: str = "") -> Message:
    """One standup, and before it what came of a wish about it."""
    texts = [*filter(None, [said]), described(planned)]
    buttons = [buttons_of(planned, Scope.ONE)] if is_in_charge else []
    return Message(lines(texts), (*map(section, texts), *buttons))


def all_standups(seen: Sequence[Planned], in_charge: Collection[StandupKey], *, said: str = "") -> Message:
    """The standups that somebody sees, with buttons for those that they are in charge of."""
    if not seen:
        return none_yet(said)
    texts = [*filter(None, [said]), "*Standups* of this channel, yours, and those that ring you"]
    blocks = [*map(section, texts)]
    for planned in seen[:MOST_LISTED]:
        texts.append(described(planned))
        blocks.append(section(texts[-1]))
        if planned.standup.key in in_charge:
            blocks.append(buttons_of(planned, Scope.ALL))
    if more := seen[MOST_LISTED:]:
        names = listed((f"`{one.standup.name}`" for one in more), at_most=_MOST_MORE_NAMES)
        texts.append(f"Also {names}. `/conference standup` and a name shows one.")
        blocks.append(section(texts[-1]))
    return Message(lines(texts), (*blocks, actions(new_button())))


def ahead_of(seen: Sequence[Planned]) -> list[Block]:
    """What lies ahead of somebody's standups, the soonest first; nothing if they have none."""
    soonest = sorted(seen, key=lambda one: one.next_at.timestamp() if one.next_at else math.inf)
    blocks = [section(described(planned)) for planned in soonest[:MOST_ON_HOME]]
    if more := len(seen) - len(blocks):
        blocks.append(section(f"And {more} more: `/conference standup` lists them."))
    return blocks


def none_yet(said: str = "", *, opens_form: bool = False) -> Message:
    """There is none to list; `opens_form`: the form for one is about to open."""
    how = f"`/conference standup platform {EXAMPLE_TIMES}` sets one up, here, for the team `platform`"
    form_says = "The form for one opens now. Or type it" if opens_form else "Type one"
    text = f"No standup rings in this channel, is yours or rings you. {form_says}: {how}."
    texts = [*filter(None, [said]), text]
    return Message(lines(texts), (*map(section, texts), actions(new_button())))


_FORMS = (
    (f"platform {EXAMPLE_TIMES}", "sets one up, here, for the team `platform`"),
    (f"sync me @bob mon,thu 16:00 {EXAMPLE_ZONE}", "sets one up for Bob and you"),
    ("new", "opens the form for one"),
    ("list", "lists those of this channel, yours, and those that ring you"),
    ("platform", "shows it"),
    ("platform change", "opens its form: who is rung, when, and on which days not"),
    ("platform pause", "keeps it from ringing until `resume`"),
    ("platform skip", "leaves the next one out; `don't skip` has it rung after all"),
    ("platform report", "shows who came; `report weekly` shows it to the channel every Friday, `report off` ends that"),
    ("platform delete", "deletes it"),
)


def how_to() -> Message:
    """What can be typed."""
    text = lines([f"`/conference standup {typed}` {does}" for typed, does in _FORMS])
    return Message(text, (section(text),))


def form_opens() -> Message:
    return plain("The form opens now. Should it not, type the same once more.")
