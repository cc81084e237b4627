"""The wire in the demo's page: what was really said, without a secret or a number."""

import json
import re

import pytest

from sandbox.page.masking import masked
from tests.sandbox.page_site import Site, texted_code


async def test_nothing_on_the_wire_gives_a_secret_or_a_number_away(site: Site) -> None:
    erin, _ = await site.window("erin")
    await erin.does("type", channel=site.channel_id(), text="/conference number 9123 0005")
    code = await texted_code(erin, 4)
    await erin.does("type", channel=site.channel_id(), text="/conference number (9123)-0005")
    await erin.hears("phones", lambda told: told["phones"][4]["texts_received"] == 2)
    await erin.does("type", channel=site.channel_id(), text=f"/conference number code {code}")
    again = re.findall(r"\d{6}", site.world.phone("erin").texts[1].message)[0]
    await erin.does("home")
    home = (await erin.hears("views", lambda told: told["home"]))["home"]
    await erin.does("click", view=home["id"], action_id="open_code_form")
    modal = (await erin.hears("views", lambda told: told["modals"]))["modals"][0]
    await erin.does("submit", view=modal["id"], values={"code": f"{again[:3]} {again[3:]}"})
    await erin.does("type", channel=site.channel_id(), text="/conference @alice me 91230002")
    entry = (await erin.hears("wire", lambda told: told["entry"]["method"] == "conference/call"))["entry"]
    assert dict(entry["fields"])["dest"] == "+65 •••• 0005,+65 •••• 0001,+65 •••• 0002"
    assert dict(entry["fields"])["access_token"] == "•••"
    await erin.hears("phones", lambda told: told["phones"][4]["state"] == "ringing")
    await erin.does("phone", phone="phone-4", does="decline")
    told = (await erin.hears("wire", lambda told: told["entry"]["method"] == "notification"))["entry"]
    assert (told["signature"], told["ok"]) == ("right", True)

    _, state = await site.window("bob")
    everything = json.dumps(state["wire"], ensure_ascii=False)
    secrets = [site.world.slack.bot_token, site.world.slack.app_token, "demo-hoiio-token"]
    secrets += [notification.url.rpartition("/")[2] for notification in site.world.hoiio.notifications]
    secrets += [number[-8:] for number in site.world.numbers.values()]
    secrets += [f"{number[-8:-4]} {number[-4:]}" for number in site.world.numbers.values()]
    assert [secret for secret in secrets if secret in everything] == []
    assert "9123)-0005" not in everything
    assert re.findall(rf"(?<![\w.])(?:{code}|{again[:3]} ?{again[3:]})(?![\w.])", everything) == []


async def test_a_lost_notification_stands_on_the_wire(site: Site) -> None:
    alice, _ = await site.window("alice")
    await alice.does("fault", name="lost_notification", on=True)
    faults = (await alice.hears("faults"))["faults"]
    assert [fault["name"] for fault in faults if fault["on"]] == ["lost_notification"]
    await alice.does("type", channel=site.channel_id(), text="/conference me")
    await alice.hears("phones", lambda told: told["phones"][0]["state"] == "ringing")
    await alice.does("phone", phone="phone-0", does="decline")
    entry = (await alice.hears("wire", lambda told: told["entry"]["method"] == "notification"))["entry"]
    assert (entry["status"], entry["ok"], entry["signature"]) == ("lost on the way", False, None)


async def test_a_forged_notification_is_refused(site: Site) -> None:
    alice, _ = await site.window("alice")
    await alice.does("type", channel=site.channel_id(), text="/conference me")
    await alice.hears("phones", lambda told: told["phones"][0]["state"] == "ringing")
    assert "error" not in await alice.does("forge")
    entry = (await alice.hears("wire", lambda told: told["entry"]["signature"] == "wrong"))["entry"]
    assert (entry["status"], entry["ok"]) == ("403 Forbidden", False)


MASKED: list[tuple[str, object, object]] = [
    ("token", "xoxb-1", "•••"),
    ("text", "my number is 9123 4567", "my number is •••• 4567"),
    ("text", "+6591234567, +44 20 7946 0958", "+65 •••• 4567, +44 •••• 0958"),
    ("text", "call (9123)-4567 or +65 (9123) / 4567", "call (•••• 4567 or +65 •••• 4567"),
    ("text", "9123,4567", "•••• 4567"),
    ("text", "9123_4567", "•••• 4567"),
    ("text", "tel91234567", "tel•••• 4567"),
    ("msg", "482913 is your Rollcall code.", "••• is your Rollcall code."),
    ("text", "number code 482913", "number code •••"),
    ("text", "number Code 482 91", "number Code •••"),
    ("text", "number 482 913", "number •••"),
    ("text", "Is it 482913?", "Is it •••?"),
    ("code", {"code": {"value": "48291x"}}, {"code": {"value": "•••"}}),
    ("value", "c0ffee123456", "c0ffee123456"),
    ("text", "SGD 0.105, at 09:30", "SGD 0.105, at 09:30"),
    ("dest", "+6591234567,+6581234567", "+65 •••• 4567,+65 •••• 4567"),
    ("notify_url", "https://a.test/hoiio/notifications/c1/secret", "https://a.test/hoiio/notifications/c1/•••"),
    ("response_url", "https://a.test/commands/T1/secret", "https://a.test/commands/T1/•••"),
    ("note", "xapp-1-A2-3 and xoxp-45", "xapp-••• and xoxp-•••"),
    ("url", "wss://a.test/link?ticket=abc123", "wss://a.test/link?ticket=•••"),
    ("values", {"number": {"value": "91234567"}}, {"number": {"value": "•••• 4567"}}),
    ("blocks", [{"text": "+6591234567"}], [{"text": "+65 •••• 4567"}]),
    ("ts", "1795138200.000099", "1795138200.000099"),
    ("text", "<!date^1795138200^{time}|09:30 UTC>", "<!date^1795138200^{time}|09:30 UTC>"),
    ("duration", 12345678, 12345678),
]


@pytest.mark.parametrize(("name", "value", "shown"), MASKED, ids=[str(shown) for _, _, shown in MASKED])
def test_masking(name: str, value: object, shown: object) -> None:
    assert masked({name: value}) == {name: shown}
