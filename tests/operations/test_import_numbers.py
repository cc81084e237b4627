"""`import-numbers FILE`: all numbers of a file, or none."""

import pytest

from tests.harness.world import World
from tests.operations.conftest import Shell, database, imported, numbers_on_file

ALICE = ("T0ROLLCALL", "U0ALICE", "+6591230001")
BOB = ("T0ROLLCALL", "U0BOB", "+6591230002")


async def test_all_numbers_of_a_file_are_kept(lone_shell: Shell) -> None:
    outcome = await imported(
        lone_shell, "user_id,number,team_id\nU0ALICE,+65 9123 0001,T0ROLLCALL\nU0BOB,9123-0002,T0ROLLCALL\n"
    )
    assert (outcome.status, outcome.out) == (0, "2 numbers imported.\n")
    assert numbers_on_file(database(lone_shell)) == [ALICE, BOB]


async def test_no_number_is_printed(lone_shell: Shell) -> None:
    good = await imported(lone_shell, "user_id,number,team_id\nU0ALICE,+6581230001,T0ROLLCALL\n")
    bad = await imported(lone_shell, "user_id,number\nU0ALICE,+65812300017777\nU0ALICE,81230001\n+6581230001,x\n")
    assert (good.status, bad.status) == (0, 1)
    assert "81230001" not in good.out + good.err + bad.out + bad.err


async def test_slack_says_which_workspace_it_is(settled_shell: Shell, quiet_world: World) -> None:
    outcome = await imported(settled_shell, "user_id,number\nU0ALICE,+6591230001\n")
    assert outcome.status == 0
    await quiet_world.start_bot()
    result = await quiet_world.alice.types("/conference number")
    assert "Your number is +65 9123 0001" in result.ack_text


async def test_a_number_that_is_on_file_is_replaced(lone_shell: Shell) -> None:
    await imported(lone_shell, "user_id,number,team_id\nU0ALICE,+6591239999,T0ROLLCALL\nU0BOB,+6591230002,T0ROLLCALL\n")
    await imported(lone_shell, "user_id,number,team_id\nU0ALICE,+6591230001,T0ROLLCALL\n")
    assert numbers_on_file(database(lone_shell)) == [ALICE, BOB]


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbfuser_id,number,team_id\nU0ALICE,+6591230001,T0ROLLCALL\n",
        b"user_id,number,team_id\r\nU0ALICE,+6591230001,T0ROLLCALL\r\n",
        b'"user_id","number","team_id"\n"U0ALICE","+6591230001","T0ROLLCALL"\n',
        b"user_id , number , team_id\n\n U0ALICE , +65 9123 0001 , T0ROLLCALL \n,,\n",
    ],
    ids=["byte order mark", "carriage returns", "quotes", "blanks and empty lines"],
)
async def test_a_file_as_spreadsheets_write_it(lone_shell: Shell, content: bytes) -> None:
    assert (await imported(lone_shell, content)).status == 0
    assert numbers_on_file(database(lone_shell)) == [ALICE]


async def test_each_bad_line_is_named_and_nothing_is_imported(lone_shell: Shell) -> None:
    outcome = await imported(
        lone_shell,
        "user_id,number,team_id\n"
        "U0ALICE,+6591230001,T0ROLLCALL\n"
        "alice,+6591230002,T0ROLLCALL\n"
        "U0BOB,91,T0ROLLCALL\n"
        "U0CAROL,+6591230003,acme\n"
        "\n"
        "U0DAVE\n"
        "U0ALICE,+6591230004,T0ROLLCALL\n",
    )
    assert outcome.status == 1
    *faults, end = outcome.err.splitlines()
    assert [fault.partition(": ")[0] for fault in faults] == [f"numbers.csv, line {line}" for line in (3, 4, 5, 7, 8)]
    assert end == "Nothing was imported."
    assert lone_shell.files == ["numbers.csv"]


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("+6519001234567", "Premium-rate numbers are never rung."),
        ("+881612345678", "Satellite phones and numbers that belong to no country are never rung."),
        ("+60123456789", "Numbers of that country are not rung from here: whoever runs Rollcall chose which are."),
    ],
)
async def test_a_number_that_is_never_rung_is_named_by_its_line_and_nothing_is_imported(
    lone_shell: Shell, number: str, why: str
) -> None:
    content = f"user_id,number,team_id\nU0ALICE,+6591230001,T0ROLLCALL\nU0BOB,{number},T0ROLLCALL\n"
    outcome = await imported(lone_shell, content)
    assert outcome.status == 1
    assert outcome.err.splitlines() == [
        f"numbers.csv, line 3: the number can't be used. {why}",
        "Nothing was imported.",
    ]
    assert lone_shell.files == ["numbers.csv"]


async def test_allowed_countries_hold_for_the_import_too(lone_shell: Shell) -> None:
    lone_shell.variables["ALLOWED_COUNTRIES"] = "MY"
    theirs = "user_id,number,team_id\nU0ALICE,+60123456789,T0ROLLCALL\n"
    assert (await imported(lone_shell, theirs)).status == 0
    assert (await imported(lone_shell, "user_id,number,team_id\nU0BOB,91230002,T0ROLLCALL\n")).status == 1


async def test_an_imported_number_says_who_vouches_for_it(settled_shell: Shell, quiet_world: World) -> None:
    settled_shell.variables["VERIFY_NUMBERS"] = "sms"
    await imported(settled_shell, "user_id,number\nU0ALICE,+6591230001\n")
    await quiet_world.start_bot()
    result = await quiet_world.alice.types("/conference number")
    assert "Whoever runs Rollcall put it on file." in result.ack_text


async def test_a_bad_line_leaves_the_numbers_on_file_as_they_were(lone_shell: Shell) -> None:
    await imported(lone_shell, "user_id,number,team_id\nU0ALICE,+6591230001,T0ROLLCALL\n")
    await imported(lone_shell, "user_id,number,team_id\nU0ALICE,+6591239999,T0ROLLCALL\nU0BOB,,T0ROLLCALL\n")
    assert numbers_on_file(database(lone_shell)) == [ALICE]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "the first line must be user_id,number"),
        (b"user_id,number\nU0ALICE,\xff\n", "is not UTF-8 text"),
        (b'user_id,number\nU0ALICE,"+65\n', "is not CSV"),
    ],
)
async def test_a_file_that_is_no_such_table(lone_shell: Shell, content: bytes, why: str) -> None:
    outcome = await imported(lone_shell, content)
    assert outcome.status == 1
    assert why in outcome.last_line
    assert lone_shell.files == ["numbers.csv"]


async def test_a_file_that_is_not_there(lone_shell: Shell) -> None:
    outcome = await lone_shell.bot("import-numbers", "nowhere.csv")
    assert (outcome.status, outcome.err) == (1, "nowhere.csv can't be read: No such file or directory.\n")


async def test_slack_does_not_say_which_workspace_it_is(lone_shell: Shell) -> None:
    outcome = await imported(lone_shell, "user_id,number\nU0ALICE,+6591230001\n")
    assert outcome.status == 1
    assert outcome.last_line.startswith("Slack did not say which workspace these people are in")
    assert "Nothing was imported." in outcome.last_line
    assert lone_shell.files == ["numbers.csv"]


async def test_slack_does_not_know_the_token(settled_shell: Shell) -> None:
    settled_shell.variables["SLACK_BOT_TOKEN"] = "xoxb-wrong"
    outcome = await imported(settled_shell, "user_id,number\nU0ALICE,+6591230001\n")
    assert outcome.status == 1
    assert "invalid_auth" in outcome.last_line
    assert "xoxb-wrong" not in outcome.err
    assert not database(settled_shell).exists()
