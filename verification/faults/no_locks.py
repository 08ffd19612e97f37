"""File systems without locks, killed lock owners, and a stuck sender: each event arrives once."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path

from filelock import FileLock

from arcade_usage.composition.console import flush
from arcade_usage.composition.scope import Scope
from arcade_usage.demo.receiver import DOWN, HANGING, WELL
from arcade_usage.domain.retention import EVENTS_LIMIT
from tests.adapters.holders import holding
from tests.e2e.hosts import run_as_tool, start_of_tool
from tests.e2e.world import World, until
from tests.lockless import ERRORS, build_library, environment_of
from verification.faults.command_runs import outbox_of
from verification.faults.experiment import NotRunError, experiment
from verification.faults.figures import Figures
from verification.faults.testbed import Testbed

ALICE = "principal-alice"
GROUP = "Locks"
SHELLS = 4
COMMANDS = 3  # in each shell
STUCK_COMMANDS = 1_500

_LOGIN = "tracker.track_command_execution({!r}, success=True, is_login=True)"
_LOGOUT = "tracker.track_command_execution({!r}, success=True, is_logout=True)"
_COMMAND = "tracker.track_command_execution({!r}, success=True)"


def _build(testbed: Testbed) -> Path:
    """Build the LD_PRELOAD library that makes locks fail. Returns its path. Raises NotRunError."""
    if sys.platform != "linux" or not (shutil.which("cc") or shutil.which("gcc")):
        raise NotRunError("LD_PRELOAD and a C compiler are needed")
    return build_library(testbed.scratch)


@contextmanager
def _without_locks(testbed: Testbed, library: Path, world: World, error: str) -> Iterator[None]:
    """In this home, locks fail with `error` for processes that are started in the meantime."""
    with testbed.monkeypatch.context() as patch:
        for variable, value in environment_of(library, world.folder, error).items():
            patch.setenv(variable, value)
        yield


@experiment(GROUP, "a file system without locks, with each of its possible errors", rounds=1, quick=0)
def without_locks(testbed: Testbed, rounds: int) -> Figures:
    """A login, commands in parallel shells, a logout, and parallel shells again."""
    library, used = _build(testbed), 0
    for number in range(rounds):
        for error in ERRORS:
            world, tag = testbed.home(), f"{error} {number}"
            world.store_credentials(ALICE)
            with _without_locks(testbed, library, world, error):
                _run(testbed, world, world.scratch, {f"login {tag}": _LOGIN}, ALICE)
                assert world.linked_to() == ALICE
                _run_shells(testbed, world, f"after the login {tag}", ALICE)
                anon_id = world.anon_id
                world.credentials.unlink()
                _run(testbed, world, world.scratch, {f"logout {tag}": _LOGOUT}, ALICE)
                assert (world.linked_to(), world.anon_id != anon_id) == (None, True)
                _run_shells(testbed, world, f"after the logout {tag}")
            assert not world.waiting
            used += sum(1 for _ in world.folder.glob("usage/**/*.lock.owners"))
    assert used, "the native locks did not fail"
    return testbed.judge(
        len(ERRORS) * rounds,
        f"{', '.join(ERRORS)}; {used} locks were replaced by lock files, without any output",
    )


def _run_shells(testbed: Testbed, world: World, tag: str, *owners: str) -> None:
    """Run the commands of all shells in parallel."""
    shells = []
    for shell in range(SHELLS):
        folder = world.scratch / f"{tag} {shell}"
        folder.mkdir()
        lines = {f"{tag} {shell}.{number}": _COMMAND for number in range(COMMANDS)}
        shells.append(partial(_run, testbed, world, folder, lines, *owners))
    testbed.run_in_parallel(shells)


def _run(testbed: Testbed, world: World, folder: Path, commands: dict[str, str], *owners: str) -> None:
    """Run a tool with these commands; it must print nothing. Returns when its deliveries have ended."""
    for name in commands:
        testbed.expect(name, *owners)
    lines = "\n".join(call.format(name) for name, call in commands.items())
    tool = run_as_tool(start_of_tool(world) + lines, folder)
    testbed.started_by_tools += 1 + tool.started
    assert (tool.returncode, tool.stdout, tool.stderr) == (0, "", "")


@experiment(GROUP, "a lock owner is killed, with either kind of lock", rounds=2, quick=0)
def kill_owners(testbed: Testbed, rounds: int) -> Figures:
    """Kill a sender during a request, and a process that holds the identity lock before a login."""
    library, killed = _build(testbed), 0
    for number in range(rounds):
        for kind in ("native lock", "lock file"):
            world, tag = testbed.home(), f"{kind} {number}"
            locks = (
                _without_locks(testbed, library, world, "ENOLCK") if kind != "native lock" else nullcontext()
            )
            with locks:
                testbed.receiver.posthog, before = HANGING, len(testbed.receiver.requests)
                testbed.track(world, f"killed {tag}", ALICE)
                sender = world.processes[-1]
                assert until(partial(_has_request, testbed, before))
                sender.kill()
                sender.wait()
                testbed.receiver.posthog = WELL
                _kill_holder(world.folder / "usage" / "identity.lock")
                killed += 2
                testbed.log_in(world, f"login {tag}", ALICE)
                testbed.track(world, f"next {tag}", ALICE)
                testbed.settle()
                list(flush(Scope(config_dir=world.folder), []))
            assert world.linked_to() == ALICE
            assert not world.waiting
    longest = max(testbed.login_waits_ms)
    return testbed.judge(
        2 * rounds, f"{killed} owners killed; the longest login after that took {longest:,.0f} ms"
    )


def _has_request(testbed: Testbed, before: int) -> bool:
    return len(testbed.receiver.requests) > before


def _kill_holder(lock: Path) -> None:
    """Start a process that holds the lock, and kill it."""
    with holding("arcade_usage.adapters.files.locks.hold", lock) as process:
        process.kill()


@experiment(GROUP, f"a stuck sender, and {STUCK_COMMANDS:,} commands", rounds=1, quick=0)
def stuck_sender(testbed: Testbed, rounds: int) -> Figures:
    """Nearly all commands start no process, the last three do. Events within the limit arrive once the lock is free."""
    waited = lost = 0
    for number in range(rounds):
        world = testbed.home()
        world.daily_limit = None  # there are more events
        testbed.receiver.posthog = DOWN
        testbed.attempt(world, f"first {number}")
        testbed.settle()
        testbed.receiver.posthog = WELL
        (lock,) = world.folder.glob("usage/outbox/*/sender.lock")
        with FileLock(lock):
            os.utime(lock, (lock.stat().st_mtime - 3600,) * 2)  # held for an hour
            many = range(STUCK_COMMANDS - 3)
            lines = f"for number in {many!r}: " + _COMMAND.replace("{!r}", f"f'stuck {number}.{{number}}'")
            tool = run_as_tool(
                "import sys; sys.frozen = True\n" + start_of_tool(world) + lines, world.scratch
            )
            assert (tool.returncode, tool.stdout, tool.stderr) == (0, "", "")
            for nth in range(3):
                testbed.attempt(world, f"stuck {number}.last {nth}")
                testbed.settle()
            waiting = [record.event.properties["command_name"] for record in outbox_of(world).queue.pending()]
        assert len(waiting) <= EVENTS_LIMIT, f"{len(waiting)} wait"
        dropped = sum(outbox_of(world).log.losses().counts.values())
        assert len(waiting) + dropped == STUCK_COMMANDS + 1, (len(waiting), dropped)
        for name in waiting:
            testbed.expect(str(name))
        waited, lost = waited + len(waiting), lost + dropped
        list(flush(Scope(config_dir=world.folder), []))
    return testbed.judge(
        rounds,
        f"of {waited + lost:,} commands, {waited:,} waited and arrived when the lock was free,"
        f" {lost:,} were dropped and counted",
    )
