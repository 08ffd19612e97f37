"""What this machine tells of itself: the runtime that events name, and the names that redaction hides."""

import getpass
import importlib.metadata
import os
import platform
import socket
from collections.abc import Mapping
from contextlib import suppress

from arcade_usage.domain.event import Runtime
from arcade_usage.domain.redaction import Redactor

_NOT_CI = ("", "0", "false", "no", "off")
UNKNOWN_VERSION = "unknown"


def read_runtime(distribution: str, environment: Mapping[str, str]) -> Runtime:
    """The runtime of the host, which this process shares the interpreter and the machine with."""
    return Runtime(
        cli_version=_version(distribution),
        runtime_version=platform.python_version(),
        os_type=platform.system(),
        os_release=platform.release(),
        is_ci=environment.get("CI", "").strip().lower() not in _NOT_CI,
    )


def local_redactor(environment: Mapping[str, str]) -> Redactor:
    """A redactor that knows this user's home folder, name and host."""
    homes = {os.path.expanduser("~"), environment.get("HOME", ""), environment.get("USERPROFILE", "")}
    homes |= {os.path.realpath(home) for home in homes if home}
    names = {environment.get(name, "") for name in ("USER", "LOGNAME", "USERNAME")}
    with suppress(Exception):  # what it raises without a user database differs between Python versions
        names.add(getpass.getuser())
    with suppress(OSError):
        host_name = socket.gethostname()
        names |= {host_name, host_name.partition(".")[0]}
    # The longest first: a home may lie in another one.
    by_length = sorted(home for home in homes if len(home) > 1 and os.path.isabs(home))
    return Redactor(
        home=tuple(sorted(by_length, key=len, reverse=True)), names=tuple(sorted(filter(None, names)))
    )


def _version(distribution: str) -> str:
    with suppress(Exception):  # a damaged installation is None in one Python and a KeyError in another
        if distribution:  # Python 3.10 takes an empty name for any
            return importlib.metadata.version(distribution) or UNKNOWN_VERSION
    return UNKNOWN_VERSION
