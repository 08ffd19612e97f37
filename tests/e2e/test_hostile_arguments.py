"""Whatever a tool passes: nothing is raised, the next command is tracked, and what arrives is sound."""

import math
from collections import UserDict
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from arcade_usage.application.command.payload import PAYLOAD_LIMIT
from arcade_usage.domain.properties import FIELDS
from tests.e2e.deliveries import here
from tests.e2e.world import World


class Unspeakable:
    """An object that can't be turned into text."""

    def __str__(self) -> str:
        raise RuntimeError("no text for you")

    __repr__ = __str__


class Endless(Mapping[str, object]):
    """A mapping whose items fail half way."""

    def __getitem__(self, name: str) -> object:
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        yield "first"
        raise RuntimeError("no more")

    def __len__(self) -> int:
        return 2


class Text(str):
    """A str with a say of its own."""

    def __len__(self) -> int:
        raise RuntimeError("no length")


def cyclic() -> dict[str, object]:
    properties: dict[str, object] = {"fine": "yes"}
    properties["itself"] = properties
    return properties


def deep() -> dict[str, object]:
    value: object = "bottom"
    for _ in range(100_000):
        value = [value]
    return {"deep": value}


NAMES: dict[str, object] = {
    "None": None,
    "unspeakable": Unspeakable(),
    "huge": "x" * 10_000_000,
    "empty": "",
    "number": 5,
    "bytes": b"\xff\x00",
    "lone surrogate": "a\ud800b",
    "control characters": "a\x00\x1b[31m\nb",
    "lengthless": Text("text"),
}
FACTS: dict[str, dict[str, Any]] = {
    "NaN": {"duration_ms": math.nan, "monotonic_start": math.nan},
    "infinite": {"duration_ms": math.inf, "monotonic_end": -math.inf},
    "durationless": {"duration_ms": None, "monotonic_start": None, "monotonic_end": None},
    "duration of text": {"duration_ms": "long", "monotonic_start": "then"},
    "duration of an object": {"duration_ms": Unspeakable(), "monotonic_end": Unspeakable()},
    "astronomic duration": {"duration_ms": 10**400},
    "negative": {"duration_ms": -1.0},
    "message of another type": {"success": False, "error_message": 5},
    "unspeakable message": {"success": False, "error_message": Unspeakable()},
    "huge message": {"success": False, "error_message": "word " * 2_000_000},
    "unbroken message": {"success": False, "error_message": "x" * 10_000_000},
    "surrogates in message": {"success": False, "error_message": "\udcff\ud800" * 3000},
    "control characters in message": {"success": False, "error_message": "\x00\x07\u202e\n" * 3000},
    "lengthless message": {"success": False, "error_message": Text("text")},
    "unserialisable": {"properties": {"object": object(), "set": {1}, "bytes": b"x", "nan": math.nan}},
    "PostHog's names": {"properties": {"$set": {"x": 1}, "$process_person_profile": True, "$ip": "1.1.1.1"}},
    "our names": {"properties": dict.fromkeys(FIELDS, "forged")},
    "cyclic": {"properties": cyclic()},
    "deep": {"properties": deep()},
    "10 MB": {"properties": {"large": "x" * 10_000_000}},
    "100,000 properties": {"properties": {f"p{number}": number for number in range(100_000)}},
    "names of other types": {"properties": {1: "one", None: "none", ("a",): "tuple", b"b": "bytes"}},
    "surrogate properties": {"properties": {"a\ud800": "b\udfff"}},
    "no mapping": {"properties": ["a", "b"]},
    "another mapping": {"properties": UserDict({"fine": "yes"})},
    "a mapping that fails": {"properties": Endless()},
    "truth of another type": {"success": Unspeakable(), "is_login": None, "is_logout": ""},
}


@here
@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_any_name_is_survived(world: World, name: Any) -> None:
    """No name of a command breaks the tool or what comes after; nothing too long is sent."""
    tracker = world.tracker()
    with tracker.command(name):
        pass
    tracker.track_command_execution("next", success=True)
    world.settle()
    assert "next" in world.events
    assert world.waiting == []
    assert all(len(sent) <= 200 and sent.replace("\n", "").isprintable() for sent in world.events)


# What is no reason to lose an event: the odd part is left out, or put in words, and the rest arrives.
HARMLESS = (
    "NaN",
    "infinite",
    "durationless",
    "negative",
    "huge message",
    "unbroken message",
    "surrogates in message",
    "message of another type",
    "unserialisable",
    "PostHog's names",
    "our names",
    "cyclic",
    "deep",
    "10 MB",
    "100,000 properties",
    "names of other types",
    "surrogate properties",
    "no mapping",
    "another mapping",
)


@here
def test_any_fact_is_survived(world: World) -> None:
    """No argument raises anything. An odd duration, or properties that JSON can't say, cost only themselves.

    What arrives is JSON of bounded size, and nothing in it is forged or means something to PostHog.
    """
    for kind, facts in FACTS.items():
        world.start(kind, **{"success": True, **facts})
    world.settle()
    world.run("last")
    assert world.waiting == []
    assert {*HARMLESS, "last"} <= world.events.keys() <= {*FACTS, "last"}
    for event in world.events.values():
        assert len(str(event.properties)) <= PAYLOAD_LIMIT
        assert "forged" not in str(event.properties)
        assert event.properties["$process_person_profile"] is False
        assert "$set" not in event.properties
        assert event.properties["$ip"] == "0.0.0.0"
    assert world.events["another mapping"].properties["fine"] == "yes"
    assert world.events["cyclic"].properties["fine"] == "yes"
    assert "duration_ms" not in world.events["NaN"].properties
    assert world.events["message of another type"].properties["error_message"] == "5"


@here
def test_zero_is_a_duration(world: World) -> None:
    """0 is sent as it is, and what is not known is absent."""
    world.run("instant", duration_ms=0, monotonic_start=0.0, monotonic_end=0)
    properties = world.events["instant"].properties
    facts = [properties[name] for name in ("duration_ms", "device_start_timestamp", "device_end_timestamp")]
    assert facts == [0, 0, 0]
    assert not {"is_ci", "error_message", "outcome"} & properties.keys()
