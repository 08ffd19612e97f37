"""Commands of one home run alternately inside and outside of a separate network, as with a VPN."""

import sys

from arcade_usage.demo.receiver import DOWN, WELL
from tests.e2e.world import World
from verification.faults.experiment import experiment
from verification.faults.figures import Figures
from verification.faults.network import Network, open_network
from verification.faults.outage import BACKOFF_HOURS
from verification.faults.testbed import Testbed
from verification.faults.time_limits import check_time_limits

ALICE = "principal-alice"


@experiment("VPN", "alternate commands; inside, no service is reachable", rounds=4, quick=0)
def take_turns(testbed: Testbed, rounds: int) -> Figures:
    """The anonymous id does not change, since it is one machine. Events that stay undecided inside are sent outside."""
    anonymous, state = testbed.home(), testbed.home()
    testbed.track(anonymous, "anonymous")
    testbed.log_in(state, "login", ALICE)
    testbed.settle()
    anon_id = anonymous.anon_id
    with open_network(testbed.scratch) as network:
        for number in range(rounds):
            testbed.receiver.cloud = DOWN
            state.store_credentials(ALICE, version=2 + number)  # requires a new look-up
            _track_inside(testbed, network, anonymous, f"anonymous inside {number}")
            _track_inside(testbed, network, state, f"inside {number}", ALICE)
            testbed.settle()
            testbed.receiver.cloud = WELL
            testbed.advance_clock(BACKOFF_HOURS)
            testbed.track(anonymous, f"anonymous outside {number}")
            testbed.track(state, f"outside {number}", ALICE)
            testbed.settle()
    assert anonymous.anon_id == anon_id, "the home was treated as a copy"
    assert not state.losses, state.losses
    misattributed = {
        name for name, person in testbed.persons().items() if "anonymous" not in name and person != ALICE
    }
    assert not misattributed, misattributed
    return testbed.judge(rounds, check_time_limits(testbed))


def _track_inside(testbed: Testbed, network: Network, world: World, name: str, *owners: str) -> None:
    with testbed.monkeypatch.context() as patch:
        patch.setattr(sys, "executable", network.python)
        testbed.track(world, name, *owners)
