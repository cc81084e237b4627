"""What ran: in a channel, a page at a time, and on somebody's Home tab. Pure."""

from collections.abc import Iterator

from conference.calls import CallState, Participant
from conference.model import Conference, ConferenceState
from conference.overview import Page
from messages.attendance import attendance, minutes_in, minutes_of
from messages.board import cost, outcome, why_not_rung
from messages.mrkdwn import (
    Message,
    actions,
    as_typed,
    button,
    called,
    left_out_name,
    lines,
    listed,
    moment,
    plain,
    quoted,
    section,
)
from messages.refusals import again, carrier_refusal
from messages.titles import called_conference

NEWER_ACTION = "history_newer"
OLDER_ACTION = "history_older"

_MOST_NAMES = 20


def history(page: Page) -> Message:
    """A page of a channel's past conferences, with buttons for the pages beside it, as far as there are some."""
    if not page.conferences:
        return plain(
            "No conference has come to its end in this channel yet. `/conference status` shows what is running, and "
            "`/conference @alice @bob` starts one."
        )
    title = "*Past conferences in this channel*, the newest first"
    entries = [past(conference, names_channel=False) for conference in page.conferences]
    # What is beside a page is told by what stands on it, so that what ends in the meantime moves nothing.
    newer = [button(NEWER_ACTION, "Newer", value=page.conferences[0].conference_id)] if page.has_newer else []
    older = [button(OLDER_ACTION, "Older", value=page.conferences[-1].conference_id)] if page.has_older else []
    pressed = [actions(*newer, *older)] if newer or older else []
    return Message(lines([title, *entries]), (section(title), *map(section, entries), *pressed))


def past(conference: Conference, *, names_channel: bool) -> str:
    """One that is over: who started it, when, how long it was and what it cost; who was in, and who was missed."""
    where = f" in <#{conference.channel_id}>" if names_channel else ""
    began = moment(conference.dialed_at or conference.created_at, with_date=True)
    lasted = f" · {minutes_of(conference.length)} min" if conference.length else ""
    title = f"*{called_conference(conference)}*{where} · {began}{lasted}"
    match conference.state:
        case ConferenceState.REFUSED:
            return lines([title, f"{carrier_refusal(conference.detail or '', again(conference))} Nobody was rung."])
        case ConferenceState.UNCONFIRMED:
            return lines([title, "Hoiio never said whether it took this call; most likely nobody was rung."])
        case _:
            return lines([f"{title} · {cost(conference)}", *_people(conference)])


def _people(conference: Conference) -> Iterator[str]:
    was_there = attendance(conference)
    was_in, missed = was_there.was_in, was_there.missed
    yield f"In the call: {listed(map(_talk, was_in), at_most=_MOST_NAMES)}" if was_in else "Nobody was in the call."
    if missed:
        names = (f"{called(call)} ({_why_missed(call, conference)})" for call in missed)
        yield f"Missed: {listed(names, at_most=_MOST_NAMES)}"
    if conference.left_out:
        names = (left_out_name(left) for left in conference.left_out)
        yield f"Left out: {listed(dict.fromkeys(names), at_most=_MOST_NAMES)}"


def _talk(calls: tuple[Participant, ...]) -> str:
    """Whose phone it is, and for how long somebody was in."""
    minutes = minutes_in(calls)
    return f"{called(calls[-1])} {minutes} min" if minutes else called(calls[-1])


def _why_missed(call: Participant, conference: Conference) -> str:
    if call.state is CallState.NOT_RUNG:
        return why_not_rung(call, again(conference)).removesuffix(".")
    return outcome(call)


def no_such_page(pages: int) -> Message:
    """For a page that is none of those that there are."""
    if pages == 0:
        return history(Page(()))
    if pages == 1:
        return plain(
            "There is no such page: all of this channel's past conferences stand on the first one, "
            "`/conference history`."
        )
    return plain(
        f"There is no such page: this channel's past conferences fill {pages}, and the oldest stand on "
        f"`/conference history {pages}`."
    )


def no_page(rest: str) -> Message:
    """For something typed after the verb that names no page."""
    return plain(
        f"`{quoted(as_typed(rest))}` is no page. `/conference history` shows the newest conferences of this channel, "
        "`/conference history 2` those before them."
    )
