"""A tool that reports no command changes no file, no folder and no timestamp."""

from pathlib import Path

from tests.e2e.test_no_trace import SILENT, changes
from verification.faults.experiment import experiment
from verification.faults.figures import Figures
from verification.faults.testbed import Testbed

ARRIVAL_SECONDS = 20.0


@experiment("No trace", "a tool that reports no command, without ~/.arcade", rounds=2, quick=0)
def report_nothing(testbed: Testbed, rounds: int) -> Figures:
    """A tracker is built, help, version, completion and more in a real Typer tool; then a command is reported."""
    tried, changed = 0, set()
    for _ in range(rounds):
        for arguments, environment in SILENT.values():
            changed |= changes(testbed.home(), arguments, environment)
            tried += 1
    assert not changed, f"changed: {changed}"
    assert not testbed.receiver.requests
    testbed.expect("run")
    world = testbed.home()
    seen = changes(world, ["run"], {})
    assert seen, "the check does not see changes"
    assert world.receiver.wait_until(lambda: "run" in world.events, ARRIVAL_SECONDS)
    made = {Path(path).name for path in seen} & {"usage.json", "ledger.json"}
    remark = (
        f"{len(changed)} changes of the file system ({', '.join(SILENT)}); a reported command"
        f" then creates {' and '.join(sorted(made))}, and arrives"
    )
    return testbed.judge(tried, remark)
