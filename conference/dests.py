"""The rules before a phone may ring: who of those asked for goes on the dest list, and who is left out and why."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime

from conference.barring import Barring
from conference.calls import Participant
from conference.invitation import CallerWish, Group, Guest, Invitation, Person
from conference.limits import RINGS_WINDOW
from conference.model import MAX_PARTICIPANTS, Conference, LeftOut, LeftOutReason, Reason
from conference.preferences import Preferences


@dataclass(frozen=True)
class Profile:
    """What Slack says of somebody, as far as it bears on ringing them."""

    is_bot: bool = False
    is_deactivated: bool = False
    zone: str | None = None
    """The IANA name of the time zone that they are in."""
    teams: frozenset[str] = frozenset()
    """The workspaces that they belong to; empty if that is not known."""

    def is_external(self, team_id: str) -> bool:
        """Whether they belong to another workspace, and are in this one through a shared channel."""
        return bool(self.teams) and team_id not in self.teams


@dataclass(frozen=True)
class Circumstances:
    """All that decides who may be rung at a moment.

    `profiles`: what Slack says of the people, where it said anything; `numbers`: E.164 numbers on file, by Slack id;
    `owners`: whose a number is, by number; `open_numbers`: those being rung or in a call already; `open_people`: who
    is, by Slack id, on whatever number; `rings`: when a number was rung of late, oldest first; `rings_per_number`: how
    often is enough; `out`: who is out that day; `borrowing`: who wants to be rung on another number this once.
    """

    team_id: str
    now: datetime
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    numbers: Mapping[str, str] = field(default_factory=dict)
    owners: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    preferences: Mapping[str, Preferences] = field(default_factory=dict)
    open_numbers: Set[str] = frozenset()
    open_people: Set[str] = frozenset()
    rings: Mapping[str, tuple[datetime, ...]] = field(default_factory=dict)
    out: Set[str] = frozenset()
    borrowing: Set[str] = frozenset()
    rings_per_number: int | None = None
    barring: Barring = field(default_factory=Barring)

    def why_not(self, user_id: str, *, caller_id: str, wish: CallerWish) -> LeftOut | None:
        """Why somebody in the workspace is not rung, or None."""
        profile = self.profiles.get(user_id, Profile())
        number = self.numbers.get(user_id)
        if profile.is_bot:
            return LeftOut(LeftOutReason.BOT, user_id)
        if profile.is_deactivated:
            return LeftOut(LeftOutReason.DEACTIVATED, user_id)
        if user_id in self.out and not (user_id == caller_id and wish is CallerWish.ASKED):
            return LeftOut(LeftOutReason.OUT_TODAY, user_id)
        if number is None:
            is_external = profile.is_external(self.team_id)
            return LeftOut(LeftOutReason.EXTERNAL if is_external else LeftOutReason.NO_NUMBER, user_id)
        if self.barring.why_not(number):
            return LeftOut(LeftOutReason.NOT_ALLOWED, user_id)
        lenders = self.owners.get(number, ()) if user_id in self.borrowing else ()
        for somebody in (user_id, *lenders):
            if unwanted := self._unwanted(somebody, caller_id, wish):
                return replace(unwanted, user_id=user_id)
        return self._too_much(number, user_id)

    def why_not_guest(self, number: str, *, caller_id: str, wish: CallerWish) -> LeftOut | None:
        """Why a number that was typed is not rung, or None. Whoever owns it is left alone as if they were named."""
        if not self.barring.guests:
            return LeftOut(LeftOutReason.GUESTS_OFF, number=number)
        if self.barring.why_not(number):
            return LeftOut(LeftOutReason.NOT_ALLOWED, number=number)
        for owner in self.owners.get(number, ()):
            if unwanted := self._unwanted(owner, caller_id, wish):
                return LeftOut(unwanted.reason, number=number, until=unwanted.until)
        return self._too_much(number, None)

    def is_only_of(self, number: str, people: Set[str]) -> bool:
        """Whether a number that was typed is that of these people, and of nobody else who could be meant by it."""
        owners = self.owners.get(number)
        return owners is not None and people >= set(owners)

    def _unwanted(self, user_id: str, caller_id: str, wish: CallerWish) -> LeftOut | None:
        preferences = self.preferences.get(user_id, Preferences())
        is_caller = user_id == caller_id
        if not preferences.wants_rings and not (is_caller and wish is CallerWish.ASKED):
            return LeftOut(LeftOutReason.NOT_WANTED, user_id)
        # Whoever starts a call is awake; a standup starts by itself.
        if preferences.quiet_hours and not (is_caller and wish is not CallerWish.AS_INVITED):
            zone = self.profiles.get(user_id, Profile()).zone
            if until := preferences.quiet_hours.until(self.now, zone):
                return LeftOut(LeftOutReason.QUIET_HOURS, user_id, until=until)
        return None

    def _too_much(self, number: str, user_id: str | None) -> LeftOut | None:
        guest = None if user_id else number
        if number in self.open_numbers or self._is_in_a_call(number, user_id):
            return LeftOut(LeftOutReason.IN_ANOTHER_CALL, user_id, guest)
        rings = self.rings.get(number, ())
        if self.rings_per_number is not None and len(rings) >= self.rings_per_number:
            until = rings[-self.rings_per_number] + RINGS_WINDOW
            return LeftOut(LeftOutReason.RUNG_TOO_OFTEN, user_id, guest, until, self.rings_per_number)
        return None

    def _is_in_a_call(self, number: str, user_id: str | None) -> bool:
        """Whether those at this number are in a call already, which may be on another: theirs has been changed, say."""
        return user_id in self.open_people if user_id else self.is_only_of(number, self.open_people)


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
    everybody = dict[Person | Guest, None]()
    if invitation.caller is not CallerWish.AS_INVITED:
        everybody[caller] = None
    for invitee in invitation.invitees:
        if isinstance(invitee, Group):
            everybody.update(dict.fromkeys(map(Person, members[invitee.group_id])))
        else:
            everybody[invitee] = None
    if invitation.caller is CallerWish.LEFT_OUT:
        del everybody[caller]
    return tuple(everybody)


def compose(
    everybody: Iterable[Person | Guest], circumstances: Circumstances, *, caller_id: str, wish: CallerWish
) -> DestList:
    """Decide who of them is rung.

    Two people with one number share one call, and a guest whose number is also that of somebody named is that person,
    who may want to be rung on another one this once.
    """
    everybody = tuple(everybody)
    numbers = circumstances.numbers
    people = {invitee.user_id for invitee in everybody if isinstance(invitee, Person)}
    named = set(map(numbers.get, people))
    elsewhere = people & circumstances.borrowing
    sharing: dict[str, tuple[str, ...]] = {}
    left_out: list[LeftOut] = []
    for invitee in everybody:
        if isinstance(invitee, Person):
            if why_not := circumstances.why_not(invitee.user_id, caller_id=caller_id, wish=wish):
                left_out.append(why_not)
            else:
                number = numbers[invitee.user_id]
                sharing[number] = (*sharing.get(number, ()), invitee.user_id)
        elif invitee.number not in named and not circumstances.is_only_of(invitee.number, elsewhere):
            if why_not := circumstances.why_not_guest(invitee.number, caller_id=caller_id, wish=wish):
                left_out.append(why_not)
            else:
                sharing.setdefault(invitee.number, ())
    return DestList(tuple(Participant(number, people) for number, people in sharing.items()), tuple(left_out))


def refusal(participants: Sequence[Participant], invitation: Invitation, caller_id: str) -> Reason | None:
    """Why these must not be rung at all, or None."""
    if not participants:
        return Reason.NOBODY_TO_RING
    if len(participants) > MAX_PARTICIPANTS:
        return Reason.TOO_MANY
    if invitation.caller is CallerWish.AS_INVITED:
        return Reason.ALONE if len(participants) == 1 else None
    only_the_caller = len(participants) == 1 and participants[0].people == (caller_id,)
    if only_the_caller and invitation.caller is not CallerWish.ASKED:
        return Reason.ONLY_THE_CALLER
    return None


def asked_for(call: Participant) -> list[Person | Guest]:
    """Whom a call rings, as they would be asked for."""
    if call.people:
        return [Person(user_id) for user_id in call.people]
    return [Guest(call.number)] if call.number else []


def same_people(old: Conference, user_id: str) -> Invitation:
    """The people of an old conference, as somebody else asks for them, who is rung only if they were among them."""
    named = {person for call in old.participants for person in call.people} | {left.user_id for left in old.left_out}
    added = tuple(_added(old))
    invitees = (*old.invitation.invitees, *added)
    if old.invitation.caller is CallerWish.AS_INVITED:
        return Invitation(tuple(dict.fromkeys(invitees)), CallerWish.AS_INVITED)
    if old.invitation.caller is not CallerWish.LEFT_OUT and user_id != old.caller_id:
        invitees = (Person(old.caller_id), *invitees)
    invitees = tuple(dict.fromkeys(invitees))
    if user_id not in named:
        return Invitation(invitees, CallerWish.LEFT_OUT)
    # A caller who was left out may have come in later.
    is_as_before = user_id == old.caller_id and Person(user_id) not in added
    return Invitation(invitees, old.invitation.caller if is_as_before else CallerWish.IF_POSSIBLE)


def _added(conference: Conference) -> Iterable[Person | Guest]:
    """Those who were asked into a conference while it ran."""
    for call in conference.participants:
        if call.asked_by is not None:
            yield from asked_for(call)
    # Whoever had no number then may have one now.
    yield from (Person(left.user_id) for left in conference.left_out if left.asked_by and left.user_id)
