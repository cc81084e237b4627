"""Who is rung: what the directory knows and what is stored, put together into one decision."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import chain

from conference.barring import Barring
from conference.calls import CallState, NotRung, Participant
from conference.clock import Clock
from conference.dests import Circumstances, Profile, asked_for, compose, invited, refusal
from conference.invitation import CallerWish, Group, Guest, Invitation, Person
from conference.limits import RINGS_WINDOW, Limits, reached
from conference.lines import LINES, LinesShort, free_lines
from conference.model import MAX_PARTICIPANTS, Conference, LeftOut, LeftOutReason, Reason
from conference.ports import Change, ConferenceStorage, Directory, Reading


@dataclass(frozen=True)
class Seating:
    """Decides who of those invited is rung, under the operator's barring and limits."""

    storage: ConferenceStorage
    directory: Directory
    clock: Clock
    barring: Barring
    limits: Limits
    lines: int = LINES
    """Calls that the carrier's account may have at a time."""

    async def seat(self, conference: Conference) -> Change:
        """Ask who everybody is. What comes back decides the rest, inside the transaction that stores it.

        Raises GroupUnreadableError and StorageUnavailableError.
        """
        invitation, caller_id = conference.invitation, conference.caller_id
        everybody = await self.everybody(invitation, caller_id)
        profiles = await self.profiles(conference.team_id, everybody, caller_id)

        def seat(conference: Conference, reading: Reading) -> Conference:
            if conference.is_prepared:
                return conference
            if caller_id in profiles and profiles[caller_id].is_external(conference.team_id):
                return conference.abandoned(Reason.CALLER_IS_EXTERNAL)
            circumstances = self.circumstances(conference, reading, everybody, profiles)
            dests = compose(everybody, circumstances, caller_id=caller_id, wish=invitation.caller)
            participants = dests.participants
            if conference.standup is not None:
                # Nobody is there to choose: the first are rung, the others may come in as places get free.
                participants = (*participants[:MAX_PARTICIPANTS], *map(_without_place, participants[MAX_PARTICIPANTS:]))
            seated = replace(conference, participants=participants, left_out=dests.left_out)
            to_ring = seated.to_ring
            if reason := refusal(to_ring, invitation, caller_id):
                return seated.abandoned(reason)
            if limit := reached(self.limits, reading.usage(caller_id, circumstances.now), len(to_ring)):
                return seated.abandoned(Reason.LIMIT, str(limit))
            return seated

        return seat

    async def everybody(self, invitation: Invitation, caller_id: str) -> tuple[Person | Guest, ...]:
        """All whom somebody's invitation means. Raises GroupUnreadableError."""
        members = {
            invitee.group_id: await self.directory.members(invitee.group_id)
            for invitee in invitation.invitees
            if isinstance(invitee, Group)
        }
        return invited(invitation, caller_id, members)

    async def profiles(
        self, team_id: str, everybody: Iterable[Person | Guest], caller_id: str
    ) -> Mapping[str, Profile]:
        """What is known of these people, and of those who own the numbers. Raises StorageUnavailableError."""
        people, guests = _told_apart(everybody)
        # Whoever owns a typed number is left alone by their own clock.
        owners = await self.storage.owners(team_id, guests) if guests else {}
        return await self.directory.profiles({caller_id, *people, *chain(*owners.values())})

    def circumstances(
        self,
        conference: Conference,
        reading: Reading,
        everybody: Iterable[Person | Guest],
        profiles: Mapping[str, Profile],
    ) -> Circumstances:
        """What decides who of them may be rung now."""
        everybody = list(everybody)
        on_file = self._on_file(conference, reading, everybody)
        people, guests = _told_apart(everybody)
        phones = [*on_file.numbers.values(), *guests]
        return replace(
            on_file,
            profiles=profiles,
            open_numbers=reading.open_numbers(phones),
            open_people=reading.open_people([*people, *chain(*on_file.owners.values())]),
            rings=reading.rings(phones, since=on_file.now - RINGS_WINDOW),
            rings_per_number=self.limits.rings_per_number,
        )

    def _on_file(self, conference: Conference, reading: Reading, everybody: Iterable[Person | Guest]) -> Circumstances:
        """What is on file of them, and what they said of being rung: nothing of other calls."""
        people, guests = _told_apart(everybody)
        borrowed = self._borrowed(conference, reading, people)
        owners = reading.owners([*guests, *borrowed.values()])
        return Circumstances(
            team_id=conference.team_id,
            now=self.clock.now(),
            numbers={**reading.numbers(people, believed=self.barring.believed), **borrowed},
            owners=owners,
            preferences=reading.preferences([*people, *chain(*owners.values())]),
            out=reading.out(conference),
            borrowing=borrowed.keys(),
            barring=self.barring,
        )

    def _borrowed(self, conference: Conference, reading: Reading, people: Collection[str]) -> dict[str, str]:
        """The numbers on which some of these people want to be rung this once, by Slack id."""
        if not self.barring.guests:
            return {}
        return {user_id: number for user_id, number in reading.other_numbers(conference).items() if user_id in people}

    def still_seated(self, conference: Conference, reading: Reading) -> Conference:
        """The conference as its phones are about to ring, without those who must not be rung any more.

        A number may have been given up or changed, or rings switched off, since it was seated; the bot may have been
        started again with other settings.
        """
        on_file = self._on_file(conference, reading, chain(*map(asked_for, conference.participants)))
        # Whether it is quiet where they are was decided when they were seated.
        preferences = {user_id: replace(said, quiet_hours=None) for user_id, said in on_file.preferences.items()}
        return reseated(conference, replace(on_file, preferences=preferences))

    def lines_short(self, conference: Conference, reading: Reading, phones: int) -> LinesShort | None:
        """By how much the lines fall short of so many more phones; those that wait already come first."""
        ahead = reading.phones_ahead() + len(conference.queued)
        free = free_lines(self.lines, reading.lines_in_use(), ahead)
        return LinesShort(phones, free, reading.lines_held(), ahead) if phones > free else None

    def still_queued(self, conference: Conference, reading: Reading) -> Conference:
        """The conference, without those in the queue who must not be rung any more: that may have taken a while."""
        everybody = list(chain(*map(asked_for, conference.queued)))
        circumstances = self.circumstances(conference, reading, everybody, profiles={})
        participants, gone = list[Participant](), list[LeftOut]()
        in_it = conference.open_people
        for call in conference.participants:
            if call.state is not CallState.QUEUED:
                participants.append(call)
                continue
            # Somebody may have come in on another number meanwhile.
            people = tuple(user_id for user_id in call.people if user_id not in in_it)
            is_in_it = not people if call.people else circumstances.is_only_of(call.number, in_it)
            if is_in_it:
                participants.append(call.not_rung(NotRung.NOT_ANY_MORE))
                continue
            caller_id = call.asked_by or conference.caller_id
            asks_for_themselves = call.people == (caller_id,)
            wish = CallerWish.ASKED if asks_for_themselves and call.asked_by else conference.invitation.caller
            still, left = _still(replace(call, people=people), circumstances, caller_id, wish)
            participants.append(still or call.not_rung(NotRung.NOT_ANY_MORE))
            gone += left
        return with_left_out(replace(conference, participants=tuple(participants)), gone, rung=())


def _without_place(call: Participant) -> Participant:
    return call.not_rung(NotRung.ROOM_FULL)


def _told_apart(everybody: Iterable[Person | Guest]) -> tuple[list[str], list[str]]:
    """The Slack ids of the people, and the numbers of the guests."""
    everybody = list(everybody)
    people = [invitee.user_id for invitee in everybody if isinstance(invitee, Person)]
    return people, [invitee.number for invitee in everybody if isinstance(invitee, Guest)]


def reseated(conference: Conference, circumstances: Circumstances) -> Conference:
    """The conference without those who must not be rung under these circumstances."""
    staying, gone, given_up = list[Participant](), list[LeftOut](), set[Guest]()
    for participant in conference.participants:
        still, left = _still(participant, circumstances, conference.caller_id, conference.invitation.caller)
        gone += left
        staying += [still] if still else []
        given_up |= {Guest(participant.number)} if participant.people and not still else set()
    if not gone:
        return conference
    # Somebody may have typed the number as well as the name.
    invitees = tuple(invitee for invitee in conference.invitation.invitees if invitee not in given_up)
    seated = replace(
        conference,
        participants=tuple(staying),
        left_out=(*conference.left_out, *gone),
        invitation=replace(conference.invitation, invitees=invitees),
    )
    reason = refusal(seated.to_ring, seated.invitation, seated.caller_id)
    return seated.abandoned(reason) if reason else seated


def _still(
    call: Participant, circumstances: Circumstances, caller_id: str, wish: CallerWish
) -> tuple[Participant | None, list[LeftOut]]:
    """Who of those at a phone may still be rung there, None for nobody, and who may not and why."""
    if not call.number:
        # It was forgotten, as its owner wished.
        return None, []
    if not call.people:
        why_not = circumstances.why_not_guest(call.number, caller_id=caller_id, wish=wish)
        return (None, [why_not]) if why_not else (call, [])
    left = [
        LeftOut(LeftOutReason.NUMBER_CHANGED, user_id)
        if circumstances.numbers.get(user_id, call.number) != call.number
        else circumstances.why_not(user_id, caller_id=caller_id, wish=wish)
        for user_id in call.people
    ]
    still = tuple(user_id for user_id, why in zip(call.people, left, strict=True) if why is None)
    return replace(call, people=still) if still else None, list(filter(None, left))


def with_left_out(conference: Conference, left_out: Collection[LeftOut], rung: Collection[Participant]) -> Conference:
    """The conference with these left out, each once, and without those of them that are rung after all."""
    people = set(chain(*(call.people for call in rung)))
    numbers = {call.number for call in rung}
    anew = {(left.user_id, left.number) for left in left_out}
    staying = [
        left
        for left in conference.left_out
        if (left.user_id, left.number) not in anew and left.user_id not in people and left.number not in numbers
    ]
    return replace(conference, left_out=(*staying, *left_out))
