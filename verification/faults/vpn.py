"""Some commands run in a network of their own, as with a VPN, others of the same home outside of it."""

import sys

from arcade_usage.demo.receiver import DOWN, WELL
from tests.e2e.world import World
from verification.faults.bounds import check_bounds
from verification.faults.experiment import experiment
from verification.faults.figures import Figures
from verification.faults.lab import Lab
from verification.faults.network import Network, open_network
from verification.faults.outage import PAUSE_HOURS

ALICE = "principal-alice"


@experiment(
    "Inside and outside of a VPN", "commands in turn, nothing being reached inside", rounds=4, quick=0
)
def take_turns(lab: Lab, rounds: int) -> Figures:
    """It is one machine: the anonymous id stays, and what could not be decided inside is outside."""
    anonymous, state = lab.home(), lab.home()
    lab.track(anonymous, "anonymous")
    lab.log_in(state, "login", ALICE)
    lab.settle()
    anon_id = anonymous.anon_id
    with open_network(lab.scratch) as network:
        for number in range(rounds):
            lab.receiver.cloud = DOWN
            state.store_credentials(ALICE, version=2 + number)  # whose they are, is to be asked again
            _track_inside(lab, network, anonymous, f"anonymous inside {number}")
            _track_inside(lab, network, state, f"inside {number}", ALICE)
            lab.settle()
            lab.receiver.cloud = WELL
            lab.let_hours_pass(PAUSE_HOURS)
            lab.track(anonymous, f"anonymous outside {number}")
            lab.track(state, f"outside {number}", ALICE)
            lab.settle()
    assert anonymous.anon_id == anon_id, "taken for a copied home"
    assert not state.losses, state.losses
    astray = {name for name, person in lab.persons().items() if "anonymous" not in name and person != ALICE}
    assert not astray, f"nobody's: {astray}"
    return lab.judge(rounds, check_bounds(lab))


def _track_inside(lab: Lab, network: Network, world: World, name: str, *owners: str) -> None:
    with lab.monkeypatch.context() as patch:
        patch.setattr(sys, "executable", network.python)
        lab.track(world, name, *owners)
