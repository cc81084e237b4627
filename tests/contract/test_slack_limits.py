"""Slack's limits: over HTTP the stand-in takes what is at each and refuses one more, and nothing the bot says is over.

The numbers are those of Slack's Block Kit reference. What each kind of block may hold besides is in
tests/sandbox/test_slack_block_kit.py.
"""

import inspect
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from slack_sdk.errors import SlackApiError

from conference.invitation import Problem, ProblemKind, Unreadable
from conference.model import CallState, Charge, Conference, ConferenceState, LeftOut, LeftOutReason, Participant, Reason
from messages import number_form, private
from messages.board import board
from messages.mrkdwn import Message
from messages.thread import reply, untold
from sandbox.slack import JsonObject
from tests.sandbox.slack_fixtures import (
    Office,
    actions,
    button,
    modal,
    running_office,
    section,
)
from tests.sandbox.slack_fixtures import plain as plain_text
from tests.unit.generated import BEGUN_AT, conference_of

Send = Callable[[Office, JsonObject], Awaitable[object]]


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    async with running_office() as office:
        yield office


# The ways in which blocks come to Slack


async def _post(office: Office, content: JsonObject) -> object:
    return await office.client.api_call("chat.postMessage", json={"channel": "C0STANDUP", "text": "x", **content})


async def _post_ephemeral(office: Office, content: JsonObject) -> object:
    arguments = {"channel": "C0STANDUP", "user": office.alice.id, "text": "x", **content}
    return await office.client.api_call("chat.postEphemeral", json=arguments)


async def _update(office: Office, content: JsonObject) -> object:
    ts = (await office.client.chat_postMessage(channel="C0STANDUP", text="before"))["ts"]
    return await office.client.api_call("chat.update", json={"channel": "C0STANDUP", "ts": ts, "text": "x", **content})


async def _open(office: Office, content: JsonObject) -> object:
    trigger_id = office.slack._views.new_trigger(office.alice)
    view = content if content.get("type") == "modal" else modal() | content
    return await office.client.api_call("views.open", json={"trigger_id": trigger_id, "view": view})


async def _publish(office: Office, content: JsonObject) -> object:
    view = {"type": "home", "blocks": [], **content}
    return await office.client.api_call("views.publish", json={"user_id": office.alice.id, "view": view})


MESSAGE_WAYS: dict[str, tuple[Send, str]] = {
    "chat.postMessage": (_post, "invalid_blocks"),
    "chat.postEphemeral": (_post_ephemeral, "invalid_blocks"),
    "chat.update": (_update, "invalid_blocks"),
}
VIEW_WAYS: dict[str, tuple[Send, str]] = {
    "views.open": (_open, "invalid_arguments"),
    "views.publish": (_publish, "invalid_arguments"),
}
EVERY_WAY = MESSAGE_WAYS | VIEW_WAYS


def blocks(*blocks: JsonObject) -> JsonObject:
    return {"blocks": list(blocks)}


LIMITS: list[tuple[str, int, Callable[[int], JsonObject], dict[str, tuple[Send, str]]]] = [
    ("blocks of a message", 50, lambda n: blocks(*[{"type": "divider"}] * n), MESSAGE_WAYS),
    ("blocks of a view", 100, lambda n: blocks(*[{"type": "divider"}] * n), VIEW_WAYS),
    ("section text", 3_000, lambda n: blocks(section("x" * n)), EVERY_WAY),
    ("button text", 75, lambda n: blocks(actions(button("a", "x" * n))), EVERY_WAY),
    ("button value", 2_000, lambda n: blocks(actions(button("a", value="x" * n))), EVERY_WAY),
    ("block_id", 255, lambda n: blocks({**section("x"), "block_id": "x" * n}), EVERY_WAY),
    ("action_id", 255, lambda n: blocks(actions(button("x" * n))), EVERY_WAY),
    ("header text", 150, lambda n: blocks({"type": "header", "text": plain_text("x" * n)}), EVERY_WAY),
    ("private_metadata", 3_000, lambda n: {"private_metadata": "x" * n}, VIEW_WAYS),
    ("title", 24, lambda n: {"title": plain_text("x" * n)}, {"views.open": VIEW_WAYS["views.open"]}),
]
CASES = [
    pytest.param(way, error, build, most, id=f"{what}-{name}")
    for what, most, build, ways in LIMITS
    for name, (way, error) in ways.items()
]


@pytest.mark.parametrize(("way", "error", "build", "most"), CASES)
async def test_a_limit_is_taken_and_one_more_is_refused(
    office: Office, way: Send, error: str, build: Callable[[int], JsonObject], most: int
) -> None:
    await way(office, build(most))
    assert office.slack.calls[-1].processed
    with pytest.raises(SlackApiError) as refusal:
        await way(office, build(most + 1))
    assert refusal.value.response["error"] == error
    (reason,) = refusal.value.response["response_metadata"]["messages"]
    assert re.fullmatch(rf"\[ERROR\] .*\b({most}|{most + 1})\b.* \[json-pointer:/.+\]", reason)


@pytest.mark.parametrize("way", [way for way, _ in MESSAGE_WAYS.values()])
async def test_a_messages_text_has_a_limit_of_its_own(office: Office, way: Send) -> None:
    await way(office, {"text": "x" * 40_000})
    with pytest.raises(SlackApiError) as refusal:
        await way(office, {"text": "x" * 40_001})
    assert refusal.value.response["error"] == "msg_too_long"


# All that the bot says, at its largest

_USER_ID = "U{:010}"
_NUMBER = "+65912345{:02}"
_LONGEST_DETAIL = "<&>`" * 200


def _participant(place: int, state: CallState) -> Participant:
    """A phone that five people share."""
    people = tuple(_USER_ID.format(place * 5 + n) for n in range(5))
    cost = Charge(f"C{place:02}", Decimal("123456.789")) if state is CallState.ANSWERED else None
    return Participant(_NUMBER.format(place), people, state, f"AA-C-{place}", 60_000, cost)


def _largest(state: ConferenceState, call_state: CallState, reason: Reason | None = None) -> Conference:
    """Eight phones, forty people, four hundred left out."""
    left_out = [
        LeftOut(why, _USER_ID.format(1000 + 100 * kind + n))
        for kind, why in enumerate(LeftOutReason)
        for n in range(100)
    ]
    return replace(
        conference_of(*(_participant(place, call_state) for place in range(8)), state=state),
        conference_id="c" * 32,
        caller_id=left_out[0].user_id or "",
        left_out=tuple(left_out),
        reason=reason,
        detail=_LONGEST_DETAIL,
        dialed_at=BEGUN_AT,
        ended_at=BEGUN_AT + timedelta(days=40),
    )


_REASONS: dict[ConferenceState, Iterable[Reason | None]] = {ConferenceState.ABANDONED: Reason}


def _largest_ones(state: ConferenceState) -> list[Conference]:
    return [_largest(state, calls, reason) for calls in CallState for reason in _REASONS.get(state, (None,))]


_BIGGEST = _largest(ConferenceState.ENDED, CallState.ANSWERED)
_UNREADABLE = Unreadable(
    tuple(Problem(kind, "`<&>" * 1000, word, "y" * 200) for word, kind in enumerate([*ProblemKind] * 6, start=1))
)

PRIVATE: dict[Callable[..., object], list[Message]] = {
    private.help_text: [private.help_text(None), private.help_text("+6591234567")],
    private.number_shown: [private.number_shown(None), private.number_shown("+6591234567")],
    private.number_of_somebody_else: [private.number_of_somebody_else()],
    private.number_kept: [private.number_kept("+6591234567")],
    private.number_removed: [private.number_removed(True), private.number_removed(False)],
    private.number_unreadable: [private.number_unreadable("`<&>" * 1000, "y" * 200)],
    private.accepted: [private.accepted()],
    private.accepted_without_caller: [private.accepted_without_caller()],
    private.not_kept: [private.not_kept()],
    private.went_wrong: [private.went_wrong()],
    private.unreadable: [private.unreadable(_UNREADABLE)],
    private.ask_for_number: [private.ask_for_number(_BIGGEST)],
    private.ring_anew_too_late: [private.ring_anew_too_late()],
}


def test_every_message_to_one_person_stands_in_the_table() -> None:
    functions = inspect.getmembers(private, inspect.isfunction)
    makers = {f for _, f in functions if f.__module__ == private.__name__ and _makes_a_message(f)}
    assert makers == PRIVATE.keys()


def _makes_a_message(function: Callable[..., object]) -> bool:
    return not function.__name__.startswith("_") and inspect.signature(function).return_annotation is Message


async def _is_taken(office: Office, message: Message) -> None:
    for way, _ in MESSAGE_WAYS.values():
        await way(office, {"text": message.text, "blocks": list(message.blocks)})


@pytest.mark.parametrize("state", ConferenceState)
async def test_slack_takes_the_largest_board_and_its_thread(office: Office, state: ConferenceState) -> None:
    for conference in _largest_ones(state):
        shown = board(conference)
        assert all(user_id in shown.text for user_id in conference.participants[-1].people)
        await _is_taken(office, shown)
        _, said = untold(conference)
        if said:
            await _is_taken(office, reply(said, block_id=f"outcome:{'c' * 32}:{8 * 60_000}"))


@pytest.mark.parametrize("messages", PRIVATE.values(), ids=lambda messages: messages[0].text[:20])
async def test_slack_takes_every_message_to_one_person(office: Office, messages: list[Message]) -> None:
    for message in messages:
        await _is_taken(office, message)


async def test_slack_takes_every_view(office: Office) -> None:
    for number in (None, "+6591234567"):
        await _publish(office, {"blocks": list(private.help_text(number).blocks)})
        await _open(office, number_form.form(number))
    await _open(office, number_form.kept("+6591234567"))
    (shown,) = office.slack.views(office.alice)
    assert shown.blocks[0]["text"] == number_form.kept("+6591234567")["blocks"][0]["text"]
