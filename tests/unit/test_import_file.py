"""A file of numbers: all of it is taken, or every bad line of it is named."""

import re
from pathlib import Path

import pytest

from conference.barring import Barring
from operations.errors import OperationError
from operations.import_numbers import ImportedNumber, read_import_file


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "numbers.csv"


def lines(file: Path, content: str | bytes) -> list[str]:
    """What is wrong with the file, without its name."""
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(OperationError) as raised:
        read_import_file(file, None, Barring())
    # The folder's own name may have any digits in it.
    named = [line.replace(str(file), "FILE") for line in raised.value.lines]
    assert not re.search(r"9123|8123|9876", "".join(named).replace("+65 9123 4567", ""))
    return named


@pytest.mark.parametrize("start", ["", "\ufeff"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_file_is_read_whole(file: Path, start: str, newline: str) -> None:
    rows = ["user_id, number ", "U1,+65 8123 4567", "", 'W2,"9123 4567"', " , "]
    file.write_bytes((start + newline.join(rows)).encode())
    assert read_import_file(file, "SG", Barring()) == [
        ImportedNumber(None, "U1", "+6581234567"),
        ImportedNumber(None, "W2", "+6591234567"),
    ]


def test_a_third_column_names_the_workspace(file: Path) -> None:
    file.write_text("user_id,number,team_id\nU1,+6581234567,T1\nU1,+6591234567,E2\n")
    assert read_import_file(file, None, Barring()) == [
        ImportedNumber("T1", "U1", "+6581234567"),
        ImportedNumber("E2", "U1", "+6591234567"),
    ]


def test_a_team_is_named_in_every_line_or_in_none(file: Path) -> None:
    file.write_text("user_id,number,team_id\nU1,+6581234567,\nU1,+6591234567,T1\n")
    with pytest.raises(OperationError, match="some lines name a workspace and others don't"):
        read_import_file(file, None, Barring())


@pytest.mark.parametrize("header", ["", "U1,+6581234567", "number,user_id", "user_id;number", "user_id", "a,b,c"])
def test_the_first_line_must_be_the_header(file: Path, header: str) -> None:
    assert lines(file, f"{header}\nU2,+6581234567\n") == [
        "FILE: the first line must be user_id,number or user_id,number,team_id."
    ]


def test_every_bad_line_is_named_and_nothing_is_taken(file: Path) -> None:
    content = (
        "user_id,number,team_id\nU1,+6591234567,T1\nbob,+6581234567,\nU2,98765432,\n\nU3,+65812,x\nU4,+6581234567\n"
    )
    named = lines(file, content)
    assert [line.split(": ")[0] for line in named[:-1]] == [
        *("FILE, line 3", "FILE, line 4", "FILE, line 6", "FILE, line 6", "FILE, line 7")
    ]
    assert "user id" in named[0]
    assert "no country code" in named[1]
    assert "team id" in named[2]
    assert "No such number" in named[3]
    assert named[4:] == ["FILE, line 7: it has 2 columns, and the first line has 3.", "Nothing was imported."]


@pytest.mark.parametrize("cell", ["", "u1", "U1 2", "<@U1>", "C012", "U", "Ü1"])
def test_a_user_id_is_one_of_slacks(file: Path, cell: str) -> None:
    assert lines(file, f"user_id,number\n{cell},+6581234567\n")[0].startswith("FILE, line 2: the user id is not")


def test_somebody_who_stands_there_twice_is_named_each_time(file: Path) -> None:
    assert lines(file, "user_id,number\nU1,+6581234567\nU2,+6581234567\nU1,+6591234567\nU1,+6581234567\n") == [
        "FILE, line 4: U1 stands in line 2 already.",
        "FILE, line 5: U1 stands in line 2 already.",
        "Nothing was imported.",
    ]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("user_id,number\nU1,+6591234567é".encode("latin-1"), "FILE is not UTF-8 text."),
        ("user_id,number\nU1,+6591234567".encode("utf-16"), "FILE is not UTF-8 text."),
        ('user_id,number\nU1,"+6591234567"1\n', "FILE is not CSV: "),
        ('user_id,number\nU1,"+6591234567\n', "FILE is not CSV: "),
    ],
)
def test_what_is_no_csv_is_said_to_be_none(file: Path, content: str | bytes, says: str) -> None:
    (line,) = lines(file, content)
    assert line.startswith(says)


def test_a_file_that_is_not_there_or_is_a_folder_can_not_be_read(tmp_path: Path) -> None:
    for path, why in [(tmp_path / "none.csv", "No such file"), (tmp_path, "Is a directory")]:
        with pytest.raises(OperationError, match=f"can't be read: {why}"):
            read_import_file(path, None, Barring())


def test_a_file_may_hold_nobody(file: Path) -> None:
    file.write_text("user_id,number\n")
    assert read_import_file(file, None, Barring()) == []
