"""A tool that reports nothing leaves nothing behind: not a file, not a folder, not a time."""

from pathlib import Path

from tests.e2e.test_no_trace import SILENT, changes
from verification.faults.experiment import experiment
from verification.faults.figures import Figures
from verification.faults.lab import Lab

ARRIVAL_SECONDS = 20.0


@experiment("No trace", "a tool that reports no command, in a home without ~/.arcade", rounds=2, quick=0)
def report_nothing(lab: Lab, rounds: int) -> Figures:
    """A tracker that is built, help, version, completion and more, of a real Typer tool; then it reports."""
    tried, changed = 0, set()
    for _ in range(rounds):
        for arguments, environment in SILENT.values():
            changed |= changes(lab.home(), arguments, environment)
            tried += 1
    assert not changed, f"changed: {changed}"
    assert not lab.receiver.requests
    lab.expect("run")
    world = lab.home()
    seen = changes(world, ["run"], {})
    assert seen, "a change would not be seen"
    assert world.receiver.wait_until(lambda: "run" in world.events, ARRIVAL_SECONDS)
    made = {Path(path).name for path in seen} & {"usage.json", "ledger.json"}
    remark = (
        f"{len(changed)} changes of the file system ({', '.join(SILENT)}); a command that is reported then"
        f" makes {' and '.join(sorted(made))}, and arrives"
    )
    return lab.judge(tried, remark)
