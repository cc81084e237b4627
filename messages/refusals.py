"""What went wrong, in sentences: what happened, that nobody was rung, and what to do."""

from collections.abc import Iterable
from datetime import datetime

from conference.barring import Barred
from conference.calls import NotRung
from conference.credit import read_shortage
from conference.limits import Limit, LimitReached, read_limit
from conference.model import MAX_PARTICIPANTS, Conference, LeftOut, LeftOutReason, Reason
from messages.line_words import no_lines
from messages.mrkdwn import called, capitalized, escape, left_out_name, listed, mention, moment
from messages.titles import answerable, called_conference

_OPERATOR = "Ask whoever runs Rollcall to"

RUN_AGAIN = "run the command again"
CALL_AGAIN = "press *Call again* on the board"
PRESS_AGAIN = "press it again"
INVITE_AGAIN = "invite them again"

CARRIER_CODES = {
    "error_invalid_http_method": (
        "Hoiio did not accept the way it was asked. That is a fault in Rollcall: please report it."
    ),
    "error_malformed_params": ("Hoiio could not read the request. That is a fault in Rollcall: please report it."),
    "error_invalid_access_token": (
        f"Hoiio does not accept Rollcall's access token any more. {_OPERATOR} renew `HOIIO_ACCESS_TOKEN`."
    ),
    "error_invalid_app_id": f"Hoiio does not know Rollcall's app. {_OPERATOR} correct `HOIIO_APP_ID`.",
    "error_tag_invalid_length": (
        "Hoiio found the conference's name too long. That is a fault in Rollcall: please report it."
    ),
    "error_dest_invalid": (
        "Hoiio says that one of the numbers is no phone number. Check the numbers you typed, have the others check "
        f"theirs with `/conference number`, then {RUN_AGAIN}."
    ),
    "error_dest_not_supported": (
        "Hoiio does not call the country or network of one of these numbers. "
        f"Leave that person out, or have them give another number, then {RUN_AGAIN}."
    ),
    "error_not_allowed_for_trial": (
        "Hoiio's trial account may not call one of these numbers. "
        f"{_OPERATOR} top up the Hoiio account once; that lifts the restriction."
    ),
    "error_invalid_room": "Hoiio did not accept the room's name. That is a fault in Rollcall: please report it.",
    "error_invalid_notify_url": (
        f"Hoiio does not accept the address at which Rollcall waits for news. {_OPERATOR} correct `PUBLIC_URL`."
    ),
    "error_unable_to_resolve_notify_url": (
        "Hoiio cannot find the address at which Rollcall waits for news. "
        f"{_OPERATOR} check that `PUBLIC_URL` is known to public DNS."
    ),
    "error_insufficient_credit": (
        f"The Hoiio account has not enough credit for this call. {_OPERATOR} top it up, then {RUN_AGAIN}."
    ),
    "error_concurrent_call_limit_reached": (
        f"All lines of the Hoiio account are taken. Wait until another call ends, then {RUN_AGAIN}."
    ),
    "error_rate_limit_exceeded": (
        f"Rollcall has asked Hoiio for too much within a minute. Wait a minute, then {RUN_AGAIN}."
    ),
    "error_internal_server_error": "Hoiio had an error of its own, and did not say whether it rang anybody.",
}
"""A sentence for each code of Hoiio conference/call, Result Status; `error_X_param_missing` is apart."""


BARRED = {
    Barred.PREMIUM_RATE: "Premium-rate numbers are never rung.",
    Barred.SHARED_COST: "Shared-cost numbers are never rung.",
    Barred.PERSONAL: "Personal numbers, which forward to anywhere, are never rung.",
    Barred.PAGER: "Pagers are never rung.",
    Barred.VOICEMAIL: "Voicemail numbers are never rung.",
    Barred.NO_COUNTRY: "Satellite phones and numbers that belong to no country are never rung.",
    Barred.COUNTRY: "Numbers of that country are not rung from here: whoever runs Rollcall chose which are.",
}
"""Why a number is never rung."""

LIMITS = {
    Limit.CONFERENCES_PER_HOUR: "{most} conferences started by one person within an hour",
    Limit.RINGS_PER_HOUR: "{most} phones rung for one person within an hour",
    Limit.MINUTES_PER_DAY: "{most} minutes of calls within a day",
    Limit.SPEND_PER_DAY: "{most} spent on calls within a day",
}
SETTING_OF = {
    Limit.CONFERENCES_PER_HOUR: "MAX_CONFERENCES_PER_HOUR",
    Limit.RINGS_PER_HOUR: "MAX_RINGS_PER_HOUR",
    Limit.MINUTES_PER_DAY: "MAX_MINUTES_PER_DAY",
    Limit.SPEND_PER_DAY: "MAX_SPEND_PER_DAY",
}
"""By which an operator raises each limit."""


def again(conference: Conference) -> str:
    """What to do to have the people of a conference rung after all: for a standup, nobody typed a command."""
    return CALL_AGAIN if conference.standup else RUN_AGAIN


def carrier_refusal(code: str, what_to_do: str = RUN_AGAIN) -> str:
    """Why the carrier said no, and `what_to_do` then. A code that nobody has heard of is shown as it is.

    In the place of a code may stand a Shortage, as it is stored.
    """
    if shortage := read_shortage(code):
        return (
            f"The Hoiio account has {shortage.balance} left, which is not enough for this call. "
            f"{_OPERATOR} top it up, then {what_to_do}."
        )
    if sentence := CARRIER_CODES.get(code):
        return sentence.replace(RUN_AGAIN, what_to_do)
    if code.startswith("error_") and code.endswith("_param_missing"):
        parameter = escape(code.removeprefix("error_").removesuffix("_param_missing")).replace("`", "'")
        return f"Hoiio missed `{parameter}` in the request. That is a fault in Rollcall: please report it."
    return (
        f"Hoiio said no, and gave only the code `{escape(code[:80]).replace('`', chr(39))}`. "
        "If it says so again, ask whoever runs Rollcall to ask Hoiio."
    )


def abandoned(conference: Conference, *, to_caller: bool = False) -> str:
    """Why no phone was rung, and what to do; said to everybody in the channel, or to the caller alone."""
    caller_id = conference.caller_id if to_caller else None
    match conference.reason:
        case Reason.NOBODY_TO_RING:
            names = "It names nobody any more." if conference.standup else "The command names nobody who could be."
            return f"Nobody was rung. {why_left_out(conference.left_out, caller_id, again(conference)) or names}"
        case Reason.ONLY_THE_CALLER:
            return (
                f"Nobody was rung: {'you' if to_caller else mention(conference.caller_id)} would have been alone in "
                f"the call. {why_left_out(conference.left_out, caller_id)} "
                "To be rung alone all the same, type `/conference me`."
            ).replace("  ", " ")
        case Reason.TOO_MANY:
            return (
                f"Nobody was rung: that is {len(conference.participants)} phones, and a conference takes at most "
                f"{MAX_PARTICIPANTS}. {capitalized(RUN_AGAIN)} with fewer people."
            )
        case Reason.GROUP_UNREADABLE:
            try_again = again(conference) if conference.standup else "try again"
            return (
                f"Nobody was rung: Slack would not say who is in the user group (`{escape(conference.detail or '')}`). "
                f"Name the people themselves, or {try_again} in a minute."
            )
        case Reason.LIMIT:
            whose = f"{answerable(conference)}," if conference.is_by_itself else "you"
            return limit(read_limit(conference.detail or ""), whose=whose, again=again(conference))
        case Reason.CALLER_IS_EXTERNAL:
            return _external(conference)
        case Reason.NO_BOARD:
            return _no_board(conference.detail or "", conference)
        case Reason.NO_LINES:
            return f"Nobody was rung: {no_lines(conference)}"
        case _:
            return _given_up(conference)


def _external(conference: Conference) -> str:
    if conference.is_by_itself:
        return (
            f"Nobody was rung: {mention(conference.caller_id)}, who set it up, belongs to another workspace than "
            "Rollcall. Ask somebody of this one to set it up anew."
        )
    return (
        "Nobody was rung: only people of the workspace that Rollcall belongs to can start a conference. "
        "Ask one of them."
    )


def _given_up(conference: Conference) -> str:
    """Why a conference that was about to be rung was not."""
    match conference.reason:
        case Reason.ALONE:
            who = [call for call in conference.participants if call.why != NotRung.NOT_ANY_MORE]
            why = why_left_out(conference.left_out, None, again(conference))
            return f"Nobody was rung: {listed(map(called, who))} would have been alone in the call. {why}".strip()
        case Reason.CALLED_OFF:
            return f"{mention(conference.hung_up_by or conference.caller_id)} called it off: nobody was rung."
        case Reason.NOT_SENT:
            return f"Hoiio could not be reached: nobody was rung. {_if_wanted(conference, 'in a minute')}"
        case Reason.TOO_LATE:
            minutes = "five minutes" if conference.is_by_itself else "a minute"
            return (
                f"This conference could not start within {minutes}, so it was given up: nobody was rung. "
                f"{_if_wanted(conference)}"
            )
        case Reason.WAITED_TOO_LONG:
            return f"No line became free within half an hour, so nobody was rung. {_if_wanted(conference)}"
        case _:
            return "Hoiio never confirmed these calls. Somebody chose to ring everybody anew: see the newer board."


def abandoned_in_private(conference: Conference) -> str:
    """The same, to the caller alone; a standup is named, since whoever set it up typed nothing just now."""
    why = abandoned(conference, to_caller=True)
    return f"*{called_conference(conference)}* in <#{conference.channel_id}>: {why}" if conference.standup else why


def _if_wanted(conference: Conference, when: str = "") -> str:
    """Asks whoever began a conference to do so again if they like, or everybody if nobody began it."""
    if conference.is_by_itself:
        return f"{capitalized(again(conference))} {when or 'if the call is still wanted'}."
    return f"{mention(conference.caller_id)}, {again(conference)} {when or 'if you still want the call'}."


def limit(reached: LimitReached, *, again: str, whose: str = "you") -> str:
    """Which limit stands in the way, when it opens again, and what to do then; `whose` it is if it is one person's."""
    whose = whose if reached.limit.is_of_one_person else "this workspace"
    may_be_fewer = reached.limit is Limit.RINGS_PER_HOUR and again in {RUN_AGAIN, INVITE_AGAIN}
    fewer = ", or now with fewer people" if may_be_fewer else ""
    return (
        f"Nobody was rung: {whose} would have passed a limit, {LIMITS[reached.limit].format(most=reached.most)}. "
        f"It opens again at {moment(reached.opens_at, with_date=True)}; {again} then{fewer}."
    )


def _no_board(code: str, conference: Conference) -> str:
    match code:
        case "not_in_channel" | "channel_not_found" if conference.is_by_itself:
            return (
                "Nobody was rung: I am not in that channel, so nobody would see who answers. Type `/invite @Rollcall` "
                "there before it is due again."
            )
        case "is_archived" if conference.is_by_itself:
            return "Nobody was rung: that channel is archived. Set it up anew in another one."
        case _ if conference.is_by_itself:
            return (
                f"Nobody was rung: Slack did not let me post there (`{escape(code)}`). "
                "Set it up anew in another channel, or ask whoever runs Rollcall."
            )
        case "not_in_channel" | "channel_not_found" if conference.response_url is None:
            # Begun by a form: whoever sent it reads this in their direct message.
            return (
                f"Nobody was rung: I am not in <#{conference.channel_id}>, so nobody would see who answers. "
                "Type `/invite @Rollcall` there, then start the conference again."
            )
        case "not_in_channel" | "channel_not_found":
            return (
                "Nobody was rung: I am not in this channel, so nobody would see who answers. "
                "Type `/invite @Rollcall` here and run the command again. In a direct message between people, "
                "where no bot can be invited, use a channel instead."
            )
        case "is_archived":
            return "Nobody was rung: this channel is archived. Run the command in another one."
        case _:
            return (
                f"Nobody was rung: Slack did not let me post here (`{escape(code)}`). "
                "Try another channel, or ask whoever runs Rollcall."
            )


def why_left_out(left_out: tuple[LeftOut, ...], caller_id: str | None, what_to_do: str = RUN_AGAIN) -> str:
    """Who is not rung and why, a sentence for each reason; to this caller, if it is said to them alone."""
    sentences = []
    for reason, alike in grouped(left_out):
        names = ["you" if left.user_id and left.user_id == caller_id else left_out_name(left) for left in alike]
        is_plural = len(names) > 1 or names == ["you"]
        sentence = f"{listed(names)} {filled_in(_LEFT_OUT[reason][is_plural], alike[0])}"
        sentences.append(f"{capitalized(sentence).replace(RUN_AGAIN, what_to_do)}.")
    if any(left.user_id == caller_id and left.reason is LeftOutReason.NO_NUMBER for left in left_out if left.user_id):
        sentences.append("Add your number with `/conference number +65 9123 4567`.")
    return " ".join(sentences)


def grouped(left_out: Iterable[LeftOut]) -> list[tuple[LeftOutReason, list[LeftOut]]]:
    """Those left out for the same reason until the same time together, in the order of the reasons."""
    groups: dict[tuple[LeftOutReason, datetime | None, int | None], list[LeftOut]] = {}
    order = list(LeftOutReason)
    for left in sorted(left_out, key=lambda left: order.index(left.reason)):
        groups.setdefault((left.reason, left.until, left.most), []).append(left)
    return [(reason, alike) for (reason, *_), alike in groups.items()]


def filled_in(words: str, left: LeftOut) -> str:
    """Words for a reason, with when it passes for `UNTIL`, and how much is enough for `MOST`."""
    return words.replace("UNTIL", moment(left.until) if left.until else "").replace("MOST", str(left.most))


_LEFT_OUT = {
    LeftOutReason.NO_NUMBER: ("has no number on file", "have no number on file"),
    LeftOutReason.BOT: ("is a bot", "are bots"),
    LeftOutReason.DEACTIVATED: ("is deactivated", "are deactivated"),
    LeftOutReason.IN_ANOTHER_CALL: ("is in another call already", "are in another call already"),
    LeftOutReason.EXTERNAL: (
        "belongs to another workspace and has no number on file here",
        "belong to another workspace and have no number on file here",
    ),
    LeftOutReason.NOT_ALLOWED: (
        "can't be rung: that number is not allowed here",
        "can't be rung: those numbers are not allowed here",
    ),
    LeftOutReason.GUESTS_OFF: (
        "was typed as a number, which is not rung here",
        "were typed as numbers, which are not rung here",
    ),
    LeftOutReason.NOT_WANTED: ("does not want to be rung", "do not want to be rung"),
    LeftOutReason.QUIET_HOURS: ("has quiet hours until UNTIL", "have quiet hours until UNTIL"),
    LeftOutReason.RUNG_TOO_OFTEN: (
        "was rung MOST times within ten minutes, and is left alone until UNTIL",
        "were rung MOST times within ten minutes, and are left alone until UNTIL",
    ),
    LeftOutReason.NUMBER_CHANGED: (
        f"changed their number just now: {RUN_AGAIN}",
        f"changed their numbers just now: {RUN_AGAIN}",
    ),
    LeftOutReason.OUT_TODAY: ("is out today", "are out today"),
}
"""For one and for several; see `filled_in`."""
