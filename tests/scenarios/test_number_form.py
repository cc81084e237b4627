"""A person fills in the form for their number, wherever its button stands."""

from tests.harness.world import World


async def reads(world: World, state: str) -> bool:
    """Whether Erin is told that of her number when she asks."""
    return state in (await world.erin.types("/conference number")).ack_text


async def test_from_the_direct_message_that_asks_for_it(world: World) -> None:
    await world.alice.types("/conference @bob @erin")
    await world.until(lambda: world.slack.direct_messages(world.erin.person))
    form = await world.erin.opens("open_number_form", world.slack.direct_messages(world.erin.person)[0])
    result = await world.slack.submit(world.erin.person, form, {"number": "+65 9123 0005"})
    assert "you can be rung on +65 9123 0005" in str(result.view and result.view.blocks)
    assert await reads(world, "Your number is +65 9123 0005")


async def test_from_the_help(world: World) -> None:
    help_message = (await world.erin.types("/conference help")).message
    assert help_message
    form = await world.erin.opens("open_number_form", help_message)
    await world.slack.submit(world.erin.person, form, {"number": "9123 0005"})
    assert await reads(world, "Your number is +65 9123 0005")


async def test_from_the_home_tab_which_then_shows_it(world: World) -> None:
    await world.slack.open_home(world.erin.person)
    await world.until(lambda: world.slack.home(world.erin.person))
    home = world.slack.home(world.erin.person)
    assert home
    form = await world.erin.opens("open_number_form", home)
    await world.slack.submit(world.erin.person, form, {"number": "+65 9123 0005"})
    await world.until(lambda: "Your number is +65 9123 0005" in str(world.slack.home(world.erin.person)))
    assert "Change my number" in str(world.slack.home(world.erin.person))


async def test_what_is_no_number_is_said_under_the_field_with_what_a_right_one_looks_like(world: World) -> None:
    help_message = (await world.erin.types("/conference help")).message
    assert help_message
    form = await world.erin.opens("open_number_form", help_message)
    for typed in ("12", "call me", "+65 9123 456", "<!channel>", "٩١٢٣"):
        result = await world.slack.submit(world.erin.person, form, {"number": typed})
        assert result.errors
        assert "+65 9123 4567" in result.errors["number"]
        assert "`" not in result.errors["number"]
    assert await reads(world, "You have no number on file")


async def test_a_number_that_can_not_be_stored_is_said_so_and_the_form_keeps_it(world: World) -> None:
    help_message = (await world.erin.types("/conference help")).message
    assert help_message
    form = await world.erin.opens("open_number_form", help_message)
    with world.locked_database():
        result = await world.slack.submit(world.erin.person, form, {"number": "+65 9123 0005"})
    assert result.view
    assert "could not write to its database, so nothing was done" in str(result.view.blocks)
    assert world.slack.views(world.erin.person)[0] is form
    assert await reads(world, "You have no number on file")


async def test_the_form_shows_the_number_on_file_to_be_changed(world: World) -> None:
    help_message = (await world.alice.types("/conference help")).message
    assert help_message
    form = await world.alice.opens("open_number_form", help_message)
    assert "+65 9123 0001" in str(form.blocks)


async def test_an_open_home_tab_shows_what_was_changed_elsewhere(world: World) -> None:
    await world.slack.open_home(world.erin.person)
    await world.until(lambda: world.slack.home(world.erin.person))
    await world.erin.types("/conference number 9123 0005")
    await world.until(lambda: "Your number is +65 9123 0005" in str(world.slack.home(world.erin.person)))
    world.carol.person.is_admin = True
    await world.carol.types("/conference number @erin remove")
    await world.until(lambda: "You have no number on file" in str(world.slack.home(world.erin.person)))
