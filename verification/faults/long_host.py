"""A host that lives on and tracks by the hundred: it collects no zombies, and Python has nothing to warn it about."""

import json
import subprocess
import sys
from pathlib import Path

from tests.e2e.hosts import start_of_host
from verification.faults.experiment import experiment
from verification.faults.figures import Figures
from verification.faults.lab import Lab

AT_ONCE = 6  # deliveries; the host makes a pause while there are so many
ZOMBIES = 2 * AT_ONCE  # at any moment: those that ended since it last looked
LAST_SECONDS = 20.0  # until all that the last commands started has been reaped
HOST_SECONDS = 540.0  # until a host that hangs is a failure

_HOST = """
import json, os, sys, time
sys.path.append(sys.argv[2])
from verification.faults.alive import children
{start}
waits, most, end = [], 0, time.monotonic() + {seconds}

def look():
    global most
    states = list(children(os.getpid()).values())
    most = max(most, states.count("Z"))
    assert time.monotonic() < end, states
    return states

for number in range(int(sys.argv[1])):
    begun = time.perf_counter()
    tracker.track_command_execution(f"command {{number}}", success=True)
    waits.append((time.perf_counter() - begun) * 1000)
    while len([state for state in look() if state != "Z"]) >= {at_once}:
        time.sleep(0.005)
end = time.monotonic() + {last_seconds}
while look():
    time.sleep(0.02)
print(json.dumps({{"waits": waits, "most": most}}))
"""


@experiment("No orphans", "a host that lives on", rounds=1000, quick=5)
def live_on(lab: Lab, rounds: int) -> Figures:
    world = lab.home()
    for number in range(rounds):
        lab.expect(f"command {number}")
    script = lab.scratch / "host.py"
    lines = _HOST.format(
        start=start_of_host(world), seconds=HOST_SECONDS, last_seconds=LAST_SECONDS, at_once=AT_ONCE
    )
    script.write_text(lines, encoding="utf-8")
    strict = ["-B", "-X", "dev", "-W", "error::ResourceWarning"]
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, *strict, str(script), str(rounds), str(root)],
        capture_output=True,
        text=True,
        timeout=HOST_SECONDS + 30,
        check=False,
    )
    lab.started_by_hosts += rounds
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    said = json.loads(done.stdout)
    lab.waits_ms.extend(said["waits"])
    assert said["most"] <= ZOMBIES, said["most"]
    assert world.waiting == []
    return lab.judge(rounds, f"{said['most']} zombies at most, none in the end, no ResourceWarning")
