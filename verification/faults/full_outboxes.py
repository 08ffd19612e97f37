"""Outbox folders that years, or strangers, filled up: they slow nobody down, and are worked off."""

import os
import time
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import datetime, timezone
from pathlib import Path
from statistics import median
from uuid import uuid4

from attrs import evolve

from arcade_usage.adapters.files.owned_folder import STRAY_SECONDS, SWEEP_LIMIT
from arcade_usage.adapters.storage import codec
from arcade_usage.domain.event import Event
from arcade_usage.domain.identity_state import IdentityState, Snapshot
from arcade_usage.domain.properties import SUCCEEDED
from arcade_usage.domain.record import Record
from arcade_usage.domain.retention import AGE_LIMIT_SECONDS, BYTES_LIMIT, EVENTS_LIMIT, LossReason, Observed
from arcade_usage.domain.verdict import Attribution
from tests.e2e.world import TOKEN, World
from verification.faults.command_runs import keep_waiting, outbox_of, run_commands
from verification.faults.experiment import experiment
from verification.faults.figures import Figures
from verification.faults.lab import Lab
from verification.faults.mounts import small_disk

GROUP = "An outbox that filled up"
YEARS_SECONDS = 2 * 365 * 86_400.0
SAMPLES = 5  # commands that are timed with an empty outbox, and with a full one
LOOKS_LIMIT = 60  # deliveries until a folder has to be worked off
FEW = EVENTS_LIMIT + 10  # entries of a folder that is worked off: as many as events may wait, and ours
LINKS_LIMIT = 30_000  # hard links to one file


def deliver_one(lab: Lab, world: World, name: str) -> float:
    """Run a command whose event has to arrive by its own delivery; how long it was on its way (ms)."""
    begun = time.monotonic()
    lab.track(world, name)
    assert lab.receiver.wait_until(lambda: name in _received(lab), 15.0), "not by its own delivery"
    seconds = time.monotonic() - begun
    lab.settle()
    assert {process.returncode for process in lab.processes} == {0}, "a delivery was ended by force"
    return seconds * 1000


def _received(lab: Lab) -> set[str]:
    return {str(event.properties["command_name"]) for event in lab.receiver.events(TOKEN)}


def _time_when_empty(lab: Lab, world: World) -> tuple[float, float]:
    """How long a command is held up and its event on its way, when nothing else waits: medians, ms."""
    on_its_way = median(deliver_one(lab, world, f"empty {number}") for number in range(SAMPLES))
    held_up = median(lab.waits_ms)
    lab.waits_ms.clear()
    return held_up, on_its_way


def _compare(lab: Lab, empty: tuple[float, float], on_its_way: Sequence[float]) -> str:
    full = (median(lab.waits_ms), median(on_its_way))
    return (
        f"held up for {full[0]:.1f} ms, {empty[0]:.1f} with an empty outbox;"
        f" received {full[1]:.0f} ms after launch, {empty[1]:.0f} with an empty outbox (medians)"
    )


# Events that waited for too long, or are too many.


@experiment(GROUP, "with the records of two years", rounds=6000, quick=0)
def two_years_of_records(lab: Lab, rounds: int) -> Figures:
    """What came in the last 30 days arrives; of the rest, each is sent or dropped, and then counted."""
    world = lab.home()
    empty = _time_when_empty(lab, world)
    first = time.time() - YEARS_SECONDS
    for number in range(rounds):
        age = YEARS_SECONDS * (1 - number / rounds)
        name = f"old {number}"
        _put_record(world, name, first + YEARS_SECONDS - age, since=YEARS_SECONDS - age)
        if age < AGE_LIMIT_SECONDS - 86_400.0:
            lab.expect(name)
    outbox = outbox_of(world)
    observed = Observed(YEARS_SECONDS, time.time())
    outbox.log.write(evolve(outbox.log.read(), observed=observed))
    return _work_off(lab, world, rounds, empty)


@experiment(GROUP, "with more records than may wait", rounds=4900, quick=1200)
def too_many_records(lab: Lab, rounds: int) -> Figures:
    """The newest arrive, as many as may wait; the others are dropped and counted."""
    world = lab.home()
    empty = _time_when_empty(lab, world)
    size = max(_put_record(world, f"old {number}", time.time() - rounds + number) for number in range(rounds))
    may_wait = min(EVENTS_LIMIT, BYTES_LIMIT // size) - 5  # the next command's is larger
    for number in range(rounds - may_wait, rounds):
        lab.expect(f"old {number}")
    return _work_off(lab, world, rounds, empty)


def _put_record(world: World, name: str, ended_at: float, since: float = 0.0) -> int:
    """Put a record of this installation into the outbox, as an earlier command would have; its bytes."""
    event = Event(
        str(uuid4()), SUCCEEDED, datetime.fromtimestamp(ended_at, timezone.utc), {"command_name": name}
    )
    record = Record(
        event, Snapshot(IdentityState(None, None), None), attribution=Attribution(world.anon_id, True)
    )
    file_name = f"{int(ended_at * 1000):015d}-{int(since):010d}-{event.uuid}.event.json"
    return (Path(outbox_of(world).folder) / file_name).write_bytes(codec.write_record(record))


def _work_off(lab: Lab, world: World, records: int, empty: tuple[float, float]) -> Figures:
    on_its_way, outbox = [], outbox_of(world)
    for number in range(LOOKS_LIMIT):
        on_its_way.append(deliver_one(lab, world, f"now {number}"))
        if not outbox.queue.pending():
            break
    arrived = sum(name.startswith("old ") for name in _received(lab))
    losses = outbox.log.read().losses.counts
    assert sum(losses.values()) == records - arrived, "an event was dropped and not counted"
    counted = ", ".join(f"{count:,}: {LossReason(reason).name.lower()}" for reason, count in losses.items())
    said = (
        f"worked off in {len(on_its_way)} deliveries; {arrived:,} of {records:,} arrived, dropped {counted}"
    )
    return lab.judge(records, f"{said}; {_compare(lab, empty, on_its_way)}")


# What is no event of ours, and what killed writers left.


@experiment(GROUP, "with 100,000 stale and foreign entries", rounds=100_000, quick=0)
def a_hundred_thousand_entries(lab: Lab, rounds: int) -> Figures:
    """One of our events waits among them and arrives; what is ours is worked off, what is foreign stays."""
    world = lab.home()
    empty = _time_when_empty(lab, world)
    lab.expect("waiting")
    keep_waiting(lab, world, "waiting")
    _put_strangers(world, rounds)
    on_its_way = _work_through(lab, world, LOOKS_LIMIT)
    said = f"worked off in {len(on_its_way)} deliveries"
    return lab.judge(rounds, f"{said}; {_compare(lab, empty, on_its_way)}")


@experiment(GROUP, "with a million stale and foreign entries", rounds=1_000_000, quick=0)
def a_million_entries(lab: Lab, rounds: int) -> Figures:
    """On a file system in memory; not worked off to the end, which takes two hundred deliveries."""
    world = lab.home()
    with ExitStack() as stack:
        stack.enter_context(small_disk(world.folder, "size=1g,nr_inodes=0"))
        empty = _time_when_empty(lab, world)
        _put_strangers(world, rounds)
        before = _ours(world)
        on_its_way = _work_through(lab, world, SAMPLES)
        gone = (before - _ours(world)) // len(on_its_way)
        lab.expect("watched")
        run_commands(lab, world, "watched")
    return lab.judge(rounds, f"{gone:,} gone with each delivery; {_compare(lab, empty, on_its_way)}")


def _put_strangers(world: World, count: int) -> None:
    """Old temporary files, other people's, and a tenth that is named as records are; by hard links."""
    folder = outbox_of(world).folder
    long_ago = time.time() - STRAY_SECONDS * 24
    for number in range(count):
        if number % LINKS_LIMIT == 0:
            source = f"{folder}/.tmp-1-{number:016x}"
            Path(source).write_text("neither JSON nor ours")
            os.utime(source, (long_ago, long_ago))
        elif number % 10 == 0:
            os.link(source, f"{folder}/{number:015d}-0000000000-{uuid4()}.event.json")
        elif number % 10 < 5:
            os.link(source, f"{folder}/.tmp-1-{number:016x}")
        else:
            os.link(source, f"{folder}/IMG_{number}.jpg")


def _work_through(lab: Lab, world: World, deliveries: int) -> list[float]:
    """Deliver until nothing but what bounds allow is left, or so many times."""
    on_its_way, left, foreign = [], _ours(world), _foreign(world)
    for number in range(deliveries):
        on_its_way.append(deliver_one(lab, world, f"now {number}"))
        before, left = left, _ours(world)
        assert left <= max(FEW, before - SWEEP_LIMIT // 2), "a delivery did not work it off"
        if left <= FEW:
            break
    assert _foreign(world) == foreign, "a foreign file was deleted"
    return on_its_way


def _ours(world: World) -> int:
    return len(os.listdir(outbox_of(world).folder)) - _foreign(world)


def _foreign(world: World) -> int:
    return sum(name.startswith("IMG_") for name in os.listdir(outbox_of(world).folder))
