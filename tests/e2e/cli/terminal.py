"""Runs a command on a terminal of its own."""

import os
import pty
import select
import subprocess
import time
from collections.abc import Mapping, Sequence
from typing import Any

from tests.e2e.forks import Forks
from tests.e2e.world import PATIENCE_SECONDS


def run_on_terminal(
    command: Sequence[str],
    *,
    answer: str = "",
    columns: int = 100,
    environment: Mapping[str, str] | None = None,
    forks: Forks | None = None,
) -> tuple[int, str]:
    """Exit code and screen of a command; `answer` is typed when it asks. `environment`: by default this one.

    `forks`: where the command is Python's arguments, to be run as a fork.
    """
    inside, outside = pty.openpty()[::-1]
    variables = {**(environment or os.environ), "TERM": "xterm-256color", "COLUMNS": str(columns)}
    variables.pop("NO_COLOR", None)
    running: subprocess.Popen[Any]
    if forks is not None:
        running = forks.start(command, inside, inside, inside, environment=variables)
    else:
        running = subprocess.Popen(
            command,
            stdin=inside,
            stdout=inside,
            stderr=inside,
            env=variables,
            close_fds=True,
            start_new_session=True,
        )
    os.close(inside)
    screen, end = b"", time.monotonic() + PATIENCE_SECONDS
    try:
        while time.monotonic() < end:
            if select.select([outside], [], [], 0.1)[0]:
                try:
                    screen += os.read(outside, 65536)
                except OSError:  # the other end is closed
                    break
            if answer and b"[y/N]" in screen:
                os.write(outside, f"{answer}\n".encode())
                answer = ""
        code = running.wait(PATIENCE_SECONDS)
    finally:
        running.kill()
        os.close(outside)
    return code, screen.decode()
