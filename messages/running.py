"""Words to somebody who pressed a button of a conference that runs, or of one that is over. Pure."""

from conference.additions import Added, NotAdded
from conference.calls import CallState, Participant
from conference.limits import LimitReached
from conference.line_queue import NotQueued, RefusedFor
from conference.model import MAX_PARTICIPANTS, Conference, ConferenceState, LeftOutReason
from messages import number_form
from messages.board_buttons import call_again, wait_button
from messages.line_words import lines_short
from messages.mrkdwn import Message, actions, called, listed, mention, plain, section
from messages.refusals import INVITE_AGAIN, PRESS_AGAIN, limit, why_left_out
from messages.titles import answerable


def unknown() -> Message:
    """For a button of a conference that is not on file."""
    return plain("Nothing was done: this conference is not on file any more.")


def over(conference: Conference) -> Message:
    """For a button that was pressed too late."""
    if conference.state is ConferenceState.ENDED:
        return plain("Nothing was done: this call is over. *Call again* on its board rings the same people.")
    if conference.state is ConferenceState.UNCONFIRMED:
        return plain("Nothing was done: it is not known yet whether Hoiio took this call. Its board says more.")
    return plain("Nothing was done: this call is over, or never came to be. Its board says how it stands.")


def not_over() -> Message:
    """For *Call again* on the board of a conference that goes on after all."""
    return plain("Nobody was rung by that: this call is still going on.")


def not_in_charge(conference: Conference) -> Message:
    return plain(
        f"Nothing was done: only {answerable(conference)}, and admins can hang up for "
        "everybody. You leave the call by hanging up your own phone."
    )


def not_in_charge_of(conference: Conference, call: Participant) -> Message:
    return plain(f"Nothing was done: only {answerable(conference)}, an admin, or {called(call)} can end that call.")


def not_in(call: Participant) -> Message:
    return plain(f"Nothing was done: {called(call)} is not in the call, or not any more.")


def not_moderated(call: Participant) -> Message:
    return plain(f"Hoiio did not do that for {called(call)}, or did not say whether it did. Try again in a moment.")


def not_queued(why_not: NotQueued | RefusedFor, conference: Conference, user_id: str) -> Message:
    """For *Ring as lines get free*, which `user_id` pressed, where nobody was put into the queue."""
    if not isinstance(why_not, NotQueued):
        asker, reached = why_not
        return plain(limit(reached, again=PRESS_AGAIN, whose="you" if asker == user_id else mention(asker)))
    if why_not is NotQueued.NOBODY:
        return plain("Nobody was put into the queue: nobody of this conference is waiting to be rung.")
    text = "Nobody was put into the queue, or rung: that was too long ago for anybody to expect it still."
    return Message(text, (section(text), actions(call_again(conference)))) if conference.is_over else plain(text)


def nobody_waits() -> Message:
    return plain("Nothing was done: nobody of this conference is in the queue.")


def not_rung_in(added: Added, user_id: str) -> Message | None:
    """To somebody who pressed *Ring me*: why their phone does not ring; None if it is about to."""
    if added.rung:
        return None
    if any(left.reason is LeftOutReason.NO_NUMBER for left in added.left_out):
        text = "You were not rung: there is no number of yours on file. Add it, then press *Ring me* again."
        return Message(text, (section(text), actions(number_form.button(None))))
    if added.why_not is NotAdded.ALREADY_IN:
        if any(call.state is CallState.QUEUED for call in added.in_already):
            return plain("You are in the queue already, and are rung as soon as a line is free.")
        return plain("You are being rung, or are in the call already.")
    return _not_rung(added, "You were not rung", user_id)


def not_rung_again(added: Added, user_id: str) -> Message | None:
    """To somebody who had people rung again: why nobody is, or who of them is not; None if all are about to be."""
    if added.why_not is NotAdded.NOBODY and not added.left_out:
        return plain("Nobody was rung: nobody is left who could be rung again.")
    return _who_is_not(added, user_id)


def not_invited(added: Added, user_id: str) -> Message | None:
    """The same to somebody who invited people."""
    return _who_is_not(added, user_id, again=INVITE_AGAIN)


def _who_is_not(added: Added, user_id: str, again: str = PRESS_AGAIN) -> Message | None:
    if not added.rung:
        return _not_rung(added, "Nobody was rung", user_id, again)
    said = [why_left_out(added.left_out, user_id), _in_already(added)]
    if not any(said):
        return None
    rung = f"{listed(map(called, added.rung))} {'is' if len(added.rung) == 1 else 'are'} being rung."
    return plain(" ".join(filter(None, [rung, *said])))


def _not_rung(added: Added, nobody: str, user_id: str, again: str = PRESS_AGAIN) -> Message:
    match added.why_not:
        case LimitReached() as reached:
            return plain(limit(reached, again=again))
        case NotAdded.OVER:
            return over(added.conference)
        case NotAdded.NOT_YET if added.conference.state is ConferenceState.QUEUED:
            return plain(f"{nobody}: this conference waits for lines, and has not begun yet.")
        case NotAdded.NOT_YET:
            return plain(f"{nobody}: the phones of this conference are only about to ring. Press it again in a moment.")
        case NotAdded.ENDING:
            return plain(f"{nobody}: somebody has just hung up for everybody.")
        case NotAdded.NO_LINES if added.short:
            return _may_wait(added, user_id, f"{nobody}: {lines_short(added.short, added.conference.team_id)}")
        case NotAdded.ROOM_FULL:
            room = f"has room for {added.places} more" if added.places else "is full"
            most = f"a room takes at most {MAX_PARTICIPANTS} phones"
            return _may_wait(added, user_id, f"{nobody}: the call {room}, since {most}.")
        case _:
            why = " ".join(filter(None, [why_left_out(added.left_out, user_id), _in_already(added)]))
            return plain(f"{nobody}. {why}".strip())


def _may_wait(added: Added, user_id: str, text: str) -> Message:
    return Message(text, (section(text), actions(wait_button(added.conference, only_of=user_id))))


def _in_already(added: Added) -> str:
    """Who of those asked for needs no ringing, and why."""
    waiting = [call for call in added.in_already if call.state is CallState.QUEUED]
    others = [call for call in added.in_already if call not in waiting]
    said = {"Already in, or being rung": others, "Waiting for a line already": waiting}
    return " ".join(f"{what}: {listed(dict.fromkeys(map(called, calls)))}." for what, calls in said.items() if calls)
