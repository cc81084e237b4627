"""People set up recurring calls by a form, and change them."""

from typing import Any

from sandbox.slack import SubmitResult, View
from tests.harness.calendar_server import CalendarServer
from tests.harness.reading import reading
from tests.harness.world import Actor, World


async def opened(actor: Actor, text: str = "/conference standup new") -> View:
    """The form that a command opens."""
    before = len(actor.world.slack.views(actor.person))
    await actor.types(text)
    await actor.world.until(lambda: len(actor.world.slack.views(actor.person)) > before)
    return actor.world.slack.views(actor.person)[-1]


async def saved(actor: Actor, form: View, values: dict[str, Any]) -> SubmitResult:
    return await actor.world.slack.submit(actor.person, form, values)


def shown(actor: Actor) -> str:
    """What stands in the place of the form."""
    return actor.world.told(actor)


async def test_a_standup_is_set_up_by_the_form(calendars: CalendarServer, world: World) -> None:
    await world.alice.types("/conference team platform @bob @carol")
    form = await opened(world.alice)
    result = await saved(
        world.alice,
        form,
        {
            "name": "Platform",
            "teams": ["platform"],
            "people": [world.erin.id],
            "numbers": "+65 9123 0009",
            "days": ["mon", "thu"],
            "time": "16:00",
            "zone": "london",
            "remind": "10",
            "days_off": "2026-12-25\n2027-01-01",
            "calendar": calendars.url,
            "report": ["weekly"],
        },
    )
    assert not result.errors
    said = shown(world.alice)
    assert "Set up: `platform` rings Mondays and Thursdays at 16:00, London time." in said
    assert "It rings the team `platform`, @erin and +65 •••• 0009 in <#C0STANDUP>." in said
    assert "told 10 minutes before" in said
    assert "It does not ring on 25 Dec 2026 and 1 Jan 2027." in said
    assert "a report every Friday" in said
    assert "No number on file, so not rung: @erin" in said
    listed = await world.alice.types("/conference standup platform")
    assert "*platform* · Mondays and Thursdays at 16:00, London time" in listed.ack_text


async def test_what_is_wrong_stands_under_its_field_and_nothing_that_was_filled_in_is_lost(world: World) -> None:
    await world.alice.types("/conference team platform @bob")
    form = await opened(world.alice, "/conference standup new sync")
    right: dict[str, Any] = {"name": "sync", "people": [world.bob.id]}
    wrongs: list[tuple[dict[str, Any], str, str]] = [
        ({"name": "pause"}, "name", "pause is a word that the command reads otherwise"),
        (
            {"name": "our call"},
            "name",
            "A name is one word, and has only letters, digits, - and _ in it. Maybe our-call?",
        ),
        ({"name": "9sync"}, "name", "A name begins with a letter. Maybe sync?"),
        ({"people": []}, "people", "Nothing was saved: choose somebody"),
        ({"numbers": "@bob"}, "numbers", "Nothing was saved: here stand numbers only"),
        ({"numbers": "+6512"}, "numbers", "Nothing was saved. "),
        ({"numbers": "+1 900 555 1234"}, "numbers", "Nothing was saved. "),
        ({"numbers": ", ".join(f"+65912300{number}" for number in range(10, 61))}, "people", "these are 52 people"),
        ({"zone": "Singapur"}, "zone", "Singapur is no time zone that is known; the closest is Asia/Singapore."),
        ({"zone": "PST"}, "zone", "name a place that does, such as America/Los_Angeles"),
        ({"zone": "nowhere"}, "zone", "nowhere is no time zone that is known."),
        ({"days_off": "2026-12-25, 25.12.2026\n2026-02-30"}, "days_off", "25.12.2026, 2026-02-30 are no dates."),
        ({"calendar": "http://example.com/a.ics"}, "calendar", "no address of a calendar, which begins with https://"),
    ]
    for wrong, block, answer in wrongs:
        result = await saved(world.alice, form, right | wrong)
        assert answer in result.errors[block], (wrong, result)
        assert len(result.errors) == 1, (wrong, result)
        assert world.slack.views(world.alice.person)[-1].id == form.id
    result = await saved(world.alice, form, right | {"name": "1", "zone": "x", "days_off": "x", "calendar": "x"})
    assert result.errors.keys() == {"name", "zone", "days_off", "calendar"}
    assert not (await saved(world.alice, form, right)).errors
    assert "Set up: `sync` rings weekdays at 09:30, Singapore time." in shown(world.alice)


async def test_a_team_that_is_deleted_while_the_form_stands_open(world: World) -> None:
    await world.alice.types("/conference team platform @bob")
    form = await opened(world.alice)
    await world.alice.types("/conference team platform delete")
    result = await saved(world.alice, form, {"name": "sync", "teams": ["platform"]})
    assert "Nothing was saved: there is no team platform any more" in result.errors["teams"]


async def test_two_forms_for_one_name(world: World) -> None:
    mine, theirs = await opened(world.alice), await opened(world.bob)
    results = [
        await saved(actor, form, {"name": "sync", "people": [world.carol.id]})
        for actor, form in ((world.alice, mine), (world.bob, theirs))
    ]
    assert not results[0].errors
    assert results[1].errors == {
        "name": "Nothing was saved: there is a standup sync already. Choose another name, such as sync-2."
    }
    assert not (await saved(world.bob, theirs, {"name": "sync-2", "people": [world.carol.id]})).errors


async def test_change_keeps_the_rest(calendars: CalendarServer, world: World) -> None:
    world.slack.add_group("oncall", world.dave.person)
    await world.alice.types("/conference team platform @bob")
    form = await opened(world.alice)
    filled = {
        "name": "sync",
        "teams": ["platform"],
        "groups": ["S0ONCALL"],
        "people": [world.carol.id],
        "numbers": "+6591230009",
        "days": ["tue"],
        "time": "16:00",
        "zone": "Europe/London",
        "remind": "0",
        "days_off": "2026-12-25",
        "calendar": calendars.url,
        "report": ["weekly"],
    }
    assert not (await saved(world.alice, form, filled)).errors
    said = shown(world.alice)
    await world.slack.view_closed(world.alice.person, world.slack.views(world.alice.person)[-1], everything=True)
    # Also where Slack does not say which groups there are.
    world.slack.workspace.scopes -= {"usergroups:read"}
    await world.terminate_bot()
    await world.start_bot()
    form = await opened(world.alice, "/conference standup sync change")
    assert form.body["title"]["text"] == "Change a standup"
    assert not (await saved(world.alice, form, {"time": "17:15"})).errors
    changed = shown(world.alice)
    assert "Changed: `sync` rings Tuesdays at 17:15, London time." in changed
    for piece in ("It rings the team `platform`, @carol, <!subteam^S0ONCALL> and", "is not told before", "25 Dec 2026"):
        assert piece in said
        assert piece in changed
    assert "the days of its calendar" in changed
    assert "a report every Friday" in changed


async def test_a_standup_that_is_changed_or_deleted_while_its_form_stands_open(world: World) -> None:
    await world.alice.types("/conference standup sync @bob daily 09:30")
    await world.alice.types("/conference standup spare @bob daily 09:30")
    world.carol.person.is_admin = True
    first = await opened(world.alice, "/conference standup sync change")
    second = await opened(world.carol, "/conference standup sync change")
    taken = await saved(world.alice, first, {"name": "spare"})
    assert "there is a standup spare already" in taken.errors["name"]
    assert not (await saved(world.alice, first, {"time": "10:00"})).errors
    late = await saved(world.carol, second, {"time": "11:00"})
    assert "was changed while the form stood open" in late.errors["name"]
    assert "at 10:00" in (await world.alice.types("/conference standup sync")).ack_text
    await world.slack.view_closed(world.carol.person, second, everything=True)
    third = await opened(world.carol, "/conference standup sync change")
    world.carol.person.is_admin = False
    assert "only whoever set it up and admins" in (await saved(world.carol, third, {"time": "11:00"})).errors["name"]
    world.carol.person.is_admin = True
    await world.alice.types("/conference standup sync delete")
    assert "was deleted while the form stood open" in (await saved(world.carol, third, {})).errors["name"]


async def test_the_buttons_below_the_list_open_the_forms(world: World) -> None:
    message = (await world.alice.types("/conference standup sync @bob daily 09:30")).message
    message = (await world.alice.types("/conference standup")).message
    assert message
    await world.alice.presses("standup_change", message)
    form = await world.alice.sees_form()
    assert not (await saved(world.alice, form, {"name": "moved"})).errors
    await world.slack.view_closed(world.alice.person, world.slack.views(world.alice.person)[-1], everything=True)
    await world.alice.presses("standup_new", message)
    form = await world.alice.sees_form()
    assert not (await saved(world.alice, form, {"name": "sync", "people": [world.bob.id]})).errors
    said = reading((await world.alice.types("/conference standup")).message or message)
    assert "*moved* · every day at 09:30" in said
    assert "*sync* · weekdays at 09:30, Singapore time" in said
