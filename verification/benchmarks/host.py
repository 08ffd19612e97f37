"""A tool in the environment of one subject: imports Typer, tracks one command, prints its cost as JSON.

    python host.py SUBJECT [--failing]

Runs with only the subject and Typer installed. $BENCHMARK_POSTHOG is the URL of PostHog.
"""

import os
import resource
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from typing import Any

import typer

CALLS_WHEN_OFF = 200_000  # enough that the time to build the tracker is negligible
COMMAND = "toolkit.run"
TOKEN = "phc_of_the_benchmark"
MESSAGE = "no such toolkit: 'arithmetic' in /home/user/project, token=abc123def456ghi789"

# The SDK alone: a delivery without anything that makes it safe.
ONE_POST = """
import posthog, posthog.request, sys
batch = [{"event": "event", "distinct_id": "user", "properties": {}}]
posthog.request.batch_post("phc_of_the_benchmark", sys.argv[1], batch=batch, timeout=5)
"""

# The packages that a delivery process imports: to store an event, and in all.
PACKAGES = "import attrs, cattrs"
ALL_PACKAGES = f"{PACKAGES}, filelock"

POSTHOG = os.environ.get("BENCHMARK_POSTHOG", "")
FAILING = "--failing" in sys.argv


def nothing() -> None:
    """A tool without tracking."""


def floor() -> None:
    """The lowest possible cost: a detached program that does nothing, with JSON in its environment."""
    import json
    import subprocess

    environment = {**os.environ, "COMMAND": json.dumps({"command": COMMAND})}
    nowhere = subprocess.DEVNULL
    subprocess.Popen(
        ["/bin/true"],
        stdin=nowhere,
        stdout=nowhere,
        stderr=nowhere,
        cwd="/",
        env=environment,
        start_new_session=True,
    )


def ours() -> None:
    """A `with` block."""
    tool = _make_tool()
    with suppress(ValueError), tool.command(COMMAND):
        run()


def _make_tool() -> Any:
    import arcade_usage

    return arcade_usage.Tool(
        distribution="arcade-usage",
        project_token=TOKEN,
        host=POSTHOG,
        daily_limit=None,  # all of many commands have to arrive
    )


def run() -> None:
    """The command itself."""
    if FAILING:
        raise ValueError(MESSAGE)


def incumbent() -> None:
    tracker = import_module("arcade_cli.usage.command_tracker").command_tracker
    tracker.usage_service.host = POSTHOG
    message = MESSAGE if FAILING else None
    tracker.track_command_execution(COMMAND, not FAILING, duration_ms=1.5, error_message=message)


def peer() -> None:
    telemetry = import_module("iterative_telemetry")
    logger = telemetry.IterativeTelemetryLogger("tool", "1.0", url=f"{POSTHOG}/event")
    logger.send_cli_call(COMMAND, error=MESSAGE if FAILING else None)


def limit() -> None:
    """The SDK alone in a detached process: an import and one POST."""
    _detach(ONE_POST, POSTHOG)


def limit_with_packages() -> None:
    """The same, after importing the packages that a delivery process imports."""
    _detach(f"{ALL_PACKAGES}\n{ONE_POST}", POSTHOG)


def bare() -> None:
    """An interpreter that does nothing, in a detached process."""
    _detach("pass")


def bare_with_packages() -> None:
    """The same, after importing the packages that store an event."""
    _detach(PACKAGES)


def _detach(program: str, *arguments: str) -> None:
    import subprocess

    nowhere = subprocess.DEVNULL
    subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        stdin=nowhere,
        stdout=nowhere,
        stderr=nowhere,
        start_new_session=True,
    )


def import_only() -> None:
    import arcade_usage  # noqa: F401 - the import is measured


def call_when_off() -> None:
    """Many calls of a tracker that is off."""
    import arcade_usage

    tracker = arcade_usage.command_tracker(distribution="arcade-usage", project_token=None)
    for _ in range(CALLS_WHEN_OFF):
        tracker.track_command_execution(COMMAND, success=True)


class Stopwatch:
    """Adds up wall and CPU time, in seconds, and growth of peak memory, in bytes, inside its `with` blocks."""

    def __init__(self) -> None:
        self.seconds = self.cpu = 0.0
        self.memory = 0

    def __enter__(self) -> None:
        self._memory, self._cpu, self._begun = _peak_memory(), time.process_time(), time.monotonic()

    def __exit__(self, *_: object) -> None:
        self.seconds += time.monotonic() - self._begun
        self.cpu += time.process_time() - self._cpu
        self.memory += _peak_memory() - self._memory


def _peak_memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


class TimedTracker:
    """Passes on the calls that the integration of Typer makes, and times them."""

    def __init__(self, tracker: Any, watch: Stopwatch) -> None:
        self._begin = tracker.begin
        self._watch = watch

    def begin(self) -> "TimedTracker":
        with self._watch:
            self._execution = self._begin()
        return self

    def end(self, *arguments: Any, **options: Any) -> None:
        with self._watch:
            self._execution.end(*arguments, **options)


def app(watch: Stopwatch) -> None:
    """A command of a Typer app that is tracked with one line."""
    application = typer.Typer()
    application.callback()(nothing)
    application.command("run")(nothing)
    _run_tracked(application, ["run"], watch)


def arcade(watch: Stopwatch) -> None:
    """A command of the real Arcade CLI, whose own tracking is removed."""
    _run_tracked(_import_arcade(), ["whoami"], watch)


def arcade_floor(watch: Stopwatch) -> None:
    """The floor where the Arcade CLI is imported."""
    _import_arcade()
    with watch:
        floor()


def _import_arcade() -> Any:
    tracker = import_module("arcade_cli.usage.command_tracker").command_tracker
    tracker.track_command_execution = lambda *_, **__: None
    return import_module("arcade_cli.main").cli


def _run_tracked(application: Any, arguments: list[str], watch: Stopwatch) -> None:
    with watch:
        tool = _make_tool()
        tracker = tool.command_tracker()
    import arcade_usage

    timed: Any = TimedTracker(tracker, watch)
    with watch:
        arcade_usage.track(application, timed)
    sys.argv[1:] = arguments
    stdout = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    with suppress(SystemExit):
        application()
    os.dup2(stdout, 1)


APPS: dict[str, Callable[[Stopwatch], None]] = {
    subject.__name__: subject for subject in (app, arcade, arcade_floor)
}
SUBJECTS: dict[str, Callable[[], None]] = {
    subject.__name__: subject
    for subject in (
        nothing,
        floor,
        ours,
        incumbent,
        peer,
        limit,
        limit_with_packages,
        bare,
        bare_with_packages,
        import_only,
        call_when_off,
    )
}


def main() -> None:
    assert typer.__name__ in sys.modules
    name, watch = sys.argv[1], Stopwatch()
    begun = time.monotonic()
    if name in APPS:
        APPS[name](watch)
    else:
        with watch:
            SUBJECTS[name]()
    sys.stdout.write(
        f'{{"begun": {begun!r}, "seconds": {watch.seconds!r}, "cpu": {watch.cpu!r}, "memory": {watch.memory}}}'
    )
    sys.stdout.flush()
    os._exit(0)  # what a subject does at exit is not measured


if __name__ == "__main__":
    main()
