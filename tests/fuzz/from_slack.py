"""Commands, forms, clicks and events, signed by Slack, with anything in them that people may put there."""

import json
from random import Random
from typing import Any, Final
from urllib.parse import quote, urlencode

from tests.fuzz import corpus, mutation
from tests.fuzz.inputs import JSON, NOT_KNOWN, OK, Kind, Request

_SEPARATORS: Final = (" ", " ", " ", " ", ", ", "  ", "", "\n", " and ", ";", "\u00a0")

_SLOW_TO_READ: Final = (
    *(
        "9",
        "9 ",
        "91230001 ",
        "+6591230001 ",
        "+",
        "+9",
        "(",
        "(9",
        "9.",
        "٩ ",
        "<",
        "<@",
        "<tel:",
        "&amp;",
        "1-",
        ", ",
    ),
    *("1 1 1 1 +", "1165  1 1 1 +", "1-165 ٩1 01 1 +", "+65 9 ", "<tel:9 9 9 9 9 9 9>", "&lt", "<@U"),
)


def command(random: Random) -> Request:
    """`/conference` with people, numbers and words."""
    match random.randrange(12):
        case 0:
            return _sent(random, _invitation(random))
        case 1:
            return _sent(random, random.choice((*corpus.WORDS, "", " ", ",", *corpus.PIECES)))
        case 2 if random.random() < 0.1:
            return _sent(random, _long(random))
        case _:
            return _sent(random, mutation.text(random, _invitation(random), surrogates=True))


def number_command(random: Random) -> Request:
    """`/conference number` in all its forms."""
    rest = random.choice(
        (
            *("", "remove", "missing", "REMOVE ", f"code {random.choice(corpus.CODES)}", random.choice(corpus.CODES)),
            *(corpus.number(random), corpus.number(random), f"{corpus.mention(random)} {corpus.number(random)}"),
            *(f"{corpus.mention(random)} remove", corpus.mention(random), f"{corpus.mention(random)} code 123456"),
        )
    )
    if random.random() < 0.5:
        rest = mutation.text(random, rest, surrogates=True)
    return _sent(random, f"number {rest}", kind=Kind.NUMBER)


def team_command(random: Random) -> Request:
    """`/conference team` in all its forms, and in those that are mistyped."""
    pieces = [_team(random), random.choice(corpus.TEAM_ACTS), random.choice(("", _invitation(random)))]
    if random.random() < 0.2:
        random.shuffle(pieces)
    rest = " ".join(pieces)
    if random.random() < 0.5:
        rest = mutation.text(random, rest, surrogates=True)
    return _sent(random, f"team {rest}", kind=Kind.TEAM)


def _team(random: Random) -> str:
    return random.choice(random.choices((corpus.TEAMS, corpus.NO_TEAMS), weights=(6, 1))[0])


def _invitation(random: Random) -> str:
    pieces = [
        random.choices((corpus.mention, corpus.number, _word, _team), weights=(12, 4, 2, 1))[0](random)
        for _ in range(random.choices((1, 2, 3, 9, 60), weights=(30, 30, 10, 4, 1))[0])
    ]
    return random.choice(_SEPARATORS).join(pieces)


def _word(random: Random) -> str:
    return random.choice(corpus.WORDS)


def _long(random: Random) -> str:
    """Thousands of characters of the kind that takes longest to read."""
    piece = random.choice(_SLOW_TO_READ)
    return (piece * (mutation.LONGEST_TEXT // len(piece)))[: random.choice((1_000, 4_000, mutation.LONGEST_TEXT))]


def _caller(random: Random) -> str:
    return random.choices((random.choice(corpus.PEOPLE), corpus.ADMIN, "U0GONE"), weights=(20, 3, 1))[0]


def _sent(random: Random, text: str, kind: Kind = Kind.COMMAND) -> Request:
    fields = {
        "token": "verification-token-of-old",
        "team_id": corpus.TEAM,
        "team_domain": "rollcall-team",
        "channel_id": random.choices(corpus.CHANNELS, weights=(40, 1, 1, 1, 1, 1))[0],
        "channel_name": "standup",
        "user_id": _caller(random),
        "user_name": "somebody",
        "command": "/conference",
        "text": text,
        "api_app_id": "A0ROLLCALL",
        "is_enterprise_install": "false",
        "response_url": "ZZresponse0ZZ",
        "trigger_id": "ZZtrigger0ZZ",
    }
    right = OK
    if random.random() < 0.05:
        # Slack leaves some out, and may send what nobody knows yet.
        fields.pop(random.choice(("response_url", "trigger_id", "text", "token", "channel_name", "user_name")))
        fields |= {"enterprise_id": "E0GRID", "enterprise_name": "Grid", "odd": "\u202e"}
    body = urlencode(fields, errors="surrogatepass").encode()
    if random.random() < 0.5:
        body = body.replace(b"+", b"%20")
    if random.random() < 0.03:
        again = b"&text=" + quote(text, errors="replace").encode()
        body += random.choice((again, b"&text=", b"&text", b"&&=", b";", b"&x=%zz"))
    if random.random() < 0.01:
        body, right = body.replace(b"%2Fconference", b"%2Fother"), NOT_KNOWN
    return Request(kind, body, right=right)


# Forms


def form(random: Random) -> Request:
    """A form that is submitted, with its values as they may be, or as they may not."""
    makers = (_number_form, _code_form, _preferences_form, _invite_form, _start_form)
    callback_id, values = random.choice(makers)(random)
    right = OK
    if random.random() < 0.4:
        values, right = mutation.json_tree(random, values), NOT_KNOWN
    view: dict[str, Any] = {
        "id": random.choice(("ZZview0ZZ", "V0", "", "V" * 300)),
        "type": "modal",
        "team_id": corpus.TEAM,
        "app_installed_team_id": corpus.TEAM,
        "callback_id": callback_id,
        "private_metadata": random.choice(("", "x" * 3_000, "{}", "ZZconference0ZZ", "ZZconference0ZZ")),
        "state": {"values": values},
        "hash": "1.abc",
        "blocks": [],
    }
    if random.random() < 0.03:
        view["callback_id"], right = random.choice(("", "another_form", "number_form ", None)), NOT_KNOWN
    payload = _interaction(random, "view_submission") | {
        "trigger_id": "ZZtrigger0ZZ",
        "view": view,
        "response_urls": [],
    }
    return _interactive(random, Kind.FORM, payload, right)


def _number_form(random: Random) -> tuple[str, Any]:
    typed: object = corpus.number(random)
    if random.random() < 0.5:
        typed = random.choice((None, "", mutation.text(random, str(typed), surrogates=True)))
    return "number_form", {"number": {"number": {"type": "plain_text_input", "value": typed}}}


def _code_form(random: Random) -> tuple[str, Any]:
    typed: object = random.choice(corpus.CODES)
    if random.random() < 0.5:
        typed = random.choice((None, "", mutation.text(random, str(typed), surrogates=True)))
    return "code_form", {"code": {"code": {"type": "plain_text_input", "value": typed}}}


def _preferences_form(random: Random) -> tuple[str, Any]:
    choice = random.choice(("any_time", "quiet_hours", "quiet_hours", "never"))
    option = {"value": choice, "text": {"type": "plain_text", "text": choice}}
    shown = {"value": "in_reports", "text": {"type": "plain_text", "text": "Show in how many calls I was"}}
    start, end = (f"{random.randrange(24):02}:{random.choice((0, 15, 59)):02}" for _ in "ab")
    return "preferences_form", {
        "rings": {"rings": {"type": "radio_buttons", "selected_option": option}},
        "quiet_start": {"time": {"type": "timepicker", "selected_time": start}},
        "quiet_end": {"time": {"type": "timepicker", "selected_time": random.choice((start, end, end))}},
        "reports": {"reports": {"type": "checkboxes", "selected_options": random.choice(([], [shown]))}},
    }


def _invite_form(random: Random) -> tuple[str, Any]:
    people = random.choices((*corpus.PEOPLE, *corpus.ODD_PEOPLE), k=random.randrange(4))
    groups = [{"value": group, "text": {"type": "plain_text", "text": group}} for group in corpus.GROUPS[:1]]
    teams = [{"value": name, "text": {"type": "plain_text", "text": name}} for name in corpus.TEAMS[:2]]
    typed: object = random.choice((None, corpus.number(random), f"{corpus.number(random)}, {corpus.number(random)}"))
    if random.random() < 0.3:
        typed = mutation.text(random, str(typed), surrogates=True)
    return "invite_form", {
        "people": {"chosen": {"type": "multi_users_select", "selected_users": people}},
        "teams": {"chosen": {"type": "multi_static_select", "selected_options": random.choice(([], [], teams))}},
        "groups": {"chosen": {"type": "multi_static_select", "selected_options": random.choice(([], [], groups))}},
        "numbers": {"chosen": {"type": "plain_text_input", "value": typed}},
    }


def _start_form(random: Random) -> tuple[str, Any]:
    _, values = _invite_form(random)
    me = [{"value": "me", "text": {"type": "plain_text", "text": "Ring me too"}}]
    channel = random.choice((*corpus.CHANNELS, None))
    return "start_form", values | {
        "me": {"chosen": {"type": "checkboxes", "selected_options": random.choice(([], me))}},
        "channel": {"chosen": {"type": "conversations_select", "selected_conversation": channel}},
    }


def _interaction(random: Random, kind: str) -> dict[str, Any]:
    user_id = random.choices((_caller(random), "U0STRANGER"), weights=(20, 1))[0]
    theirs = corpus.OTHER_TEAM if user_id == "U0STRANGER" else corpus.TEAM
    return {
        "type": kind,
        "token": "verification-token-of-old",
        "api_app_id": "A0ROLLCALL",
        "team": {"id": corpus.TEAM, "domain": "rollcall-team"},
        "enterprise": None,
        "is_enterprise_install": False,
        "user": {"id": user_id, "username": "somebody", "name": "somebody", "team_id": theirs},
    }


def _interactive(random: Random, kind: Kind, payload: dict[str, Any], right: frozenset[int]) -> Request:
    body = urlencode({"payload": json.dumps(payload, ensure_ascii=random.random() < 0.7)}, errors="surrogatepass")
    return Request(kind, body.encode(), right=right)


# Clicks and events


_ACTIONS: Final = (
    *("open_number_form", "open_code_form", "send_another_code", "open_preferences_form", "ask_for_numbers"),
    *("ring_anew", "ring_me", "ring_again", "invite", "hang_up", "call_again", "call_menu", "call_menu"),
    *("ring_as_lines_get_free", "stop_waiting", "history_newer", "history_older", "keep_out_of_reports"),
)


def click(random: Random) -> Request:
    """A button that is pressed: on a board, in a message, at home or in a form."""
    button: dict[str, Any] = {
        "type": "button",
        "action_id": random.choice(_ACTIONS),
        "block_id": "b0001",
        "value": random.choice(("ZZconference0ZZ", "ZZconference7ZZ", "0" * 16, random.choice(corpus.CHANNELS), "")),
        "text": {"type": "plain_text", "text": "Press"},
        "action_ts": "1.000001",
    }
    if button["action_id"] == "call_menu":
        act = random.choice(("mute", "unmute", "remove", "hang_up", "ring_again", "another", ""))
        value = f"{act}:{random.choice((0, 0, 1, 7, 9999, '٣', ''))}:{button['value']}"
        option = {"value": value, "text": {"type": "plain_text", "text": act}}
        button |= {"type": "overflow", "selected_option": option}
    right = OK
    if random.random() < 0.15:
        button["value"] = mutation.text(random, str(button["value"]), surrogates=True)
    if random.random() < 0.1:
        button["value"], right = mutation.value(random), NOT_KNOWN
    if random.random() < 0.03:
        button["action_id"], right = random.choice(("another", "", "ring_anew ", "\ud800")), NOT_KNOWN
    payload = _interaction(random, "block_actions") | {"trigger_id": "ZZtrigger0ZZ", "actions": [button]}
    payload["container"] = {
        "type": "message",
        "message_ts": "1.000001",
        "channel_id": "C0STANDUP",
        "is_ephemeral": False,
    }
    if random.random() < 0.5:
        payload["response_url"] = random.choices(
            ("ZZresponse0ZZ", "https://", "no address", ""), weights=(20, 1, 1, 1)
        )[0]
    if random.random() < 0.5 or button["action_id"] == "send_another_code":
        payload["container"] = {"type": "view", "view_id": "ZZview0ZZ"}
        payload["view"] = {
            "id": "ZZview0ZZ",
            "type": "modal",
            "state": {"values": {}},
            "app_installed_team_id": corpus.TEAM,
        }
    return _interactive(random, Kind.CLICK, payload, right)


def shortcut(random: Random) -> Request:
    """A shortcut, from anywhere or from a message."""
    callback_id = random.choice(("start_conference", "conference_with_thread"))
    is_global, right = callback_id == "start_conference", OK
    payload = _interaction(random, "shortcut" if is_global else "message_action") | {
        "callback_id": callback_id,
        "trigger_id": "ZZtrigger0ZZ",
        "action_ts": "1.000001",
    }
    if not is_global:
        message = {"type": "message", "user": _caller(random), "ts": "1.000001", "text": "Looking."}
        payload |= {
            "channel": {"id": random.choice(corpus.CHANNELS), "name": "standup"},
            "message": random.choice((message, message | {"thread_ts": "1.000000"}, message | {"bot_id": "B0"})),
            "message_ts": "1.000001",
            "response_url": "ZZresponse0ZZ",
        }
    if random.random() < 0.2:
        payload["message"], right = mutation.value(random), NOT_KNOWN
    if random.random() < 0.05:
        payload["callback_id"], right = "another", NOT_KNOWN
    return _interactive(random, Kind.CLICK, payload, right)


def event(random: Random) -> Request:
    """The Home tab is opened, or something happens that the bot did not ask to hear of."""
    happened: dict[str, Any] = {
        "type": "app_home_opened",
        "user": _caller(random),
        "channel": "D0P01",
        "tab": random.choices(("home", "messages", "about", None), weights=(6, 1, 1, 1))[0],
        "event_ts": "1.000001",
    }
    right = OK
    if random.random() < 0.2:
        happened["user"] = random.choice(corpus.ODD_PEOPLE)
    if random.random() < 0.2:
        happened["view"], happened["odd"] = mutation.value(random), mutation.value(random)
    if random.random() < 0.1:
        happened["type"], right = random.choice(("message", "app_mention", "", "team_join")), NOT_KNOWN
    payload = {
        "token": "verification-token-of-old",
        "team_id": corpus.TEAM,
        "api_app_id": "A0ROLLCALL",
        "event": happened,
        "type": "event_callback",
        "event_id": "Ev0000000001",
        "event_time": 1,
        "is_ext_shared_channel": False,
        "authorizations": [{"enterprise_id": None, "team_id": corpus.TEAM, "user_id": "U0ROLLCALL", "is_bot": True}],
    }
    return Request(Kind.EVENT, json.dumps(payload).encode(), headers=(JSON,), right=right)
