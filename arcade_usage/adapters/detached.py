"""The process launcher: starts `python -m arcade_usage`, detached. Runs on the command path.

Owns the invariants that the process has no terminal, no window, no open file of the host's and no folder
of the user's as its own, that it can import this package from wherever the host did, and that nothing
in the user's current folder can be imported there.
"""

import _thread
import os
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from arcade_usage.domain.consent import EVENT_DATA_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

LOGIN_WAIT_SECONDS = 3.8  # of the 4 s that a login may take, all told
OUTPUT_LIMIT = 256 * 1024  # bytes of what a process has to say
SEARCH_PATH_VARIABLE = "ARCADE_USAGE_SEARCH_PATH"

_PACKAGE_HOME = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# A folder of Python's own: `-m` puts the current folder first among those to import from.
_NEUTRAL_FOLDER = os.path.dirname(os.path.abspath(os.__file__))


def can_launch() -> bool:
    """Whether there is a Python to start: a frozen program has none."""
    return not getattr(sys, "frozen", False) and bool(sys.executable)


class DetachedLauncher:
    """The process launcher over the interpreter that runs the host. `environment`: the host's."""

    def __init__(self, environment: "Mapping[str, str]") -> None:
        self._environment = environment
        self._running: list[_Process] = []
        self._reaping = False

    def launch(self, payload: str) -> None:
        self._start(payload, subprocess.DEVNULL)

    def launch_and_wait(self, payload: str) -> None:
        """As the port says: the process lets go of its end of a pipe when it has settled."""
        import threading

        reading = self._start_with_pipe(payload)
        released = threading.Thread(target=_wait_for_end, args=(reading,), daemon=True)
        try:
            released.start()
        except RuntimeError:  # no thread is to be had, at the end of the interpreter for one
            os.close(reading)
        else:
            released.join(LOGIN_WAIT_SECONDS)

    def launch_and_read(self, payload: str) -> str:
        """Start it, and return what it writes to stdout. Blocks: 10 s, when it ends by force.

        Raises LaunchError.
        """
        with open(self._start_with_pipe(payload), "rb") as end:
            return end.read(OUTPUT_LIMIT).decode("utf-8", "replace")

    def _start_with_pipe(self, payload: str) -> int:
        """Start it with its stdout a pipe; returns the end that is read."""
        reading, writing = os.pipe()
        try:
            self._start(payload, writing)
        except Exception:
            os.close(reading)
            raise
        finally:
            os.close(writing)
        return reading

    def _start(self, payload: str, output: int) -> None:
        if not can_launch():
            raise _launch_error("there is no Python to start")
        self._running = [process for process in self._running if process.poll() is None]
        try:
            self._running.append(self._spawn(payload, output))
        except (OSError, ValueError) as error:
            raise _launch_error("no process could be started") from error
        if len(self._running) > 1 and not self._reaping:
            # A host that tracks more than one command lives on: it must not collect zombies.
            with suppress(RuntimeError):  # no thread is to be had: the next launch reaps
                self._reaping = True
                _thread.start_new_thread(self._reap, ())
                return
            self._reaping = False

    def _reap(self) -> None:
        """Wait for what was started, until nothing of it runs. Each process ends by itself within 10 s."""
        while running := [process for process in self._running if process.returncode is None]:
            running[0].wait()
        self._reaping = False

    def _spawn(self, payload: str, output: int) -> "_Process":
        environment = {**self._environment, **_surroundings(self._environment), EVENT_DATA_VARIABLE: payload}

        def start(executable: str, **detached: "Any") -> _Process:
            return _Process(
                [executable, "-m", "arcade_usage"],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.DEVNULL,
                cwd=_NEUTRAL_FOLDER,
                env=environment,
                **detached,
            )

        if os.name == "nt":
            from arcade_usage.adapters.windows import start_detached

            return start_detached(start, sys.executable)
        return start(sys.executable, start_new_session=True)


class _Process(subprocess.Popen[bytes]):
    """A process that is meant to outlive its parent, so that leaving it behind is nothing to warn about."""

    def __del__(self) -> None:
        pass


def _surroundings(environment: "Mapping[str, str]") -> "dict[str, str]":
    """What the process is told about importing: where this package lies, and where else the host looks.

    Python has not run a line of ours when it looks for the package, so its home has to be on PYTHONPATH
    unless every Python of this installation finds it. __main__ puts all else behind what it finds itself.
    """
    here = _status(os.curdir)
    inherited = "" if sys.flags.ignore_environment else environment.get("PYTHONPATH", "")
    paths = [path for path in inherited.split(os.pathsep) if _means_the_same_elsewhere(path, here)]
    if _PACKAGE_HOME not in _site_folders() and _PACKAGE_HOME not in paths:
        paths.append(_PACKAGE_HOME)
    entries: list[object] = list(sys.path)  # hosts put paths of other types there, which Python passes over
    others = [path for path in entries if isinstance(path, str) and _means_the_same_elsewhere(path, here)]
    return {
        "PYTHONPATH": os.pathsep.join(paths),
        "PYTHONWARNINGS": "ignore",  # a warning that the user made an error must not end a delivery
        SEARCH_PATH_VARIABLE: os.pathsep.join(others),
    }


def _site_folders() -> "list[str]":
    """Where a Python of this installation looks for packages by itself."""
    site = sys.modules.get("site")
    if site is None:
        return []
    return (
        [*site.getsitepackages(), site.getusersitepackages()]
        if site.ENABLE_USER_SITE
        else site.getsitepackages()
    )


def _means_the_same_elsewhere(path: str, here: "os.stat_result | None") -> bool:
    """Whether a path is absolute, and not the user's current folder by whatever name."""
    if not os.path.isabs(path):
        return False
    there = _status(path)
    return here is None or there is None or not os.path.samestat(there, here)


def _status(path: str) -> "os.stat_result | None":
    """One stat; None where there is nothing, and so nothing to import."""
    try:
        return os.stat(path)
    except (OSError, ValueError):
        return None


def _launch_error(reason: str) -> Exception:
    from arcade_usage.application.errors import LaunchError  # rarely needed

    return LaunchError(reason)


def _wait_for_end(reading: int) -> None:
    try:
        os.read(reading, 1)
    finally:
        os.close(reading)
