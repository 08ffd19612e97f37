"""Arcade Cloud cannot be reached while commands run with credentials that were never looked up.

Each command is tracked and no event is attributed to a principal. Look-ups follow the backoff. Once one
succeeds, all events are attributed to the principal of the credentials.
"""

import json
import time
from collections.abc import Callable
from functools import partial

from arcade_usage.demo.receiver import HANGING, WELL, Behaviour, Receiver
from tests.e2e.gate import Gate
from tests.e2e.world import World
from verification.faults.experiment import experiment
from verification.faults.figures import Figures
from verification.faults.outage import BACKOFF_HOURS
from verification.faults.testbed import NO_PERSON, Testbed
from verification.faults.time_limits import attempts_limit, check_time_limits

GROUP = "Arcade Cloud unreachable"
ALICE, MALLORY = "principal-alice", "principal-mallory"
SHELLS = 8

_MALLORY = json.dumps({"data": {"principal_id": MALLORY}})
_HUGE = json.dumps({"padding": "x" * 4_000_000, "data": {"principal_id": MALLORY}})
BEHAVIOURS = {
    "answers 500": Behaviour(takes=False, status=500, body=_MALLORY.encode()),
    "never answers": HANGING,
    "answers one byte every 0.1 s": Behaviour(body=_MALLORY.encode(), seconds_a_byte=0.1),
    "answers 200 with an HTML page": Behaviour(body=b"<html><body>Log in to the Wi-Fi</body></html>"),
    "answers 4 MB": Behaviour(body=_HUGE.encode()),
}


def register(name: str, behaviour: Behaviour, rounds: int = 16, quick: int = 0) -> None:
    @experiment(GROUP, name, rounds=rounds, quick=quick)
    def run(testbed: Testbed, rounds: int) -> Figures:
        return _work_during_outage(
            testbed, rounds, lambda: _set(testbed, behaviour), lambda: _set(testbed, WELL)
        )


for name, behaviour in BEHAVIOURS.items():
    register(name, behaviour, *((40, 8) if behaviour is HANGING else ()))


@experiment(GROUP, "redirects to a server that names another principal", rounds=16, quick=0)
def redirect(testbed: Testbed, rounds: int) -> Figures:
    with Receiver(cloud=Behaviour(body=_MALLORY.encode())) as other:
        behaviour = Behaviour(status=302, headers={"Location": f"{other.url}/api/v1/auth/validate"})
        figures = _work_during_outage(
            testbed, rounds, lambda: _set(testbed, behaviour), lambda: _set(testbed, WELL)
        )
        assert not other.requests, "credentials were sent to another server"
        return figures


@experiment(GROUP, "refuses connections", rounds=40, quick=0)
def refuse(testbed: Testbed, rounds: int) -> Figures:
    with Gate(testbed.receiver.url) as gate:
        return _work_during_outage(testbed, rounds, gate.shut, gate.open, cloud_url=gate.url)


def _set(testbed: Testbed, behaviour: Behaviour) -> None:
    testbed.receiver.cloud = behaviour


def _work_during_outage(
    testbed: Testbed,
    commands: int,
    begin: Callable[[], object],
    end: Callable[[], object],
    cloud_url: str | None = None,
) -> Figures:
    world = testbed.home()
    world.cloud_url = cloud_url
    testbed.track(world, "before the credentials", ALICE)
    testbed.settle()
    begin()
    started = time.monotonic()
    world.store_credentials(ALICE)
    for start in range(0, commands, SHELLS):
        numbers = range(start, min(start + SHELLS, commands))
        testbed.run_in_parallel(
            partial(testbed.track, world, f"command {number}", ALICE) for number in numbers
        )
        testbed.settle()
    look_ups = max(len(testbed.receiver.look_ups()), _failed_look_ups(world))
    assert 0 < look_ups <= attempts_limit(time.monotonic() - started), f"{look_ups} look-ups"
    assert set(testbed.persons().values()) <= {NO_PERSON}, "an event was attributed without a look-up"
    longest = check_time_limits(testbed)
    end()
    testbed.advance_clock(BACKOFF_HOURS)
    testbed.track(world, "after", ALICE)
    testbed.settle()
    assert set(testbed.persons().values()) == {ALICE}, "an event was not attributed to Alice"
    return testbed.judge(commands, f"{look_ups} look-ups, {longest}")


def _failed_look_ups(world: World) -> int:
    return sum(pause["failures"] for name, pause in world.backoff.items() if name.startswith("look-up"))
