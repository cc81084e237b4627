"""Phone numbers: read, shown in full to their owner, masked to everyone else. Stored and sent as E.164."""

import phonenumbers

E164_MAX_DIGITS = 15
"""ITU-T E.164: a number has at most fifteen digits."""


class NumberUnreadableError(ValueError):
    """The text is no phone number that can be rung. `str()` is a sentence for the person who typed it."""


def read_number(text: str, region: str | None) -> str:
    """Read a number as a person types it.

    `region` is the ISO country that a number without `+` belongs to, or None. Returns E.164.
    Raises NumberUnreadableError; its sentence repeats nothing of the text.
    """
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        if error.error_type == phonenumbers.NumberParseException.INVALID_COUNTRY_CODE and "+" not in text:
            raise NumberUnreadableError(
                "It has no country code. Write it with one, for example `+65 9123 4567`."
            ) from None
        raise NumberUnreadableError(
            "It is not a phone number. Write it with its country code, for example `+65 9123 4567`."
        ) from None
    if not phonenumbers.is_valid_number(number):
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
    return f"+{phonenumbers.parse(number).country_code} •••• {number[-4:]}"
