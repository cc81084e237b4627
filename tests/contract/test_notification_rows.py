"""Hoiio's page on notifications, row by row: what the bot makes of each parameter."""

import pytest

from tests.contract.test_bot_rows import called
from tests.harness.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def bob_rings(world: World) -> dict[str, str]:
    """Ring Bob alone; what Hoiio would say once he had been in the call for four minutes."""
    await called(world, "/conference @bob without me")
    await world.board_shows("@bob: ringing")
    leg = world.hoiio.legs[-1]
    return {
        "dest": leg.number,
        "call_status_dest": "answered",
        "txn_ref": leg.txn_ref,
        "tag": leg.tag or "",
        "date": "2026-11-20 09:30:00",
        "duration": "4",
        "currency": "SGD",
        "rate": "0.035",
        "debit": "0.140",
    }


async def tell(world: World, fields: dict[str, str], **changed: str | None) -> None:
    """Hoiio notifies, with some fields changed, or, where they are None, left out."""
    given = {name: value for name, value in (fields | changed).items() if value is not None}
    assert await world.hoiio.notify(given, str(world.hoiio.legs[-1].notify_url)) == 200


async def shows_all(world: World) -> None:
    """Board and thread show all of `bob_rings`'s call."""
    await world.board_shows("@bob: was in the call, 4 min", "Ended at", "Cost SGD 0.140.")
    await world.thread_says("@bob: was in the call, 4 min")


async def changes_nothing(world: World) -> None:
    """Board and thread are as before the notification."""
    await world.advance(3)
    assert "@bob: ringing" in world.board_text
    assert world.replies == []


@pytest.mark.parametrize("dest", ["+6591230002", None, "", "bob", "+6591230003"])
async def test_notification_dest(world: World, dest: str | None) -> None:
    """The call is known by its txn_ref."""
    fields = await bob_rings(world)
    await tell(world, fields, dest=dest)
    await shows_all(world)


async def test_notification_dest_names_the_call_before_hoiio_has_answered(world: World) -> None:
    hold = world.hoiio.hold("conference/call", "after")
    await world.alice.types("/conference @bob")
    await world.until(lambda: world.bob.phone.leg)
    await tell(world, {"dest": world.bob.number, "call_status_dest": "busy"})
    await world.board_shows("@alice: about to be rung", "@bob: busy")
    hold.release()
    await world.board_shows("@alice: ringing", "@bob: busy")


@pytest.mark.parametrize(
    ("status", "shown"),
    [
        ("answered", "was in the call, 4 min"),
        ("unanswered", "did not pick up"),
        ("failed", "could not be reached"),
        ("busy", "busy, or declined"),
    ],
)
async def test_notification_call_status_dest(world: World, status: str, shown: str) -> None:
    fields = await bob_rings(world)
    await tell(world, fields, call_status_dest=status)
    await world.board_shows(f"@bob: {shown}", "Ended at")
    await world.thread_says(f"@bob: {shown}")


async def test_notification_call_status_dest_of_one_still_in_the_call(world: World) -> None:
    fields = await bob_rings(world)
    await tell(world, fields, date=None, duration=None, currency=None, rate=None, debit=None)
    await world.board_shows("@bob: in the call")
    assert world.replies == []
    await tell(world, fields)
    await shows_all(world)


@pytest.mark.parametrize("status", [None, "", "voicemail", "<!channel>"])
async def test_notification_call_status_dest_missing_or_unknown(world: World, status: str | None) -> None:
    fields = await bob_rings(world)
    await tell(world, fields, call_status_dest=status)
    await changes_nothing(world)
    await tell(world, fields)
    await shows_all(world)


async def test_notification_txn_ref(world: World) -> None:
    await called(world)
    await world.board_shows("@alice: ringing", "@bob: ringing")
    _, bobs = (leg.txn_ref for leg in world.hoiio.legs)
    await tell(world, {"txn_ref": bobs, "call_status_dest": "busy"})
    await world.board_shows("@alice: ringing", "@bob: busy")


async def test_notification_txn_ref_missing(world: World) -> None:
    fields = await bob_rings(world)
    world.hoiio.faults.notifications.drop = "all"
    await tell(world, fields, txn_ref=None, call_status_dest="unanswered")
    await world.board_shows("@bob: did not pick up", "Ended at", within=200)
    await world.thread_says("@bob: did not pick up")


async def test_notification_txn_ref_that_is_not_known(world: World) -> None:
    fields = await bob_rings(world)
    await tell(world, fields, txn_ref="AA-C-999999")
    await changes_nothing(world)
    await tell(world, fields)
    await shows_all(world)


@pytest.mark.parametrize("tag", [None, "", "another conference", "x" * 300])
async def test_notification_tag(world: World, tag: str | None) -> None:
    """The address itself says which conference it is about."""
    fields = await bob_rings(world)
    await tell(world, fields, tag=tag)
    await shows_all(world)


@pytest.mark.parametrize("date", [None, "", "yesterday", "2026-13-40 25:61:61"])
async def test_notification_date(world: World, date: str | None) -> None:
    fields = await bob_rings(world)
    await tell(world, fields, date=date)
    await shows_all(world)


async def test_notification_duration(world: World) -> None:
    fields = await bob_rings(world)
    await tell(world, fields, duration="61")
    await world.board_shows("@bob: was in the call, 61 min")
    await world.thread_says("@bob: was in the call, 61 min")


async def test_notification_duration_alone_says_that_the_call_has_ended(world: World) -> None:
    fields = await bob_rings(world)
    await tell(world, fields, date=None, currency=None, rate=None, debit=None)
    await world.board_shows("@bob: was in the call, 4 min", "Ended at", "No cost was reported.")


@pytest.mark.parametrize("duration", [None, "", "long", "-4", "4.5", "9" * 400, "٤"])
async def test_notification_duration_missing_or_unreadable(world: World, duration: str | None) -> None:
    fields = await bob_rings(world)
    await tell(world, fields, duration=duration)
    await world.board_shows("@bob: was in the call\n", "Ended at", "Cost SGD 0.140.")
    await world.thread_says("@bob: was in the call")
    assert "min" not in world.board_text + "".join(world.replies)


async def test_notification_currency(world: World) -> None:
    fields = await bob_rings(world)
    await tell(world, fields, currency="MYR")
    await world.board_shows("Cost MYR 0.140.")


@pytest.mark.parametrize("currency", [None, "", "  "])
async def test_notification_currency_missing(world: World, currency: str | None) -> None:
    fields = await bob_rings(world)
    await tell(world, fields, currency=currency)
    await world.board_shows("@bob: was in the call, 4 min", "No cost was reported.")


@pytest.mark.parametrize("rate", [None, "", "cheap", "NaN"])
async def test_notification_rate(world: World, rate: str | None) -> None:
    fields = await bob_rings(world)
    await tell(world, fields, rate=rate)
    await shows_all(world)


async def test_notification_debit(world: World) -> None:
    """Money stays decimal: these two would not add up to 0.3 as floats."""
    await called(world)
    await world.board_shows("@alice: ringing", "@bob: ringing")
    for leg, debit in zip(world.hoiio.legs, ("0.1", "0.2"), strict=True):
        await tell(world, {"txn_ref": leg.txn_ref, "call_status_dest": "answered", "currency": "SGD", "debit": debit})
    await world.board_shows("@alice: was in the call", "@bob: was in the call", "Cost SGD 0.3.")


@pytest.mark.parametrize("debit", [None, "", "free", "NaN", "Infinity", "-0.140", "0,140"])
async def test_notification_debit_missing_or_unreadable(world: World, debit: str | None) -> None:
    fields = await bob_rings(world)
    await tell(world, fields, debit=debit)
    await world.board_shows("@bob: was in the call, 4 min", "Ended at", "No cost was reported.")
