"""What must not be read off the wire: tokens, secret addresses, codes, and whole phone numbers."""

import re
from typing import Any, Final

import phonenumbers

HIDDEN: Final = "•••"

_SECRETS: Final = frozenset({"token", "access_token", "trigger_id", "ticket"})
_SECRET_ADDRESSES: Final = frozenset({"notify_url", "response_url"})
_CODES: Final = frozenset({"code"})
"""Inputs into which a code is typed; a mistyped one is nearly one."""
_TYPED: Final = frozenset({"text", "value", "msg"})
"""Fields that hold what somebody typed, where a number may stand without its `+`, and the text of an SMS."""

_TOKEN: Final = re.compile(r"\b(xox[a-z]|xapp)-[\w-]+")
_TICKET: Final = re.compile(r"(?<=ticket=)\w+")
_RESPONSE_PATH: Final = re.compile(r"(/(?:commands|actions)/\w+/)\w+")
_MORE_DIGITS: Final = r"(?:[ \t\u00a0(),._\-/\u2010-\u2015]{0,5}\d){6,14}"
"""Grouped in all the ways that the bot reads, and some in which it is mistyped."""
_INTERNATIONAL: Final = re.compile(rf"\+\d{_MORE_DIGITS}(?!\d)")
_CODE: Final = re.compile(r"(?<=\bcode )[\d\s]*\d|(?<![\w^.+:])\d{3}\s?\d{3}(?!\w|\.\d)", re.IGNORECASE)
"""What follows the word, and six digits on their own."""
_TYPED_NUMBER: Final = re.compile(rf"(?<![\d^.+])\d{_MORE_DIGITS}(?![\d.])")


def masked_number(number: str) -> str:
    """A number as anybody may see it: `+65 •••• 4567`, or `•••• 4567` if its country is not known."""
    digits = "".join(character for character in number if character.isdigit())
    try:
        country = f"+{phonenumbers.parse(number).country_code} "
    except phonenumbers.NumberParseException:
        country = ""
    return f"{country}•••• {digits[-4:]}"


def masked(value: Any, name: str = "") -> Any:
    """The same value, fit to be shown; `name` is the field it stands in."""
    if isinstance(value, dict):
        hidden = {"value"} if name in _CODES else set()
        return {key: HIDDEN if key in hidden else masked(inside, str(key)) for key, inside in value.items()}
    if isinstance(value, list):
        return [masked(inside, name) for inside in value]
    if not isinstance(value, str):
        return value
    if name in _SECRETS:
        return HIDDEN
    if name in _SECRET_ADDRESSES:
        return f"{value.rpartition('/')[0]}/{HIDDEN}"
    text = _TOKEN.sub(rf"\1-{HIDDEN}", value)
    text = _TICKET.sub(HIDDEN, text)
    text = _RESPONSE_PATH.sub(rf"\1{HIDDEN}", text)
    text = _INTERNATIONAL.sub(_mask, text)
    if name not in _TYPED:
        return text
    return _CODE.sub(HIDDEN, _TYPED_NUMBER.sub(_mask, text))


def _mask(found: re.Match[str]) -> str:
    return masked_number(found.group())
