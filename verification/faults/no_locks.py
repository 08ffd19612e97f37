"""A file system without locks, owners of locks that are killed, and a sender that is stuck: events arrive once."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path

from filelock import FileLock

from arcade_usage.composition.console import Scope, flush
from arcade_usage.demo.receiver import DOWN, HANGING, WELL
from arcade_usage.domain.retention import EVENTS_LIMIT
from tests.adapters.holders import holding
from tests.e2e.hosts import run_host, start_of_host
from tests.e2e.world import World, until
from tests.lockless import ERRORS, build_library, environment_of
from verification.faults.command_runs import outbox_of
from verification.faults.experiment import NotRunError, experiment
from verification.faults.figures import Figures
from verification.faults.lab import Lab

ALICE = "principal-alice"
GROUP = "Locks"
SHELLS = 4
COMMANDS = 3  # of each shell
STUCK_COMMANDS = 1_500

_LOGIN = "tracker.track_command_execution({!r}, success=True, is_login=True)"
_LOGOUT = "tracker.track_command_execution({!r}, success=True, is_logout=True)"
_COMMAND = "tracker.track_command_execution({!r}, success=True)"


def _build(lab: Lab) -> Path:
    """The library that makes locks fail. Raises NotRunError."""
    if sys.platform != "linux" or not (shutil.which("cc") or shutil.which("gcc")):
        raise NotRunError("LD_PRELOAD and a C compiler are needed")
    return build_library(lab.scratch)


@contextmanager
def _without_locks(lab: Lab, library: Path, world: World, error: str) -> Iterator[None]:
    """For the processes that are started meanwhile, in this home."""
    with lab.monkeypatch.context() as patch:
        for variable, value in environment_of(library, world.folder, error).items():
            patch.setenv(variable, value)
        yield


@experiment(GROUP, "a file system without any, with each error that such have", rounds=1, quick=0)
def without_locks(lab: Lab, rounds: int) -> Figures:
    """A login, commands of shells at once, a logout, and shells again."""
    library, used = _build(lab), 0
    for number in range(rounds):
        for error in ERRORS:
            world, tag = lab.home(), f"{error} {number}"
            world.store_credentials(ALICE)
            with _without_locks(lab, library, world, error):
                _run(lab, world, world.scratch, {f"login {tag}": _LOGIN}, ALICE)
                assert world.linked_to() == ALICE
                _run_shells(lab, world, f"alice's {tag}", ALICE)
                anon_id = world.anon_id
                world.credentials.unlink()
                _run(lab, world, world.scratch, {f"logout {tag}": _LOGOUT}, ALICE)
                assert (world.linked_to(), world.anon_id != anon_id) == (None, True)
                _run_shells(lab, world, f"nobody's {tag}")
            assert not world.waiting
            used += sum(1 for _ in world.folder.glob("usage/**/*.lock.owners"))
    assert used, "locks were had"
    return lab.judge(
        len(ERRORS) * rounds, f"{', '.join(ERRORS)}; {used} locks were had in another way, without a word"
    )


def _run_shells(lab: Lab, world: World, tag: str, *owners: str) -> None:
    """Each of them runs its commands, all shells at once."""
    shells = []
    for shell in range(SHELLS):
        folder = world.scratch / f"{tag} {shell}"
        folder.mkdir()
        lines = {f"{tag} {shell}.{number}": _COMMAND for number in range(COMMANDS)}
        shells.append(partial(_run, lab, world, folder, lines, *owners))
    lab.together(shells)


def _run(lab: Lab, world: World, folder: Path, commands: dict[str, str], *owners: str) -> None:
    """Run a host that has nothing to say; returns when its deliveries have ended."""
    for name in commands:
        lab.expect(name, *owners)
    lines = "\n".join(call.format(name) for name, call in commands.items())
    host = run_host(start_of_host(world) + lines, folder)
    lab.started_by_hosts += 1 + host.started
    assert (host.returncode, host.stdout, host.stderr) == (0, "", "")


@experiment(GROUP, "an owner that is killed while it holds one, of either kind", rounds=2, quick=0)
def kill_owners(lab: Lab, rounds: int) -> Figures:
    """A sender in the middle of a request, and a process that holds the identity lock as a login comes."""
    library, killed = _build(lab), 0
    for number in range(rounds):
        for kind in ("native", "owner's"):
            world, tag = lab.home(), f"{kind} {number}"
            absent = _without_locks(lab, library, world, "ENOLCK") if kind != "native" else nullcontext()
            with absent:
                lab.receiver.posthog, before = HANGING, len(lab.receiver.requests)
                lab.track(world, f"killed {tag}", ALICE)
                sender = world.processes[-1]
                assert until(partial(_was_asked, lab, before))
                sender.kill()
                sender.wait()
                lab.receiver.posthog = WELL
                _kill_holder(world.folder / "usage" / "identity.lock")
                killed += 2
                lab.log_in(world, f"login {tag}", ALICE)
                lab.track(world, f"next {tag}", ALICE)
                lab.settle()
                list(flush(Scope(config_dir=world.folder), []))
            assert world.linked_to() == ALICE
            assert not world.waiting
    longest = max(lab.login_waits_ms)
    return lab.judge(
        2 * rounds, f"{killed} owners killed; the longest login after that took {longest:,.0f} ms"
    )


def _was_asked(lab: Lab, before: int) -> bool:
    return len(lab.receiver.requests) > before


def _kill_holder(lock: Path) -> None:
    """Have a process hold the lock, and kill it."""
    with holding("arcade_usage.adapters.files.locks.hold", lock) as process:
        process.kill()


@experiment(GROUP, f"a sender that is stuck, and {STUCK_COMMANDS:,} commands", rounds=1, quick=0)
def stuck_sender(lab: Lab, rounds: int) -> Figures:
    """Of one host that starts no process, and three that do; what is there when the lock is free arrives."""
    waited = lost = 0
    for number in range(rounds):
        world = lab.home()
        lab.receiver.posthog = DOWN
        lab.attempt(world, f"first {number}")
        lab.settle()
        lab.receiver.posthog = WELL
        (lock,) = world.folder.glob("usage/outbox/*/sender.lock")
        with FileLock(lock):
            os.utime(lock, (lock.stat().st_mtime - 3600,) * 2)  # for an hour already
            many = range(STUCK_COMMANDS - 3)
            lines = f"for number in {many!r}: " + _COMMAND.replace("{!r}", f"f'stuck {number}.{{number}}'")
            host = run_host("import sys; sys.frozen = True\n" + start_of_host(world) + lines, world.scratch)
            assert (host.returncode, host.stdout, host.stderr) == (0, "", "")
            for nth in range(3):
                lab.attempt(world, f"stuck {number}.last {nth}")
                lab.settle()
            there = [record.event.properties["command_name"] for record in outbox_of(world).queue.pending()]
        assert len(there) <= EVENTS_LIMIT, f"{len(there)} wait"
        dropped = sum(outbox_of(world).log.losses().counts.values())
        assert len(there) + dropped == STUCK_COMMANDS + 1, (len(there), dropped)
        for name in there:
            lab.expect(str(name))
        waited, lost = waited + len(there), lost + dropped
        list(flush(Scope(config_dir=world.folder), []))
    return lab.judge(
        rounds,
        f"of {waited + lost:,} commands, {waited:,} waited and arrived when the lock was free,"
        f" {lost:,} were dropped and counted",
    )
