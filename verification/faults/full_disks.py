"""Full disks: an event that could be written arrives; a write that fails does not disturb the tool."""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from attrs import frozen

from tests.e2e.world import World
from verification.faults.command_runs import (
    expect_written,
    find_program,
    ids_of,
    outbox_of,
    queue_events,
    recover,
    run_commands,
)
from verification.faults.experiment import experiment
from verification.faults.figures import Figures
from verification.faults.mounts import Disk, small_disk
from verification.faults.testbed import Testbed

ALICE = "principal-alice"
GROUP = "Full disk"
STEPS = 8  # free pages: from none to enough for a first command


@frozen
class Moment:
    """State of a home when its disk fills up. `prepare` creates it; `owners`: whose events come then."""

    name: str
    prepare: Callable[[Testbed, World, int], None]
    owners: tuple[str, ...] = ()


def _nothing(_: Testbed, __: World, ___: int) -> None:
    pass


def _a_command(testbed: Testbed, world: World, number: int) -> None:
    testbed.expect(f"first {number}")
    run_commands(testbed, world, f"first {number}")


def _a_login(testbed: Testbed, world: World, number: int) -> None:
    testbed.expect(f"login {number}", ALICE)
    world.log_in(ALICE, name=f"login {number}")
    world.settle()


def _records(testbed: Testbed, world: World, number: int) -> None:
    """Leave undecided records in the outbox: their credentials are new."""
    _a_login(testbed, world, number)
    world.store_credentials(ALICE, version=2)
    names = [
        f"waiting {number}.{nth}{' and waiting' * 10}" for nth in range(3)
    ]  # larger than the next record
    for name in names:
        testbed.expect(name, ALICE)
    queue_events(testbed, world, *names)


FIRST_COMMAND = Moment("before the first command", _nothing)
ANONYMOUS = Moment("after an anonymous command", _a_command)
LINKED = Moment("after a login", _a_login, (ALICE,))
WAITING = Moment("while undecided records wait", _records, (ALICE,))


def fill_up(
    testbed: Testbed, rounds: int, moment: Moment, fill: Callable[[Disk, int], None], options: str
) -> Figures:
    """Run two commands on a full disk, then free it."""
    kept = flushed = 0
    for number in range(rounds):
        world = testbed.home()
        with small_disk(world.folder, options) as disk:
            moment.prepare(testbed, world, number)
            fill(disk, number % STEPS)
            names = [f"full {number}.{nth}" for nth in range(2)]
            run_commands(testbed, world, *names)
            kept += expect_written(testbed, world, *names, owners=moment.owners)
            disk.free()
            last = f"freed {number}"
            flushed += recover(testbed, world, last, *moment.owners)
            assert ids_of(world, [*names, last]) == {world.linked_to() or world.anon_id}, "the id changed"
    return testbed.judge(rounds, _remark(kept, rounds * 2, flushed))


def _remark(kept: int, commands: int, flushed: int) -> str:
    needed = f"; {flushed} times a flush was needed" if flushed else ""
    return f"{kept} of {commands} events could be written to the full disk{needed}"


def _pages(disk: Disk, left: int) -> None:
    disk.fill(leaving_pages=left)


def _inodes(disk: Disk, left: int) -> None:
    disk.fill_with_files(leaving=2 * left)


for _moment in (FIRST_COMMAND, ANONYMOUS, LINKED, WAITING):
    experiment(GROUP, f"0 to {STEPS - 1} pages free, {_moment.name}", rounds=8, quick=0)(
        partial(fill_up, moment=_moment, fill=_pages, options="size=64k")
    )
for _moment in (FIRST_COMMAND, WAITING):
    experiment(GROUP, f"0 to {2 * STEPS - 2} inodes free, {_moment.name}", rounds=8, quick=0)(
        partial(fill_up, moment=_moment, fill=_inodes, options="nr_inodes=40")
    )


@experiment(GROUP, "a login while the disk is full", rounds=8, quick=0)
def log_in_on_a_full_disk(testbed: Testbed, rounds: int) -> Figures:
    kept = flushed = 0
    for number in range(rounds):
        world = testbed.home()
        with small_disk(world.folder, "size=64k") as disk:
            _a_command(testbed, world, number)
            testbed.owners[f"first {number}"] = frozenset({ALICE})  # once the login is linked
            world.store_credentials(ALICE)
            disk.fill(leaving_pages=number % STEPS)
            name = f"login {number}"
            run_commands(testbed, world, name, is_login=True)
            kept += expect_written(testbed, world, name, owners=[ALICE])
            disk.free()
            flushed += recover(testbed, world, f"freed {number}", ALICE)
    return testbed.judge(rounds, _remark(kept, rounds, flushed))


@experiment(
    GROUP,
    "delivery: writes are cut off within a record, while undecided records wait",
    rounds=12,
    quick=1,
)
def files_cut_off(testbed: Testbed, rounds: int) -> Figures:
    """RLIMIT_FSIZE ends a write in its middle."""
    kept = flushed = 0
    for number in range(rounds):
        world = testbed.home()
        _records(testbed, world, number)
        size = max(path.stat().st_size for path in Path(outbox_of(world).folder).glob("*.event.json"))
        limit = size - 20 - number * size // rounds
        names = [f"cut {number}.{nth}" for nth in range(2)]
        run_commands(
            testbed, world, *names, before=f"sys.executable = {str(_limited(world.scratch, limit))!r}"
        )
        kept += expect_written(testbed, world, *names, owners=[ALICE])
        flushed += recover(testbed, world, f"unlimited {number}", ALICE)
    return testbed.judge(rounds, _remark(kept, rounds * 2, flushed))


def _limited(folder: Path, limit: int) -> Path:
    """A Python that cannot write a file beyond `limit` bytes."""
    stand_in = folder / "limited" / "python"
    stand_in.parent.mkdir(exist_ok=True)
    stand_in.write_text(
        f'#!/bin/sh\nexec {find_program("prlimit")} --fsize={limit} -- {sys.executable} "$@"\n'
    )
    stand_in.chmod(0o700)
    return stand_in
