"""What the process launcher promises, in memory and with real processes."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from attrs import frozen

from arcade_usage.adapters.detached import DetachedLauncher
from arcade_usage.adapters.in_memory import MemoryLauncher
from arcade_usage.application.errors import LaunchError
from arcade_usage.application.payload import PAYLOAD_LIMIT
from arcade_usage.application.ports import ProcessLauncher
from arcade_usage.domain.consent import EVENT_DATA_VARIABLE
from tests.adapters.stand_in import StandIn


@frozen
class Subject:
    """A launcher, the payload that its next process got, and how there comes to be none."""

    launcher: ProcessLauncher
    received: Callable[[], str]
    fail: Callable[[], object]


def _in_memory() -> Subject:
    launcher = MemoryLauncher()
    return Subject(launcher, lambda: launcher.payloads[-1], lambda: setattr(launcher, "failing", True))


@pytest.fixture(params=["in memory", "detached"])
def subject(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Subject]:
    if request.param == "in memory":
        yield _in_memory()
        return
    stand_in = StandIn(tmp_path / "stand-in")
    monkeypatch.setattr(sys, "executable", stand_in.executable)

    def received() -> str:
        payload = stand_in.listen()["environment"][EVENT_DATA_VARIABLE]
        assert isinstance(payload, str)
        return payload

    yield Subject(DetachedLauncher(os.environ), received, Path(stand_in.executable).unlink)
    stand_in.close()


PAYLOADS = {
    "small": "{}",
    "as large as it may be": "x" * PAYLOAD_LIMIT,
    "of several lines": '{"a": "line\\n",\n\t"b": "\'quoted\' $HOME `id` %PATH% \\\\"}',
    "not ASCII": "naïve ☃ 🦊",
}


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_a_process_gets_the_payload(subject: Subject, payload: str) -> None:
    """What is launched gets exactly what was handed over."""
    subject.launcher.launch(payload)
    assert subject.received() == payload


def test_each_process_gets_its_own(subject: Subject) -> None:
    """One launch is one process, and one payload."""
    payloads = []
    for payload in ("first", "second", "third"):
        subject.launcher.launch(payload)
        payloads.append(subject.received())
    assert payloads == ["first", "second", "third"]


def test_no_process_is_a_launch_error(subject: Subject) -> None:
    """Where nothing can be started, both verbs say so, and the next launch is tried again."""
    subject.fail()
    for _ in range(2):
        with pytest.raises(LaunchError):
            subject.launcher.launch("{}")
        with pytest.raises(LaunchError):
            subject.launcher.launch_and_wait("{}")
