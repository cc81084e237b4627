"""The Home tab of one person. Pure."""

from collections.abc import Sequence

from conference.people import PersonOnFile
from messages import own_number, private
from messages.mrkdwn import Block, plain_text, section


def home(person: PersonOnFile, card_url: str | None) -> Sequence[Block]:
    """Their number, when they may be rung, and how to start a conference. `card_url`: where the contact card is."""
    card = [section(own_number.contact_card(card_url))] if card_url else []
    return [
        {"type": "header", "text": plain_text("Your phone")},
        section(own_number.state(person)),
        own_number.buttons(person),
        *card,
        {"type": "header", "text": plain_text("Start a conference")},
        *private.how_to(),
    ]
