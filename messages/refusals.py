"""What went wrong, in sentences: what happened, that nobody was rung, and what to do."""

from collections.abc import Iterable
from datetime import datetime

from conference.barring import Barred
from conference.credit import read_shortage
from conference.limits import Limit, LimitReached, read_limit
from conference.model import MAX_PARTICIPANTS, Conference, LeftOut, LeftOutReason, Reason
from messages.line_words import no_lines
from messages.mrkdwn import escape, left_out_name, listed, mention, moment

_OPERATOR = "Ask whoever runs Rollcall to"

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
        "theirs with `/conference number`, then run the command again."
    ),
    "error_dest_not_supported": (
        "Hoiio does not call the country or network of one of these numbers. "
        "Run the command again without that person, or with another number of theirs."
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
        f"The Hoiio account has not enough credit for this call. {_OPERATOR} top it up, then run the command again."
    ),
    "error_concurrent_call_limit_reached": (
        "All lines of the Hoiio account are taken. Wait until another call ends, then run the command again."
    ),
    "error_rate_limit_exceeded": (
        "Rollcall has asked Hoiio for too much within a minute. Wait a minute, then run the command again."
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


def carrier_refusal(code: str) -> str:
    """Why the carrier said no, and what to do. A code that nobody has heard of is shown as it is.

    In the place of a code may stand a Shortage, as it is stored.
    """
    if shortage := read_shortage(code):
        return (
            f"The Hoiio account has {shortage.balance} left, which is not enough for this call. "
            f"{_OPERATOR} top it up, then run the command again."
        )
    if sentence := CARRIER_CODES.get(code):
        return sentence
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
            why = why_left_out(conference.left_out, caller_id)
            return f"Nobody was rung. {why or 'The command names nobody who could be.'}"
        case Reason.ONLY_THE_CALLER:
            return (
                f"Nobody was rung: {'you' if to_caller else mention(conference.caller_id)} would have been alone in "
                f"the call. {why_left_out(conference.left_out, caller_id)} "
                "To be rung alone all the same, type `/conference me`."
            ).replace("  ", " ")
        case Reason.TOO_MANY:
            return (
                f"Nobody was rung: that is {len(conference.participants)} phones, and a conference takes at most "
                f"{MAX_PARTICIPANTS}. Run the command again with fewer people."
            )
        case Reason.GROUP_UNREADABLE:
            return (
                f"Nobody was rung: Slack would not say who is in the user group (`{escape(conference.detail or '')}`). "
                "Name the people themselves, or try again in a minute."
            )
        case Reason.LIMIT:
            return limit(read_limit(conference.detail or ""))
        case Reason.CALLER_IS_EXTERNAL:
            return (
                "Nobody was rung: only people of the workspace that Rollcall belongs to can start a conference. "
                "Ask one of them."
            )
        case Reason.NO_BOARD:
            return _no_board(conference.detail or "", conference)
        case Reason.NO_LINES:
            return f"Nobody was rung: {no_lines(conference)}"
        case reason:
            who = mention((reason is Reason.CALLED_OFF and conference.hung_up_by) or conference.caller_id)
            return _WHY[reason].format(who=who) if reason in _WHY else _RUNG_ANEW


_RUNG_ANEW = "Hoiio never confirmed these calls. Somebody chose to ring everybody anew: see the newer board."

_WHY = {
    Reason.TOO_LATE: (
        "This conference could not start within a minute, so it was given up: nobody was rung. "
        "{who}, run the command again if you still want the call."
    ),
    Reason.NOT_SENT: "Hoiio could not be reached: nobody was rung. {who}, run the command again in a minute.",
    Reason.WAITED_TOO_LONG: (
        "No line became free within half an hour, so nobody was rung. "
        "{who}, run the command again if you still want the call."
    ),
    Reason.CALLED_OFF: "{who} called it off: nobody was rung.",
}


def limit(reached: LimitReached, *, again: str = "run the command again") -> str:
    """Which limit stands in the way, when it opens again, and what to do then."""
    whose = "you" if reached.limit.is_of_one_person else "this workspace"
    fewer = ", or now with fewer people" if reached.limit is Limit.RINGS_PER_HOUR else ""
    return (
        f"Nobody was rung: {whose} would have passed a limit, {LIMITS[reached.limit].format(most=reached.most)}. "
        f"It opens again at {moment(reached.opens_at, with_date=True)}; {again} then{fewer}."
    )


def _no_board(code: str, conference: Conference) -> str:
    match code:
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


def why_left_out(left_out: tuple[LeftOut, ...], caller_id: str | None) -> str:
    """Who is not rung and why, a sentence for each reason; to this caller, if it is said to them alone."""
    sentences = []
    for reason, alike in grouped(left_out):
        names = ["you" if left.user_id and left.user_id == caller_id else left_out_name(left) for left in alike]
        is_plural = len(names) > 1 or names == ["you"]
        sentence = f"{listed(names)} {filled_in(_LEFT_OUT[reason][is_plural], alike[0])}"
        sentences.append(f"{sentence[0].upper()}{sentence[1:]}.")
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
        "changed their number just now: run the command again",
        "changed their numbers just now: run the command again",
    ),
}
"""For one and for several; see `filled_in`."""
