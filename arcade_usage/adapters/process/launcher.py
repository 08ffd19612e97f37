"""The process launcher: starts `python -m arcade_usage`, detached. Runs on the command path.

Invariants: only a Python interpreter is started. The process has no terminal, no window, no open file of the
tool's, and its current folder is not the user's. It imports this package from the same place as the tool.
Neither files in the user's current folder nor PYTHON* variables that the tool ignores affect it.
"""

import _thread
import os
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from arcade_usage.application.command.tracker import raised_by_signal_handler
from arcade_usage.domain.consent import EVENT_DATA_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

LINKS_LIMIT = 40  # consecutive links; the usual limit of operating systems
OUTPUT_LIMIT = 256 * 1024  # bytes that are read from a process
SEARCH_PATH_VARIABLE = "ARCADE_USAGE_SEARCH_PATH"

# The folder that contains arcade_usage: one level up per part of this module's name.
_PACKAGE_HOME = os.path.abspath(__file__).rsplit(os.sep, len(__name__.split(".")))[0]
# A folder of Python's own, because `-m` puts the current folder first on sys.path.
_NEUTRAL_FOLDER = os.path.dirname(os.path.abspath(os.__file__))


_PYTHONS = ("python", "pypy", "graalpy")
# Letters that remain of an interpreter's file name: no window, debug, free-threaded, an architecture.
_WITHOUT_VERSION = str.maketrans("", "", "0123456789.-_")
_VARIANTS = frozenset({"", "w", "d", "wd", "t", "td", "dbg", "intel", "c"})


def can_launch() -> bool:
    """Whether sys.executable is certainly a Python interpreter that supports `-m`.

    In a frozen program it is that program, which would run the user's command again. In a program that embeds
    Python it is that program too, or the first Python on PATH, which may not have this package.
    """
    executable = sys.executable
    if not executable or getattr(sys, "frozen", False) or _is_compiled():
        return False
    return _names_python(_follow_links(executable)) and _runs(executable)


def _follow_links(path: str) -> str:
    """The target of a link, followed link by link; links above the file don't change its name."""
    for _ in range(LINKS_LIMIT):
        try:
            path = os.path.join(os.path.dirname(path), os.readlink(path))
        except (OSError, ValueError):
            break
    return path


def _is_compiled() -> bool:
    """Whether the tool or this module was compiled by Nuitka."""
    return "__compiled__" in globals() or hasattr(sys.modules.get("__main__"), "__compiled__")


def _runs(executable: str) -> bool:
    """Whether this process runs that Python: judged by argv[0], else by the executable's inode."""
    started_as: list[str] = getattr(sys, "orig_argv", [executable])
    if not started_as:
        return False  # embedded, without argv
    if _names_python(started_as[0]):
        return True
    ours, its = _status("/proc/self/exe"), _status(executable)
    return ours is not None and its is not None and os.path.samestat(ours, its)


def _names_python(path: str) -> bool:
    """Whether the file has a Python's name: python, python3.12, pythonw.exe, python3.13t, pypy3.10, ..."""
    name = os.path.basename(path).lower().removesuffix(".exe")
    for python in _PYTHONS:
        if name.startswith(python):
            rest = name[len(python) :]
            return rest.translate(_WITHOUT_VERSION) in _VARIANTS
    return False


class DetachedLauncher:
    """The process launcher over the tool's interpreter. `environment`: the tool's environment."""

    def __init__(self, environment: "Mapping[str, str]") -> None:
        self._environment = environment
        self._running: list[subprocess.Popen[bytes]] = []
        self._reaping = False

    def launch(self, payload: str) -> None:
        self._start(payload, subprocess.DEVNULL)

    def launch_and_wait(self, payload: str) -> None:
        """See the port. The process closes its end of a pipe when the identity is ready.

        Waits in this thread, so nothing remains when it returns. Raises exceptions of the tool's signal
        handlers. Blocks for at most LOGIN_WAIT_SECONDS.
        """
        from arcade_usage.adapters.process.pipes import wait_and_close  # needed by logins only
        from arcade_usage.application import time_limits

        reading = self._start_with_pipe(payload)
        try:
            wait_and_close(reading, time_limits.LOGIN_WAIT_SECONDS)
        except Exception as error:  # the process is running, so giving up the wait loses nothing
            if raised_by_signal_handler(error):
                raise

    def launch_and_read(self, payload: str) -> str:
        """Starts the process and returns its stdout. Blocks for at most 10 s, when the process ends by force.

        Raises LaunchError.
        """
        with open(self._start_with_pipe(payload), "rb") as end:
            return end.read(OUTPUT_LIMIT).decode("utf-8", "replace")

    def _start_with_pipe(self, payload: str) -> int:
        """Starts the process with a pipe as stdout; returns the pipe's read end."""
        try:
            reading, writing = os.pipe()
        except OSError as error:
            raise _launch_error("no pipe could be made") from error
        try:
            self._start(payload, writing)
        except BaseException:
            os.close(reading)
            raise
        finally:
            os.close(writing)
        return reading

    def _start(self, payload: str, output: int) -> None:
        if not can_launch():
            raise _launch_error("there is no Python to start")
        try:
            self._running = [process for process in self._running if process.poll() is None]
            self._running.append(self._spawn(payload, output))
        except Exception as error:  # a replaced Popen or an audit hook of the tool's can raise anything
            if raised_by_signal_handler(error):
                raise
            raise _launch_error("no process could be started") from error
        if len(self._running) > 1 and not self._reaping:
            # A tool that reports more than one command keeps running, so it must reap its zombies.
            with suppress(RuntimeError):  # no thread could be started: the next launch reaps
                self._reaping = True
                _thread.start_new_thread(self._reap, ())
                return
            self._reaping = False

    def _reap(self) -> None:
        """Waits until all started processes have ended. Each ends by itself within 10 s."""
        with suppress(Exception):  # an exception in this thread would only be printed to the user
            while running := [process for process in self._running if process.returncode is None]:
                running[0].wait()
        self._reaping = False

    def _spawn(self, payload: str, output: int) -> "subprocess.Popen[bytes]":
        inherited = dict(self._environment)  # os.environ decodes names and values on each access
        environment = {
            **{name: value for name, value in inherited.items() if not _is_for_python(name)},
            **_effective_variables(inherited),
            **_import_settings(inherited),
            EVENT_DATA_VARIABLE: payload,
        }

        def start(executable: str, **detached: "Any") -> "subprocess.Popen[bytes]":
            process = _open_process(
                [executable, *_flags(), "-m", "arcade_usage"],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.DEVNULL,
                cwd=_NEUTRAL_FOLDER,
                env=environment,
                **detached,
            )
            if not process.pid > 0:
                raise ValueError("Popen started no process")
            return process

        if os.name == "nt":
            from arcade_usage.adapters.process.windows import start_detached

            return start_detached(start, sys.executable)
        return start(sys.executable, start_new_session=True)


def _open_process(arguments: "list[str]", **options: "Any") -> "subprocess.Popen[bytes]":
    """A process that outlives its parent, without Popen's ResourceWarning for that.

    The class is derived at each start, because a tool may replace Popen at any time.
    """
    process: subprocess.Popen[bytes] = type("_Process", (subprocess.Popen,), {"__del__": lambda _: None})(
        arguments, **options
    )
    return process


def _flags() -> "list[str]":
    """The tool's interpreter options that affect imports and path encoding.

    -E and the rest of -I are emulated by leaving out the variables that the tool ignores. The options
    themselves would also ignore the PYTHONPATH that leads to this package.
    """
    flags = sys.flags
    chosen = {
        "-s": flags.no_user_site,
        "-P": getattr(flags, "safe_path", False),
        "-B": sys.dont_write_bytecode,
    }
    utf8 = ["-X", "utf8"] if flags.utf8_mode else []
    return [flag for flag, is_set in chosen.items() if is_set] + utf8


def _is_for_python(name: str) -> bool:
    return name.upper().startswith("PYTHON") and name not in _KEPT_VARIABLES


# The user's site folder; Python reads it with -E too.
_KEPT_VARIABLES = ("PYTHONUSERBASE",)


def _effective_variables(environment: "Mapping[str, str]") -> "dict[str, str]":
    """Python's variables that the process needs, if the tool itself runs by them.

    A variable that the tool ignores, or set only for its child processes, may keep Python from starting.
    """
    if sys.flags.ignore_environment:
        return {}
    effects = {
        "PYTHONHOME": sys.prefix,
        "PYTHONPLATLIBDIR": getattr(sys, "platlibdir", None),
        "PYTHONPYCACHEPREFIX": sys.pycache_prefix,
    }
    named = {name: environment.get(name, "") for name in effects}
    return {name: value for name, value in named.items() if value and value == effects[name]}


def _import_settings(environment: "Mapping[str, str]") -> "dict[str, str]":
    """Variables that make the process import from the same places as the tool.

    Python looks for the package before any code of it runs, so its folder must be on PYTHONPATH unless every
    Python of this installation finds it. __main__ appends the other folders to sys.path.
    """
    here = _status(os.curdir)
    inherited = "" if sys.flags.ignore_environment else environment.get("PYTHONPATH", "")
    paths = [path for path in inherited.split(os.pathsep) if _means_the_same_elsewhere(path, here)]
    if _PACKAGE_HOME not in _site_folders() and _PACKAGE_HOME not in paths:
        paths.append(_PACKAGE_HOME)
    entries: list[object] = list(sys.path)  # tools may add objects of other types, which Python ignores
    others = [path for path in entries if isinstance(path, str) and _means_the_same_elsewhere(path, here)]
    return {
        "PYTHONPATH": os.pathsep.join(paths),
        "PYTHONWARNINGS": "ignore",  # a warning turned into an error must not end a delivery
        SEARCH_PATH_VARIABLE: os.pathsep.join(others),
    }


def _site_folders() -> "list[str]":
    """The folders in which a Python of this installation looks for packages by default."""
    site = sys.modules.get("site")
    if site is None:
        return []
    of_the_user = [site.getusersitepackages()] if site.ENABLE_USER_SITE else []
    return [*site.getsitepackages(), *of_the_user]


def _means_the_same_elsewhere(path: str, here: "os.stat_result | None") -> bool:
    """Whether a path is absolute and doesn't lead to the user's current folder."""
    if not os.path.isabs(path):
        return False
    there = _status(path)
    return here is None or there is None or not os.path.samestat(there, here)


def _status(path: str) -> "os.stat_result | None":
    """Returns stat(); None if the path doesn't exist."""
    try:
        return os.stat(path)
    except (OSError, ValueError):
        return None


def _launch_error(reason: str) -> Exception:
    from arcade_usage.application.errors import LaunchError  # rarely needed

    return LaunchError(reason)
