"""Who is rung: what the directory knows and what is stored, put together into one decision."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from conference.barring import Barring
from conference.clock import Clock
from conference.dests import Circumstances, Profile, compose, invited, refusal
from conference.invitation import Group, Guest, Person
from conference.limits import RINGS_WINDOW, Limits, reached
from conference.model import Conference, ConferenceState, LeftOut, LeftOutReason, Reason
from conference.ports import Change, ConferenceStorage, Directory, Reading


@dataclass(frozen=True)
class Seating:
    """Decides who of those invited is rung, under the operator's barring and limits."""

    storage: ConferenceStorage
    directory: Directory
    clock: Clock
    barring: Barring
    limits: Limits

    async def seat(self, conference: Conference) -> Change:
        """Ask who everybody is. What comes back decides the rest, inside the transaction that stores it.

        Raises GroupUnreadableError and StorageUnavailableError.
        """
        invitation, caller_id = conference.invitation, conference.caller_id
        members = {
            invitee.group_id: await self.directory.members(invitee.group_id)
            for invitee in invitation.invitees
            if isinstance(invitee, Group)
        }
        everybody = invited(invitation, caller_id, members)
        people = [invitee.user_id for invitee in everybody if isinstance(invitee, Person)]
        guests = [invitee.number for invitee in everybody if isinstance(invitee, Guest)]
        # Whoever owns a typed number is left alone by their own clock.
        owners = await self.storage.owners(conference.team_id, guests) if guests else {}
        profiles = await self.directory.profiles({caller_id, *people, *chain(*owners.values())})

        def seat(conference: Conference, reading: Reading) -> Conference:
            if conference.is_prepared:
                return conference
            if caller_id in profiles and profiles[caller_id].is_external(conference.team_id):
                return abandoned(conference, Reason.CALLER_IS_EXTERNAL)
            circumstances = self._circumstances(conference, reading, people, guests, profiles)
            dests = compose(everybody, circumstances, caller_id=caller_id, wish=invitation.caller)
            seated = replace(conference, participants=dests.participants, left_out=dests.left_out)
            if reason := refusal(dests.participants, invitation, caller_id):
                return abandoned(seated, reason)
            if limit := reached(self.limits, reading.usage(caller_id, circumstances.now), len(seated.participants)):
                return abandoned(seated, Reason.LIMIT, str(limit))
            return seated

        return seat

    def _circumstances(
        self,
        conference: Conference,
        reading: Reading,
        people: Sequence[str],
        guests: Sequence[str],
        profiles: Mapping[str, Profile],
    ) -> Circumstances:
        now = self.clock.now()
        numbers = reading.numbers(people, believed=self.barring.believed)
        owners = reading.owners(guests)
        return Circumstances(
            team_id=conference.team_id,
            now=now,
            profiles=profiles,
            numbers=numbers,
            owners=owners,
            preferences=reading.preferences([*people, *chain(*owners.values())]),
            open_numbers=reading.open_numbers(),
            rings=reading.rings([*numbers.values(), *guests], since=now - RINGS_WINDOW),
            rings_per_number=self.limits.rings_per_number,
            barring=self.barring,
        )

    def still_seated(self, conference: Conference, reading: Reading) -> Conference:
        """The conference as its phones are about to ring, without those who must not be rung any more.

        A number may have been given up or changed, or rings switched off, since it was seated; the bot may have been
        started again with other settings.
        """
        people = list(chain(*(participant.people for participant in conference.participants)))
        guests = [participant.number for participant in conference.participants if not participant.people]
        numbers = reading.numbers(people, believed=self.barring.believed)
        owners = reading.owners(guests)
        circumstances = Circumstances(
            team_id=conference.team_id,
            now=self.clock.now(),
            numbers=numbers,
            owners=owners,
            # Whether it is quiet where they are was decided when they were seated.
            preferences={
                user_id: replace(preferences, quiet_hours=None)
                for user_id, preferences in reading.preferences([*people, *chain(*owners.values())]).items()
            },
            barring=self.barring,
        )
        return reseated(conference, circumstances)


def reseated(conference: Conference, circumstances: Circumstances) -> Conference:
    """The conference without those who must not be rung under these circumstances."""
    caller_id, wish = conference.caller_id, conference.invitation.caller
    staying, gone, given_up = [], list[LeftOut](), set[Guest]()
    for participant in conference.participants:
        number = participant.number
        if not participant.people:
            why_not = circumstances.why_not_guest(number, caller_id=caller_id, wish=wish)
            gone += [why_not] if why_not else []
            staying += [] if why_not else [participant]
            continue
        left = [
            LeftOut(LeftOutReason.NUMBER_CHANGED, user_id)
            if circumstances.numbers.get(user_id, number) != number
            else circumstances.why_not(user_id, caller_id=caller_id, wish=wish)
            for user_id in participant.people
        ]
        gone += filter(None, left)
        still = tuple(user_id for user_id, why in zip(participant.people, left, strict=True) if why is None)
        staying += [replace(participant, people=still)] if still else []
        given_up |= set() if still else {Guest(number)}
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
    reason = refusal(staying, seated.invitation, seated.caller_id)
    return abandoned(seated, reason) if reason else seated


def abandoned(conference: Conference, reason: Reason, detail: str | None = None) -> Conference:
    return replace(conference, state=ConferenceState.ABANDONED, reason=reason, detail=detail)
