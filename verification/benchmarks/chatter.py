"""A server in our environment: captures many events as fast as it can and prints their cost as JSON.

    python chatter.py ours|sdk|files EVENTS

Runs by itself. $BENCHMARK_POSTHOG is the URL of PostHog. It waits on stdin until all events have arrived, so that
the background is measured too.
"""

import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

POSTHOG = os.environ.get("BENCHMARK_POSTHOG", "")
EVENT = "MCP tool called"
PAUSE_EVERY, PAUSE_SECONDS = 100, 0.005  # stands for a server's other work; not measured
BATCH = 100  # events that ours has in files at a time

ServerEvent = Callable[[dict[str, object]], object]


def ours() -> tuple[ServerEvent, Callable[[], int], Callable[[], None]]:
    import arcade_usage

    server = arcade_usage.server_tracker(
        distribution="arcade-usage", project_token="phc_of_the_benchmark", host=POSTHOG
    )
    return lambda properties: server.capture(EVENT, properties), lambda: server.dropped, server.close


def sdk() -> tuple[ServerEvent, Callable[[], int], Callable[[], None]]:
    """The SDK's client, used as in its documentation."""
    import posthog

    client: Any = posthog.Posthog("phc_of_the_benchmark", host=POSTHOG)
    return (
        lambda properties: client.capture(EVENT, distinct_id="user", properties=properties),
        lambda: 0,
        client.shutdown,
    )


def files() -> tuple[ServerEvent, Callable[[], int], Callable[[], None]]:
    """One file per event: written, renamed, and removed in batches."""
    folder = tempfile.mkdtemp(dir=os.path.expanduser("~"))  # on the same file system as ours
    written = os.path.join(folder, "written")
    placed: list[str] = []

    def capture(properties: dict[str, object]) -> None:
        file = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        os.write(file, json.dumps({"event": EVENT, "properties": properties}).encode())
        os.close(file)
        placed.append(os.path.join(folder, str(len(placed))))
        os.replace(written, placed[-1])
        if len(placed) == BATCH:
            remove()

    def remove() -> None:
        while placed:
            os.unlink(placed.pop())

    def end() -> None:
        remove()
        os.rmdir(folder)

    return capture, lambda: 0, end


def main() -> None:
    events = int(sys.argv[2])
    capture, dropped, close = {"ours": ours, "sdk": sdk, "files": files}[sys.argv[1]]()
    capture({"number": -1})  # imports are not part of an event's cost
    sys.stdin.readline()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    times = []
    cpu, begun = time.process_time(), time.monotonic()
    for number in range(events):
        if number % PAUSE_EVERY == PAUSE_EVERY - 1:
            time.sleep(PAUSE_SECONDS)
        before = time.perf_counter_ns()
        capture({"tool": "math.add", "number": number, "duration_ms": 12.5})
        times.append(time.perf_counter_ns() - before)
    ended = time.monotonic()
    sys.stdin.readline()
    cpu = time.process_time() - cpu
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory
    times.sort()
    sys.stdout.write(
        f'{{"begun": {begun!r}, "ended": {ended!r}, "cpu": {cpu!r}, "memory": {memory * 1024}, "dropped": {dropped()},'
        f' "median": {times[events // 2]}, "p95": {times[events * 95 // 100]}}}'
    )
    sys.stdout.flush()
    close()


if __name__ == "__main__":
    main()
