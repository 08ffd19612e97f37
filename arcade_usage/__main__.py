"""The detached delivery process: `python -m arcade_usage`, with its event in $ARCADE_USAGE_EVENT_DATA.

Owns these invariants: the process ends at most 10 s after its start; it starts no other delivery process and
no program on the user's PATH; it imports nothing from its working folder. Therefore the time limit is set and
the import path is repaired before any other import, except that of the limit's value.
"""

import faulthandler
import gc
import os
import sys

from arcade_usage.application.time_limits import PROCESS_SECONDS  # imports nothing else

_EVENT_DATA = "ARCADE_USAGE_EVENT_DATA"
_SEARCH_PATH = "ARCADE_USAGE_SEARCH_PATH"
_HOME = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def _set_time_limit() -> None:
    """End the process after PROCESS_SECONDS.

    The timer's thread does not need the interpreter lock, which an import or a resolver may hold.
    """
    null_device = os.open(os.devnull, os.O_WRONLY)
    faulthandler.dump_traceback_later(PROCESS_SECONDS, exit=True, file=null_device)


def _repair_search_path(others: str) -> None:
    """Remove the folders that only this process's start put on sys.path.

    `-m` puts the current folder first. The launcher puts this package's folder before the standard library;
    it is moved to the end. `others`: the tool's import path, os.pathsep between folders. It comes last, for
    modules that are found nowhere else.
    """
    if not (sys.flags.isolated or getattr(sys.flags, "safe_path", False)):
        del sys.path[0]
    inherited = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    if _HOME in inherited:
        sys.path[:] = [path for path in sys.path if path != _HOME] + [_HOME]
    sys.path.extend(path for path in others.split(os.pathsep) if path and path not in sys.path)


class _WaitingTool:
    """The tool that waits on a login: it reads the end of this process's stdout."""

    def release(self) -> None:
        null_device = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null_device, 1)
        os.close(null_device)


def main() -> int:
    payload = os.environ.pop(_EVENT_DATA, None)
    if payload is None:
        sys.stderr.write("This module delivers the event of a tool's command; see: arcade-usage --help\n")
        return 2
    _repair_search_path(os.environ.pop(_SEARCH_PATH, ""))
    try:
        from arcade_usage.adapters.storage.early_record import DROPPED, has_known_credentials, write_record

        written = write_record(payload)
        if written == DROPPED:
            return 0
        from arcade_usage.adapters.storage.early_end import is_left_to_others

        if written is not None and is_left_to_others(payload):
            return 0
        from arcade_usage.adapters.storage.announcement import make_announcement

        announcement = make_announcement(payload)
        is_ours = written is None or announcement is None or announcement.announce()
        if not is_ours and has_known_credentials(payload):
            return 0  # another process takes the event
        try:
            from arcade_usage.composition.delivery import deliver

            deliver(payload, _WaitingTool(), written, announcement)
        finally:
            if announcement is not None:
                announcement.withdraw()
    except Exception:  # a detached process has no reader for a traceback
        import logging

        logging.getLogger("arcade_usage").debug("an event was not delivered", exc_info=True)
    return 0


if __name__ == "__main__":
    _set_time_limit()
    os.environ["PATH"] = os.devnull  # PostHog's SDK would run the first lsb_release on the user's PATH
    gc.disable()  # saves 1 of the 10 ms until the event is on disk, and 30 of the 330 ms of a delivery
    # os._exit, not sys.exit: threads that wait for a server, and the SDK's exit handler, would delay the end.
    os._exit(main())
