"""Copied homes, and a home that two machines share: nobody is taken for somebody else, and what waits is not lost."""

import subprocess
from pathlib import Path

from attrs import evolve

from arcade_usage.demo.receiver import DOWN, WELL
from tests.e2e.world import World
from verification.faults.command_runs import program, run_commands
from verification.faults.experiment import NotRunError, experiment
from verification.faults.figures import Figures
from verification.faults.lab import Lab
from verification.faults.outage import PAUSE_HOURS

ALICE, BOB = "principal-alice", "principal-bob"
GROUP = "Copies and shared folders"
MACHINE_ID = Path("/etc/machine-id")


@experiment(GROUP, "a home that is copied (cp -a), two people log in", rounds=3, quick=1)
def copy_home(lab: Lab, rounds: int) -> Figures:
    """Commands before the copy, between it and the logins, and after; the copy comes first every second time."""
    rotated, homes = 0, []
    for number in range(rounds):
        original = lab.home()
        lab.track(original, f"before {number}", ALICE)
        lab.settle()
        lab.receiver.posthog = DOWN
        lab.track(original, f"waits {number}", ALICE)
        lab.settle()
        copy = _copy(original)
        lab.receiver.posthog = WELL
        lab.let_hours_pass(PAUSE_HOURS)
        people = [(original, ALICE), (copy, BOB)]
        for world, who in people if number % 2 else reversed(people):
            lab.track(world, f"{who} before the login {number}", who)
            lab.settle()
            lab.log_in(world, f"{who} login {number}", who)
            lab.track(world, f"{who} after {number}", who)
            lab.settle()
        homes += people
        rotated += original.anon_id != copy.anon_id
    assert rotated == rounds, "one anonymous id in both copies"
    _check(lab, homes)
    persons = lab.persons()
    astray = [
        name for name, person in persons.items() if name.split(" ")[0] in (ALICE, BOB) and person not in name
    ]
    assert not astray, f"nobody's: {astray}"
    whose = [persons[f"{what} {number}"] for what in ("before", "waits") for number in range(rounds)]
    return lab.judge(
        rounds,
        f"{rotated} copies got an anonymous id of their own; of {len(whose)} events from before the copy,"
        f" {whose.count(ALICE)} counted for who logged in in the original, {whose.count(BOB)} for who did in the copy",
    )


@experiment(GROUP, "a home that is copied while undecided events wait", rounds=3, quick=0)
def copy_undecided(lab: Lab, rounds: int) -> Figures:
    """Alice's credentials were renewed while Arcade Cloud was away; in the copy, bob logs in again and again."""
    undecided, homes = 0, []
    for number in range(rounds):
        original = lab.home()
        lab.log_in(original, f"{ALICE} login {number}", ALICE)
        lab.settle()
        lab.receiver.cloud = DOWN
        original.store_credentials(ALICE, version=2 + number)
        for nth in range(2):
            lab.track(original, f"{ALICE} waits {number}.{nth}", ALICE)
        lab.settle()
        undecided += _undecided(original)
        copy = _copy(original)
        lab.receiver.cloud = WELL
        lab.let_hours_pass(PAUSE_HOURS)
        lab.log_in(copy, f"{BOB} login {number}", BOB)
        lab.track(copy, f"{BOB} after {number}", BOB)
        lab.settle()
        lab.track(original, f"{ALICE} after {number}", ALICE)
        lab.settle()
        assert not original.waiting
        homes += [(original, ALICE), (copy, BOB)]
    assert undecided == 2 * rounds, f"{undecided} were undecided"
    _check(lab, homes)
    persons = lab.persons()
    astray = {name for name, person in persons.items() if person not in name}
    assert not astray, f"nobody's: {astray}"
    arrived = sum(name.startswith(f"{ALICE} waits") for name in persons)
    left = sum(len(world.waiting) for world, who in homes if who == BOB)
    return lab.judge(
        rounds,
        f"of {undecided} undecided events, {arrived} arrived from the original, as its user's; {left} copies of them"
        " stay where they are",
    )


@experiment(GROUP, "a home that two machines use, undecided events waiting", rounds=3, quick=0)
def share_home(lab: Lab, rounds: int) -> Figures:
    """The other machine is a mount namespace with another /etc/machine-id."""
    prefix = _on_another_machine(lab)
    undecided = left = arrived = 0
    for number in range(rounds):
        world = lab.home()
        lab.log_in(world, f"login {number}", ALICE)
        lab.settle()
        lab.receiver.cloud = DOWN
        world.store_credentials(ALICE, version=2 + number)
        lab.track(world, f"here {number}", ALICE)
        lab.settle()
        undecided += _undecided(world)
        lab.receiver.cloud = WELL
        lab.let_hours_pass(PAUSE_HOURS)
        there = f"there {number}"
        lab.expect(there, ALICE)
        run_commands(lab, world, there, prefix=prefix)
        assert there in world.events
        left += _undecided(world)
        assert f"here {number}" not in world.events
        lab.track(world, f"here again {number}", ALICE)
        lab.settle()
        arrived += f"here {number}" in world.events
        assert not world.waiting
    assert left == undecided == rounds, (left, undecided)
    _check(lab, [])
    return lab.judge(
        rounds,
        f"of {undecided} undecided events, the other machine left {left}, and {arrived} arrived from their own",
    )


def _copy(original: World) -> World:
    """The same home at another place of the machine."""
    copy = evolve(original, folder=original.folder.with_name("copy"))
    subprocess.run([program("cp"), "-a", str(original.folder), str(copy.folder)], check=True)
    return copy


def _undecided(world: World) -> int:
    return sum(record["attribution"] is None for record in world.waiting)


def _check(lab: Lab, homes: list[tuple[World, str]]) -> None:
    """Each is linked to their own, and no id was ever aliased to two."""
    assert all(world.linked_to() == who for world, who in homes)
    aliases = lab.home().aliases()
    anon_ids = [an_id for pair in aliases for an_id in pair if an_id not in (ALICE, BOB)]
    assert len(set(anon_ids)) == len(aliases), f"an id was aliased to two people: {aliases}"


def _on_another_machine(lab: Lab) -> list[str]:
    """A prefix for hosts. Raises NotRunError where there is no such namespace to be had."""
    if not MACHINE_ID.is_file():
        raise NotRunError(f"there is no {MACHINE_ID} here")
    other = lab.scratch / "machine-id"
    other.write_text("f" * 32 + "\n", encoding="utf-8")
    mount = f'mount --bind "$0" {MACHINE_ID} && exec "$@"'
    prefix = [program("unshare"), "--user", "--map-root-user", "--mount", "--", "sh", "-c", mount, str(other)]
    done = subprocess.run([*prefix, "cat", str(MACHINE_ID)], capture_output=True, text=True, check=False)
    if done.stdout != other.read_text(encoding="utf-8"):
        raise NotRunError(f"no mount namespace can be set up: {done.stderr.strip()}")
    return prefix
