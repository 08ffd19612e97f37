"""A long-running tool that tracks hundreds of commands: no zombies, and no warning of Python."""

import json
import subprocess
import sys
from pathlib import Path

from tests.e2e.hosts import start_of_tool
from verification.faults.experiment import experiment
from verification.faults.figures import Figures
from verification.faults.testbed import Testbed

PARALLEL_DELIVERIES = 6  # the tool waits while so many run
ZOMBIES_LIMIT = 2 * PARALLEL_DELIVERIES  # processes that ended since the tool last reaped
LAST_SECONDS = 20.0  # until the last processes are reaped
TOOL_SECONDS = 540.0  # a tool that runs longer hangs

_TOOL = """
import json, os, sys, time
sys.path.append(sys.argv[2])
from verification.faults.processes import read_child_states
{start}
waits, most, end = [], 0, time.monotonic() + {seconds}

def child_states():
    global most
    states = list(read_child_states(os.getpid()).values())
    most = max(most, states.count("Z"))
    assert time.monotonic() < end, states
    return states

for number in range(int(sys.argv[1])):
    started = time.perf_counter()
    tracker.track_command_execution(f"command {{number}}", success=True)
    waits.append((time.perf_counter() - started) * 1000)
    while len([state for state in child_states() if state != "Z"]) >= {parallel}:
        time.sleep(0.005)
end = time.monotonic() + {last_seconds}
while child_states():
    time.sleep(0.02)
print(json.dumps({{"waits": waits, "most": most}}))
"""


@experiment("No orphans", "a long-running tool", rounds=1000, quick=3)
def run_for_long(testbed: Testbed, rounds: int) -> Figures:
    world = testbed.home()
    for number in range(rounds):
        testbed.expect(f"command {number}")
    script = testbed.scratch / "tool.py"
    lines = _TOOL.format(
        start=start_of_tool(world),
        seconds=TOOL_SECONDS,
        last_seconds=LAST_SECONDS,
        parallel=PARALLEL_DELIVERIES,
    )
    script.write_text(lines, encoding="utf-8")
    strict = ["-B", "-X", "dev", "-W", "error::ResourceWarning"]
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, *strict, str(script), str(rounds), str(root)],
        capture_output=True,
        text=True,
        timeout=TOOL_SECONDS + 30,
        check=False,
    )
    testbed.started_by_tools += rounds
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    result = json.loads(done.stdout)
    testbed.waits_ms.extend(result["waits"])
    assert result["most"] <= ZOMBIES_LIMIT, result["most"]
    assert world.waiting == []
    return testbed.judge(rounds, f"{result['most']} zombies at most, none at the end, no ResourceWarning")
