"""Processes that hold a lock."""

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
    """Run a process in which `lock` holds this path until it ends or reads a line.

    `lock`: the full name of a function that takes a path and a wait in seconds and returns a context manager.
    The process is killed when the context ends.
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
    """Eight threads hold a lock `turns` times each. Returns how many holds there were, and how many overlapped."""
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


def is_free(lock: AbstractContextManager[object]) -> bool:
    """Whether the lock is free."""
    try:
        with lock:
            return True
    except TimeoutError:
        return False
