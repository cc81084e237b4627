"""What the carrier told before it answered counts, also before it is taken in."""

import pytest

from conference.calls import CallState
from conference.carrier import CarrierError
from conference.dialing import SEND_AGAIN_AFTER_SECONDS
from conference.ports import Notification
from tests.unit.exchange import LIVE, settle
from tests.unit.generated import BEGUN_AT
from tests.unit.test_dialing import BOTH, NEW, NO, TAKEN, UNSENT, Desk


@pytest.mark.parametrize("error", [TAKEN, NO, UNSENT])
async def test_news_that_came_before_a_refusal_and_is_not_taken_in_yet_proves_it_wrong(error: CarrierError) -> None:
    desk = Desk()
    desk.carrier.answers.clear()
    desk.carrier.errors["call"] = [error] * (1 + len(SEND_AGAIN_AFTER_SECONDS))
    ringing = desk.ringing(BOTH, 0, 1, were_queued=True)
    await settle()
    desk.storage.sent.append(Notification({"dest": NEW.number, "call_status_dest": "unanswered"}, BEGUN_AT))
    desk.carrier.answers.set()
    await settle()
    await desk.clock.advance(sum(SEND_AGAIN_AFTER_SECONDS))
    after = await ringing
    assert after.state is LIVE
    assert after.participants[0].state is CallState.UNANSWERED
    assert not after.queued
