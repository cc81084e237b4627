"""What may be rung. Call barring, as the trade calls it: what has no business in a team's call, and what is costly.

The kinds of numbers are those of Google's libphonenumber, which knows each country's numbering plan.
"""

from dataclasses import dataclass
from enum import StrEnum

import phonenumbers
from phonenumbers import PhoneNumberType

from conference.invitation import Guest, Invitation


class Barred(StrEnum):
    """Why a number is never rung."""

    PREMIUM_RATE = "premium_rate"
    SHARED_COST = "shared_cost"
    PERSONAL = "personal"
    PAGER = "pager"
    VOICEMAIL = "voicemail"
    NO_COUNTRY = "no_country"
    COUNTRY = "country"


_KINDS = {
    PhoneNumberType.PREMIUM_RATE: Barred.PREMIUM_RATE,
    PhoneNumberType.SHARED_COST: Barred.SHARED_COST,
    # They forward anywhere, at up to premium prices: Britain's 070 is a classic of toll fraud.
    PhoneNumberType.PERSONAL_NUMBER: Barred.PERSONAL,
    PhoneNumberType.PAGER: Barred.PAGER,
    PhoneNumberType.VOICEMAIL: Barred.VOICEMAIL,
}
_SATELLITES = ("+61145", "+61147")
"""Satellite phones that have a country's code and look like mobiles (Australia's numbering plan, 014)."""

_NO_COUNTRY = "001"
"""libphonenumber's region of satellites and of what spans countries, such as +881 and +979."""


@dataclass(frozen=True)
class Barring:
    """The operator's choice: the ISO codes of the countries that may be rung, None for all, and whether guests may.

    `believed`: whether a number on file may be rung that nobody has proved.
    """

    countries: frozenset[str] | None = None
    guests: bool = True
    believed: bool = True

    def why_not(self, number: str) -> Barred | None:
        """Why an E.164 number must not be rung or texted, or None. Emergency and short numbers are never E.164."""
        parsed = phonenumbers.parse(number)
        if kind := _KINDS.get(phonenumbers.number_type(parsed)):
            return kind
        country = phonenumbers.region_code_for_number(parsed)
        if country in {None, _NO_COUNTRY} or number.startswith(_SATELLITES):
            return Barred.NO_COUNTRY
        if self.countries is not None and country not in self.countries:
            return Barred.COUNTRY
        return None


def barred_guests(invitation: Invitation, barring: Barring) -> dict[str, Barred | None]:
    """The typed numbers of an invitation that must not be rung, each with why; None where none may be typed."""
    guests = [invitee.number for invitee in invitation.invitees if isinstance(invitee, Guest)]
    if not barring.guests:
        return dict.fromkeys(guests)
    return {number: why for number in guests if (why := barring.why_not(number))}
