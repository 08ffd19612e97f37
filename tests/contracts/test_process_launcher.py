"""What the process launcher promises, in memory and with real processes."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from attrs import frozen

from arcade_usage.adapters.process.launcher import DetachedLauncher
from arcade_usage.application.command.payload import PAYLOAD_LIMIT
from arcade_usage.application.errors import LaunchError
from arcade_usage.application.ports import ProcessLauncher
from arcade_usage.domain.consent import EVENT_DATA_VARIABLE
from arcade_usage.testing.in_memory import MemoryLauncher
from tests.adapters.stand_in import StandIn


@frozen
class LauncherUnderTest:
    """A launcher, the payload that a process got during a launch, and how there comes to be none."""

    launcher: ProcessLauncher
    received_during: Callable[[Callable[[], None]], str]
    fail: Callable[[], object]

    def launch(self, payload: str) -> str:
        """The payload that the launched process got."""
        return self.received_during(lambda: self.launcher.launch(payload))


def _in_memory() -> LauncherUnderTest:
    launcher = MemoryLauncher()

    def received_during(launch: Callable[[], None]) -> str:
        launch()
        return launcher.payloads[-1]

    return LauncherUnderTest(launcher, received_during, lambda: setattr(launcher, "failing", True))


@pytest.fixture(params=["in memory", "detached"])
def subject(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[LauncherUnderTest]:
    if request.param == "in memory":
        yield _in_memory()
        return
    stand_in = StandIn(tmp_path / "stand-in")
    monkeypatch.setattr(sys, "executable", stand_in.executable)

    def received_during(launch: Callable[[], None]) -> str:
        with stand_in.listening() as received:
            launch()
        payload = received["environment"][EVENT_DATA_VARIABLE]
        assert isinstance(payload, str)
        return payload

    yield LauncherUnderTest(DetachedLauncher(os.environ), received_during, Path(stand_in.executable).unlink)
    stand_in.close()


PAYLOADS = {
    "small": "{}",
    "as large as it may be": "x" * PAYLOAD_LIMIT,
    "of several lines": '{"a": "line\\n",\n\t"b": "\'quoted\' $HOME `id` %PATH% \\\\"}',
    "not ASCII": "naïve ☃ 🦊",
}


VERBS: dict[str, Callable[[ProcessLauncher, str], None]] = {
    "launch": lambda launcher, payload: launcher.launch(payload),
    "launch and wait": lambda launcher, payload: launcher.launch_and_wait(payload),
}


@pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS)
@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_a_process_gets_the_payload(
    subject: LauncherUnderTest, payload: str, verb: Callable[[ProcessLauncher, str], None]
) -> None:
    """What is launched gets exactly what was handed over, whether it is waited for or not."""
    assert subject.received_during(lambda: verb(subject.launcher, payload)) == payload


def test_each_process_gets_its_own(subject: LauncherUnderTest) -> None:
    """One launch is one process, and one payload."""
    assert [subject.launch(payload) for payload in ("1", "2", "3")] == ["1", "2", "3"]


@pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS)
def test_no_process_is_a_launch_error(
    subject: LauncherUnderTest, verb: Callable[[ProcessLauncher, str], None]
) -> None:
    """Where nothing can be started, both verbs say so, and the next launch is tried again."""
    subject.fail()
    for _ in range(2):
        with pytest.raises(LaunchError):
            verb(subject.launcher, "{}")
