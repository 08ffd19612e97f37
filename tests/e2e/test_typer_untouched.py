"""A tracked Typer tool is to its user what it was: output, exit code and traceback, to the byte; and is tracked."""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext

import pytest
from attrs import frozen

from tests.e2e.deliveries import sender_at_work
from tests.e2e.typer_host import STANDALONE, TyperTool, typer_host
from tests.e2e.world import World, until
from tests.isolation import isolate


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TyperTool]:
    """One for all command lines: each runs in forks of it."""
    folder = tmp_path_factory.mktemp("host")
    with pytest.MonkeyPatch.context() as monkeypatch:
        isolate(monkeypatch, folder / "home")
        with typer_host(folder) as host:
            yield host


@frozen
class End:
    """A command line, and what becomes of it: exit code, the event's name, and its outcome."""

    line: str
    exit_code: int
    name: str | None = None
    outcome: str | None = None  # of a failure


def in_toolkit(line: str, exit_code: int, outcome: str | None = None) -> End:
    return End(f"toolkit {line}", exit_code, f"toolkit.{line.partition(' ')[0]}", outcome)


ENDS = [
    in_toolkit("returns", 0),
    in_toolkit("exit", 0),
    in_toolkit("sys-exit", 0),
    in_toolkit("sys-exit-0", 0),
    in_toolkit("coroutine", 0),
    in_toolkit("warns", 0),
    in_toolkit("login", 0),
    End("plugins loaded", 0, "plugins.loaded"),
    in_toolkit("fails", 1, "error"),
    in_toolkit("fails-in-turn", 1, "error"),
    in_toolkit("coroutine-fails", 1, "error"),
    in_toolkit("out-of-stack", 1, "error"),
    End("plugins broken", 1, "plugins", "error"),
    in_toolkit("exit-3", 3, "exit"),
    in_toolkit("sys-exit-3", 3, "exit"),
    in_toolkit("sys-exit-text", 1, "exit"),
    in_toolkit("coroutine-exit-3", 3, "exit"),
    in_toolkit("refuses", 2, "usage"),
    in_toolkit("typed --port x", 2, "usage"),
    in_toolkit("typed --nope", 2, "usage"),
    in_toolkit("typed nope", 2, "usage"),
    End("toolkit nope", 2, "toolkit", "usage"),
    End("plugins nope", 2, "plugins", "usage"),
    End("nope", 2, "root", "usage"),
    End("", 2, "root", "usage"),
    in_toolkit("abort", 1, "interrupted"),
    in_toolkit("end-of-input", 1, "interrupted"),
    in_toolkit("ctrl-c", 130, "interrupted"),
    in_toolkit("coroutine-ctrl-c", 130, "interrupted"),
]
SHOWN = [
    End("--help", 0), End("toolkit --help", 0), End("toolkit typed --help", 0), End("--version", 0), End("toolkit", 2),
]  # fmt: skip


def line_of(end: End) -> str:
    return end.line or "nothing"


def unsent(world: World, end: End) -> AbstractContextManager[None]:
    """Leaves the event on disk, as sending it shows nothing more here; but a login waits for a sender."""
    return nullcontext() if end.line.endswith("login") else sender_at_work(world, reached=True)


def check_event(world: World, end: End) -> None:
    """The one event is the right one, waiting or sent."""
    assert until(lambda: bool(world.waiting or world.events))
    waiting = [(record["event"]["name"], record["event"]["properties"]) for record in world.waiting]
    sent = [(event.name, event.properties) for event in world.events.values()]
    name, properties = (waiting or sent)[-1]
    assert len(waiting) <= 1
    assert len(sent) <= 1
    assert (properties["command_name"], properties.get("outcome")) == (end.name, end.outcome)
    assert name == f"CLI execution {'failed' if end.outcome else 'succeeded'}"


@pytest.mark.parametrize("end", ENDS, ids=line_of)
def test_a_host_ends_as_without_tracking(world: World, host: TyperTool, end: End) -> None:
    """With Typer's own tracebacks and boxes."""
    with unsent(world, end):
        untracked, tracked = host.run_both(world, end.line.split())
        assert until(lambda: bool(world.waiting or world.events))
    assert tracked == untracked
    assert tracked.exit_code == end.exit_code
    check_event(world, end)


@pytest.mark.parametrize("end", [end for end in ENDS if end.outcome == "error"], ids=line_of)
def test_a_plain_traceback_is_as_without_tracking(world: World, host: TyperTool, end: End) -> None:
    """With Python's own traceback, which shows every frame."""
    variables = {"_TYPER_STANDARD_TRACEBACK": "1", "TYPER_STANDARD_TRACEBACK": "1"}
    with unsent(world, end):
        untracked, tracked = host.run_both(world, end.line.split(), variables)
        assert until(lambda: bool(world.waiting))
    assert tracked == untracked
    assert tracked.stderr.startswith(b"Traceback")
    check_event(world, end)


@pytest.mark.parametrize(
    "end", [end for end in ENDS if end.line.endswith(("returns", "exit-3", "fails", "nope", "abort", "ctrl-c"))], ids=line_of
)  # fmt: skip
def test_an_app_that_is_not_standalone_returns_and_raises_as_without_tracking(
    world: World, host: TyperTool, end: End
) -> None:
    """What it returns is printed here, what it raises ends the script."""
    with unsent(world, end):
        untracked, tracked = host.run_both(world, end.line.split(), {STANDALONE: "False"})
        assert until(lambda: bool(world.waiting))
    assert tracked == untracked
    check_event(world, end)


@pytest.mark.parametrize("end", SHOWN, ids=line_of)
def test_help_is_shown_as_without_tracking_and_is_no_event(world: World, host: TyperTool, end: End) -> None:
    """An event would be printed on stderr, as the debug variable asks for."""
    untracked, tracked = host.run_both(world, end.line.split(), {"ARCADE_USAGE_DEBUG": "1"})
    assert tracked == untracked
    assert tracked.exit_code == end.exit_code
    assert world.receiver.requests == []


def test_completion_is_as_without_tracking_and_leaves_nothing(world: World, host: TyperTool) -> None:
    """Nothing is started, sent or written."""
    variables = {"_HOST_COMPLETE": "complete_bash", "COMP_WORDS": "host toolkit ret", "COMP_CWORD": "2"}
    untracked, tracked = host.run_both(world, [], variables)
    assert tracked == untracked
    assert b"returns" in tracked.stdout
    assert (world.folder.exists(), world.receiver.requests) == (False, [])


def test_off_is_as_without_tracking_and_leaves_nothing(world: World, host: TyperTool) -> None:
    """The same for a user who said no."""
    untracked, tracked = host.run_both(world, ["toolkit", "fails"], {"DO_NOT_TRACK": "1"})
    assert tracked == untracked
    assert (world.folder.exists(), world.receiver.requests) == (False, [])


def test_nobody_reads_what_a_tracked_tool_writes(world: World, host: TyperTool) -> None:
    """A reader that went away is an error like another; the tool ends as it does at a broken pipe."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        untracked, tracked = host.start_both(world, ["toolkit", "writes"], stdout=writing)
    finally:
        os.close(writing)
    assert tracked == untracked
    assert tracked.exit_code == 1
    check_event(world, in_toolkit("writes", 1, "error"))


@pytest.mark.parametrize("end", [in_toolkit("returns", 0), in_toolkit("fails", 1, "error")], ids=line_of)
def test_a_host_whose_streams_are_closed_ends_as_without_tracking(
    world: World, host: TyperTool, end: End
) -> None:
    """It has no stdin and no stdout: what is opened in their place does no harm."""
    closed = ["sh", "-c", 'exec "$@" <&- >&-', "sh"]
    untracked, tracked = host.start_both(world, end.line.split(), before=closed)
    assert tracked == untracked
    assert tracked.exit_code == end.exit_code
    check_event(world, end)
