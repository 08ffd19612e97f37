"""The facts of this process's Python and machine that an event names, and the names of its user.

An event is not on disk before this is known, so what takes long to import (importlib.metadata, platform,
socket) is imported only where the quick way does not tell.
"""

import getpass
import os
import sys
from collections.abc import Mapping
from contextlib import suppress

from arcade_usage.domain.consent import runs_in_ci

UNKNOWN_VERSION = "unknown"


def read_facts(distribution: str, environment: Mapping[str, str]) -> "dict[str, str | bool]":
    """What domain.event.Runtime is made of, by its names."""
    os_type, os_release = _system()
    return {
        "cli_version": _version(distribution),
        "runtime_version": sys.version.split(maxsplit=1)[0],
        "os_type": os_type,
        "os_release": os_release,
        "is_ci": runs_in_ci(environment),
    }


def read_own_names(environment: Mapping[str, str]) -> set[str]:
    """What this user and this machine are called."""
    names = {environment.get(name, "") for name in ("USER", "LOGNAME", "USERNAME")}
    with suppress(Exception):  # what it raises without a user database differs between Python versions
        names.add(getpass.getuser())
    with suppress(OSError):
        host_name = _host_name()
        names |= {host_name, host_name.partition(".")[0]}
    return names


def _system() -> tuple[str, str]:
    if hasattr(os, "uname"):
        system = os.uname()
        return system.sysname, system.release
    import platform

    return platform.system(), platform.release()


def _host_name() -> str:
    if hasattr(os, "uname"):
        return os.uname().nodename
    import socket

    return socket.gethostname()


def _version(distribution: str) -> str:
    if not distribution:  # Python 3.10 takes an empty name for any
        return UNKNOWN_VERSION
    with suppress(Exception):  # a damaged installation is None in one Python and a KeyError in another
        return _installed_version(distribution) or _declared_version(distribution) or UNKNOWN_VERSION
    return UNKNOWN_VERSION


def _installed_version(distribution: str) -> str | None:
    """From the name of the folder that an installer makes (PyPA's specification): name-version.dist-info."""
    wanted = _normalized(distribution)
    for path in sys.path:
        with suppress(OSError):
            for name in os.listdir(path) if path and isinstance(path, str) else ():
                found, dash, version = name.removesuffix(".dist-info").partition("-")
                if dash and name.endswith(".dist-info") and _normalized(found) == wanted:
                    return version
    return None


def _declared_version(distribution: str) -> str | None:
    """However else it may be installed: as an egg, in an archive, by a finder of somebody's own."""
    import importlib.metadata

    return importlib.metadata.version(distribution)


def _normalized(name: str) -> str:
    return "-".join(filter(None, name.lower().replace("_", "-").replace(".", "-").split("-")))
