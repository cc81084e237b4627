"""Guests' numbers in the form that changes a standup: masked, for whoever opens it may not be who typed them."""

import pytest

from sandbox.slack import SubmitResult, View
from tests.harness.world import Actor, World
from tests.scenarios.standup_day import DUE, comes_to
from tests.scenarios.test_standup_form import opened, saved

GUEST, LOOKALIKE, OTHER = "+6591237009", "+6581237009", "+6591238888"
"""The first two look the same when they are masked."""
MASK, OTHER_MASK = "+65 •••• 7009", "+65 •••• 8888"


@pytest.fixture
async def alices(world: World) -> World:
    """Where Alice has set up a standup of two people, and an admin, Carol, adds guests to it."""
    world.carol.person.is_admin = True
    await world.alice.types("/conference standup sync @bob @dave daily 09:40 Asia/Singapore")
    return world


async def opens_change(actor: Actor) -> View:
    return await opened(actor, "/conference standup sync change")


async def changes(actor: Actor, numbers: str | None = None) -> SubmitResult:
    """Open the form, type these numbers in place of what stands there, or leave them, save and close it."""
    form = await opens_change(actor)
    result = await saved(actor, form, {} if numbers is None else {"numbers": numbers})
    await closes(actor)
    return result


async def closes(actor: Actor) -> None:
    shown = actor.world.slack.views(actor.person)[-1]
    await actor.world.slack.view_closed(actor.person, shown, everything=True)


def prefilled(form: View) -> str:
    (block,) = (one for one in form.blocks if one["block_id"] == "numbers")
    return str(block["element"].get("initial_value", ""))


async def rings_besides(world: World, *guests: str) -> None:
    """It is due, and besides Bob and Dave these phones ring, in this order."""
    await comes_to(world, DUE)
    await world.until(lambda: world.dests)
    await world.advance(20)
    assert world.dests == [world.bob.number, world.dave.number, *guests]


async def test_numbers_that_an_admin_added_are_masked_to_whoever_set_it_up_and_stay(alices: World) -> None:
    world = alices
    await changes(world.carol, f"{GUEST}, {OTHER}")
    form = await opens_change(world.alice)
    assert prefilled(form) == f"{MASK}, {OTHER_MASK}"
    assert "Numbers that are shown masked stay as they are." in str(form.blocks)
    for number in (GUEST, OTHER):
        assert number[-8:] not in str(form.body).replace(" ", "")
    assert not (await saved(world.alice, form, {"remind": "0"})).errors
    said = world.told(world.alice)
    assert f"@bob, @dave, {MASK} and {OTHER_MASK}" in said
    await closes(world.alice)
    # Admins are shown them no otherwise.
    assert prefilled(await opens_change(world.carol)) == f"{MASK}, {OTHER_MASK}"
    await rings_besides(world, GUEST, OTHER)


async def test_masked_numbers_are_moved_removed_and_joined_by_others_that_are_typed(alices: World) -> None:
    world = alices
    await changes(world.carol, f"{GUEST}, {OTHER}")
    assert not (await changes(world.alice, f"+65 9123 5555 {OTHER_MASK}; {MASK},{OTHER_MASK}")).errors
    assert prefilled(await opens_change(world.alice)) == f"+65 •••• 5555, {OTHER_MASK}, {MASK}"
    await closes(world.alice)
    assert not (await changes(world.alice, f"{OTHER_MASK}, +65 9123 5555")).errors
    await rings_besides(world, OTHER, "+6591235555")


@pytest.mark.parametrize(
    ("sent_back", "kept"),
    [
        (None, (GUEST, LOOKALIKE)),
        (MASK, (GUEST,)),
        (f"{MASK}, {MASK}, {MASK}", (GUEST, LOOKALIKE)),
        (f"{MASK}, {GUEST}", (GUEST,)),
        (LOOKALIKE, (LOOKALIKE,)),
        ("", ()),
    ],
)
async def test_numbers_that_look_the_same_are_each_kept_by_an_entry(
    alices: World, sent_back: str | None, kept: tuple[str, ...]
) -> None:
    world = alices
    await changes(world.carol, f"{GUEST}, {LOOKALIKE}")
    form = await opens_change(world.alice)
    assert prefilled(form) == f"{MASK}, {MASK}"
    assert not (await saved(world.alice, form, {} if sent_back is None else {"numbers": sent_back})).errors
    await rings_besides(world, *kept)


async def test_a_masked_number_that_is_nobodys_is_answered_at_its_field(alices: World) -> None:
    world = alices
    await changes(world.carol, GUEST)
    form = await opens_change(world.alice)
    for typed, answer in (
        ("+65 •••• 1234", "Nothing was saved: +65 •••• 1234 is no number that this standup rings; type it in full."),
        (
            f"+65 •••• 1234, {MASK}, +66 •••• 7009",
            "Nothing was saved: +65 •••• 1234, +66 •••• 7009 are no numbers that this standup rings; type them in",
        ),
        (f"{MASK}, •••• 7009", "Nothing was saved: •••• 7009 is no number that this standup rings; type it in full."),
        ("+65••••7009", "Nothing was saved: +65••••7009 is no number that this standup rings; type it in full."),
        (f"{MASK}1", f"Nothing was saved: {MASK}1 is no number that this standup rings; type it in full."),
        # What else is wrong is counted in words as they stand.
        (f"{MASK}, +65 1", "Nothing was saved. +65 1 (word 4) can't be rung. It is not a phone number."),
        (f"{MASK}, @bob", "Nothing was saved: here stand numbers only"),
        (f"{MASK}, +1 900 555 1234", "Nothing was saved. +1 •••• 1234: "),
    ):
        result = await saved(world.alice, form, {"numbers": typed})
        assert result.errors.keys() == {"numbers"}, (typed, result)
        assert answer in result.errors["numbers"], (typed, result)
    assert not (await saved(world.alice, form, {"numbers": MASK})).errors
    await closes(world.alice)
    new = await opened(world.alice)
    assert "Numbers that are shown masked" not in str(new.blocks)
    result = await saved(world.alice, new, {"name": "other", "numbers": MASK})
    assert f"{MASK} is no number that this standup rings; type it in full." in result.errors["numbers"]
    await rings_besides(world, GUEST)


async def test_a_number_that_an_admin_removes_while_the_form_stands_open(alices: World) -> None:
    world = alices
    await changes(world.carol, f"{GUEST}, {OTHER}")
    form = await opens_change(world.alice)
    await changes(world.carol, OTHER)
    result = await saved(world.alice, form, {"time": "10:00"})
    assert list(result.errors) == ["name"]
    assert "was changed while the form stood open" in result.errors["name"]
    await rings_besides(world, OTHER)


async def test_a_number_that_an_admin_replaces_by_one_that_looks_the_same_while_the_form_stands_open(
    alices: World,
) -> None:
    world = alices
    await changes(world.carol, GUEST)
    form = await opens_change(world.alice)
    await changes(world.carol, LOOKALIKE)
    assert not (await saved(world.alice, form, {"remind": "0"})).errors
    await rings_besides(world, LOOKALIKE)


async def test_who_may_not_change_it_any_more_learns_nothing_of_its_numbers(alices: World) -> None:
    world = alices
    await changes(world.carol, GUEST)
    form = await opens_change(world.carol)
    world.carol.person.is_admin = False
    for typed in (MASK, OTHER_MASK):
        result = await saved(world.carol, form, {"numbers": typed})
        assert result.errors == {"name": "Nothing was saved: only whoever set it up and admins change it."}


async def test_no_form_holds_a_guests_number_by_which_digits_could_be_tried_out(alices: World) -> None:
    """What a form carries unseen crosses to whoever opens it, and four digits are tried out within a moment."""
    world = alices
    await changes(world.carol, GUEST)
    carried = (await opens_change(world.alice)).body["private_metadata"]
    await closes(world.alice)
    await changes(world.carol, LOOKALIKE)
    assert (await opens_change(world.alice)).body["private_metadata"] == carried
    await closes(world.alice)
    await changes(world.carol, OTHER)
    assert (await opens_change(world.alice)).body["private_metadata"] != carried
