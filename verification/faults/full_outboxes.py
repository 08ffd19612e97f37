"""Outboxes full of old records or foreign files: commands are not slower, and deliveries clear the outbox."""

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
from arcade_usage.domain.retention import AGE_LIMIT_SECONDS, BYTES_LIMIT, EVENTS_LIMIT, Observed
from arcade_usage.domain.verdict import Attribution
from tests.e2e.world import TOKEN, World
from verification.faults.command_runs import outbox_of, queue_events, run_commands
from verification.faults.experiment import experiment
from verification.faults.figures import Figures
from verification.faults.mounts import small_disk
from verification.faults.testbed import Testbed

GROUP = "Overfull outbox"
YEARS_SECONDS = 2 * 365 * 86_400.0
SAMPLES = 5  # timed commands with an empty outbox, and with a full one
DELIVERIES_LIMIT = 60  # after so many, the outbox has to be cleared
CLEARED_LIMIT = (
    EVENTS_LIMIT + 10
)  # entries of a cleared outbox: the events that may wait, and our other files
LINKS_LIMIT = 30_000  # hard links that a file may have


def deliver_one(testbed: Testbed, world: World, name: str) -> float:
    """Run a command. Returns the ms until its event arrived; its own delivery has to send it."""
    started = time.monotonic()
    testbed.track(world, name)
    assert testbed.receiver.wait_until(lambda: name in _received(testbed), 15.0), (
        "its own delivery did not send it"
    )
    seconds = time.monotonic() - started
    testbed.settle()
    assert {process.returncode for process in testbed.processes} <= {0}, "a delivery failed or was killed"
    return seconds * 1000


def _received(testbed: Testbed) -> set[str]:
    return {str(event.properties["command_name"]) for event in testbed.receiver.events(TOKEN)}


def _time_when_empty(testbed: Testbed, world: World) -> tuple[float, float]:
    """Medians with an empty outbox: the delay of a command, and the time until its event arrives (ms)."""
    samples = SAMPLES if testbed.timed else 1
    arrival = median(deliver_one(testbed, world, f"empty {number}") for number in range(samples))
    delay = median(testbed.waits_ms)
    testbed.waits_ms.clear()
    return delay, arrival


def _compare(testbed: Testbed, empty: tuple[float, float], arrivals_ms: Sequence[float]) -> str:
    full = (median(testbed.waits_ms), median(arrivals_ms))
    return (
        f"delay {full[0]:.1f} ms, {empty[0]:.1f} with an empty outbox;"
        f" arrival after {full[1]:.0f} ms, {empty[1]:.0f} with an empty outbox (medians)"
    )


# Too many records, or too old ones.


@experiment(GROUP, "records of two years", rounds=6000, quick=0)
def two_years_of_records(testbed: Testbed, rounds: int) -> Figures:
    """The events of the last 30 days arrive. Each older one is sent, or dropped and counted."""
    world = testbed.home()
    empty = _time_when_empty(testbed, world)
    first = time.time() - YEARS_SECONDS
    for number in range(rounds):
        age = YEARS_SECONDS * (1 - number / rounds)
        name = f"old {number}"
        _put_record(world, name, first + YEARS_SECONDS - age, since=YEARS_SECONDS - age)
        if age < AGE_LIMIT_SECONDS - 86_400.0:
            testbed.expect(name)
    outbox = outbox_of(world)
    observed = Observed(YEARS_SECONDS, time.time())
    outbox.log.write(evolve(outbox.log.read(), observed=observed))
    return _clear(testbed, world, rounds, empty)


@experiment(GROUP, "more records than the limit", rounds=4900, quick=1020)
def too_many_records(testbed: Testbed, rounds: int) -> Figures:
    """The newest records, up to the limit, arrive; the others are dropped and counted."""
    world = testbed.home()
    empty = _time_when_empty(testbed, world)
    size = max(_put_record(world, f"old {number}", time.time() - rounds + number) for number in range(rounds))
    limit = min(EVENTS_LIMIT, BYTES_LIMIT // size) - 5  # the next record is larger
    for number in range(rounds - limit, rounds):
        testbed.expect(f"old {number}")
    return _clear(testbed, world, rounds, empty)


def _put_record(world: World, name: str, ended_at: float, since: float = 0.0) -> int:
    """Write a record into the outbox, as an earlier command would have. Returns its bytes."""
    event = Event(
        str(uuid4()), SUCCEEDED, datetime.fromtimestamp(ended_at, timezone.utc), {"command_name": name}
    )
    record = Record(
        event, Snapshot(IdentityState(None, None), None), attribution=Attribution(world.anon_id, True)
    )
    file_name = f"{int(ended_at * 1000):015d}-{int(since):010d}-{event.uuid}.event.json"
    return (Path(outbox_of(world).folder) / file_name).write_bytes(codec.write_record(record))


def _clear(testbed: Testbed, world: World, records: int, empty: tuple[float, float]) -> Figures:
    arrivals_ms, outbox = [], outbox_of(world)
    for number in range(DELIVERIES_LIMIT):
        arrivals_ms.append(deliver_one(testbed, world, f"now {number}"))
        if not outbox.queue.pending():
            break
    arrived = sum(name.startswith("old ") for name in _received(testbed))
    losses = outbox.log.read().losses.counts
    assert sum(losses.values()) == records - arrived, "an event was dropped and not counted"
    counted = ", ".join(f"{count:,}: {reason}" for reason, count in losses.items())
    remark = (
        f"cleared by {len(arrivals_ms)} deliveries; {arrived:,} of {records:,} arrived, dropped {counted}"
    )
    return testbed.judge(records, f"{remark}; {_compare(testbed, empty, arrivals_ms)}")


# Foreign files, and files that killed processes left.


@experiment(GROUP, "100,000 stale and foreign entries", rounds=100_000, quick=0)
def a_hundred_thousand_entries(testbed: Testbed, rounds: int) -> Figures:
    """One waiting event among them arrives. Our stale files are removed, foreign files stay."""
    world = testbed.home()
    empty = _time_when_empty(testbed, world)
    testbed.expect("waiting")
    queue_events(testbed, world, "waiting")
    _put_foreign_entries(world, rounds)
    arrivals_ms = _deliver_until_cleared(testbed, world, DELIVERIES_LIMIT)
    return testbed.judge(
        rounds, f"cleared by {len(arrivals_ms)} deliveries; {_compare(testbed, empty, arrivals_ms)}"
    )


@experiment(GROUP, "a million stale and foreign entries", rounds=1_000_000, quick=0)
def a_million_entries(testbed: Testbed, rounds: int) -> Figures:
    """On an in-memory file system. Not cleared completely, which would take two hundred deliveries."""
    world = testbed.home()
    with ExitStack() as stack:
        stack.enter_context(small_disk(world.folder, "size=1g,nr_inodes=0"))
        empty = _time_when_empty(testbed, world)
        _put_foreign_entries(world, rounds)
        before = _ours(world)
        arrivals_ms = _deliver_until_cleared(testbed, world, SAMPLES)
        removed = (before - _ours(world)) // len(arrivals_ms)
        testbed.expect("watched")
        run_commands(testbed, world, "watched")
    return testbed.judge(
        rounds, f"each delivery removed {removed:,}; {_compare(testbed, empty, arrivals_ms)}"
    )


def _put_foreign_entries(world: World, count: int) -> None:
    """Create hard links: a tenth named as records, four tenths as old temporary files, half as foreign files."""
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


def _deliver_until_cleared(testbed: Testbed, world: World, deliveries: int) -> list[float]:
    """Run deliveries, at most `deliveries`, until the outbox is within its limits. Returns each arrival time (ms)."""
    arrivals_ms, left, foreign = [], _ours(world), _foreign(world)
    for number in range(deliveries):
        arrivals_ms.append(deliver_one(testbed, world, f"now {number}"))
        before, left = left, _ours(world)
        assert left <= max(CLEARED_LIMIT, before - SWEEP_LIMIT // 2), "a delivery removed too little"
        if left <= CLEARED_LIMIT:
            break
    assert _foreign(world) == foreign, "a foreign file was deleted"
    return arrivals_ms


def _ours(world: World) -> int:
    return len(os.listdir(outbox_of(world).folder)) - _foreign(world)


def _foreign(world: World) -> int:
    return sum(name.startswith("IMG_") for name in os.listdir(outbox_of(world).folder))
