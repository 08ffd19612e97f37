"""A machine's life, any way it may go: logins, logouts, switches and outages, against PostHog's merging.

What people did is known to the test; whom PostHog counts it for is known to the in-memory sink. No
order of things may put the one's events into the other's profile.
"""

from attrs import frozen
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from arcade_usage.domain.event import Event
from arcade_usage.domain.identity_state import Snapshot
from tests.unit.application.simulation import Simulation

people = st.sampled_from(["alice", "bob", "carol"])


@frozen
class Done:
    """One command: under whose credentials, or in which time without any."""

    event: Event
    who: str | None
    epoch: int


@frozen
class Undelivered:
    event: Event
    snapshot: Snapshot
    is_login: bool
    is_logout: bool


class Life(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.simulation = Simulation()
        self.who: str | None = None
        self.epoch = 0
        self.successors: dict[int, set[str]] = {}  # who was noticed next after a time without credentials
        self.noticed = False  # an event with the credentials of now was taken while they lay there
        self.done: list[Done] = []
        self.undelivered: list[Undelivered] = []
        self.tokens = 0

    @rule(late=st.booleans())
    def command(self, late: bool) -> None:
        self._act("command", late=late)

    @rule(who=people, late=st.booleans())
    def log_in(self, who: str, late: bool) -> None:
        self.simulation.look()
        self._store_credentials(who)
        self._act("login", late=late, is_login=True)

    @precondition(lambda self: self.who is not None)
    @rule(late=st.booleans())
    def log_out(self, late: bool) -> None:
        snapshot = self.simulation.look()
        self._log_out(late, snapshot)

    @precondition(lambda self: self.who is not None and self.noticed)
    @rule(late=st.booleans())
    def log_out_before_the_tracker_is_built(self, late: bool) -> None:
        self._log_out(late, None)

    @precondition(lambda self: self.who is None and self.simulation.look().state.never_logged_in)
    @rule(late=st.booleans())
    def log_out_nobody(self, late: bool) -> None:
        snapshot = self.simulation.look()
        self._act("logout", late=late, is_logout=True, snapshot=snapshot)
        self.simulation.rotate(had_credentials=False)

    def _log_out(self, late: bool, snapshot: Snapshot | None) -> None:
        who, epoch = self.who, self.epoch
        self._delete_credentials(rotates=True)
        self._act("logout", late=late, is_logout=True, snapshot=snapshot, done_by=(who, epoch))
        self.simulation.rotate(had_credentials=snapshot is not None)

    @rule(who=people)
    def switch_behind_the_back(self, who: str) -> None:
        self._store_credentials(who)

    @precondition(lambda self: self.who is not None)
    @rule()
    def refresh(self) -> None:
        assert self.who is not None
        self._store_credentials(self.who)

    @rule()
    def delete_behind_the_back(self) -> None:
        self._delete_credentials(rotates=False)

    @rule(failing=st.booleans(), losing=st.booleans())
    def posthog(self, failing: bool, losing: bool) -> None:
        self.simulation.posthog.failing, self.simulation.posthog.losing_replies = failing, losing

    @rule(reachable=st.booleans())
    def cloud(self, reachable: bool) -> None:
        self.simulation.cloud.reachable = reachable

    @rule(busy=st.booleans())
    def another_sender(self, busy: bool) -> None:
        self.simulation.outbox.sender_lock.sender_at_work = busy

    @precondition(lambda self: self.undelivered)
    @rule(data=st.data())
    def deliver_late(self, data: st.DataObject) -> None:
        self._deliver(self.undelivered.pop(data.draw(st.integers(0, len(self.undelivered) - 1))))

    @rule(hours=st.integers(1, 30))
    def wait(self, hours: int) -> None:
        self.simulation.clock.advance(hours * 3600.0)

    @invariant()
    def nobody_is_mixed_up(self) -> None:
        named = {who: self.simulation.person(who) for who in ("alice", "bob", "carol")}
        assert len(set(named.values())) == 3, "two people are one person"
        for done in self.done:
            counted = self.simulation.person_of(done.event)
            strangers = {person for who, person in named.items() if who not in self._may_be(done)}
            assert counted not in strangers, f"{done} counts for {counted}"

    @invariant()
    def the_principals_id_is_used_only_after_an_accepted_alias(self) -> None:
        for done in self.done:
            distinct_id = self.simulation.distinct_id_of(done.event)
            if distinct_id in ("alice", "bob", "carol"):
                assert self.simulation.person(distinct_id) in self.simulation.posthog.persons.identified

    @invariant()
    def anonymous_events_of_one_time_share_no_profile_with_another(self) -> None:
        named = {self.simulation.person(who) for who in ("alice", "bob", "carol")}
        doers: dict[str, list[Done]] = {}
        for done in self.done:
            counted = self.simulation.person_of(done.event)
            if counted is not None and counted not in named:
                doers.setdefault(counted, []).append(done)
        for counted, together in doers.items():
            owners = [self._may_be(done) for done in together]
            state = [who for who in owners if who]
            assert not state or set.intersection(*state), f"{counted} is shared by {together}"

    def _may_be(self, done: Done) -> set[str]:
        """Whose an event is: who did it, or who came next after a time in which nobody was logged in."""
        return {done.who} if done.who else self.successors.get(done.epoch, set())

    def _store_credentials(self, who: str) -> None:
        self.who, self.noticed = who, False
        self.tokens += 1
        self.simulation.switch_to(who, token=f"token {self.tokens} of {who}")

    def _delete_credentials(self, *, rotates: bool) -> None:
        """A time without credentials begins; one that nobody could have noticed the end of goes on."""
        self.simulation.cloud.log_out()
        if self.noticed or rotates or self.successors.get(self.epoch):
            self.epoch += 1
        self.who, self.noticed = None, False

    def _act(
        self,
        name: str,
        *,
        late: bool,
        is_login: bool = False,
        is_logout: bool = False,
        snapshot: Snapshot | None = None,
        done_by: tuple[str | None, int] | None = None,
    ) -> None:
        snapshot = snapshot or self.simulation.look()
        event = self.simulation.event(name)
        self.done.append(Done(event, *(done_by or (self.who, self.epoch))))
        doing = Undelivered(event, snapshot, is_login, is_logout)
        if late:
            self.undelivered.append(doing)
        else:
            self._deliver(doing)

    def _deliver(self, doing: Undelivered) -> None:
        if self.who is not None and doing.snapshot.stamp == self.simulation.cloud.stamp():
            self.noticed = True
            self.successors.setdefault(self.epoch, set()).add(self.who)
        self.simulation.deliver(
            doing.event, doing.snapshot, is_login=doing.is_login, is_logout=doing.is_logout
        )


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=120, stateful_step_count=40, deadline=None, derandomize=True)
