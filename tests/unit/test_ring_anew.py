"""Ringing anew those of whom nobody knows whether they were rung."""

from conference.calls import CallState
from conference.model import ConferenceState
from conference.ports import Notification
from sandbox.clock import MovedClock
from storage import Storage
from tests.unit.exchange import phone, talk
from tests.unit.generated import BEGUN_AT
from tests.unit.standup_house import House


async def test_nobody_is_rung_anew_while_there_is_news_that_is_not_taken_in(storage: Storage) -> None:
    house = House(storage, MovedClock())
    lost = talk(phone(0, CallState.UNKNOWN), phone(1, CallState.UNKNOWN), state=ConferenceState.UNCONFIRMED)
    await storage.add(lost)
    notification = Notification({"txn_ref": "AA-0", "dest": lost.participants[0].number}, BEGUN_AT)
    await storage.keep(lost.conference_id, lost.notify_secret, notification)
    assert await house.conferences.ring_anew(lost.key, user_id="U1", response_url=None) is None
    assert (await storage.conference(lost.key)).state is ConferenceState.UNCONFIRMED
    assert await storage.unfinished() == [lost.key]
