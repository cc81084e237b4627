"""Words to somebody who typed `/conference hangup`. Pure."""

from collections.abc import Sequence

from conference.model import Conference, ConferenceState
from messages.mrkdwn import Message, capitalized, listed, mention, plain
from messages.status import started_by
from messages.titles import whose_conference

_NOT_RUNG_YET = frozenset({ConferenceState.NEW, ConferenceState.QUEUED})


def hung_up(conference: Conference, user_id: str, channel_id: str) -> Message:
    """It is being ended; `conference` is as it was before."""
    which = _which(conference, user_id, channel_id)
    if conference.state in _NOT_RUNG_YET:
        return plain(f"{which} is called off. No phone was rung.")
    phones = len(conference.open_participants)
    return plain(f"{which} is being ended: {phones} {'phone is' if phones == 1 else 'phones are'} hung up.")


def hung_up_already(conference: Conference, user_id: str, channel_id: str) -> Message:
    hung_up_by = "you" if conference.hung_up_by == user_id else mention(str(conference.hung_up_by))
    return plain(f"{_which(conference, user_id, channel_id)} is being ended already: {hung_up_by} hung up.")


def over(conference: Conference, user_id: str, channel_id: str) -> Message:
    """It ended while it was being looked for."""
    return plain(f"{_which(conference, user_id, channel_id)} is over already. Nothing was done.")


def _which(conference: Conference, user_id: str, channel_id: str) -> str:
    whose = whose_conference(conference, user_id)
    where = "this channel" if conference.channel_id == channel_id else f"<#{conference.channel_id}>"
    return f"{capitalized(whose)} in {where}, room `{conference.room}`,"


def nothing_runs() -> Message:
    return plain("Nothing was done: no conference that you started is running.")


def not_yours(here: Sequence[Conference]) -> Message:
    """What runs in the channel was started by others, and whoever typed this is no admin."""
    return plain(
        f"Nothing was done: what is running in this channel was started by {listed(started_by(here))}. Only whoever "
        "started a conference, and admins, can end it for everybody. You leave a call by hanging up your own phone."
    )


def which_one(here: Sequence[Conference]) -> Message:
    """To an admin, in a channel in which several run."""
    return plain(
        f"Nothing was done: {len(here)} conferences are running in this channel, started by "
        f"{listed(started_by(here))}. Press *Hang up* on the board of the one that is to end."
    )
