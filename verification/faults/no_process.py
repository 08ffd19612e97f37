"""No process can be started: the tool redacts its event and writes it to the outbox itself."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median

from verification.faults.command_runs import SECRET, find_program, outbox_of, recover, run_commands
from verification.faults.experiment import experiment
from verification.faults.figures import Figures
from verification.faults.testbed import Testbed

ALICE = "principal-alice"
GROUP = "No process can be started"
COMMANDS = 3  # of one tool
IDLE_USER = 54_321  # a user id without any process

WAYS = {
    "sys.executable is gone": "sys.executable = '/nowhere/python'",
    "sys.executable is empty": "sys.executable = ''",
    "a frozen tool": "sys.frozen = True",
}
NO_MORE = "import resource; resource.setrlimit(resource.RLIMIT_NPROC, (1, 1))"


def write_to_outbox(testbed: Testbed, rounds: int, before: str, prefix: list[str]) -> Figures:
    """Run commands that cannot start a process; in every second home, Alice has logged in."""
    first, later = [], []
    for number in range(rounds):
        world, owners = testbed.home(), [ALICE] * (number % 2)
        if owners:
            testbed.expect(f"login {number}", ALICE)
            world.log_in(ALICE, name=f"login {number}")
            world.settle()
        names = [f"kept {number}.{nth}" for nth in range(COMMANDS)]
        for name in names:
            testbed.expect(name, *owners)
        with _owned_by(IDLE_USER if prefix else os.geteuid(), world.folder):
            waits = run_commands(testbed, world, *names, before=before, prefix=prefix)
        first.append(waits[0])
        later.extend(waits[1:])
        assert len(outbox_of(world).queue.pending()) == COMMANDS, "a command started a process, or was lost"
        assert not any(SECRET.encode() in path.read_bytes() for path in world.folder.rglob("*.json"))
        assert not recover(testbed, world, f"next {number}", *owners), (
            "a later command has to deliver the events"
        )
        assert all(str(world.events[name].properties["error_message"]).endswith("<email>") for name in names)
    delays = f"delay {median(first):.0f} ms for a tool's first event, {median(later):.1f} ms for later ones"
    return testbed.judge(rounds, f"all redacted by the tool; {delays} (medians)")


for _way, _before in WAYS.items():
    experiment(GROUP, _way, rounds=4, quick=2 if "frozen" in _way else 0)(
        partial(write_to_outbox, before=_before, prefix=[])
    )


@experiment(GROUP, "the user's process limit is reached", rounds=4, quick=0)
def no_more_processes(testbed: Testbed, rounds: int) -> Figures:
    return write_to_outbox(testbed, rounds, NO_MORE, _as_another_user())


@contextmanager
def _owned_by(user: int, folder: Path) -> Iterator[None]:
    """Gives the folder to the tool's user in the meantime; the library ignores folders of other users."""
    folder.mkdir(parents=True, exist_ok=True)
    _change_owner(user, folder)
    yield
    _change_owner(os.geteuid(), folder)


def _change_owner(user: int, folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        os.chown(path, user, -1)


def _as_another_user() -> list[str]:
    """Command prefix of a tool to which the limit applies: not root, but with access to root's files."""
    if os.geteuid() != 0:
        return []
    caps = "+dac_override,+dac_read_search"
    user = [f"--reuid={IDLE_USER}", "--clear-groups"]
    return [find_program("setpriv"), *user, f"--inh-caps={caps}", f"--ambient-caps={caps}", "--"]
