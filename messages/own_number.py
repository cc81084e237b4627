"""Words to a person about their own number: what is on file, how it is proved, what could not be done. Pure."""

from datetime import datetime, timedelta

from conference.carrier import CarrierError, Refused
from conference.numbers import show_number
from conference.people import NumberOnFile, PersonOnFile, Source
from conference.preferences import Preferences
from conference.registration import (
    CODE_DIGITS,
    CODE_GOOD_FOR,
    CODES_PER_NUMBER,
    CODES_PER_PERSON,
    CodesTo,
    Entry,
    Kept,
    NoCode,
    NotAllowed,
    TooManyCodes,
    WrongCode,
)
from messages import number_form, preferences_form
from messages.mrkdwn import Block, Message, actions, as_typed, context, moment, plain, quoted, section
from messages.refusals import BARRED, carrier_refusal

_CODE_MINUTES = CODE_GOOD_FOR // timedelta(minutes=1)

_PRIVACY = "Besides you, only this workspace's admins can see it in full."


def state(person: PersonOnFile) -> str:
    """What is on file of this person, told to themselves."""
    sentences = []
    if person.unproved:
        sentences.append(
            f"{show_number(person.unproved)} is not proved yet: enter the code that was texted to it, with the button "
            "or with `/conference number code 123456`, or have another one sent. "
            f"{'Until then the other number is rung.' if person.number else 'Until then you are not rung.'}"
        )
    if person.number or not person.unproved:
        sentences.append(_number(person.number))
    if sentence := wishes(person.preferences):
        sentences.append(sentence)
    return " ".join(sentences)


def _number(number: NumberOnFile | None) -> str:
    if number is None:
        return "You have no number on file, so you can't be rung. Add it with `/conference number +65 9123 4567`."
    vouched = {Source.ADMIN: " An admin put it on file.", Source.IMPORT: " Whoever runs Rollcall put it on file."}
    return f"Your number is {show_number(number.number)}.{vouched.get(number.source, '')} {_PRIVACY}"


def wishes(preferences: Preferences) -> str:
    """What this person said of being rung and of being shown, if anything."""
    said = []
    if not preferences.wants_rings:
        said.append("You switched being rung off.")
    elif quiet := preferences.quiet_hours:
        said.append(f"Your quiet hours are {quiet.start:%H:%M} to {quiet.end:%H:%M}, in your own time.")
    if not preferences.in_reports:
        said.append("Reports of standups don't show you.")
    return " ".join(said)


def buttons(person: PersonOnFile) -> Block:
    """What this person can do about it."""
    enter = [number_form.enter_code_button()] if person.unproved else []
    number = person.number.number if person.number else None
    return actions(*enter, number_form.button(number), preferences_form.button())


def shown(person: PersonOnFile) -> Message:
    """Said to `/conference number`."""
    text = state(person)
    return Message(text, (section(text), buttons(person)))


def contact_card(url: str) -> str:
    """How calls get past Do Not Disturb."""
    return (
        f"So that conferences ring you also when your phone is silent, <{url}|save Rollcall's number as a contact> "
        "and let that contact through in your phone's settings."
    )


def kept(number: str, card_url: str | None) -> Message:
    """The number is on file. `card_url` is where the contact card is, if there is one."""
    text = (
        f"Done: you can be rung on {show_number(number)}. {_PRIVACY} Everybody else sees only its last four digits. "
        "`/conference number remove` forgets it."
    )
    return Message(text, (section(text), *([context(contact_card(card_url))] if card_url else [])))


def removed(was_there: bool) -> Message:
    if was_there:
        return plain(
            "Done: your number is forgotten, in past conferences too. You can't be rung until you add one. "
            "If you are in a call just now, it is forgotten when that ends."
        )
    return plain("There was no number of yours on file, so nothing was changed.")


def unreadable(typed: str, why: str) -> Message:
    return plain(f"`{quoted(as_typed(typed))}` was not kept as your number. {why}")


def unlinked(typed: str) -> Message:
    """For a mention that Slack did not turn into a link."""
    name = typed.split()[0]
    return plain(
        f"Nothing was changed: `{quoted(name)}` is no link to a person. Type `@` and pick the name from Slack's list."
    )


def code_on_its_way(number: str) -> Message:
    text = (
        f"A code is on its way by SMS to {show_number(number)}. Enter it within {_CODE_MINUTES} minutes, with the "
        "button or with `/conference number code 123456`. Until then nothing has changed."
    )
    return Message(text, (section(text), actions(number_form.enter_code_button())))


def code_not_sent(number: str, error: CarrierError) -> Message:
    """The carrier did not take the text."""
    return plain(code_not_sent_because(number, error))


def code_not_sent_because(number: str, error: CarrierError) -> str:
    if isinstance(error, Refused) and error.code.startswith("error_dest_"):
        return (
            f"No code could be sent to {show_number(number)}: Hoiio does not take that number. Nothing was changed. "
            "Check it; if it is right, ask an admin to put it on file."
        )
    if isinstance(error, Refused):
        return f"No code could be sent to {show_number(number)}, so nothing was changed. {carrier_refusal(error.code)}"
    return (
        f"No code could be sent to {show_number(number)}, because Hoiio could not be reached, so nothing was changed. "
        "Try again in a minute."
    )


def not_kept(proposal: NotAllowed | TooManyCodes) -> Message:
    """Why a number that was proposed was not taken."""
    when = moment(proposal.opens_at, with_date=True) if isinstance(proposal, TooManyCodes) else ""
    return plain(f"Nothing was changed. {not_taken(proposal, f'at {when}')}")


def not_taken(proposal: NotAllowed | TooManyCodes, when: str) -> str:
    """The same as a sentence; `when` says when codes can be sent again."""
    match proposal:
        case NotAllowed(why):
            return f"{BARRED[why]} Use another number."
        case TooManyCodes(to=CodesTo.WORKSPACE):
            return (
                f"This workspace was sent {proposal.most} codes within a day, and gets no more for now. Try again "
                f"{when}, or ask an admin to put your number on file. Whoever runs Rollcall can raise "
                "MAX_CODES_PER_DAY."
            )
        case TooManyCodes(to=CodesTo.NUMBER):
            return (
                f"That number was sent {CODES_PER_NUMBER} codes within a day, and gets no more for now. "
                f"Try again {when}, or ask an admin to put it on file."
            )
        case TooManyCodes():
            return (
                f"You were sent {CODES_PER_PERSON} codes within an hour, and get no more for now. Try again {when}, "
                "or ask an admin to put your number on file."
            )


def entered(entry: Entry, card_url: str | None) -> Message:
    """What became of a code that was typed in a command."""
    if isinstance(entry, Kept):
        return kept(entry.number, card_url)
    return plain(not_entered(entry))


def not_entered(entry: WrongCode | NoCode) -> str:
    """Why a code did not prove anything, and what to do."""
    match entry:
        case WrongCode(tries_left):
            tries = "one more time" if tries_left == 1 else f"{tries_left} more times"
            return f"That is not the code that was sent. You can try {tries}."
        case NoCode.UNREADABLE:
            return f"That is no code: one has {CODE_DIGITS} digits, like `123456`. It did not count as a try."
        case NoCode.EXPIRED:
            return f"That code is older than {_CODE_MINUTES} minutes. Have another one sent."
        case NoCode.TOO_MANY_TRIES:
            return "That code was entered wrongly too often, and is good for nothing any more. Have another one sent."
        case _:
            return "There is no code waiting to be entered. Type `/conference number` and your number to have one sent."


def wait(until: datetime, now: datetime) -> str:
    """How long until then, in words, where Slack shows plain text only: `in 5 minutes`."""
    minutes = max(1, -(-(until - now) // timedelta(minutes=1)))
    if minutes > 90:
        return f"in {-(-minutes // 60)} hours"
    return "in a minute" if minutes == 1 else f"in {minutes} minutes"


def set_by_admin(number: str, admin: str) -> Message:
    """To somebody whose number an admin put on file. `admin` is a mention."""
    text = (
        f"{admin}, an admin, put {show_number(number)} on file as your number, so conferences can ring you. "
        "If that is wrong, change it, or forget it with `/conference number remove`."
    )
    return Message(text, (section(text), actions(number_form.button(number), preferences_form.button())))


def removed_by_admin(admin: str) -> Message:
    text = f"{admin}, an admin, removed your number: conferences can't ring you until you add one."
    return Message(text, (section(text), actions(number_form.button(None))))
