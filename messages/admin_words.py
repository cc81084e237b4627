"""Words to an admin about other people's numbers. Pure."""

from collections.abc import Sequence

from conference.numbers import show_number
from conference.people import NumberOnFile, Source
from messages.mrkdwn import Message, actions, as_typed, button, escape, listed, mention, plain, quoted, section

ASK_ACTION = "ask_for_numbers"

_SOURCES = {
    Source.SELF: "added by themselves and proved",
    Source.BELIEVED: "added by themselves and not proved",
    Source.ADMIN: "put there by an admin",
    Source.IMPORT: "imported by whoever runs Rollcall",
}


def not_admin() -> Message:
    return plain(
        "Nothing was done: only an admin can see or change other people's numbers. Ask the person to type "
        "`/conference number` and their number, or ask an admin of this workspace."
    )


def can_not_tell(why: str) -> Message:
    """Slack did not say whether somebody is an admin."""
    return plain(
        f"Nothing was done: Slack would not say whether you are an admin ({escape(why)}). Try again in a minute; if it "
        "happens again, whoever runs Rollcall can name you in `ADMINS`."
    )


def shown(user_id: str, number: NumberOnFile | None) -> Message:
    if number is None:
        return plain(
            f"{mention(user_id)} has no number on file. `/conference number` with their name and number puts one there."
        )
    return plain(f"The number of {mention(user_id)} is {show_number(number.number)}, {_SOURCES[number.source]}.")


def kept(user_id: str, number: str) -> Message:
    return plain(
        f"Done: {mention(user_id)} can be rung on {show_number(number)}. They are told, and the log keeps "
        "that you did it."
    )


def unreadable(typed: str, user_id: str, why: str) -> Message:
    return plain(f"`{quoted(as_typed(typed))}` was not kept as the number of {mention(user_id)}. {why}")


def not_allowed(why: str) -> Message:
    return plain(f"Nothing was changed. {why}")


def looking() -> Message:
    return plain("Looking who in this channel has no number on file…")


def removed(user_id: str, was_there: bool) -> Message:
    if was_there:
        return plain(f"Done: the number of {mention(user_id)} is forgotten, in past conferences too. They are told.")
    return plain(f"{mention(user_id)} has no number on file, so nothing was changed.")


def nobody(user_id: str) -> Message:
    return plain(f"Nothing was changed: {mention(user_id)} is a bot or was deactivated, so there is nobody to be rung.")


def missing(user_ids: Sequence[str], channel_id: str) -> Message:
    """Who in a channel has no number on file, with a button that has all of them asked."""
    if not user_ids:
        return plain("Everybody in this channel has a number on file.")
    text = f"No number on file: {listed(map(mention, user_ids))}."
    return Message(text, (section(text), actions(button(ASK_ACTION, "Ask them all", value=channel_id))))


def members_unknown(why: str) -> Message:
    if why == "missing_scope":
        return plain(
            "Rollcall may not see who is in this channel. Whoever runs it can install it again with the scopes "
            "`channels:read`, `groups:read` and `mpim:read`, as its manifest has them."
        )
    if why in {"channel_not_found", "not_in_channel"}:
        return plain("I am not in this channel, so I can't see who is. Type `/invite @Rollcall` here and try again.")
    return plain(f"Slack would not say who is in this channel ({escape(why)}). Try again in a minute.")


def asked(count: int, of: int) -> Message:
    """How many people are being asked; the others were asked within the last week."""
    if not of:
        return plain("By now everybody in this channel has a number on file: nobody was asked.")
    if not count:
        return plain("All of them were asked within the last week, so nobody is asked again yet.")
    others = of - count
    rest = f" {others} {'was' if others == 1 else 'were'} asked within the last week." if others else ""
    return plain(f"{count} {'person is' if count == 1 else 'people are'} being asked in a direct message.{rest}")
