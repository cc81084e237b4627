"""Phone numbers: read, shown in full to their owner, masked to everyone else. Stored and sent as E.164."""

import re

import phonenumbers

E164_MAX_DIGITS = 15
"""ITU-T E.164: a number has at most fifteen digits."""

SHOWN_DIGITS = 4
"""How much of its end a masked number shows, at most."""

DOT = "•"
MASK = DOT * 4
"""What stands in a masked number for the digits that are not shown."""

_WRITTEN_NUMBER = re.compile(r"[\d\s().+/\-\u2010-\u2015\uff0b]+")
"""phonenumbers would find a number, or an extension, in the middle of other words."""

_NO_NUMBER = "It is not a phone number. Write it with its country code, for example `+65 9123 4567`."


class NumberUnreadableError(ValueError):
    """The text is no phone number that can be rung. `str()` is a sentence for the person who typed it."""


def read_number(text: str, region: str | None) -> str:
    """Read a number as a person types it.

    `region` is the ISO country that a number without `+` belongs to, or None. Returns E.164.
    Raises NumberUnreadableError; its sentence repeats nothing of the text.
    """
    if text.strip().startswith("00"):
        raise NumberUnreadableError("Write `+` in place of the `00` at its beginning, like `+65 9123 4567`.")
    if not _WRITTEN_NUMBER.fullmatch(text):
        raise NumberUnreadableError(_NO_NUMBER)
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        if error.error_type == phonenumbers.NumberParseException.INVALID_COUNTRY_CODE and "+" not in text:
            raise NumberUnreadableError(
                "It has no country code. Write it with one, for example `+65 9123 4567`."
            ) from None
        raise NumberUnreadableError(_NO_NUMBER) from None
    if not phonenumbers.is_valid_number(number):
        if phonenumbers.is_valid_short_number(number):
            raise NumberUnreadableError(
                "Short and emergency numbers are never rung. Write a full number, like `+65 9123 4567`."
            )
        raise NumberUnreadableError(
            "No such number can exist: a digit may be missing, or the country code be wrong. "
            "Write it like `+65 9123 4567`."
        )
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def show_number(number: str) -> str:
    """An E.164 number as its owner reads it: `+65 9123 4567`."""
    return phonenumbers.format_number(phonenumbers.parse(number), phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def mask_number(number: str) -> str:
    """An E.164 number as anybody else may see it: `+65 •••• 4567`."""
    parsed = phonenumbers.parse(number)
    national = phonenumbers.national_significant_number(parsed)
    # Of a number of four or five digits, as small countries have, fewer are shown.
    shown = national[len(national) - min(SHOWN_DIGITS, max(0, len(national) - SHOWN_DIGITS)) :]
    return f"+{parsed.country_code} {MASK} {shown}".rstrip()
