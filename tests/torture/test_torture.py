"""The short form of `make torture`: the same few conferences in every run, among everything that can go wrong."""

from tests.torture.campaign import Campaign
from tests.torture.tally import Fault

SEED = 20_261_120
CONFERENCES = 6
SURE = (
    *(Fault.KILLED, Fault.KILLED_AT_COMMIT, Fault.DISK_FULL, Fault.LOCKED, Fault.READ_ONLY),
    *(Fault.CLOCK_FORWARD, Fault.CLOCK_BACK, Fault.NEWS_FORGED),
)
"""Which of the others strike depends on how fast the machine is."""


async def test_nothing_is_rung_twice_lost_or_shown_wrongly_whatever_goes_wrong() -> None:
    said: list[str] = []
    campaign = Campaign(SEED, said.append, conferences_per_act=CONFERENCES)
    await campaign.play_act(0)
    assert not campaign.tally.amiss, "\n".join(said)
    struck = campaign.tally.struck
    assert not [fault for fault in SURE if not struck[fault]]
    assert all(any(fault.startswith(who) for fault in struck.elements()) for who in ("Slack", "Hoiio", "notifications"))
