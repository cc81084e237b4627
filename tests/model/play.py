"""What people, carrier and network can do to the running bot, on the moved clock. After each act the watch looks."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from sandbox.hoiio import Leg, LegState, Phone, PhoneError
from sandbox.slack.faults import Fault
from tests.harness.world import NO_LIMITS, STEP_SECONDS, Actor, World
from tests.model.pressing import Buttons, Press
from tests.model.watch import LINES_TAKEN, Watch

MOST_RUNNING = 3
"""Conferences at a time: more would only wait for lines."""
PEOPLE = 8
GUESTS = tuple(f"+659123009{place}" for place in range(3))
OTHERS = tuple(f"+659123008{place}" for place in range(8))
"""Numbers that somebody else rings over the same account."""
QUESTIONS = frozenset({"voice/query_status", "voice/get_history"})
SHORTEST_BACKOFF_SECONDS = 5.0
LONGEST_BACKOFF_SECONDS = 60.0
END_WITHIN_SECONDS = 1500.0
TOLD_WITHIN_SECONDS = 150.0


class Play:
    """A world in which anything may happen. Whatever is asked for that makes no sense at the moment does nothing."""

    def __init__(self, directory: Path) -> None:
        self.world = world = World(directory)
        world.settings = {**NO_LIMITS, "ADMINS": world.dave.id}
        first = (world.alice, world.bob, world.carol, world.dave, world.erin)
        names = ("frank", "grace", "heidi")
        more = [world.add_actor(name, f"+659123000{place}") for place, name in enumerate(names, start=6)]
        self.people: tuple[Actor, ...] = (*first, *more)
        self.numbers = (*(actor.number for actor in self.people), *GUESTS)
        self.watch = Watch(world)
        self.buttons = Buttons(world, self.watch, self.people)
        self.steps: list[str] = []
        self.restarts = 0
        self._due: list[tuple[float, Callable[[], None]]] = []
        self._slack_failed_since = 0.0
        self._slack_faults: list[tuple[Fault, float]] = []
        self._hits_seen: Counter[Fault] = Counter()
        self._has_number = {actor.id for actor in self.people}

    async def open(self) -> None:
        await self.world.open()
        await self.world.start_bot()
        for actor in self.people:
            await actor.has_number()

    async def close(self) -> None:
        self.watch.close()
        await self.world.close()

    # Time

    async def goes_by(self, seconds: float) -> None:
        """Let time go by, with a look at everything at each step."""
        end = self.watch.now + seconds
        while (left := end - self.watch.now) > 1e-9:
            await self._step(left)

    async def _step(self, at_most: float = STEP_SECONDS) -> None:
        await self.world._step(at_most=at_most)
        due = [act for at, act in self._due if at <= self.watch.now]
        self._due = [(at, act) for at, act in self._due if at > self.watch.now]
        for act in due:
            act()
        for fault, seconds in self._slack_faults:
            if fault.hits > self._hits_seen[fault]:
                self._hits_seen[fault] = fault.hits
                self._slack_has_failed(seconds)
        if not self.world.bot_is_running:
            self._news_is_late(0)
            self._slack_is_late(0)
        await self.watch.look()

    async def _while_time_goes_by(self, *acts: Coroutine[Any, Any, object]) -> None:
        """Do these at once; the clock goes on until all are done."""
        tasks = [asyncio.ensure_future(act) for act in acts]
        try:
            while not all(task.done() for task in tasks):
                await self._step()
        finally:
            await asyncio.gather(*tasks, return_exceptions=True)
        for task in tasks:
            task.result()

    def _later(self, seconds: float, act: Callable[[], None]) -> None:
        self._due.append((self.watch.now + seconds, act))

    def _news_is_late(self, seconds: float) -> None:
        self.watch.carrier_trouble_until = max(self.watch.carrier_trouble_until, self.watch.now + seconds)

    def _slack_is_late(self, seconds: float) -> None:
        self.watch.slack_trouble_until = max(self.watch.slack_trouble_until, self.watch.now + seconds)

    def _slack_has_failed(self, seconds: float) -> None:
        """A fault has struck that lasts so long. What was to be shown is tried again after waits that grow."""
        if self.watch.now > self.watch.slack_trouble_until:
            self._slack_failed_since = self.watch.now
        waited = self.watch.now - self._slack_failed_since
        self._slack_is_late(seconds + min(LONGEST_BACKOFF_SECONDS, 2 * (waited + seconds) + SHORTEST_BACKOFF_SECONDS))

    # People

    async def types(self, who: int, whom: Iterable[int], *, without_me: bool) -> str:
        running = [one for one in self.watch.stored.conferences() if one.is_running]
        if len(running) >= MOST_RUNNING:
            return "nothing: enough is running"
        caller = self._person(who)
        named = [self._whom(one) for one in sorted(whom)]
        text = " ".join(["/conference", *(["without me"] if without_me else []), *named])
        self._may_be_rung([*([] if without_me else [caller.number]), *(self.numbers[one] for one in whom)])
        await self._while_time_goes_by(caller.types(text))
        return f"{caller.person.name} typed {text}"

    def _person(self, who: int) -> Actor:
        return self.people[who % PEOPLE]

    def _whom(self, one: int) -> str:
        return f"@{self.people[one].person.name}" if one < PEOPLE else self.numbers[one]

    def _may_be_rung(self, numbers: Iterable[str]) -> None:
        self.watch.asked.update(set(numbers))

    async def presses(self, who: Sequence[int], chosen: Sequence[Press]) -> str:
        """Have these people press these at once, each one."""
        wanted: set[str] = set()
        acts, said = [], []
        for one, press in zip(who, chosen, strict=True):
            person = self._person(one)
            wanted |= self._rung_by(press, person)
            acts.append(self.buttons.press(person, press))
            said.append(f"{person.person.name} pressed {press.text} ({press.action_id} {press.value})")
        self._may_be_rung(wanted)
        await self._while_time_goes_by(*acts)
        return " while ".join(said)

    def _rung_by(self, press: Press, person: Actor) -> set[str]:
        """The numbers that may be rung once more, now that this is pressed."""
        may_be = self.buttons.rung_by(press, person)
        if press.action_id in {"ring_again", "call_menu"}:
            may_be -= {leg.number for leg in self.watch.own_legs if leg.alive}
        return may_be

    def pick(self, presses: Sequence[Press], which: int) -> Press | None:
        return presses[which % len(presses)] if presses else None

    async def invites(self, who: int, press: Press, whom: Iterable[int]) -> str:
        """Open the form, and send it with these people and guests."""
        person = self._person(who)
        people = [self.people[one].id for one in sorted(whom) if one < PEOPLE]
        guests = " ".join(self.numbers[one] for one in sorted(whom) if one >= PEOPLE)
        self._may_be_rung(self.numbers[one] for one in whom)

        async def fill_in() -> None:
            await self.buttons.press(person, press)
            for _ in range(100):
                if views := self.world.slack.views(person.person):
                    break
                await asyncio.sleep(0.005)
            else:
                return
            if views[-1].callback_id == "invite_form":
                filled: dict[str, str | list[str] | None] = {
                    **({"people": people} if people else {}),
                    **({"numbers": guests} if guests else {}),
                }
                await self.world.slack.submit(person.person, views[-1], filled)
            for view in self.world.slack.views(person.person):
                await self.world.slack.view_closed(person.person, view, everything=True)

        await self._while_time_goes_by(fill_in())
        return f"{person.person.name} invited {', '.join(map(self._whom, sorted(whom)))} to {press.value}"

    async def gives_up_number(self, who: int) -> str:
        """Take somebody's number off the file, or put it there again."""
        person = self._person(who)
        if person.id in self._has_number:
            self._has_number.discard(person.id)
            await self._while_time_goes_by(person.types("/conference number remove"))
            return f"{person.person.name} removed their number"
        self._has_number.add(person.id)
        await self._while_time_goes_by(person.types(f"/conference number {person.number}"))
        return f"{person.person.name} added their number"

    # Phones

    def _phones(self, state: LegState) -> list[Phone]:
        return [self.world.hoiio.phone(leg.number) for leg in self.watch.own_legs if leg.state is state]

    def acts(self, which: int, act: str) -> str:
        """Somebody whose phone rings, or who is in a call, does something with it."""
        phones = self._phones(LegState.IN_CALL if act == "hang_up" else LegState.RINGING)
        if not phones:
            return "nothing: no such phone"
        phone = phones[which % len(phones)]
        with suppress(PhoneError):
            getattr(phone, act)()
        return f"{phone.number}: {act}"

    def will(self, whose: int, what: str, after: float, stay: float | None) -> str:
        phone = self.world.hoiio.phone(self.numbers[whose % len(self.numbers)])
        match what:
            case "answer":
                phone.will_answer(after, stay)
            case "decline":
                phone.will_decline(after)
            case "ignore":
                phone.will_ignore()
            case _:
                phone.is_unreachable()
        return f"{phone.number} will from now on: {what} (after {after} s, for {stay} s)"

    # The carrier

    def goes_wrong(self, paths: set[str], fault: str, when: str, calls: int) -> str:
        """The next requests of these kinds go wrong."""
        faults = self.world.hoiio.faults
        faults.paths = paths
        moment = "after" if when == "after" else "before"
        match fault:
            case "lost":
                faults.answer_lost, faults.answer_lost_calls = moment, calls  # type: ignore[assignment]
            case "5xx":
                faults.http_5xx, faults.http_5xx_calls = (moment, 502), calls  # type: ignore[assignment]
            case "garbled":
                faults.garbled_answer = calls
            case "no txn_refs":
                faults.missing_txn_refs = calls
            case code:
                if code == LINES_TAKEN:
                    self.watch.refusals_made_up += calls
                faults.refuse_with, faults.refuse_calls = code, calls
        if paths <= QUESTIONS:
            # What each of them would have told is asked again later.
            self.watch.questions_lost += calls
        return f"the next {calls} of {', '.join(sorted(paths))}: {fault}, {moment}"

    def holds(self, path: str, when: str, seconds: float) -> str:
        hold = self.world.hoiio.hold(path, "after" if when == "after" else "before")
        self._news_is_late(seconds + 1)
        self._later(seconds, hold.release)
        return f"the next {path} is held for {seconds} s, {when}"

    def notifies(self, how: str, count: int) -> str:
        faults = self.world.hoiio.faults.notifications
        match how:
            case "drops":
                faults.drop = count
            case "doubles":
                faults.duplicate = count
            case "delays":
                faults.delay = 0.0 if faults.delay else 5.0 * count
            case "reorders":
                faults.reorder = count
            case _:
                self.world.hoiio.early_notifications = not self.world.hoiio.early_notifications
        return f"Hoiio {how} notifications: {count}"

    def others_ring(self, lines: int, seconds: float) -> str:
        """Something else takes lines of the account for a while, as far as there are any."""
        hoiio = self.world.hoiio
        lines = min(lines, hoiio.lines - hoiio.active_lines)
        legs = hoiio.place(list(OTHERS[:lines]), room="another", caller_id="private", tag=None, notify_url=None)
        for leg in legs:
            self._later(seconds, _ended(hoiio.hang_up, leg))
        return f"something else takes {lines} lines for {seconds} s"

    # The network

    def slack_fails(self, method: str, how: str, seconds: float) -> str:
        faults, until = self.world.slack.faults, self.world.now + timedelta(seconds=seconds)
        match how:
            case "limits":
                fault = faults.fail(method, status=429, retry_after=int(seconds), times=1)
            case "fails":
                fault = faults.fail(method, status=503, until=until)
            case "resets before" | "resets after":
                fault = faults.reset(method, "after" if how == "resets after" else "before", times=2)
            case _:
                fault = faults.slow(method, 5.0, until=until)
        self._slack_faults.append((fault, seconds))
        return f"Slack {how} on {method} for {seconds} s"

    async def dies(self, down_for: float, *, next_death: str | None) -> str:
        """The plug is pulled, and put in again after a while, perhaps with the next end appointed."""
        await self.world.kill_bot()
        await self.goes_by(down_for)
        await self._starts(next_death)
        return f"killed, started again after {down_for} s" + (f", to die {next_death}" if next_death else "")

    async def stops(self, down_for: float) -> str:
        """An operator stops it, and starts it again. What it has in hand by then it finishes."""
        self.world.tell_bot_to_stop()
        while self.world.bot_is_running:
            await self._step()
        self.watch.nothing_is_in_hand()
        await self.goes_by(down_for)
        await self._starts(None)
        return f"stopped, started again after {down_for} s"

    async def _starts(self, next_death: str | None) -> None:
        self.restarts += 1
        await self.world.start_bot(kill_at=next_death)
        # What was missed is asked for at once, a question every two seconds.
        self._news_is_late(20.0)
        self._slack_is_late(5.0)

    async def comes_back(self) -> None:
        """Start it again, if it died an appointed death."""
        if not self.world.bot_is_running:
            self.steps.append("   (it had died, and is started again)")
            await self._starts(None)

    async def is_locked(self) -> str:
        """Somebody else holds the database for a moment; what would have been stored then fails, or waits."""
        self._news_is_late(20.0)
        self._slack_is_late(20.0)
        with self.world.locked_database():
            await self.goes_by(0.5)
        return "the database was locked"

    # The end

    async def ends(self) -> None:
        """Faults are over, everybody hangs up, nobody answers any more: everything comes to its end, and is told."""
        await self.comes_back()
        self.steps.append("the end begins")
        hoiio, slack = self.world.hoiio, self.world.slack
        slack.faults.clear()
        for _, act in self._due:
            act()
        self._due.clear()
        hoiio.faults.answer_lost = hoiio.faults.http_5xx = hoiio.faults.refuse_with = None
        hoiio.faults.garbled_answer = hoiio.faults.missing_txn_refs = 0
        news = hoiio.faults.notifications
        news.drop, news.duplicate, news.delay, news.reorder = 0, 0, 0.0, 0
        for number in self.numbers:
            hoiio.phone(number).will_decline(1.0)
        end = self.watch.now + END_WITHIN_SECONDS
        while not self.watch.is_all_over():
            assert self.watch.now < end, "it does not end:\n" + "\n".join(map(str, self.watch.left_untold()))
            for phone in self._phones(LegState.IN_CALL):
                phone.hang_up()
            await self.goes_by(1.0)
            await self.comes_back()
        end = self.watch.now + TOLD_WITHIN_SECONDS
        while not self.watch.is_all_told():
            assert self.watch.now < end, "\n".join(map(str, self.watch.left_untold()))
            await self.goes_by(1.0)
            await self.comes_back()
        await self.goes_by(3.0)
        assert self.watch.is_all_told(), "\n".join(map(str, self.watch.left_untold()))


def _ended(hang_up: Callable[[Leg], None], leg: Leg) -> Callable[[], None]:
    return lambda: hang_up(leg)
