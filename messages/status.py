"""What runs: to somebody who asks in a channel, and on their Home tab. Pure."""

from collections.abc import Iterable, Sequence

from conference.invitation import Verb
from conference.model import Conference, ConferenceState
from conference.overview import LinesInUse
from messages.board import phone_line, shown_phones
from messages.board_buttons import ring_me
from messages.mrkdwn import Block, Message, as_typed, context, lines, mention, moment, plain, quoted, section
from messages.titles import called_conference

MOST_SHOWN = 10
"""Conferences shown at once; an account's lines are enough for four."""

_MOST_PHONES = 20

_STANDS_ALONE = {
    Verb.STATUS: "`status` takes nothing after it: type `/conference status`, and see what is running.",
    Verb.HANGUP: (
        "`hangup` takes nothing after it: type `/conference hangup`, and the conference that you started ends for "
        "everybody. To end one person's call, use the menu beside their name on the board."
    ),
}


def status(running: Sequence[Conference], user_id: str, channel_id: str, use: LinesInUse, *, of: int) -> Message:
    """To somebody, what runs in this channel and then elsewhere, and how many `of` the account's lines are in use."""
    here = [conference for conference in running if conference.channel_id == channel_id]
    elsewhere = [conference for conference in running if conference.channel_id != channel_id]
    shown = [*here, *elsewhere][:MOST_SHOWN]
    nothing = "Nothing is running in this channel, and you are in no conference elsewhere."
    said = [_description(one, names_channel=one.channel_id != channel_id) for one in shown] or [nothing]
    blocks = [running_block(one, user_id, names_channel=one.channel_id != channel_id) for one in shown] or [
        section(nothing)
    ]
    if more := len(running) - len(shown):
        said.append(f"{more} more {'is' if more == 1 else 'are'} running.")
        blocks.append(context(said[-1]))
    said.append(_lines(use, of))
    return Message(lines(said), (*blocks, context(said[-1])))


def running_block(conference: Conference, user_id: str, *, names_channel: bool) -> Block:
    """A conference that runs, each phone as on its board, and the button that rings this person, unless they are in."""
    block = section(_description(conference, names_channel=names_channel))
    is_in = any(user_id in call.people for call in (*conference.open_participants, *conference.queued))
    is_open = conference.state is ConferenceState.LIVE and conference.hung_up_by is None and not is_in
    return {**block, "accessory": ring_me(conference)} if is_open else block


def _description(conference: Conference, *, names_channel: bool) -> str:
    where = f" in <#{conference.channel_id}>" if names_channel else ""
    title = f"*{called_conference(conference)}*{where} · room `{conference.room}` · {_since(conference)}"
    phones = [phone_line(call, conference) for _, call in shown_phones(conference)]
    more = [f"and {len(phones) - _MOST_PHONES} more"] if len(phones) > _MOST_PHONES else []
    return lines([title, *phones[:_MOST_PHONES], *more])


def _since(conference: Conference) -> str:
    if conference.hung_up_by:
        return f"being hung up by {mention(conference.hung_up_by)}"
    since = f"since {moment(conference.dialed_at or conference.created_at, with_date=True)}"
    match conference.state:
        case ConferenceState.NEW:
            return "no phone is ringing yet"
        case ConferenceState.QUEUED:
            return f"waiting for lines {since}"
        case ConferenceState.UNCONFIRMED:
            return f"{since}; whether phones ring is not known yet"
        case _:
            return since


def _lines(use: LinesInUse, of: int) -> str:
    waiting = {0: "", 1: " 1 phone waits for one."}.get(use.waiting, f" {use.waiting} phones wait for one.")
    if of == 1:
        return f"The account's one line is {'in use' if use.in_use else 'free'}.{waiting}"
    if not use.in_use:
        return f"None of the account's {of} lines is in use.{waiting}"
    return f"{use.in_use} of the account's {of} lines {'is' if use.in_use == 1 else 'are'} in use.{waiting}"


def stands_alone(verb: Verb, rest: str) -> Message:
    """For something typed after a verb that takes nothing."""
    return plain(f"Nothing was done, because of `{quoted(as_typed(rest))}`. {_STANDS_ALONE[verb]}")


def started_by(conferences: Iterable[Conference]) -> list[str]:
    """Who started them, or set them up, each once, as mentions."""
    return list(dict.fromkeys(mention(conference.caller_id) for conference in conferences))
