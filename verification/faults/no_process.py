"""No process is to be had: the host hands its event over to the outbox itself, redacted."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median

from verification.faults.command_runs import SECRET, outbox_of, program, recover, run_commands
from verification.faults.experiment import experiment
from verification.faults.figures import Figures
from verification.faults.lab import Lab

ALICE = "principal-alice"
GROUP = "No process to be had"
COMMANDS = 3  # of one host
NOBODY_ELSE = 54_321  # a user who has no other process

WAYS = {
    "sys.executable is gone": "sys.executable = '/nowhere/python'",
    "sys.executable is empty": "sys.executable = ''",
    "a frozen host": "sys.frozen = True",
}
NO_MORE = "import resource; resource.setrlimit(resource.RLIMIT_NPROC, (1, 1))"


def hand_over(lab: Lab, rounds: int, before: str, prefix: list[str]) -> Figures:
    """Every second home is somebody's who logged in."""
    first, later = [], []
    for number in range(rounds):
        world, owners = lab.home(), [ALICE] * (number % 2)
        if owners:
            lab.expect(f"login {number}", ALICE)
            world.log_in(ALICE, name=f"login {number}")
            world.settle()
        names = [f"kept {number}.{nth}" for nth in range(COMMANDS)]
        for name in names:
            lab.expect(name, *owners)
        with _given_to(NOBODY_ELSE if prefix else os.geteuid(), world.folder):
            waits = run_commands(lab, world, *names, before=before, prefix=prefix)
        first.append(waits[0])
        later.extend(waits[1:])
        assert len(outbox_of(world).queue.pending()) == COMMANDS, (
            "a command could start a process, or was lost"
        )
        assert not any(SECRET.encode() in path.read_bytes() for path in world.folder.rglob("*.json"))
        assert not recover(lab, world, f"next {number}", *owners), "a later command has to deliver it"
        assert all(str(world.events[name].properties["error_message"]).endswith("<email>") for name in names)
    held_up = (
        f"held up for {median(first):.0f} ms by a process's first event, {median(later):.1f} ms by the next"
    )
    return lab.judge(rounds, f"all redacted by the host; {held_up} (medians)")


for _way, _before in WAYS.items():
    experiment(GROUP, _way, rounds=4, quick=2 if "frozen" in _way else 0)(
        partial(hand_over, before=_before, prefix=[])
    )


@experiment(GROUP, "a limit on the user's processes that is reached", rounds=4, quick=0)
def no_more_processes(lab: Lab, rounds: int) -> Figures:
    return hand_over(lab, rounds, NO_MORE, _as_another_user())


@contextmanager
def _given_to(user: int, folder: Path) -> Iterator[None]:
    """A folder that is not the user's own is not used, so the home is the host's while that runs."""
    folder.mkdir(parents=True, exist_ok=True)
    _give(user, folder)
    yield
    _give(os.geteuid(), folder)


def _give(user: int, folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        os.chown(path, user, -1)


def _as_another_user() -> list[str]:
    """A prefix for hosts that the limit binds, which it does not for root; they may use root's files."""
    if os.geteuid() != 0:
        return []
    caps = "+dac_override,+dac_read_search"
    user = [f"--reuid={NOBODY_ELSE}", "--clear-groups"]
    return [program("setpriv"), *user, f"--inh-caps={caps}", f"--ambient-caps={caps}", "--"]
