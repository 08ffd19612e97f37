"""No fault at all: what the others are compared with."""

from verification.faults.experiment import experiment
from verification.faults.figures import Figures
from verification.faults.lab import Lab

ALICE = "principal-alice"


@experiment("All is well", "commands of somebody who is linked", rounds=50, quick=3)
def nothing_happens(lab: Lab, rounds: int) -> Figures:
    world = lab.home()
    lab.expect("login", ALICE)
    world.log_in(ALICE)
    for number in range(rounds):
        lab.track(world, f"command {number}", ALICE)
        world.settle()
    return lab.judge(rounds)
