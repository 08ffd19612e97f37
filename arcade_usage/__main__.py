"""The detached delivery process: `python -m arcade_usage`, its event in $ARCADE_USAGE_EVENT_DATA.

Owns the invariants that it ends 10 s after its start whatever holds it up, that it can't start another of
itself nor run a program of the user's, and that nothing is imported from the folder it was started in. So the
bound is set and the import path is mended before anything else is imported, apart from the bound's own value.
"""

import faulthandler
import gc
import os
import sys

from arcade_usage.application.time_limits import PROCESS_SECONDS  # imports nothing else

_EVENT_DATA = "ARCADE_USAGE_EVENT_DATA"
_SEARCH_PATH = "ARCADE_USAGE_SEARCH_PATH"
_HOME = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def _end_in_time() -> None:
    """By force, from a thread that needs no interpreter lock: an import or a resolver may be holding it."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    faulthandler.dump_traceback_later(PROCESS_SECONDS, exit=True, file=nowhere)


def _mend_search_path(others: str) -> None:
    """Import from nowhere that only this process's circumstances put there.

    `-m` puts the current folder first, and the launcher had to put this package's home before the
    standard library. `others` are where the host imports from; they come last, for what is nowhere else.
    """
    if not (sys.flags.isolated or getattr(sys.flags, "safe_path", False)):
        del sys.path[0]
    inherited = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    if _HOME in inherited:
        sys.path[:] = [path for path in sys.path if path != _HOME] + [_HOME]
    sys.path.extend(path for path in others.split(os.pathsep) if path and path not in sys.path)


def _let_go_of_host() -> None:
    """The host of a login waits for the other end of stdout to close."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)


def main() -> int:
    payload = os.environ.pop(_EVENT_DATA, None)
    if payload is None:
        sys.stderr.write("This delivers an event that a tool hands over; see: arcade-usage --help\n")
        return 2
    _mend_search_path(os.environ.pop(_SEARCH_PATH, ""))
    try:
        from arcade_usage.adapters.storage.early_record import write_record

        written = write_record(payload)
        from arcade_usage.composition.delivery import deliver

        deliver(payload, _let_go_of_host, written)
    except Exception:  # nobody is there to read it
        import logging

        logging.getLogger("arcade_usage").debug("an event was not delivered", exc_info=True)
    return 0


if __name__ == "__main__":
    _end_in_time()
    os.environ["PATH"] = os.devnull  # the SDK would run lsb_release, whichever the user's PATH finds first
    gc.disable()  # saves 1 ms of 10 until the event is on disk, and 30 ms of the 330 of a delivery
    # Not sys.exit: threads that wait for a server, and the SDK's own farewell, would hold it up.
    os._exit(main())
