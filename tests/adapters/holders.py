"""Another process that holds a lock, and whether a lock is to be had."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager

_HOLD = """
import sys
from {module} import {name}

with {name}(sys.argv[1], 0.0):
    print("held", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def holding(
    lock: str, path: "str | os.PathLike[str]", environment: Mapping[str, str] | None = None
) -> "Iterator[subprocess.Popen[str]]":
    """A process in which `lock` holds this path until the end, or until it is sent a line.

    `lock`: the full name of what makes a context manager of a path and of how long to wait for it. It is
    killed in the end, if it has not ended by then.
    """
    module, _, name = lock.rpartition(".")
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD.format(module=module, name=name), os.fspath(path)],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def take_turns(lock: Callable[[], AbstractContextManager[object]], turns: int) -> tuple[int, int]:
    """Have eight threads hold a lock so many times each; returns how often one held it, and how often two did."""
    inside, overlaps, held = threading.Lock(), [], []

    def work() -> None:
        for _ in range(turns):
            with lock():
                if not inside.acquire(blocking=False):
                    overlaps.append(1)
                    continue
                held.append(1)
                inside.release()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(held), len(overlaps)


def is_had(lock: AbstractContextManager[object]) -> bool:
    """Whether nobody kept us from having it for a moment."""
    try:
        with lock:
            return True
    except TimeoutError:
        return False
