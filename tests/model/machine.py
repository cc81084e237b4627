"""The state machine: which of all that can happen does happen, and in which order, is Hypothesis' to choose.

What is chosen are numbers; what they point at is looked up when it happens. So the choices are the same in every run,
though what is on the boards at that moment depends on how fast the machine is.
"""

import asyncio
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.model.play import GUESTS, PEOPLE, Play

SHOWN_LOG_CHARACTERS = 6_000

who = st.integers(0, PEOPLE - 1)
whom = st.sets(st.integers(0, PEOPLE + len(GUESTS) - 1), min_size=1, max_size=6)
which = st.integers(0, 59)
moments = st.sampled_from([0.2, 0.0, 0.5, 1.0, 3.0])
times = st.sampled_from(["before", "after"])


class _EveryRule:
    """Stands for Hypothesis' choice of the rules that an example goes without: it would leave most out of most."""

    def is_enabled(self, name: str) -> bool:
        return True


class Conferences(RuleBasedStateMachine):
    """People, carrier and network around one bot."""

    counts: ClassVar[Counter[str]] = Counter()
    """How often each rule has been run, in all examples of this process."""
    examples: ClassVar[int] = 0
    failures: ClassVar[list[Exception]] = []
    """Of the present run. After the first there are no more examples."""
    is_mixed: ClassVar[bool] = True
    """Whether every example may take every rule."""

    def __init__(self) -> None:
        super().__init__()
        if self.failures:
            # To play it once more would take as long, and may end in another way.
            raise self.failures[0]
        if self.is_mixed:
            self._rules_strategy.enabled_rules_strategy = st.just(_EveryRule())  # type: ignore[arg-type]
        Conferences.examples += 1
        self._directory = tempfile.TemporaryDirectory()
        self._runner = asyncio.Runner()
        self._has_failed = False
        self.play = Play(Path(self._directory.name))
        self._run(self.play.open)

    def _run(self, act: Callable[[], Awaitable[object]]) -> object:
        """Do something; should it show a fault, say all that there is to know."""

        async def do() -> object:
            return await act()

        try:
            return self._runner.run(do())
        except Exception as error:
            self._has_failed = True
            error.add_note(self._explained())
            self.failures.append(error)
            raise

    def _step(self, name: str, act: Callable[[], Awaitable[str] | str], moment: float = 0.2) -> None:
        self.counts[name] += 1
        steps, now = self.play.steps, self.play.watch.now

        async def do() -> None:
            await self.play.comes_back()
            place = len(steps)
            steps.append(f"{now:7.1f}  {name}…")
            said = act()
            said = said if isinstance(said, str) else await said
            steps[place] = f"{now:7.1f}  {name}: {said}"
            if said.startswith("nothing"):
                self.counts[f"{name}: nothing to do"] += 1
            await self.play.goes_by(moment)

        self._run(do)

    def _explained(self) -> str:
        play = self.play
        try:
            log = play.world.log[-SHOWN_LOG_CHARACTERS:]
        except OSError:
            log = ""
        return "\n".join(["Steps:", *play.steps, f"At {play.watch.now:.1f} s:", play.watch.explained(), "Log:", log])

    def teardown(self) -> None:
        try:
            if not self._has_failed:
                self._run(self.play.ends)
        finally:
            self._runner.run(self.play.close())
            self._runner.close()
            self._directory.cleanup()

    # People

    @initialize(who=who, whom=whom, answers=st.sets(st.integers(0, PEOPLE + len(GUESTS) - 1)))
    def begins(self, who: int, whom: set[int], answers: set[int]) -> None:
        for one in answers:
            self.play.will(one, "answer", 3.0, None)
        self._step("type", lambda: self.play.types(who, whom, without_me=False), 6.0)

    @rule(who=who, whom=whom, without_me=st.booleans(), moment=moments)
    def types(self, who: int, whom: set[int], without_me: bool, moment: float) -> None:
        self._step("type", lambda: self.play.types(who, whom, without_me=without_me), moment)

    @rule(who=who, which=which, moment=moments)
    def presses(self, who: int, which: int, moment: float) -> None:
        self._press("press", [who], [(None, which)], moment)

    @rule(
        who=who,
        action=st.sampled_from(
            ["ring_me", "ring_again", "ring_as_lines_get_free", "stop_waiting", "call_again", "ring_anew"]
        ),
        which=which,
        moment=moments,
    )
    def presses_a_button(self, who: int, action: str, which: int, moment: float) -> None:
        self._press(f"press {action}", [who], [(action, which)], moment)

    @rule(who=who, which=which, moment=moments)
    def chooses(self, who: int, which: int, moment: float) -> None:
        self._press("choose from a menu", [who], [("call_menu", which)], moment)

    @rule(which=which, by=st.sampled_from(["starter", "admin", "anybody"]), who=who, moment=moments)
    def hangs_up(self, which: int, by: str, who: int, moment: float) -> None:
        async def hang_up() -> str:
            play = self.play
            press = play.pick(play.buttons.can_be_pressed(action_id="hang_up"), which)
            if press is None:
                return "nothing to press"
            conference = play.buttons.conference(press)
            starter = conference.caller_id if conference else ""
            ids = [person.id for person in play.people]
            presser = {"starter": ids.index(starter) if starter in ids else who, "admin": 3}.get(by, who)
            return await play.presses([presser], [press])

        self._step("hang up for all", hang_up, moment)

    @rule(first=who, second=who, which=which, also=which, same=st.booleans(), moment=moments)
    def two_press_at_once(self, first: int, second: int, which: int, also: int, same: bool, moment: float) -> None:
        self._press("two press", [first, second], [(None, which), (None, which if same else also)], moment)

    @rule(who=who, which=which, moment=moments)
    def presses_on_an_old_picture(self, who: int, which: int, moment: float) -> None:
        async def press() -> str:
            press = self.play.pick(self.play.buttons.old_pictures(), which)
            return "nothing to press" if press is None else await self.play.presses([who], [press])

        self._step("press on an old picture", press, moment)

    def _press(self, name: str, who: list[int], wanted: list[tuple[str | None, int]], moment: float) -> None:
        async def press() -> str:
            found = [
                self.play.pick(self.play.buttons.can_be_pressed(action_id=action), which) for action, which in wanted
            ]
            chosen = [press for press in found if press]
            return await self.play.presses(who, chosen) if len(chosen) == len(who) else "nothing to press"

        self._step(name, press, moment)

    @rule(who=who, which=which, whom=whom, moment=moments)
    def invites(self, who: int, which: int, whom: set[int], moment: float) -> None:
        async def invite() -> str:
            press = self.play.pick(self.play.buttons.can_be_pressed(action_id="invite"), which)
            return "nothing to press" if press is None else await self.play.invites(who, press, whom)

        self._step("invite", invite, moment)

    @rule(who=who, moment=moments)
    def gives_up_a_number(self, who: int, moment: float) -> None:
        self._step("number", lambda: self.play.gives_up_number(who), moment)

    # Phones

    @rule(which=which, act=st.sampled_from(["answer", "decline", "hang_up"]), moment=moments)
    def acts(self, which: int, act: str, moment: float) -> None:
        self._step(f"phone: {act}", lambda: self.play.acts(which, act), moment)

    @rule(
        whose=which,
        what=st.sampled_from(["answer", "decline", "ignore", "be out of reach"]),
        after=st.sampled_from([1.0, 0.1, 4.0]),
        stay=st.sampled_from([None, 2.0, 40.0]),
    )
    def will(self, whose: int, what: str, after: float, stay: float | None) -> None:
        self._step("phone: from now on", lambda: self.play.will(whose, what, after, stay), 0.0)

    # The carrier

    @rule(
        fault=st.sampled_from(
            [
                *("lost", "5xx", "garbled", "no txn_refs"),
                *("error_concurrent_call_limit_reached", "error_insufficient_credit", "error_rate_limit_exceeded"),
                *("error_dest_invalid", "error_internal_server_error"),
            ]
        ),
        when=times,
    )
    def the_next_call_goes_wrong(self, fault: str, when: str) -> None:
        self._step("conference/call", lambda: self.play.goes_wrong({"conference/call"}, fault, when, 1), 0.0)

    @rule(
        path=st.sampled_from(["voice/query_status", "voice/get_history", "voice/hangup", "conference/moderate"]),
        fault=st.sampled_from(["lost", "5xx", "error_rate_limit_exceeded"]),
        when=times,
        calls=st.integers(1, 3),
    )
    def other_requests_go_wrong(self, path: str, fault: str, when: str, calls: int) -> None:
        self._step("other requests", lambda: self.play.goes_wrong({path}, fault, when, calls), 0.0)

    @rule(when=times, seconds=st.sampled_from([3.0, 10.0, 25.0]))
    def the_next_call_takes_long(self, when: str, seconds: float) -> None:
        self._step("hold conference/call", lambda: self.play.holds("conference/call", when, seconds), 0.0)

    @rule(how=st.sampled_from(["drops", "doubles", "delays", "reorders", "sends early"]), count=st.integers(1, 4))
    def notifications(self, how: str, count: int) -> None:
        self._step("notifications", lambda: self.play.notifies(how, count), 0.0)

    @rule(lines=st.integers(1, 8), seconds=st.sampled_from([10.0, 45.0]), moment=moments)
    def something_else_takes_lines(self, lines: int, seconds: float, moment: float) -> None:
        self._step("lines", lambda: self.play.others_ring(lines, seconds), moment)

    # The network

    @rule(
        method=st.sampled_from(["chat.update", "chat.postMessage", "*"]),
        how=st.sampled_from(["limits", "fails", "resets before", "resets after", "is slow"]),
        seconds=st.sampled_from([3.0, 15.0]),
    )
    def slack_fails(self, method: str, how: str, seconds: float) -> None:
        self._step("Slack", lambda: self.play.slack_fails(method, how, seconds), 0.0)

    @rule(
        down_for=st.sampled_from([0.2, 2.0, 20.0]),
        next_death=st.none() | st.builds("{}:{}".format, times, st.integers(2, 12)),
        moment=moments,
    )
    def dies(self, down_for: float, next_death: str | None, moment: float) -> None:
        self._step("kill", lambda: self.play.dies(down_for, next_death=next_death), moment)

    @rule(down_for=st.sampled_from([0.2, 5.0]), moment=moments)
    def stops(self, down_for: float, moment: float) -> None:
        self._step("stop", lambda: self.play.stops(down_for), moment)

    @rule(moment=moments)
    def the_database_is_locked(self, moment: float) -> None:
        self._step("lock", self.play.is_locked, moment)

    # Time

    @rule(seconds=st.sampled_from([5.0, 1.0, 12.0, 35.0, 70.0]))
    def time_goes_by(self, seconds: float) -> None:
        self._step("time", lambda: f"{seconds} s", seconds)

    @rule(seconds=st.sampled_from([2.0, 6.0, 20.0]))
    def some_time_goes_by(self, seconds: float) -> None:
        self._step("time", lambda: f"{seconds} s", seconds)
