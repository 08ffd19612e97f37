"""A host in an environment of a subject's: imports Typer, tracks one command, and says what that took, as JSON.

    python host.py SUBJECT [--failing]

Runs by itself, with nothing but the subject and Typer beside it. Where PostHog is, $BENCHMARK_POSTHOG says.
"""

import os
import resource
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module

import typer

CALLS_WHEN_OFF = 200_000  # so many that building the tracker does not count
COMMAND = "toolkit.run"
MESSAGE = "no such toolkit: 'arithmetic' in /home/somebody/project, token=abc123def456ghi789"

# The bare SDK: what is left when all that a delivery does for safety's sake is left out.
ONE_POST = """
import posthog, posthog.request, sys
batch = [{"event": "event", "distinct_id": "somebody", "properties": {}}]
posthog.request.batch_post("phc_of_the_benchmark", sys.argv[1], batch=batch, timeout=5)
"""

# The packages that a delivery stands on: those that it writes an event down with, and all of them.
PACKAGES = "import attrs, cattrs"
ALL_PACKAGES = f"{PACKAGES}, filelock"

POSTHOG = os.environ.get("BENCHMARK_POSTHOG", "")
FAILING = "--failing" in sys.argv


def nothing() -> None:
    """A host that tracks nothing."""


def floor() -> None:
    """The least that a detached process takes: JSON in its environment, and a program that does nothing."""
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
    import arcade_usage

    tracker = arcade_usage.command_tracker(
        distribution="arcade-usage", project_token="phc_of_the_benchmark", host=POSTHOG
    )
    with suppress(ValueError), tracker.command(COMMAND):
        run()


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
    """The bare SDK in a detached process: an import, and one POST."""
    _detach(ONE_POST, POSTHOG)


def limit_with_packages() -> None:
    """The same, with the packages imported that a delivery stands on."""
    _detach(f"{ALL_PACKAGES}\n{ONE_POST}", POSTHOG)


def bare() -> None:
    """An interpreter that does nothing, in a detached process."""
    _detach("pass")


def bare_with_packages() -> None:
    """The same, with the packages imported that an event is written down with."""
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
    import arcade_usage  # noqa: F401 - this is what is measured


def call_when_off() -> None:
    """Many calls of a tracker that is off."""
    import arcade_usage

    tracker = arcade_usage.command_tracker(distribution="arcade-usage", project_token=None)
    for _ in range(CALLS_WHEN_OFF):
        tracker.track_command_execution(COMMAND, success=True)


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
    subject = SUBJECTS[sys.argv[1]]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun, cpu = time.monotonic(), time.process_time()
    subject()
    cpu, ended = time.process_time() - cpu, time.monotonic()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory
    sys.stdout.write(
        f'{{"begun": {begun!r}, "seconds": {ended - begun!r}, "cpu": {cpu!r}, "memory": {memory * 1024}}}'
    )
    sys.stdout.flush()
    os._exit(0)  # a peer's farewell is not what is measured


if __name__ == "__main__":
    main()
