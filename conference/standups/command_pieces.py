"""The pieces of a standup's command: the tokens of a text, and what a few of these may be found to say. Pure."""

import html
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import time
from difflib import get_close_matches
from itertools import takewhile

from conference.invitation import as_name, quotable
from conference.standups.command import Slip, SlipKind, StandupAct
from conference.standups.recurrence import Weekday
from conference.standups.vocabulary import DAYS, read_name
from conference.standups.zones import zone_named

_QUOTES = '"“”„‟«»‹›`'
_TOKEN = re.compile(
    rf"""
      (?P<comma>[,;])
    | (?P<slack><[^<>]*>)
    | [{_QUOTES}](?P<quoted>[^{_QUOTES}<>]*[^{_QUOTES}<>\s,;][^{_QUOTES}<>]*)[{_QUOTES}]
    | (?P<word>(?:&(?:amp|lt|gt);|[^\s,;<{_QUOTES}])+|<)
    """,
    re.VERBOSE,
)


@dataclass(frozen=True)
class Token:
    """A word, or what Slack made of a mention; `key` is what it is compared by."""

    text: str
    key: str
    start: int
    end: int
    is_slack: bool = False
    after_comma: bool = False


def tokens_of(text: str) -> list[Token]:
    """A text's tokens in their order, without commas and quotes."""
    tokens: list[Token] = []
    after_comma = False
    for match in _TOKEN.finditer(text):
        if match["comma"]:
            after_comma = True
            continue
        words = re.finditer(r"[^\s,;]+", match["quoted"]) if match["quoted"] and not is_phrase(match["quoted"]) else ()
        spans = [(match.start("quoted") + word.start(), match.start("quoted") + word.end()) for word in words]
        for start, end in spans or [match.span()]:
            inner = match["quoted"].strip() if match["quoted"] and not spans else text[start:end]
            is_slack = bool(match["slack"])
            tokens.append(Token(inner, inner if is_slack else _key(inner), start, end, is_slack, after_comma))
            after_comma = False
    return tokens


def is_phrase(quoted: str) -> bool:
    """Whether quotes hold several words that say nothing but may be a name together."""
    words = [_key(word) for word in quoted.split()]
    if len(words) < 2 or "," in quoted or not read_name(words[0]):
        return False
    return not any(word in DAYS or zone_named(word) or word[:1].isdigit() for word in words)


def _key(word: str) -> str:
    key = as_name(html.unescape(word)).replace("’", "'").replace("−", "-")
    return key.strip("'").rstrip(".:!?") or key


def shown(tokens: Iterable[Token]) -> str:
    """Pieces as their writer saw them, as they may be quoted."""
    return quotable(" ".join(map(label_of, tokens)))


def label_of(token: Token) -> str:
    """A token as its writer saw it: the name of who or what is mentioned, if Slack says it."""
    label = re.fullmatch(r"<([#@!])[^|<>]*\|([^<>]*)>", token.text)
    return ("" if label[1] == "!" else label[1]) + label[2].removeprefix(label[1]) if label and label[2] else token.text


@dataclass(frozen=True)
class Zone:
    name: str
    may_be_name: bool
    """Whether a city alone was typed, after which a standup may be called."""


@dataclass(frozen=True)
class Mention:
    """Somebody, to be read as in any other command."""


@dataclass(frozen=True)
class SavedTeam:
    """A team of the workspace."""

    name: str


MENTION = Mention()
Value = frozenset[Weekday] | time | Zone | StandupAct | Mention | SavedTeam | None


@dataclass(frozen=True)
class Found:
    """What tokens say; with a `slip`, what they were most likely to say. Nothing known: a word."""

    tokens: tuple[Token, ...]
    value: Value = None
    slip: Slip | None = None

    @property
    def is_word(self) -> bool:
        return self.value is None and self.slip is None

    @property
    def key(self) -> str:
        return self.tokens[0].key


Tokens = Sequence[Token]


def keys_of(tokens: Tokens, count: int) -> tuple[str, ...]:
    """The first words, up to the first mention."""
    return tuple(token.key for token in takewhile(lambda token: not token.is_slack, tokens[:count]))


def slipped(kind: SlipKind, tokens: Tokens, value: Value = None, choices: tuple[str, ...] = ()) -> Found:
    """Something that is wrong with these tokens, what they were most likely to say, and what may stand instead."""
    return Found(tuple(tokens), value, Slip(kind, shown(tokens), choices))


def similar_word(word: str, words: Collection[str], cutoff: float = 0.75) -> str:
    """The one of `words` that is spelt most like a word; `""` if none is."""
    return next(iter(get_close_matches(word, words, 1, cutoff)), "")
