"""What people and machines really send, from which every input is made by changing it."""

from random import Random
from typing import Final

NUMBERS: Final = tuple(f"+659123{last:04}" for last in range(400))
"""Mobile numbers of Singapore, all of them valid: the bot keeps them, rings them, and must not log them."""

FOREIGN: Final = (
    *("+14155552671", "+447911123456", "+4915123456789", "+33612345678", "+919876543210", "+81312345678"),
    *("+390612345678", "+5491123456789", "+2250123456789", "+8613812345678", "+61412345678", "+60123456789"),
)
BARRED: Final = (
    *("+6519001234567", "+447012345678", "+870773111632", "+881612345678", "+19005551234", "+979123456789"),
    *("+882161234567", "+448431234567", "+6518001234567", "995", "112", "911", "1900", "+65995"),
)
"""Premium, personal, satellite, shared-cost, toll-free, emergency and short numbers."""

NO_NUMBERS: Final = (
    *("12", "+", "0", "00 65 9123 0001", "+65 9123 456", "9" * 15, "+" * 20, "+6591230001x22", "+65-", "()", "1e9"),
    *("+0", "0x41", "-1", "9123 0001 9123 0002", "+65 9123 0001 +65 9123 0002", "9" * 41, "+999 123 456 789", "1/2/3"),
)

PEOPLE: Final = tuple(f"U0P{number:02}" for number in range(60))
ADMIN: Final = "U0BOSS"
ODD_PEOPLE: Final = (
    "U0ROLLCALL",
    "USLACKBOT",
    "U0GONE",
    "U0STRANGER",
    "U0NOSUCHONE",
    "W012A3CDE",
    "U",
    "U0" + "A" * 300,
)
"""The bot itself, another bot, somebody who has left, somebody of another workspace, and ids of nobody."""

GROUPS: Final = ("S0ONCALL", "S0EVERYBODY", "S0NOBODY", "S0NOSUCHGROUP")
CHANNELS: Final = ("C0STANDUP", "C0SECRET", "C0ARCHIVED", "D0P01", "C0NOSUCHONE", "G0GROUP")
TEAM: Final = "T0ROLLCALL"
OTHER_TEAM: Final = "T0OTHER"

ODD_CHARACTERS: Final = (
    *("\u200f", "\u202e", "\u2066", "\u200b", "\ufeff", "\u00a0", "\u2028", "\u0085", "\u2011", "\uff0b", "\u0000"),
    *(
        "\u0001",
        "\u0007",
        "\u001b[31m",
        "\u007f",
        "\u0130",
        "\u00df",
        "\u0301" * 9,
        "\ufdfd",
        "\U0001f468\u200d\U0001f469",
    ),
    *("\ufffe", "\U0010ffff", "٣", "५", "９", "²", "½", "Ⅷ", "𝟗", "一", "\t", "\n", "\r\n", "\v", "\f"),
)
SURROGATES: Final = ("\ud800", "\udfff", "\ud83d", "\udc80")
"""Halves of characters. In JSON they may stand as `\\ud800`, and in a form as `%ED%A0%80`."""

TEAMS: Final = ("platform", "Backend", "on-call", "équipe", "平台", "टीम", "x" * 40)
NO_TEAMS: Final = ("x" * 41, "2nd", "me", "status", "weekdays", "a.b", "@platform", "platform:", "ｍｅ", "İ", "-", "_")
TEAM_ACTS: Final = ("", "", "", "add", "remove", "delete", "list", "show", "new", "leave", "ADD")

PIECES: Final = (
    *("<", ">", "<<", ">>", "<@", "|", "<@U0P01", "<@U0P01|", "<@|>", "<@U0P01|<@U0P02>>", "<@u0p01>", "<!", "<!>"),
    *("<tel:>", "<tel:|>", "<tel:+6591230001", "<tel:call me|me>", "<mailto:a@b.sg|a@b.sg>", "<https://a.sg|b>"),
    *("<#C0STANDUP|standup>", "<#C0STANDUP>", "<!here>", "<!channel|@channel>", "<!everyone>", "<!date^1^{time}|x>"),
    *("@alice", "@", "#standup", "&amp;", "&lt;", "&gt;", "&", "&#43;65", "&amp;lt;", "`", "```", "*_~", "%", "%s"),
    *("%2B65", "%00", "%zz", "+", ",", ";", ",,,,", "'", '"', "\\", "\\u0000", "{0}", "{}", "${x}", "../../etc/passwd"),
    *("' OR 1=1 --", "=1+1", "null", "None", "NaN", "-0", "1e309", "٩١٢٣٠٠٠١", "ＭＥ", "Ｗithout", "İ", "ﬀ"),
)
WORDS: Final = (
    *("me", "Me", "without me", "without", "with", "and", "&", "please", "help", "HELP", "number", "NUMBER", "status"),
    *(
        "history",
        "hangup",
        "team",
        *("standup", "standup platform weekdays 09:30", "standup sync mon,thu 16:00 Asia/Singapore", "standup new"),
        *("standup platform", "standup platform skip", "standup platform pause", "standup platform delete", "mon-fri"),
        "missing",
        "remove",
        "code",
        "off",
        "on",
        "call",
        "me me me",
        "without us",
    ),
)
CODES: Final = (
    "000000",
    "123456",
    "123 456",
    "12345",
    "1234567",
    "ZZcode0ZZ",
    "ZZcode1ZZ",
    "ZZcode2ZZ",
    "١٢٣٤٥٦",
    "-1",
)
"""`ZZcode1ZZ` becomes the code that was last texted to somebody, when the input is sent."""


def number(random: Random) -> str:
    """A number, or what is none, written in one of the ways in which people write them."""
    numbers = random.choices((NUMBERS, FOREIGN, BARRED, NO_NUMBERS), weights=(12, 2, 1, 1))[0]
    return written(random, random.choice(numbers))


def written(random: Random, e164: str) -> str:
    """The same number as somebody may type it."""
    national = e164.removeprefix("+65")
    halves = f"{national[:4]} {national[4:]}"
    match random.randrange(10):
        case 0 | 1 | 2:
            return e164
        case 3:
            return f"+65 {halves}"
        case 4:
            return national
        case 5:
            return f"<tel:{e164}|{halves}>"
        case 6:
            return f"(+65) {halves.replace(' ', '-')}"
        case 7:
            return f"00{e164[1:]}"
        case 8:
            return e164.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
        case _:
            return f"\u202d{e164}\u202c"


def mention(random: Random) -> str:
    """Somebody, or a group, as Slack links them."""
    user_id = random.choices((random.choice(PEOPLE), ADMIN, random.choice(ODD_PEOPLE)), weights=(20, 1, 2))[0]
    match random.randrange(8):
        case 0:
            return f"<@{user_id}|{user_id.lower()}>"
        case 1:
            return f"<!subteam^{random.choice(GROUPS)}|@oncall>"
        case 2:
            return f"<!subteam^{random.choice(GROUPS)}>"
        case _:
            return f"<@{user_id}>"
