"""Rate limits, faults and holds, as a client over HTTP meets them."""

import asyncio
from datetime import timedelta

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from tests.sandbox.slack_fixtures import Office
from tests.sandbox.waiting import until


async def post(office: Office, text: str = "hi", channel: str = "C0STANDUP") -> None:
    await office.client.chat_postMessage(channel=channel, text=text)


def texts(office: Office) -> list[str]:
    return [message.text for message in office.slack.messages(office.standup)]


async def settled(office: Office) -> None:
    """Until the last request has been given up by the server."""
    await until(lambda: office.slack.calls[-1].error)


async def test_a_channel_takes_a_burst_and_then_a_post_a_second(office: Office) -> None:
    office.slack.rate_limits = True
    for number in range(3):
        await post(office, str(number))
    with pytest.raises(SlackApiError) as refusal:
        await post(office, "3")
    response = refusal.value.response
    assert (response.status_code, response["error"]) == (429, "ratelimited")
    assert response.headers["Retry-After"] == "1"
    await post(office, "elsewhere", office.alice.id)
    await office.clock.advance(1)
    await post(office, "3")
    assert texts(office) == ["0", "1", "2", "3"]


async def test_a_method_has_its_tier(office: Office) -> None:
    office.slack.rate_limits = True
    for _ in range(20):
        await office.client.usergroups_users_list(usergroup=office.oncall.id)
    await office.clock.advance(45)
    with pytest.raises(SlackApiError) as refusal:
        await office.client.usergroups_users_list(usergroup=office.oncall.id)
    assert refusal.value.response.headers["Retry-After"] == "15"
    await office.clock.advance(15)
    await office.client.usergroups_users_list(usergroup=office.oncall.id)


async def test_a_method_fails_as_often_as_told(office: Office) -> None:
    fault = office.slack.faults.fail("chat.postMessage", status=429, retry_after=7, times=2)
    for _ in range(2):
        with pytest.raises(SlackApiError) as refusal:
            await post(office)
        assert refusal.value.response.headers["Retry-After"] == "7"
    await post(office, "at last")
    assert (texts(office), fault.hits) == (["at last"], 2)
    assert [call.status for call in office.slack.calls] == [429, 429, 200]


@pytest.mark.parametrize("status", [500, 503])
async def test_a_method_fails_until_told(office: Office, status: int) -> None:
    until = office.clock.now() + timedelta(minutes=1)
    office.slack.faults.fail("chat.postMessage", status=status, until=until)
    with pytest.raises(SlackApiError) as refusal:
        await post(office)
    assert refusal.value.response.status_code == status
    await office.clock.advance(60)
    await post(office, "back")
    assert texts(office) == ["back"]


async def test_a_method_answers_any_error(office: Office) -> None:
    office.slack.faults.fail("chat.postMessage", error="not_in_channel")
    assert await office.error("chat.postMessage", channel="C0STANDUP", text="hi") == "not_in_channel"
    assert texts(office) == []


async def test_a_failure_after_the_effect_leaves_the_effect(office: Office) -> None:
    office.slack.faults.fail("chat.postMessage", status=500, when="after")
    with pytest.raises(SlackApiError):
        await post(office, "posted all the same")
    assert texts(office) == ["posted all the same"]
    assert office.slack.calls[-1].processed


async def test_a_connection_is_reset_before_the_effect(office: Office) -> None:
    office.slack.faults.reset("chat.postMessage", "before")
    with pytest.raises(aiohttp.ClientOSError):
        await post(office)
    assert texts(office) == []
    call = office.slack.calls[-1]
    assert (call.status, call.error, call.processed) == (0, "connection_reset", False)


async def test_a_connection_is_reset_after_the_effect(office: Office) -> None:
    office.slack.faults.reset("chat.postMessage", "after")
    with pytest.raises(aiohttp.ClientOSError):
        await post(office, "posted")
    assert texts(office) == ["posted"]
    assert office.slack.calls[-1].processed


async def test_a_slow_answer_comes_when_the_clock_has_moved(office: Office) -> None:
    office.slack.faults.slow("chat.postMessage", 20)
    posting = asyncio.create_task(post(office, "slow"))
    await until(lambda: office.slack.workspace.messages)
    await asyncio.sleep(0.02)
    assert not posting.done()
    await office.clock.advance(20)
    await posting


async def test_a_request_held_before_has_no_effect_when_its_client_leaves(office: Office) -> None:
    hold = office.slack.hold("chat.postMessage", when="before")
    posting = asyncio.create_task(post(office))
    await hold.reached()
    posting.cancel()
    await settled(office)
    assert hold.abandoned
    assert (texts(office), office.slack.calls[-1].processed) == ([], False)
    await post(office, "the next is not held")


async def test_a_request_held_after_has_had_its_effect(office: Office) -> None:
    hold = office.slack.hold("chat.postMessage", when="after")
    posting = asyncio.create_task(post(office, "posted"))
    await hold.reached()
    posting.cancel()
    await settled(office)
    assert (texts(office), office.slack.calls[-1].processed) == (["posted"], True)


async def test_a_released_request_goes_on(office: Office) -> None:
    hold = office.slack.hold("chat.postMessage")
    posting = asyncio.create_task(post(office, "through"))
    await hold.reached()
    assert texts(office) == []
    hold.release()
    await posting
    assert texts(office) == ["through"]
    assert not hold.abandoned


async def test_stopping_ends_what_is_held(office: Office) -> None:
    hold = office.slack.hold("chat.postMessage")
    posting = asyncio.create_task(post(office))
    await hold.reached()
    await office.slack.stop()
    with pytest.raises(aiohttp.ClientError):
        await posting
