"""Copied homes, and a home that two machines share: no event is misattributed, and no waiting event is lost."""

import subprocess
from pathlib import Path

from attrs import evolve

from arcade_usage.demo.receiver import DOWN, WELL
from tests.e2e.world import World
from verification.faults.command_runs import find_program, run_commands
from verification.faults.experiment import NotRunError, experiment
from verification.faults.figures import Figures
from verification.faults.outage import BACKOFF_HOURS
from verification.faults.testbed import Testbed

ALICE, BOB = "principal-alice", "principal-bob"
GROUP = "Copies and shared folders"
MACHINE_ID = Path("/etc/machine-id")


@experiment(GROUP, "a home is copied (cp -a); two people log in", rounds=3, quick=1)
def copy_home(testbed: Testbed, rounds: int) -> Figures:
    """Commands before the copy, between copy and logins, and afterwards. In every second round the copy goes first."""
    rotated, homes = 0, []
    for number in range(rounds):
        original = testbed.home()
        testbed.track(original, f"before {number}", ALICE)
        testbed.settle()
        testbed.receiver.posthog = DOWN
        testbed.track(original, f"waits {number}", ALICE)
        testbed.settle()
        copy = _copy(original)
        testbed.receiver.posthog = WELL
        testbed.advance_clock(BACKOFF_HOURS)
        people = [(original, ALICE), (copy, BOB)]
        for world, principal in people if number % 2 else reversed(people):
            testbed.track(world, f"{principal} before the login {number}", principal)
            testbed.settle()
            testbed.log_in(world, f"{principal} login {number}", principal)
            testbed.track(world, f"{principal} after {number}", principal)
            testbed.settle()
        homes += people
        rotated += original.anon_id != copy.anon_id
    assert rotated == rounds, "original and copy have the same anonymous id"
    _check(testbed, homes)
    persons = testbed.persons()
    misattributed = [
        name for name, person in persons.items() if name.split(" ")[0] in (ALICE, BOB) and person not in name
    ]
    assert not misattributed, misattributed
    persons_before = [
        persons[f"{moment} {number}"] for moment in ("before", "waits") for number in range(rounds)
    ]
    return testbed.judge(
        rounds,
        f"{rotated} copies got a new anonymous id; of {len(persons_before)} events from before the copy,"
        f" {persons_before.count(ALICE)} were attributed to the person who logged in to the original, {persons_before.count(BOB)} to the person who logged in to the copy",
    )


@experiment(GROUP, "a home is copied while undecided events wait", rounds=3, quick=0)
def copy_undecided(testbed: Testbed, rounds: int) -> Figures:
    """Alice's credentials were renewed while Arcade Cloud was unreachable. Then Bob logs in to the copy."""
    undecided, homes = 0, []
    for number in range(rounds):
        original = testbed.home()
        testbed.log_in(original, f"{ALICE} login {number}", ALICE)
        testbed.settle()
        testbed.receiver.cloud = DOWN
        original.store_credentials(ALICE, version=2 + number)
        for nth in range(2):
            testbed.track(original, f"{ALICE} waits {number}.{nth}", ALICE)
        testbed.settle()
        undecided += _undecided(original)
        copy = _copy(original)
        testbed.receiver.cloud = WELL
        testbed.advance_clock(BACKOFF_HOURS)
        testbed.log_in(copy, f"{BOB} login {number}", BOB)
        testbed.track(copy, f"{BOB} after {number}", BOB)
        testbed.settle()
        testbed.track(original, f"{ALICE} after {number}", ALICE)
        testbed.settle()
        assert not original.waiting
        homes += [(original, ALICE), (copy, BOB)]
    assert undecided == 2 * rounds, f"{undecided} were undecided"
    _check(testbed, homes)
    persons = testbed.persons()
    misattributed = {name for name, person in persons.items() if person not in name}
    assert not misattributed, misattributed
    arrived = sum(name.startswith(f"{ALICE} waits") for name in persons)
    left = sum(len(world.waiting) for world, principal in homes if principal == BOB)
    return testbed.judge(
        rounds,
        f"of {undecided} undecided events, {arrived} arrived from the original and were attributed to its user;"
        f" {left} copies of them stay on disk",
    )


@experiment(GROUP, "two machines use one home while undecided events wait", rounds=3, quick=0)
def share_home(testbed: Testbed, rounds: int) -> Figures:
    """The second machine is a mount namespace with another /etc/machine-id."""
    prefix = _on_another_machine(testbed)
    undecided = left = arrived = 0
    for number in range(rounds):
        world = testbed.home()
        testbed.log_in(world, f"login {number}", ALICE)
        testbed.settle()
        testbed.receiver.cloud = DOWN
        world.store_credentials(ALICE, version=2 + number)
        testbed.track(world, f"here {number}", ALICE)
        testbed.settle()
        undecided += _undecided(world)
        testbed.receiver.cloud = WELL
        testbed.advance_clock(BACKOFF_HOURS)
        name = f"there {number}"
        testbed.expect(name, ALICE)
        run_commands(testbed, world, name, prefix=prefix)
        assert name in world.events
        left += _undecided(world)
        assert f"here {number}" not in world.events
        testbed.track(world, f"here again {number}", ALICE)
        testbed.settle()
        arrived += f"here {number}" in world.events
        assert not world.waiting
    assert left == undecided == rounds, (left, undecided)
    _check(testbed, [])
    return testbed.judge(
        rounds,
        f"of {undecided} undecided events, the second machine left all {left} alone; {arrived} arrived from their own",
    )


def _copy(original: World) -> World:
    """A copy of the home on the same machine."""
    copy = evolve(original, folder=original.folder.with_name("copy"))
    subprocess.run([find_program("cp"), "-a", str(original.folder), str(copy.folder)], check=True)
    return copy


def _undecided(world: World) -> int:
    return sum(record["attribution"] is None for record in world.waiting)


def _check(testbed: Testbed, homes: list[tuple[World, str]]) -> None:
    """Raises AssertionError if a home is linked to another person, or an id was aliased to two."""
    assert all(world.linked_to() == principal for world, principal in homes)
    aliases = testbed.home().aliases()
    anon_ids = [an_id for pair in aliases for an_id in pair if an_id not in (ALICE, BOB)]
    assert len(set(anon_ids)) == len(aliases), f"an id was aliased to two principals: {aliases}"


def _on_another_machine(testbed: Testbed) -> list[str]:
    """Command prefix of a tool on the second machine. Raises NotRunError where no namespace can be created."""
    if not MACHINE_ID.is_file():
        raise NotRunError(f"{MACHINE_ID} does not exist")
    other = testbed.scratch / "machine-id"
    other.write_text("f" * 32 + "\n", encoding="utf-8")
    mount = f'mount --bind "$0" {MACHINE_ID} && exec "$@"'
    prefix = [
        find_program("unshare"),
        "--user",
        "--map-root-user",
        "--mount",
        "--",
        "sh",
        "-c",
        mount,
        str(other),
    ]
    done = subprocess.run([*prefix, "cat", str(MACHINE_ID)], capture_output=True, text=True, check=False)
    if done.stdout != other.read_text(encoding="utf-8"):
        raise NotRunError(f"cannot create a mount namespace: {done.stderr.strip()}")
    return prefix
