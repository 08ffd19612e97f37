"""Logouts at random moments of a command that is linking: who logged out never comes back, and the next one is new."""

import time
from random import Random

from attrs import define, evolve

from arcade_usage.demo.receiver import Behaviour
from tests.e2e.world import World
from verification.faults.experiment import experiment
from verification.faults.figures import Figures
from verification.faults.lab import Lab

HOMES = 8  # side by side
A_LITTLE_SLOW = Behaviour(hang_seconds=0.1)  # both services, so that many logouts come while they are asked
A_QUARTER = 4  # of the next persons run a command before they log in


@define
class Home:
    """Where one person after the other logs in, has a command link, and logs out meanwhile."""

    lab: Lab
    number: int
    world: World
    persons: int = 0
    logout_at: float = 0.0  # s, monotonic

    @property
    def who(self) -> str:
        return f"principal-{self.number}-{self.persons}"

    def log_in(self) -> None:
        """The next person: credentials are stored, and a command is about to link."""
        self.persons += 1
        if (self.number + self.persons) % A_QUARTER == 0 and self.persons > 1:
            self.lab.track(self.world, f"of the next one, {self.who}", self.who)
        self.world.store_credentials(self.who)
        self.lab.track(self.world, f"linking {self.who}", self.who)

    def log_out(self) -> tuple[bool, float]:
        """Whether the link was stored by now; and how long (s) the logout took."""
        linked = self.world.linked_to() is not None
        self.lab.expect(f"logout {self.who}", self.who)
        return linked, self.world.log_out(f"logout {self.who}")


@experiment("Races", "a logout while a command links, then the next person", rounds=1000, quick=2)
def race_logouts(lab: Lab, rounds: int) -> Figures:
    random = Random(7)
    lab.receiver.posthog = lab.receiver.cloud = A_LITTLE_SLOW
    homes = [Home(lab, number, lab.home()) for number in range(min(HOMES, rounds))]
    spread, back, linked, longest = 0.0, 0, 0, 0.0
    for turn in range(rounds // len(homes)):
        begun = time.monotonic()
        for home in homes:
            home.log_in()
            home.logout_at = time.monotonic() + random.uniform(0.0, spread)
        if turn == 0:
            lab.settle()  # the first ones are let link, to see how long that takes
        for home in sorted(homes, key=lambda each: each.logout_at):
            time.sleep(max(0.0, home.logout_at - time.monotonic()))
            was_linked, seconds = home.log_out()
            linked += was_linked
            longest = max(longest, seconds)
        lab.settle()
        # As long as it took with the logouts in between, but for the last moments.
        spread = 0.8 * (time.monotonic() - begun)
        back += sum(home.world.linked_to() is not None for home in homes)
    last = "the last login"
    for home in homes:
        home.persons += 1
        lab.expect(f"{last}, {home.who}", home.who)
        home.world.log_in(home.who, name=f"{last}, {home.who}")
    lab.settle()
    persons = lab.persons()
    assert all(persons[f"{last}, {home.who}"] == home.who == home.world.linked_to() for home in homes)
    assert not any(home.world.waiting for home in homes)
    figures = lab.judge(
        rounds,
        f"{linked} when the link was stored, the others before; who had logged out was back in usage.json {back} times;"
        f" the longest logout took {longest * 1000:.0f} ms",
    )
    return evolve(figures, mixed_up=figures.mixed_up + back)
