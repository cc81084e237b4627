"""People set up recurring calls by typing, and show, change, pause, skip and delete them."""

import asyncio
from datetime import timedelta

from sandbox.slack import Channel, Message
from tests.harness.reading import buttons, reading
from tests.harness.world import Actor, World
from tests.scenarios.test_left_alone import says as sets_quiet_hours


async def says(actor: Actor, text: str, channel: Channel | None = None) -> str:
    """What somebody is answered after `standup`, with people by name."""
    return reading(await answered(actor, text, channel))


async def answered(actor: Actor, text: str = "", channel: Channel | None = None) -> Message:
    message = (await actor.types(f"/conference standup {text}", channel)).message
    assert message
    return message


async def chooses(actor: Actor, message: Message, option: str, place: int = 0) -> None:
    """Choose something from the menu below the standup in that place."""
    menus = [one for block in message.blocks for one in block.get("elements", []) if one["type"] == "overflow"]
    value = next(one["value"] for one in menus[place]["options"] if one["text"]["text"] == option)
    result = await actor.world.slack.click(actor.person, message, "standup_menu", value=value)
    assert result.acked, result


def options(message: Message) -> list[list[str]]:
    """What each menu offers."""
    menus = [one for block in message.blocks for one in block.get("elements", []) if one["type"] == "overflow"]
    return [[option["text"]["text"] for option in menu["options"]] for menu in menus]


async def test_one_line_sets_up_a_standup_that_rings_the_team(world: World) -> None:
    await world.alice.types("/conference team platform @bob @carol")
    due = world.now + timedelta(minutes=10)
    said = await says(world.alice, f"platform daily {due:%H:%M} UTC")
    assert f"Set up: `platform` rings every day at {due:%H:%M}, UTC. It rings next at <!date^" in said
    assert "It rings the team `platform` in <#C0STANDUP>." in said
    assert "The channel is told 5 minutes before." in said
    assert "`/conference standup platform change` opens its form" in said
    await world.leap(timedelta(minutes=9))
    await world.board_shows("@bob: ringing", "@carol: ringing", within=120)
    assert sorted(world.dests) == [world.bob.number, world.carol.number]


async def test_whose_time_it_is(world: World) -> None:
    dora = Actor(world, world.slack.add_person("dora", tz="Europe/London"), "+6591230006")
    world.channel.members.append(dora.person)
    assert "Mondays and Thursdays at 16:00, London time" in await says(dora, "sync @alice @bob mon,thu 16:00")
    assert "weekends at 07:05, New York time" in await says(dora, "early @bob weekends 07:05 America/New_York")
    await sets_quiet_hours(dora, "quiet_hours")
    world.slack.workspace.scopes -= {"users:read"}
    await world.terminate_bot()
    await world.start_bot()
    assert "every day at 10:00, London time" in await says(dora, "later @bob daily 10:00")
    said = await says(world.bob, "mine @alice daily 10:00")
    assert "Nothing was set up: Slack did not say in which time zone you are." in said
    assert "`/conference standup mine` @alice `daily 10:00 Asia/Singapore`" in said
    assert "there is no standup `mine`" in await says(world.bob, "mine")


async def test_what_will_keep_people_from_being_rung_is_said(world: World) -> None:
    crowd = [world.add_actor(f"p{number}", f"+659123010{number}") for number in range(8)]
    world.slack.add_group("oncall", *(actor.person for actor in crowd))
    said = await says(world.alice, "everybody me @oncall @bob @erin +6591239999 weekdays 09:30")
    assert "That is 12 people, and a call takes 8 phones: the first 8 are rung" in said
    assert "*Ring me* as places get free" in said
    assert all(name in said.partition("so not rung")[2] for name in ("@erin", "@p0", "@p7"))
    assert "@bob" not in said.partition("so not rung")[2]
    assert "+65 •••• 9999" in said
    assert "91239999" not in said
    world.slack.add_person("deploybot", is_bot=True)
    world.slack.add_person("stranger", team_id="T0OTHER")
    for typed in ("standup strangers @deploybot @stranger @bob daily 09:30", "team strangers @deploybot @stranger"):
        assert "No number on file" not in (await world.alice.types(f"/conference {typed}")).ack_text
    elsewhere = world.slack.add_channel("lounge", world.alice.person, bot_in=False)
    assert "Rollcall is not in <#C0LOUNGE>" in await says(world.alice, "here @bob daily 09:30", elsewhere)
    world.slack.workspace.scopes -= {"usergroups:read", "channels:read"}
    said = await says(world.alice, "silent @oncall daily 09:30")
    assert "Slack did not say in time who is in <!subteam^S0ONCALL>" in said


async def test_who_is_left_out_and_that_nobody_would_be_rung_is_said(world: World) -> None:
    alone = "As it is, nobody will be rung: a call takes two phones."
    apart = "You are not among those it rings: its form adds you"
    said = await says(world.alice, "pair @bob @carol weekdays 09:30")
    assert "It rings @bob and @carol in <#C0STANDUP>." in said
    assert apart in said
    assert alone not in said
    said = await says(world.alice, "mine me @bob weekdays 09:30")
    assert "You are not among" not in said
    assert alone not in said
    assert alone in await says(world.alice, "single @bob weekdays 09:30")
    assert alone in await says(world.alice, "unrung me @erin weekdays 09:30")
    world.slack.add_person("deploybot", is_bot=True)
    assert alone in await says(world.alice, "machine @bob @deploybot weekdays 09:30")


async def test_what_puts_a_deleted_standup_back_can_be_typed(world: World) -> None:
    await says(world.alice, "guests me +6591239999 weekdays 09:30 UTC")
    said = await says(world.alice, "guests delete")
    assert "Deleted: `guests`. `/conference standup new` sets up another." in said
    assert "91239999" not in said
    assert "•••• 9999" not in said
    await says(world.alice, "closing @bob @carol weekdays 09:30 UTC")
    await says(world.alice, "closing report weekly")
    assert "`/conference standup new` sets up another" in await says(world.alice, "closing delete")
    await says(world.alice, "plain @bob @carol weekdays 09:30 UTC")
    back = "`/conference standup plain` @bob @carol `weekdays 09:30 UTC` in <#C0STANDUP>"
    assert f"To put it back, type {back}." in await says(world.alice, "plain delete")


async def test_what_can_not_be_set_up(world: World) -> None:
    await says(world.alice, "sync @bob daily 09:30")
    await world.alice.types("/conference team platform @bob @carol")
    for typed, *answers in [
        (
            "platfrom weekdays 09:30",
            "Nothing was set up: there is no team `platfrom`.",
            "The closest name is `platform`: `/conference standup platfrom platform weekdays 09:30`.",
            "`/conference team platfrom @alice @bob` saves one",
            "then type `/conference standup platfrom weekdays 09:30` again",
        ),
        ("sync @carol weekdays 10:00", "there is a standup `sync` already, by @alice, every day at 09:30"),
        (
            "quiz @carol +1 900 555 1234 weekdays 10:00",
            "`quiz` was not set up. Run the command again without these numbers:",
        ),
        (
            "quiz @carol without me daily 10:00",
            "Nothing was set up: a standup rings you only if you are named",
            "`/conference standup quiz` @carol `daily 10:00`",
        ),
        (
            f"quiz {' '.join(f'+65912300{number}' for number in range(10, 70))} daily 10:00",
            "60 people, groups and numbers were named, and a standup takes at most 50",
        ),
    ]:
        said = await says(world.alice, typed)
        assert all(answer in said for answer in answers), said
    assert "there is no standup `quiz`" in await says(world.alice, "quiz")


async def test_help_shows_what_can_be_typed(world: World) -> None:
    assert "`/conference standup platform weekdays 09:30` sets one up" in await says(world.alice, "help")
    assert (
        "`/conference team platform @alice @bob` saves a team"
        in (await world.alice.types("/conference team help")).ack_text
    )


async def test_a_standup_without_its_verb_is_answered_with_the_verb(world: World) -> None:
    await world.alice.types("/conference team platform @bob @carol")
    message = (await world.alice.types("/conference platform weekdays 09:30")).message
    assert message
    right = "To have it ring by itself at that time, type `/conference standup platform weekdays 09:30`."
    assert right in reading(message)
    message = (await world.alice.types("/conference platform wekdays")).message
    assert message
    assert "ring by itself" not in reading(message)


MISTYPED = [
    ("platform weekdays", "at what time", "platform weekdays 09:30"),
    ("platform 10:15", "on which days", "platform weekdays 10:15"),
    ("weekdays 09:30", "name is missing", "platform weekdays 09:30"),
    ("platform weekdays 25:00", "`25:00` is no time of day", "platform weekdays 09:30"),
    ("platform weekdays 9", "`9` may be a time", "platform weekdays 09:00"),
    ("platform montag 09:30", "typed in English, here `mon`", "platform mon 09:30"),
    ("platform wendesday 09:30", "most likely it is to be `wed`", "platform wed 09:30"),
    ("platform weekdays 09:30 Singapur", "closest is `Asia/Singapore`", "platform weekdays 09:30 Asia/Singapore"),
    ("platform weekdays 09:30 PST", "when the clocks change", "platform weekdays 09:30 America/Los_Angeles"),
    ("platform weekdays 09:30 GMT+8", "such as `Asia/Singapore`", "platform weekdays 09:30 Asia/Singapore"),
    ("platform tomorrow 09:30", "`tomorrow` comes once", "platform weekdays 09:30"),
    ("platform 2026-12-01 09:30", "`2026-12-01` comes once", "platform weekdays 09:30"),
    ("platform every month 09:30", "the same days every week", "platform weekdays 09:30"),
    ("pause platform", "name comes first, and `pause` after it", "platform pause"),
    ("platform stop", "maybe it is to be `pause` or `delete`", "platform pause"),
    ("platform pause now", "`now` is too much", "platform pause"),
    ("platform weekdays 09:30 16:00", "`09:30` and `16:00` are two times", "platform weekdays 09:30"),
    ("platform pause until monday", "a pause begins at once, and lasts until `resume`", "platform pause"),
    ("platform skip tomorrow", "`skip` skips the next one", "platform skip"),
    ("platform remove @dave", "who is rung, when, and on which days not, is changed in its form", "platform change"),
    ("platform leave", "an admin, takes you out by `change`", "platform change"),
    ("platform daily 9:30 Europe/London Asia/Tokyo", "two time zones", "platform daily 09:30 Europe/London"),
    ("@bob weekdays 09:30", "`@bob` stands where the standup's name is to be", "platform` @bob `weekdays 09:30"),
    ("9platform weekdays 09:30", "can't be a standup's name", "platform weekdays 09:30"),
    ("platform #standup daily 09:30", "`#standup` is a channel", "platform daily 09:30"),
    ("platform @bobb weekdays 09:30", "`@bobb` (word 3) is no link to a person", "platform weekdays 09:30"),
    ("pause weekdays 09:30", "`pause` is a word that the command reads otherwise", "platform weekdays 09:30"),
    ("platform report monthly", "after `report` stands nothing, or `weekly`", "platform report"),
    ("platform weekdays 09:30 please", "`please` is no team, and no link to a person", "platform weekdays 09:30"),
    ("platform @bob", "It is not said when it rings", "platform` @bob `weekdays 09:30"),
    ("platform +6512 daily 09:30", "can't be rung", "platform daily 09:30"),
    ("platform " + "x " * 2000, "too long to be read", "platform weekdays 09:30"),
]


async def test_what_is_mistyped_is_answered_with_the_right_form_of_what_was_meant(world: World) -> None:
    wrong = []
    for typed, why, right in MISTYPED:
        result = await world.slack.command(world.alice.person, world.channel, f"/conference standup {typed}")
        assert result.message
        said = reading(result.message)
        if why not in said or f"`/conference standup {right}" not in said or "Nothing was done" not in said:
            wrong.append((typed, said))
    assert not wrong
    assert "No standup rings in this channel" in await says(world.alice, "list")


async def test_whose_standups_are_listed(world: World) -> None:
    secret = world.slack.add_channel("secret", world.alice.person, world.bob.person, world.dave.person, private=True)
    await world.alice.types("/conference team inner @dave")
    await says(world.alice, "hidden @bob weekdays 09:30", secret)
    await says(world.alice, "nested inner weekdays 10:30", secret)
    await says(world.bob, "open @bob daily 11:30")
    assert [
        [name for name in ("hidden", "nested", "open") if f"*{name}*" in await says(actor, "")]
        for actor in (world.alice, world.bob, world.carol, world.dave)
    ] == [["hidden", "nested", "open"], ["hidden", "open"], ["open"], ["nested", "open"]]
    assert "*nested*" in await says(world.bob, "", secret)
    for typed in ("hidden", "hidden pause", "hidden delete", "hidden change"):
        said = await says(world.carol, typed)
        assert "there is no standup `hidden`" in said
        assert "@alice" not in said
    assert "another standup is called `hidden`. Choose another name" in await says(
        world.carol, "hidden @bob daily 9:30"
    )
    world.carol.person.is_admin = True
    assert "*hidden*" not in await says(world.carol, "")
    assert "The closest name is `open`" in await says(world.carol, "opne")


async def test_an_admin_who_knows_its_name_changes_any(world: World) -> None:
    secret = world.slack.add_channel("secret", world.alice.person, world.bob.person, private=True)
    await says(world.alice, "hidden @bob weekdays 09:30", secret)
    world.carol.person.is_admin = True
    before = len(world.slack.calls)
    assert "Paused: `hidden`" in await says(world.carol, "hidden pause")
    assert "every Friday" in await says(world.carol, "hidden report weekly")
    # Once for each: of the three seconds that Slack waits, a second question may take the rest.
    assert [call.method for call in world.slack.calls[before:]].count("users.info") == 2
    message = await answered(world.carol, "hidden")
    await chooses(world.carol, message, "Resume")
    await world.until(lambda: "Resumed: `hidden`" in world.told(world.carol))
    await world.slack.click(world.carol.person, message, "standup_change")
    await world.carol.sees_form()
    assert "Deleted: `hidden`" in await says(world.carol, "hidden delete")


async def test_in_a_direct_message_none_is_set_up(world: World) -> None:
    direct = world.slack.workspace.direct_channel(world.alice.person)
    said = await says(world.alice, "platform @bob weekdays 09:30 Asia/Singapore", direct)
    assert "Nothing was set up" in said
    assert "in the channel where it is to appear, or choose that in the form: `/conference standup new`" in said
    assert "there is no standup `platform`" in await says(world.alice, "platform")
    assert "form opens now" in await says(world.alice, "new", direct)
    form = await world.alice.sees_form()
    assert "initial_conversation" not in str(form.body)


async def test_who_may_do_what(world: World) -> None:
    await says(world.alice, "sync @bob weekdays 09:30")
    for act in ("pause", "resume", "skip", "don't skip", "delete", "change"):
        said = await says(world.bob, f"sync {act}")
        assert "`sync` was set up by @alice, and only they and admins change it" in said
    assert options(await answered(world.bob)) == []
    world.bob.person.is_admin = True
    message = await answered(world.bob)
    assert options(message) == [["Pause", "Skip the next one", "Delete"]]
    world.bob.person.is_admin = False
    await chooses(world.bob, message, "Pause")
    await world.bob.is_told("`sync` was set up by @alice, and only they and admins change it")
    assert "It rings next" in await says(world.alice, "sync")
    world.bob.person.is_admin = True
    assert "Paused: `sync`" in await says(world.bob, "sync pause")
    assert "Deleted: `sync`" in await says(world.bob, "sync delete")


async def test_a_standup_is_paused_resumed_skipped_and_deleted_by_typing(world: World) -> None:
    await world.alice.types("/conference team platform @bob @carol")
    await says(world.alice, "platform weekdays 09:30 Asia/Singapore")
    for typed, *answers in [
        ("platform resume", "`platform` was not paused.", "It rings next"),
        ("platform pause", "Paused: `platform` rings no more", "It is paused."),
        ("platform pause", "`platform` was paused already."),
        ("platform skip", "Nothing was skipped"),
        ("platform resume", "Resumed: `platform` rings again.", "It rings next"),
        ("platform skip", "Skipped: `platform`", "is skipped (by @alice). It rings next"),
        ("platform skip", "`platform` was skipped already"),
        ("platform don't skip", "It is skipped no more"),
        ("platform don't skip", "No day of `platform` was skipped."),
        (
            "platform delete",
            "Deleted: `platform`.",
            "type `/conference standup platform weekdays 09:30 Asia/Singapore`",
        ),
        ("platform", "there is no standup `platform`"),
    ]:
        said = await says(world.alice, typed)
        assert all(answer in said for answer in answers), (typed, said)


async def test_a_standup_is_paused_skipped_and_deleted_by_its_menu(world: World) -> None:
    await says(world.alice, "alpha @bob weekdays 09:30")
    await says(world.alice, "beta @bob weekdays 10:30")

    async def redrawn(*pieces: str) -> Message:
        def found() -> list[Message]:
            seen = world.slack.seen_by(world.alice.person, world.channel)
            return [message for message in seen if all(piece in reading(message) for piece in pieces)]

        await world.until(found)
        return found()[-1]

    message = await answered(world.alice)
    assert options(message) == [["Pause", "Skip the next one", "Delete"]] * 2
    assert buttons(message) == ["Change", "Change", "New standup"]
    await chooses(world.alice, message, "Skip the next one", 1)
    message = await redrawn("Skipped: `beta`", "*alpha*", "is skipped (by @alice)")
    assert options(message)[1] == ["Pause", "Don't skip", "Delete"]
    await chooses(world.alice, message, "Don't skip", 1)
    message = await redrawn("It is skipped no more: `beta`")
    await chooses(world.alice, message, "Pause")
    message = await redrawn("Paused: `alpha`", "It is paused.")
    assert options(message) == [["Resume", "Delete"], ["Pause", "Skip the next one", "Delete"]]
    stale = message
    await chooses(world.alice, message, "Delete")
    question = await redrawn("Delete `alpha`, weekdays at 09:30, Singapore time?")
    assert "*alpha*" in await says(world.alice, "alpha")
    await world.alice.presses("standup_delete", question)
    await redrawn("Deleted: `alpha`.")
    assert "there is no standup `alpha`" in await says(world.alice, "alpha")
    await chooses(world.alice, stale, "Resume")
    await world.alice.is_told("there is no such standup any more")


async def test_what_an_admin_chose_is_acknowledged_before_the_list_is_drawn_anew(world: World) -> None:
    await says(world.alice, "sync @bob weekdays 09:30")
    world.bob.person.is_admin = True
    message = await answered(world.bob)
    may_bob = world.slack.hold("users.info")
    choosing = asyncio.create_task(chooses(world.bob, message, "Pause"))
    await may_bob.reached()
    whose_are_they = world.slack.hold("users.info")
    may_bob.release()
    await choosing
    whose_are_they.release()
    await world.bob.is_told("Paused: `sync`")
    seen = world.slack.seen_by(world.bob.person, world.channel)
    (drawn,) = (message for message in seen if "Paused: `sync`" in reading(message))
    assert options(drawn) == [["Resume", "Delete"]]


async def test_the_list_outlives_a_restart_and_fits_however_many_there_are(world: World) -> None:
    for number in range(23):
        await says(world.alice, f"call-{chr(ord('a') + number)} @bob weekdays 09:30")
    await says(world.alice, "call-a pause")
    await world.kill_bot()
    await world.start_bot()
    message = await answered(world.alice)
    said = reading(message)
    assert "*call-a* · weekdays at 09:30, Singapore time\nIt is paused." in said
    assert "Also `call-u`, `call-v` and `call-w`." in said
    assert len(message.blocks) <= 50


async def test_with_none_to_list_the_form_opens(world: World) -> None:
    assert "The form for one opens now" in await says(world.alice, "")
    form = await world.alice.sees_form()
    assert form.body["title"]["text"] == "New standup"


async def test_a_team_that_a_standup_rings_is_not_deleted(world: World) -> None:
    await world.alice.types("/conference team platform @bob @carol")
    await says(world.alice, "platform weekdays 09:30")
    await says(world.alice, "later platform weekdays 16:00")
    result = await world.alice.types("/conference team platform delete")
    assert "Nothing was deleted: `platform` is rung by the standups `later` and `platform`." in result.ack_text
    await says(world.alice, "platform delete")
    await says(world.alice, "later delete")
    assert "Deleted: `platform`" in (await world.alice.types("/conference team platform delete")).ack_text


async def test_a_team_that_is_not_deleted_names_no_standup_that_is_hidden(world: World) -> None:
    secret = world.slack.add_channel("secret", world.alice.person, world.bob.person, private=True)
    await world.carol.types("/conference team platform @dave")
    await says(world.alice, "hidden platform weekdays 09:30", secret)
    said = (await world.carol.types("/conference team platform delete")).ack_text
    assert "is rung by a standup that you don't see. An admin can change it." in said
    await says(world.carol, "open platform weekdays 16:00")
    said = (await world.carol.types("/conference team platform delete")).ack_text
    assert "is rung by the standup `open`, and by 1 that you don't see: an admin can change that." in said
    assert "hidden" not in said
