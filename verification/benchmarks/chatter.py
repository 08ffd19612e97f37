"""A server in our environment: captures many events as fast as it can, waits for a word, and says what that took.

    python chatter.py ours|sdk|files EVENTS

Runs by itself. Where PostHog is, $BENCHMARK_POSTHOG says. It waits on stdin until all has arrived, so that what
happens in the background counts, too.
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
PAUSE_EVERY, PAUSE_SECONDS = 100, 0.005  # a server has other work to do; nothing of it counts
BATCH = 100  # events that ours has in files at a time

ServerEvent = Callable[[dict[str, object]], object]


def ours() -> tuple[ServerEvent, Callable[[], int], Callable[[], None]]:
    import arcade_usage

    server = arcade_usage.server_tracker(
        distribution="arcade-usage", project_token="phc_of_the_benchmark", host=POSTHOG
    )
    return lambda properties: server.capture(EVENT, properties), lambda: server.dropped, server.close


def sdk() -> tuple[ServerEvent, Callable[[], int], Callable[[], None]]:
    """The SDK's own client, as its documentation has it."""
    import posthog

    client: Any = posthog.Posthog("phc_of_the_benchmark", host=POSTHOG)
    return (
        lambda properties: client.capture(EVENT, distinct_id="somebody", properties=properties),
        lambda: 0,
        client.shutdown,
    )


def files() -> tuple[ServerEvent, Callable[[], int], Callable[[], None]]:
    """What it takes to have each event in a file until it has arrived: made, put in its place, removed with others."""
    folder = tempfile.mkdtemp(dir=os.path.expanduser("~"))  # on the file system that ours is on
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
    capture({"number": -1})  # what it imports is not what an event costs
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
