"""Starts processes that contend for one thing at the same moment."""

import subprocess
import sys
from collections.abc import Mapping, Sequence

_PRELUDE = """
import sys

def ready():
    print("ready", flush=True)
    sys.stdin.readline()

"""


def contend(
    script: str,
    count: int,
    arguments: Sequence[str],
    rounds: int = 1,
    environment: Mapping[str, str] | None = None,
) -> list[list[str]]:
    """Run `script` in `count` interpreters. Returns the lines that each printed.

    The script calls `ready()` once in each round, just before it contends; it continues when all are ready.
    `environment`: of the interpreters; by default this process's own.
    """
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", _PRELUDE + script, *arguments, str(number)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        for number in range(count)
    ]
    try:
        for _ in range(rounds):
            for process in processes:
                _wait_until_ready(process)
            for process in processes:
                _release(process)
        outputs = [process.communicate(timeout=60)[0] for process in processes]
    finally:
        for process in processes:
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    stream.close()
    assert [process.returncode for process in processes] == [0] * count
    return [output.split("\n")[:-1] for output in outputs]


def _wait_until_ready(process: "subprocess.Popen[str]") -> None:
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line == "ready\n", line


def _release(process: "subprocess.Popen[str]") -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()
