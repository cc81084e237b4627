"""A channel as it is read."""

import pytest

from sandbox.slack import JsonObject, render
from tests.sandbox.slack_fixtures import Office, actions, button, plain, section


async def test_a_channel_reads_as_people_see_it(office: Office) -> None:
    slack, workspace = office.slack, office.slack.workspace
    slack.say(office.alice, office.standup, "Shall we?")
    await office.clock.advance(60)
    blocks: list[JsonObject] = [
        {"type": "header", "text": plain(":bell: Conference")},
        section("*Room 7* with <@U0BOB> and <!subteam^S0ONCALL> in <#C0STANDUP>\n2 &lt; 3 :unheard_of:"),
        {"type": "section", "fields": [plain("bob\nringing"), {"type": "mrkdwn", "text": ":red_circle: carol"}]},
        {"type": "context", "elements": [plain("since"), {"type": "mrkdwn", "text": "<!date^1795138200^{time}|?>"}]},
        {"type": "divider"},
        actions(button("join", "Join"), button("end", "End")),
    ]
    board = workspace.post(office.standup, slack.bot, "A call", blocks=blocks)
    slack.say(office.bob, office.standup, "coming", thread=board)
    await office.clock.advance(60)
    workspace.post(office.standup, slack.bot, "psst", ephemeral_to=office.alice)
    reply = workspace.post(office.standup, slack.bot, "busy", thread_ts=board.ts)
    workspace.edit(reply, ":white_circle: no answer", None)
    assert render(slack, office.standup) == (
        """\
#standup
[09:30] alice
  Shall we?
[09:31] Rollcall
  🔔 Conference
  ============
  Room 7 with @bob and @oncall in #standup
  2 < 3 :unheard_of:
  | bob
  |   ringing
  | 🔴 carol
  · since · 9:30 AM
  ────────────────────────
  [ Join ] [ End ]
    [09:31] bob
      coming
    [09:32] Rollcall (edited)
      ⚪ no answer
[09:32] Rollcall (only visible to alice)
  psst
"""
    )
    assert "psst" in render(slack, office.standup, viewer=office.alice)
    for_bob = render(slack, office.standup, viewer=office.bob)
    assert "psst" not in for_bob
    assert "[01:30] alice" in for_bob
    assert "since · 1:30 AM" in for_bob


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("<!date^1795138200^{date_short_pretty} at {time}|then>", "today at 9:30 AM"),
        ("<!date^1795224600^{date_pretty}|then>", "tomorrow"),
        ("<!date^1796000000^{date_num} {date_long}|then>", "2026-11-30 Monday, November 30, 2026"),
        ("<!date^soon^{time}|then>", "then"),
        ("<!here> <https://example.com|the site> <https://example.com>", "@here the site https://example.com"),
        ("<@U0NOBODY|someone> <tel:+6591234567|+65 9123 4567>", "@someone +65 9123 4567"),
        ("2*3*4 *bold* :telephone_receiver:", "2*3*4 bold 📞"),
    ],
)
async def test_slacks_markup_is_read(office: Office, written: str, read: str) -> None:
    office.slack.workspace.post(office.standup, office.slack.bot, written)
    assert render(office.slack, office.standup).splitlines()[2] == f"  {read}"


async def test_a_direct_message_has_its_title(office: Office) -> None:
    await office.client.chat_postMessage(channel=office.carol.id, text="hello")
    channel = office.slack.direct_channel(office.carol)
    assert render(office.slack, channel, zone="UTC") == "Direct message with carol\n[01:30] Rollcall\n  hello\n"
