"""One delivery process: time from launch to receipt, CPU and peak memory, next to the SDK alone."""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from attrs import define, field, frozen

from verification.benchmarks.homes import Homes, Setup
from verification.benchmarks.measurements import Goal, Measurements
from verification.benchmarks.receiver import Receiver

TIMES_THE_LIMIT = 1.2
TIMES_AN_INTERPRETER = 4.0
LONG_AGO_SECONDS = 60.0  # more than the time for which a sender keeps the limits of the queue
LIMIT, BARE = "the SDK alone, one POST", "an interpreter that does nothing"
LIMIT_WITH_PACKAGES = "the SDK, attrs, cattrs and filelock, one POST"
BARE_WITH_PACKAGES = "an interpreter that imports attrs and cattrs"
BUSY = "ours, while another process sends"
PAUSED = "ours, before the next attempt is due, moments after another command"
PAUSED_FIRST = "ours, before the next attempt is due, the first command in 10 s"


@frozen
class Delivery:
    """One kind of delivery: ms to receipt (None if nothing is sent), CPU in ms, peak memory in MiB."""

    name: str
    latency: Measurements | None
    cpu: Measurements
    memory: Measurements


@define
class _Series:
    subject: str
    place: Setup
    home: Path
    sends: bool = True
    locks: bool = False
    since: float | None = None  # seconds since a sender began; None: whenever one did
    latency: list[float] = field(factory=list)
    cpu: list[float] = field(factory=list)
    memory: list[float] = field(factory=list)


def measure_deliveries(homes: Homes, receiver: Receiver, rounds: int) -> list[Delivery]:
    """Every kind of delivery, interleaved; one round to warm up."""
    series = _series(homes)
    for number in range(rounds + 1):
        for each in series.values():
            before = len(receiver.arrivals)
            if each.since is not None:
                _date_sender(each.home, each.since)
            with _sender_at_work(each.home) if each.locks else nullcontext():
                run = homes.run_in(each.home, each.subject, each.place)
            arrived = receiver.arrivals[before:]
            if each.sends is not bool(arrived):
                raise RuntimeError(f"{each.subject} sent {len(arrived)} requests")
            if number:
                begun = json.loads(run.output)["begun"]
                each.latency += [(arrival.at - begun) * 1000 for arrival in arrived[-1:]]
                each.cpu.append(sum(orphan.cpu for orphan in run.orphans) * 1000)
                each.memory.append(max(orphan.memory for orphan in run.orphans) / 2**20)
    return [
        Delivery(
            name,
            Measurements(each.latency) if each.sends else None,
            Measurements(each.cpu),
            Measurements(each.memory),
        )
        for name, each in series.items()
    ]


def _series(homes: Homes) -> dict[str, _Series]:
    nowhere = homes.new()
    empty = Setup(None, homes.posthog)
    paused = homes.paused()
    refused = Setup(paused, homes.refused)

    def settled(subject: str, home: Path) -> _Series:
        return _Series(subject, Setup(home, homes.posthog), home)

    return {
        LIMIT: _Series("limit", empty, nowhere),
        LIMIT_WITH_PACKAGES: _Series("limit_with_packages", empty, nowhere),
        "ours, linked": settled("ours", homes.linked("ours")),
        "ours, anonymous": settled("ours", homes.anonymous("ours")),
        "the incumbent, linked": settled("incumbent", homes.linked("incumbent")),
        "the incumbent, anonymous": settled("incumbent", homes.anonymous("incumbent")),
        "the peer": settled("peer", homes.anonymous("peer")),
        BARE: _Series("bare", empty, nowhere, sends=False),
        BARE_WITH_PACKAGES: _Series("bare_with_packages", empty, nowhere, sends=False),
        BUSY: _Series("ours", refused, homes.paused(), sends=False, locks=True, since=0.0),
        PAUSED: _Series("ours", refused, paused, sends=False, since=0.0),
        PAUSED_FIRST: _Series("ours", refused, homes.paused(), sends=False, since=LONG_AGO_SECONDS),
    }


def _lock(home: Path) -> Path:
    (lock,) = home.glob(".arcade/usage/outbox/*/sender.lock")
    return lock


def _date_sender(home: Path, seconds: float) -> None:
    began = time.time() - seconds
    os.utime(_lock(home), (began, began))


@contextmanager
def _sender_at_work(home: Path) -> Iterator[None]:
    descriptor = os.open(_lock(home), os.O_RDWR)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def find(deliveries: list[Delivery], name: str) -> Delivery:
    return next(delivery for delivery in deliveries if delivery.name == name)


def judge_deliveries(deliveries: list[Delivery]) -> list[Goal]:
    """The goals and the measured figures."""
    limit, bare, ours = (find(deliveries, name) for name in (LIMIT, BARE, "ours, linked"))
    assert limit.latency is not None
    assert ours.latency is not None
    return [
        Goal(
            "launch to receipt, to the SDK alone",
            ours.latency.over(limit.latency),
            at_most=TIMES_THE_LIMIT,
            made_of="The event is stored before the network is used, and attrs, cattrs and filelock are imported beside the SDK.",
        ),
        Goal(
            "CPU of a delivery, to the SDK alone",
            ours.cpu.over(limit.cpu),
            at_most=TIMES_THE_LIMIT,
            made_of=_MOSTLY_SDK,
        ),
        Goal(
            "memory of a delivery, to the SDK alone",
            ours.memory.over(limit.memory),
            at_most=TIMES_THE_LIMIT,
            made_of=_MOSTLY_SDK,
        ),
        *(
            Goal(
                f"CPU {name.removeprefix('ours, ')}, to a bare interpreter",
                find(deliveries, name).cpu.over(bare.cpu),
                at_most=TIMES_AN_INTERPRETER,
                made_of=made_of,
            )
            for name, made_of in (
                (BUSY, _EARLY_END),
                (PAUSED, _EARLY_END),
                (PAUSED_FIRST, _FIRST_OF_THE_PAUSE),
            )
        ),
    ]


_MOSTLY_SDK = (
    "Most of it is the SDK; the rest is the import of attrs, cattrs, filelock and the library's own classes."
)
_EARLY_END = "The process starts an interpreter, stores the event and looks at a few files."
_FIRST_OF_THE_PAUSE = (
    "This process attributes all waiting events and keeps the limits of the queue, for which it imports attrs, cattrs,"
    " filelock and the domain."
)
