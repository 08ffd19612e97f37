"""What a command raised, printed or returned passes through tracking as if there were none."""

import asyncio
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Generator
from contextlib import AbstractContextManager, nullcontext

import pytest

from arcade_usage.application.command.tracker import SilentTracker
from tests.e2e.deliveries import sender_at_work
from tests.e2e.hosts import start_of_tool
from tests.e2e.world import World, until


class UnspeakableError(Exception):
    """An exception that can't be turned into text."""

    def __str__(self) -> str:
        raise RuntimeError("no text for you")

    __repr__ = __str__


class ClickException(Exception):  # noqa: N818 - the name that tracking looks for
    """An exception that looks like Click's, and doesn't answer as Click's does."""

    __module__ = "click.exceptions"

    @property
    def message(self) -> str:
        raise RuntimeError("no message")


RAISED = {
    "error": ValueError("no such toolkit"),
    "exit code": SystemExit(3),
    "exit with text": SystemExit("no such toolkit"),
    "exit without a code": SystemExit(None),
    "exit with an odd code": SystemExit([1, 2]),
    "Ctrl-C": KeyboardInterrupt(),
    "closed generator": GeneratorExit(),
    "cancelled task": asyncio.CancelledError(),
    "stop": StopIteration("value"),
    "out of memory": MemoryError(),
    "too deep": RecursionError("maximum recursion depth exceeded"),
    "unspeakable": UnspeakableError(),
    "not quite Click's": ClickException(),
    "bare": BaseException("unusual"),
}


def leave(context: AbstractContextManager[None], error: BaseException) -> tuple[BaseException, list[str]]:
    """What arrives outside of a block that `error` left, and the functions that its traceback names."""

    def work() -> None:
        raise error

    try:
        with context:
            work()
    except BaseException as arrived:  # noqa: BLE001 - whatever it is
        return arrived, [frame.name for frame in traceback.extract_tb(arrived.__traceback__)]
    raise AssertionError("it was swallowed")


@pytest.mark.parametrize("error", RAISED.values(), ids=RAISED)
@pytest.mark.parametrize("state", ["on", "off", "nothing can be launched"])
def test_what_a_command_raises_passes_untouched(
    world: World, error: BaseException, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same object, with the frames it has without tracking, and nothing chained to it."""
    if state == "nothing can be launched":
        monkeypatch.setattr(sys, "executable", None)
    tracker = SilentTracker() if state == "off" else world.tracker()
    with sender_at_work(world, reached=True):
        arrived, frames = leave(tracker.command("toolkit.run"), error)
        world.settle()
    assert arrived is error
    assert (error.__cause__, error.__context__) == (None, None)
    error.__traceback__ = None
    assert frames == leave(nullcontext(), error)[1] == ["leave", "work"]
    error.__traceback__ = None


def test_a_chain_and_its_notes_stay(world: World) -> None:
    """`raise … from …` arrives with its cause, its context and its notes."""
    cause, error = OSError("disk"), ValueError("config")
    error.__cause__, error.__suppress_context__ = cause, True
    error.__dict__["__notes__"] = ["a note"]
    arrived, _ = leave(world.tracker().command("toolkit.run"), error)
    assert (arrived, arrived.__cause__, arrived.__suppress_context__) == (error, cause, True)
    assert error.__dict__["__notes__"] == ["a note"]


def test_a_generator_can_be_closed_inside_a_command(world: World) -> None:
    """GeneratorExit ends the block and the generator, as without tracking."""

    def command() -> Generator[int, None, None]:
        with world.tracker().command("streaming"):
            yield 1

    generator = command()
    assert next(generator) == 1
    generator.close()
    world.settle()
    assert "streaming" in world.events


def test_a_command_inside_a_command_counts_both(world: World) -> None:
    """Blocks nest, also on one tracker: each is reported once, the inner one first."""
    tracker = world.tracker()
    with tracker.command("outer"), tracker.command("inner"):
        pass
    world.settle()
    assert set(world.events) == {"outer", "inner"}


ENDINGS = {
    "returns": "print('out')",
    "fails": "raise ValueError('no such toolkit')",
    "fails in turn": "\n  try: 1 / 0\n  except ZeroDivisionError as error: raise OSError('turn') from error",
    "exit code": "sys.exit(3)",
    "exit code 0": "sys.exit(0)",
    "exit with text": "sys.exit('no such toolkit')",
    "exit with text beyond ASCII": "sys.exit('caf\\u00e9 \\udcff')",
    "interrupted": "raise KeyboardInterrupt",
    "Ctrl-C": "os.kill(os.getpid(), signal.SIGINT); time.sleep(60)",
    "broken pipe": "print('x', flush=True); os.close(1); print('y', flush=True)",
    "warns": "import warnings; warnings.warn('old', DeprecationWarning)",
    "leaves threads": "import threading; threading.Thread(target=print, args=('late',)).start()",
    "leaves an atexit hook": "import atexit; atexit.register(print, 'bye')",
    "out of stack": "f = lambda: f(); f()",
}

# The last thing that a script does is to wait for its delivery, which leaves the event to the sender at work.
WAITING = """
import atexit, os, signal, sys, time
@atexit.register
def wait():
    try:
        while True: os.wait()
    except ChildProcessError: pass
"""


@pytest.mark.parametrize("ending", ENDINGS.values(), ids=ENDINGS)
def test_a_process_ends_as_without_tracking(world: World, ending: str) -> None:
    """Exit code, stdout and stderr are those of the same script with tracking off, to the byte."""
    script = world.scratch / "host.py"
    block = f"with tracker.command('toolkit.run'): {ending}\n"
    script.write_text(WAITING + start_of_tool(world) + block, encoding="utf-8")

    def run(**variables: str) -> tuple[int, bytes, bytes]:
        command = [sys.executable, str(script)]
        environment = {**os.environ, **variables}
        done = subprocess.run(command, env=environment, capture_output=True, timeout=60, check=False)
        return done.returncode, done.stdout, done.stderr

    with sender_at_work(world, reached=True):
        assert run() == run(ARCADE_USAGE_TRACKING="off")
    (record,) = world.waiting
    assert record["event"]["properties"]["command_name"] == "toolkit.run"


def test_ctrl_c_while_a_login_is_waited_for_is_the_tools(world: World) -> None:
    """The tool of a login that waits ends at Ctrl-C as it would anywhere; the event is on its way already."""
    held, release = world.scratch / "held", world.scratch / "release"
    (world.scratch / "slow").mkdir()
    (world.scratch / "slow" / "sitecustomize.py").write_text(
        "import os, time\n"
        "if 'ARCADE_USAGE_EVENT_DATA' in os.environ:\n"
        f"    open({str(held)!r}, 'w').close()\n"
        f"    while not os.path.exists({str(release)!r}): time.sleep(0.01)\n",
        encoding="utf-8",
    )
    script = world.scratch / "host.py"
    login = "tracker.track_command_execution('login', success=True, is_login=True)\nprint('still here')"
    script.write_text(start_of_tool(world) + login, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(world.scratch / "slow")}
    host = subprocess.Popen(
        [sys.executable, str(script)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    assert until(held.exists)
    os.killpg(host.pid, signal.SIGINT)  # what a terminal does: to everyone in the foreground
    stdout, stderr = host.communicate(timeout=60)
    release.touch()
    assert (host.returncode, stdout) == (-signal.SIGINT, b"")
    assert stderr.rstrip().endswith(b"KeyboardInterrupt")
    assert until(lambda: "login" in world.events and not world.waiting)
