"""Arcade Cloud can't be reached while somebody works with credentials that nobody could say whose they are yet.

Every command is tracked all the same, nothing is put down to anybody, the cloud is asked now and then only,
and in the end all of it is theirs.
"""

import json
import time
from collections.abc import Callable
from functools import partial

from arcade_usage.demo.receiver import HANGING, WELL, Behaviour, Receiver
from tests.e2e.gate import Gate
from tests.e2e.world import World
from verification.faults.bounds import check_bounds, most_attempts
from verification.faults.experiment import experiment
from verification.faults.figures import Figures
from verification.faults.lab import NOBODY, Lab
from verification.faults.outage import PAUSE_HOURS

GROUP = "Arcade Cloud out of reach"
ALICE, MALLORY = "principal-alice", "principal-mallory"
SHELLS = 8

_MALLORY = json.dumps({"data": {"principal_id": MALLORY}})
_HUGE = json.dumps({"padding": "x" * 4_000_000, "data": {"principal_id": MALLORY}})
BEHAVIOURS = {
    "answers 500": Behaviour(takes=False, status=500, body=_MALLORY.encode()),
    "never answers": HANGING,
    "answers a byte each 0.1 s": Behaviour(body=_MALLORY.encode(), seconds_a_byte=0.1),
    "answers 200 with a page": Behaviour(body=b"<html><body>Log in to the Wi-Fi</body></html>"),
    "answers 4 MB": Behaviour(body=_HUGE.encode()),
}


def register(name: str, behaviour: Behaviour, rounds: int = 16, quick: int = 0) -> None:
    @experiment(GROUP, name, rounds=rounds, quick=quick)
    def answer_so(lab: Lab, rounds: int) -> Figures:
        return _work_on(lab, rounds, lambda: _set(lab, behaviour), lambda: _set(lab, WELL))


for name, behaviour in BEHAVIOURS.items():
    register(name, behaviour, *((40, 8) if behaviour is HANGING else ()))


@experiment(GROUP, "redirects to who names somebody else", rounds=16, quick=0)
def redirect(lab: Lab, rounds: int) -> Figures:
    with Receiver(cloud=Behaviour(body=_MALLORY.encode())) as other:
        behaviour = Behaviour(status=302, headers={"Location": f"{other.url}/api/v1/auth/validate"})
        figures = _work_on(lab, rounds, lambda: _set(lab, behaviour), lambda: _set(lab, WELL))
        assert not other.requests, "credentials went to somebody else"
        return figures


@experiment(GROUP, "refuses connections", rounds=40, quick=0)
def refuse(lab: Lab, rounds: int) -> Figures:
    with Gate(lab.receiver.url) as gate:
        return _work_on(lab, rounds, gate.shut, gate.open, cloud_url=gate.url)


def _set(lab: Lab, behaviour: Behaviour) -> None:
    lab.receiver.cloud = behaviour


def _work_on(
    lab: Lab,
    commands: int,
    begin: Callable[[], object],
    end: Callable[[], object],
    cloud_url: str | None = None,
) -> Figures:
    world = lab.home()
    world.cloud_url = cloud_url
    lab.track(world, "before the credentials", ALICE)
    lab.settle()
    begin()
    begun = time.monotonic()
    world.store_credentials(ALICE)
    for start in range(0, commands, SHELLS):
        numbers = range(start, min(start + SHELLS, commands))
        lab.together(partial(lab.track, world, f"command {number}", ALICE) for number in numbers)
        lab.settle()
    asked = max(len(lab.receiver.look_ups()), _failed_look_ups(world))
    assert 0 < asked <= most_attempts(time.monotonic() - begun), f"the cloud was asked {asked} times"
    assert set(lab.persons().values()) <= {NOBODY}, "put down to somebody whom nobody named"
    told = check_bounds(lab)
    end()
    lab.let_hours_pass(PAUSE_HOURS)
    lab.track(world, "after", ALICE)
    lab.settle()
    assert set(lab.persons().values()) == {ALICE}, "not all of it was stitched"
    return lab.judge(commands, f"asked {asked} times, {told}")


def _failed_look_ups(world: World) -> int:
    return sum(pause["failures"] for name, pause in world.backoff.items() if name.startswith("look-up"))
