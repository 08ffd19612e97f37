"""Baseline without a fault, to compare the other experiments with."""

from verification.faults.experiment import experiment
from verification.faults.figures import Figures
from verification.faults.testbed import Testbed

ALICE = "principal-alice"


@experiment("Baseline", "commands with a linked account, without a fault", rounds=50, quick=3)
def run_undisturbed(testbed: Testbed, rounds: int) -> Figures:
    world = testbed.home()
    testbed.expect("login", ALICE)
    world.log_in(ALICE)
    for number in range(rounds):
        testbed.track(world, f"command {number}", ALICE)
        world.settle()
    return testbed.judge(rounds)
