"""Isolates the demo from the caller's environment variables, and restores them.

The demo sends to this machine only, so it also runs with tracking off, in CI and behind a proxy.
"""

import os
import signal
import site
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from arcade_usage.domain.agents import SANDBOXES
from arcade_usage.domain.consent import CI_SYSTEMS

_FOREIGN_PREFIXES = ("ARCADE_", "POSTHOG_")
_FOREIGN_SUFFIXES = ("_PROXY", "_COMPLETE", "_ARGCOMPLETE")
_FOREIGN = {"CI", "DO_NOT_TRACK", "NETRC", "SSL_CERT_FILE", "SSL_CERT_DIR"}
_FOREIGN |= {"REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", *CI_SYSTEMS, *SANDBOXES}


@contextmanager
def own_environment(home: str) -> Iterator[None]:
    """Use `home` as the home folder, without variables for opt-out, CI, sandboxes and proxies."""
    caller = dict(os.environ)
    ours = {name: value for name, value in caller.items() if not _is_foreign(name.upper())}
    ours |= dict.fromkeys(("HOME", "USERPROFILE"), home)
    # Without these, the system's proxy settings apply.
    ours |= dict.fromkeys(("no_proxy", "NO_PROXY"), "127.0.0.1,localhost")
    # The user's name is redacted, and the caller's could be a word of the story.
    ours |= dict.fromkeys(("USER", "LOGNAME", "USERNAME"), "demo-user")
    # Derived from the home folder by default; the delivery processes need the caller's packages.
    ours["PYTHONUSERBASE"] = site.getuserbase()
    _become(ours)
    try:
        yield
    finally:
        _become(caller)


@contextmanager
def ending_tidily() -> Iterator[None]:
    """Within the context, raise SystemExit for SIGTERM and SIGHUP, so that the demo cleans up."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    # A signal that the caller ignores (nohup) or handles is left alone.
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
