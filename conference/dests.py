"""The rules before a phone may ring: who of those asked for goes on the dest list, and who is left out and why."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass

from conference.invitation import CallerWish, Group, Guest, Invitation, Person
from conference.model import MAX_PARTICIPANTS, Conference, LeftOut, LeftOutReason, Participant, Reason


@dataclass(frozen=True)
class Profile:
    """What Slack says of somebody, as far as it bears on ringing them."""

    is_bot: bool = False
    is_deactivated: bool = False


@dataclass(frozen=True)
class DestList:
    """Who is rung, in order, and who is not."""

    participants: tuple[Participant, ...]
    left_out: tuple[LeftOut, ...]


def invited(invitation: Invitation, caller_id: str, members: Mapping[str, Iterable[str]]) -> tuple[Person | Guest, ...]:
    """Everybody an invitation means: the caller first, then the order typed, groups opened, each once.

    `members` has the Slack ids of the people of each group that the invitation names.
    """
    caller = Person(caller_id)
    everybody: dict[Person | Guest, None] = {caller: None}
    for invitee in invitation.invitees:
        if isinstance(invitee, Group):
            everybody.update(dict.fromkeys(map(Person, members[invitee.group_id])))
        else:
            everybody[invitee] = None
    if invitation.caller is CallerWish.LEFT_OUT:
        del everybody[caller]
    return tuple(everybody)


def compose(
    everybody: Iterable[Person | Guest],
    *,
    profiles: Mapping[str, Profile],
    numbers: Mapping[str, str],
    open_numbers: Set[str],
) -> DestList:
    """Decide who of them is rung.

    `profiles`: what Slack says of the people, where it said anything; `numbers`: E.164 numbers on file, by Slack
    id; `open_numbers`: those being rung or in a call already. Two people with one number share one call, and a
    guest whose number is also that of somebody named is that person.
    """
    everybody = tuple(everybody)
    known = {numbers.get(invitee.user_id) for invitee in everybody if isinstance(invitee, Person)}
    sharing: dict[str, tuple[str, ...]] = {}
    left_out: list[LeftOut] = []
    for invitee in everybody:
        if isinstance(invitee, Guest):
            if invitee.number not in open_numbers:
                sharing.setdefault(invitee.number, ())
            elif invitee.number not in known:
                left_out.append(LeftOut(LeftOutReason.IN_ANOTHER_CALL, number=invitee.number))
            continue
        user_id = invitee.user_id
        reason = _why_not(profiles.get(user_id, Profile()), numbers.get(user_id), open_numbers)
        if reason:
            left_out.append(LeftOut(reason, user_id=user_id))
        else:
            sharing[numbers[user_id]] = (*sharing.get(numbers[user_id], ()), user_id)
    return DestList(tuple(Participant(number, people) for number, people in sharing.items()), tuple(left_out))


def _why_not(profile: Profile, number: str | None, open_numbers: Set[str]) -> LeftOutReason | None:
    if profile.is_bot:
        return LeftOutReason.BOT
    if profile.is_deactivated:
        return LeftOutReason.DEACTIVATED
    if number is None:
        return LeftOutReason.NO_NUMBER
    if number in open_numbers:
        return LeftOutReason.IN_ANOTHER_CALL
    return None


def refusal(dests: DestList, invitation: Invitation, caller_id: str) -> Reason | None:
    """Why these must not be rung at all, or None."""
    if not dests.participants:
        return Reason.NOBODY_TO_RING
    if len(dests.participants) > MAX_PARTICIPANTS:
        return Reason.TOO_MANY
    only_the_caller = len(dests.participants) == 1 and dests.participants[0].people == (caller_id,)
    if only_the_caller and invitation.caller is not CallerWish.ASKED:
        return Reason.ONLY_THE_CALLER
    return None


def same_people(old: Conference, user_id: str) -> Invitation:
    """The people of an old conference, as somebody else asks for them, who is rung only if they were among them."""
    named = {person for call in old.participants for person in call.people} | {left.user_id for left in old.left_out}
    invitees = old.invitation.invitees
    if old.invitation.caller is not CallerWish.LEFT_OUT and user_id != old.caller_id:
        invitees = (Person(old.caller_id), *invitees)
    if user_id not in named:
        return Invitation(invitees, CallerWish.LEFT_OUT)
    return Invitation(invitees, old.invitation.caller if user_id == old.caller_id else CallerWish.IF_POSSIBLE)
