"""A disk with no room left: what could be written arrives, what could not is no trouble for anybody."""

import sys
from collections.abc import Callable
from pathlib import Path

from attrs import frozen

from tests.e2e.world import World
from verification.faults.command_runs import (
    expect_what_was_written,
    ids_of,
    keep_waiting,
    outbox_of,
    program,
    recover,
    run_commands,
)
from verification.faults.experiment import experiment
from verification.faults.figures import Figures
from verification.faults.lab import Lab
from verification.faults.mounts import Disk, small_disk

ALICE = "principal-alice"
GROUP = "No room on the disk"
STEPS = 8  # pages left: from none to enough for all that a first command writes


@frozen
class Moment:
    """How far a home has come when its disk fills up: `prepare` brings it there. `owners`: whose it is then."""

    name: str
    prepare: Callable[[Lab, World, int], None]
    owners: tuple[str, ...] = ()


def _nothing(_: Lab, __: World, ___: int) -> None:
    pass


def _a_command(lab: Lab, world: World, number: int) -> None:
    lab.expect(f"first {number}")
    run_commands(lab, world, f"first {number}")


def _a_login(lab: Lab, world: World, number: int) -> None:
    lab.expect(f"login {number}", ALICE)
    world.log_in(ALICE, name=f"login {number}")
    world.settle()


def _records(lab: Lab, world: World, number: int) -> None:
    """Of commands after a refresh of the credentials, so that each is still to be decided."""
    _a_login(lab, world, number)
    world.store_credentials(ALICE, version=2)
    names = [f"waiting {number}.{nth}{' and waiting' * 10}" for nth in range(3)]  # larger than the next
    for name in names:
        lab.expect(name, ALICE)
    keep_waiting(lab, world, *names)


FIRST_COMMAND = Moment("before the first command", _nothing)
ANONYMOUS = Moment("after an anonymous command", _a_command)
LINKED = Moment("after a login", _a_login, (ALICE,))
WAITING = Moment("while undecided records wait", _records, (ALICE,))


def fill_up(
    lab: Lab, rounds: int, moment: Moment, fill: Callable[[Disk, int], None], options: str
) -> Figures:
    """Two commands meet a full disk, which has room again afterwards."""
    kept = flushed = 0
    for number in range(rounds):
        world = lab.home()
        with small_disk(world.folder, options) as disk:
            moment.prepare(lab, world, number)
            fill(disk, number % STEPS)
            names = [f"full {number}.{nth}" for nth in range(2)]
            run_commands(lab, world, *names)
            kept += expect_what_was_written(lab, world, *names, owners=moment.owners)
            disk.free()
            last = f"room {number}"
            flushed += recover(lab, world, last, *moment.owners)
            assert ids_of(world, [*names, last]) == {world.linked_to() or world.anon_id}, "a changing id"
    return lab.judge(rounds, _remark(kept, rounds * 2, flushed))


def _remark(kept: int, commands: int, flushed: int) -> str:
    waited = f"; {flushed} times what waited was paused, and went with a flush" if flushed else ""
    return f"{kept} of {commands} commands without room could be written down{waited}"


@experiment(GROUP, f"full but for 0 to {STEPS - 1} pages, {FIRST_COMMAND.name}", rounds=8, quick=0)
def full_before_the_first(lab: Lab, rounds: int) -> Figures:
    return fill_up(lab, rounds, FIRST_COMMAND, _pages, "size=64k")


@experiment(GROUP, f"full but for 0 to {STEPS - 1} pages, {ANONYMOUS.name}", rounds=8, quick=0)
def full_when_anonymous(lab: Lab, rounds: int) -> Figures:
    return fill_up(lab, rounds, ANONYMOUS, _pages, "size=64k")


@experiment(GROUP, f"full but for 0 to {STEPS - 1} pages, {LINKED.name}", rounds=8, quick=0)
def full_when_linked(lab: Lab, rounds: int) -> Figures:
    return fill_up(lab, rounds, LINKED, _pages, "size=64k")


@experiment(GROUP, f"full but for 0 to {STEPS - 1} pages, {WAITING.name}", rounds=8, quick=0)
def full_while_records_wait(lab: Lab, rounds: int) -> Figures:
    return fill_up(lab, rounds, WAITING, _pages, "size=64k")


@experiment(GROUP, f"no inodes but 0 to {2 * STEPS - 2}, {FIRST_COMMAND.name}", rounds=8, quick=0)
def no_inodes_before_the_first(lab: Lab, rounds: int) -> Figures:
    return fill_up(lab, rounds, FIRST_COMMAND, _inodes, "nr_inodes=40")


@experiment(GROUP, f"no inodes but 0 to {2 * STEPS - 2}, {WAITING.name}", rounds=8, quick=0)
def no_inodes_while_records_wait(lab: Lab, rounds: int) -> Figures:
    return fill_up(lab, rounds, WAITING, _inodes, "nr_inodes=40")


def _pages(disk: Disk, left: int) -> None:
    disk.fill(leaving_pages=left)


def _inodes(disk: Disk, left: int) -> None:
    disk.fill_with_files(leaving=2 * left)


@experiment(GROUP, "a login while the disk is full", rounds=8, quick=0)
def a_login_without_room(lab: Lab, rounds: int) -> Figures:
    kept = flushed = 0
    for number in range(rounds):
        world = lab.home()
        with small_disk(world.folder, "size=64k") as disk:
            _a_command(lab, world, number)
            lab.owners[f"first {number}"] = frozenset({ALICE})  # as soon as the link is made
            world.store_credentials(ALICE)
            disk.fill(leaving_pages=number % STEPS)
            name = f"login {number}"
            run_commands(lab, world, name, is_login=True)
            kept += expect_what_was_written(lab, world, name, owners=[ALICE])
            disk.free()
            flushed += recover(lab, world, f"room {number}", ALICE)
    return lab.judge(rounds, _remark(kept, rounds, flushed))


@experiment(
    GROUP,
    "files cut off within a record's length in the delivery, while undecided records wait",
    rounds=12,
    quick=2,
)
def files_cut_off(lab: Lab, rounds: int) -> Figures:
    """RLIMIT_FSIZE, which ends a write in its middle."""
    kept = flushed = 0
    for number in range(rounds):
        world = lab.home()
        _records(lab, world, number)
        size = max(path.stat().st_size for path in Path(outbox_of(world).folder).glob("*.event.json"))
        limit = size - 20 - number * size // rounds
        names = [f"cut {number}.{nth}" for nth in range(2)]
        run_commands(lab, world, *names, before=f"sys.executable = {str(_limited(world.scratch, limit))!r}")
        kept += expect_what_was_written(lab, world, *names, owners=[ALICE])
        flushed += recover(lab, world, f"whole {number}", ALICE)
    return lab.judge(rounds, _remark(kept, rounds * 2, flushed))


def _limited(folder: Path, limit: int) -> Path:
    """A Python whose files are cut off at `limit` bytes."""
    stand_in = folder / "limited" / "python"
    stand_in.parent.mkdir(exist_ok=True)
    stand_in.write_text(f'#!/bin/sh\nexec {program("prlimit")} --fsize={limit} -- {sys.executable} "$@"\n')
    stand_in.chmod(0o700)
    return stand_in
