"""The form of a standup, as it opens."""

from dataclasses import replace

import pytest

from messages.conference_form import Offered
from messages.standups.standup_form import About, Preset, form


@pytest.mark.parametrize(("channel_id", "is_chosen"), [("C0STANDUP", True), ("G0SECRET", True), ("D0ALICE", False)])
def test_only_a_channel_that_its_menu_has_is_chosen_already(channel_id: str, is_chosen: bool) -> None:
    changed = form(replace(Preset(), channel_id=channel_id), Offered(), About("standup"))
    assert (channel_id in str(changed)) is is_chosen
