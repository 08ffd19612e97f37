"""The process launcher: starts `python -m arcade_usage`, detached. Runs on the command path.

Owns the invariants that only a Python is started, that the process has no terminal, no window, no open file
of the host's and no folder of the user's as its own, that it can import this package from wherever the host
did, and that neither what lies in the user's current folder nor a PYTHON* variable that the host ignores
reaches it.
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

LINKS_LIMIT = 40  # one after the other, as systems have it
OUTPUT_LIMIT = 256 * 1024  # bytes of what a process has to say
SEARCH_PATH_VARIABLE = "ARCADE_USAGE_SEARCH_PATH"

# The folder that holds arcade_usage: as many levels up as the name of this module has parts.
_PACKAGE_HOME = os.path.abspath(__file__).rsplit(os.sep, len(__name__.split(".")))[0]
# A folder of Python's own: `-m` puts the current folder first among those to import from.
_NEUTRAL_FOLDER = os.path.dirname(os.path.abspath(os.__file__))


_PYTHONS = ("python", "pypy", "graalpy")
# What else a Python's file name holds beside its version: no window, debug, free-threaded, an architecture.
_WITHOUT_VERSION = str.maketrans("", "", "0123456789.-_")
_VARIANTS = frozenset({"", "w", "d", "wd", "t", "td", "dbg", "intel", "c"})


def can_launch() -> bool:
    """Whether sys.executable is surely a Python, which `-m` can be asked of.

    In a frozen program it is that program, which would run the user's command again. In one that embeds
    Python it is that program too, or the Python that PATH finds first, which may not know this package.
    """
    executable = sys.executable
    if not executable or getattr(sys, "frozen", False) or _is_compiled():
        return False
    return _names_python(_followed(executable)) and _runs(executable)


def _followed(path: str) -> str:
    """Where the links at a path's end lead. Links above it, which realpath follows too, change no name."""
    for _ in range(LINKS_LIMIT):
        try:
            path = os.path.join(os.path.dirname(path), os.readlink(path))
        except (OSError, ValueError):
            break
    return path


def _is_compiled() -> bool:
    """Whether Nuitka made a program of the host, or of this module."""
    return "__compiled__" in globals() or hasattr(sys.modules.get("__main__"), "__compiled__")


def _runs(executable: str) -> bool:
    """Whether this process was started as a Python: by its name, or else from that very file."""
    started_as: list[str] = getattr(sys, "orig_argv", [executable])
    if not started_as:
        return False  # embedded, and not told what it is called
    if _names_python(started_as[0]):
        return True
    ours, its = _status("/proc/self/exe"), _status(executable)
    return ours is not None and its is not None and os.path.samestat(ours, its)


def _names_python(path: str) -> bool:
    """Whether a file is named as Pythons are: python, python3.12, pythonw.exe, python3.13t, pypy3.10, ..."""
    name = os.path.basename(path).lower().removesuffix(".exe")
    for python in _PYTHONS:
        if name.startswith(python):
            rest = name[len(python) :]
            return rest.translate(_WITHOUT_VERSION) in _VARIANTS
    return False


class DetachedLauncher:
    """The process launcher over the interpreter that runs the host. `environment`: the host's."""

    def __init__(self, environment: "Mapping[str, str]") -> None:
        self._environment = environment
        self._running: list[subprocess.Popen[bytes]] = []
        self._reaping = False

    def launch(self, payload: str) -> None:
        self._start(payload, subprocess.DEVNULL)

    def launch_and_wait(self, payload: str) -> None:
        """As the port says: the process lets go of its end of a pipe when it has settled.

        Waits in this thread, so nothing of ours is left when it returns. Raises what a signal handler of the
        host's raises meanwhile.
        """
        from arcade_usage.application import time_limits  # a login alone needs it

        reading = self._start_with_pipe(payload)
        try:
            ours = os.fstat(reading)
            try:
                _wait_until_closed(reading, time_limits.LOGIN_WAIT_SECONDS)
            finally:
                _close_if_still(reading, ours)
        except Exception as error:  # the process is on its way: not waiting for it loses nothing
            if raised_by_signal_handler(error):
                raise

    def launch_and_read(self, payload: str) -> str:
        """Start it, and return what it writes to stdout. Blocks: 10 s, when it ends by force.

        Raises LaunchError.
        """
        with open(self._start_with_pipe(payload), "rb") as end:
            return end.read(OUTPUT_LIMIT).decode("utf-8", "replace")

    def _start_with_pipe(self, payload: str) -> int:
        """Start it with its stdout a pipe; returns the end that is read."""
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
        except Exception as error:  # the host may have replaced Popen, or have an audit hook that raises
            if raised_by_signal_handler(error):
                raise
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
        with suppress(Exception):  # on a thread, where nobody but the user would be told
            while running := [process for process in self._running if process.returncode is None]:
                running[0].wait()
        self._reaping = False

    def _spawn(self, payload: str, output: int) -> "subprocess.Popen[bytes]":
        inherited = dict(self._environment)  # os.environ decodes each name and value anew
        environment = {
            **{name: value for name, value in inherited.items() if not _is_for_python(name)},
            **_in_effect(inherited),
            **_surroundings(inherited),
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
                raise ValueError("what should have been a process is none")
            return process

        if os.name == "nt":
            from arcade_usage.adapters.process.windows import start_detached

            return start_detached(start, sys.executable)
        return start(sys.executable, start_new_session=True)


def _open_process(arguments: "list[str]", **options: "Any") -> "subprocess.Popen[bytes]":
    """A process that is meant to outlive its parent, so that leaving it behind is nothing to warn about.

    Derived at each start: a host may put something else in the place of Popen at any time.
    """
    process: subprocess.Popen[bytes] = type("_Process", (subprocess.Popen,), {"__del__": lambda _: None})(
        arguments, **options
    )
    return process


def _flags() -> "list[str]":
    """The options of the host's Python that tell where to import from, and how a path is spelled.

    -E, and the rest of -I, are kept by leaving out the variables that the host ignores: they would ignore the
    PYTHONPATH that leads to this package as well.
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
    return name.upper().startswith("PYTHON") and name not in _HARMLESS


# Where the user's site is: Python looks there with -E as well.
_HARMLESS = ("PYTHONUSERBASE",)


def _in_effect(environment: "Mapping[str, str]") -> "dict[str, str]":
    """The variables of Python's that the process can't do without, where the host runs by what they say.

    What the host ignores, or has only set for programs that it starts, may keep a Python from starting.
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


def _wait_until_closed(reading: int, seconds: float) -> None:
    """Wait until the other end of a pipe is closed, `seconds` at most. Raises what a signal handler raises.

    Without a thread: what gevent and eventlet make of one does not run while another waits. What they make of
    these calls keeps to its time.
    """
    if os.name == "nt":
        from arcade_usage.adapters.process.windows import wait_until_closed

        wait_until_closed(reading, seconds)
        return
    import select

    if hasattr(select, "poll"):  # eventlet takes it away
        waiting = select.poll()
        waiting.register(reading, select.POLLIN)
        waiting.poll(seconds * 1000.0)
    else:
        select.select([reading], [], [], seconds)


def _close_if_still(descriptor: int, status: os.stat_result) -> None:
    """Close a descriptor, unless another thread has closed it and its number is in use again."""
    with suppress(OSError):
        if os.path.samestat(os.fstat(descriptor), status):
            os.close(descriptor)
