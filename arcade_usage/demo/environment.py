"""The demo's own environment: nothing of the caller's decides what is seen, and all of it is put back.

The demo sends to this machine only, so it runs where tracking is off, in CI, and behind a proxy.
"""

import os
import signal
import site
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_FOREIGN_PREFIXES = ("ARCADE_", "POSTHOG_")
_FOREIGN_SUFFIXES = ("_PROXY", "_COMPLETE", "_ARGCOMPLETE")
_FOREIGN = {"CI", "DO_NOT_TRACK", "NETRC", "SSL_CERT_FILE", "SSL_CERT_DIR"}
_FOREIGN |= {"REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"}


@contextmanager
def own_environment(home: str) -> Iterator[None]:
    """While it lasts, `home` is the home folder, and no variable says off, CI or proxy."""
    caller = dict(os.environ)
    ours = {name: value for name, value in caller.items() if not _is_foreign(name.upper())}
    ours |= dict.fromkeys(("HOME", "USERPROFILE"), home)
    # A system's own proxy settings count unless these say otherwise.
    ours |= dict.fromkeys(("no_proxy", "NO_PROXY"), "127.0.0.1,localhost")
    # A user's name is redacted, and it might be a word of the story.
    ours |= dict.fromkeys(("USER", "LOGNAME", "USERNAME"), "demo-user")
    # With another home, a Python would look for the user's own packages in another place.
    ours["PYTHONUSERBASE"] = site.getuserbase()
    _become(ours)
    try:
        yield
    finally:
        _become(caller)


@contextmanager
def ending_tidily() -> Iterator[None]:
    """While it lasts, a signal that would end the process on the spot lets it clean up first."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    # Who ignores a signal (nohup) or handles it already keeps doing so.
    before = {
        number: handler for number in numbers if (handler := signal.getsignal(number)) is signal.SIG_DFL
    }
    for number in before:
        signal.signal(number, _leave)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _leave(number: int, _: object) -> None:
    raise SystemExit(128 + number)


def _is_foreign(name: str) -> bool:
    return name in _FOREIGN or name.startswith(_FOREIGN_PREFIXES) or name.endswith(_FOREIGN_SUFFIXES)


def _become(environment: dict[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environment)
