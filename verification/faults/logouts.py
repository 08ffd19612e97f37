"""Logouts while a command links: the old principal does not come back, and the next person gets a new id."""

import time
from random import Random

from attrs import define, evolve

from arcade_usage.demo.receiver import Behaviour
from tests.e2e.world import World
from verification.faults.experiment import experiment
from verification.faults.figures import Figures
from verification.faults.testbed import Testbed

HOMES = 8  # in parallel
SLOW = Behaviour(hang_seconds=0.1)  # of both services, so that many logouts happen during a request
COMMAND_BEFORE_LOGIN_EVERY = 4  # every fourth person runs a command before the login


@define
class Home:
    """A home in which each person logs in, runs a command that links, and logs out during it."""

    testbed: Testbed
    number: int
    world: World
    persons: int = 0
    logout_at: float = 0.0  # s, monotonic

    @property
    def principal(self) -> str:
        return f"principal-{self.number}-{self.persons}"

    def log_in(self) -> None:
        """Store the next person's credentials and start a command that links."""
        self.persons += 1
        if (self.number + self.persons) % COMMAND_BEFORE_LOGIN_EVERY == 0 and self.persons > 1:
            self.testbed.track(self.world, f"before the login, {self.principal}", self.principal)
        self.world.store_credentials(self.principal)
        self.testbed.track(self.world, f"linking {self.principal}", self.principal)

    def log_out(self) -> tuple[bool, float]:
        """Log out. Returns whether the link was already stored, and the duration of the logout (s)."""
        linked = self.world.linked_to() is not None
        self.testbed.expect(f"logout {self.principal}", self.principal)
        return linked, self.world.log_out(f"logout {self.principal}")


@experiment("Races", "a logout while a command links, then the next person", rounds=1000, quick=1)
def race_logouts(testbed: Testbed, rounds: int) -> Figures:
    random = Random(7)
    testbed.receiver.posthog = testbed.receiver.cloud = SLOW
    homes = [Home(testbed, number, testbed.home()) for number in range(min(HOMES, rounds))]
    spread, returned, linked, longest = 0.0, 0, 0, 0.0
    for turn in range(rounds // len(homes)):
        started = time.monotonic()
        for home in homes:
            home.log_in()
            home.logout_at = time.monotonic() + random.uniform(0.0, spread)
        if turn == 0:
            testbed.settle()  # measures how long linking takes without a logout
        for home in sorted(homes, key=lambda each: each.logout_at):
            time.sleep(max(0.0, home.logout_at - time.monotonic()))
            was_linked, seconds = home.log_out()
            linked += was_linked
            longest = max(longest, seconds)
        testbed.settle()
        # Spread the next logouts over most of this duration.
        spread = 0.8 * (time.monotonic() - started)
        returned += sum(home.world.linked_to() is not None for home in homes)
    last = "the last login"
    for home in homes:
        home.persons += 1
        testbed.expect(f"{last}, {home.principal}", home.principal)
        home.world.log_in(home.principal, name=f"{last}, {home.principal}")
    testbed.settle()
    persons = testbed.persons()
    assert all(
        persons[f"{last}, {home.principal}"] == home.principal == home.world.linked_to() for home in homes
    )
    assert not any(home.world.waiting for home in homes)
    figures = testbed.judge(
        rounds,
        f"{linked} logouts after the link was stored, the others before; the old principal was back in usage.json"
        f" {returned} times; the longest logout took {longest * 1000:.0f} ms",
    )
    return evolve(figures, misattributed=figures.misattributed + returned)
