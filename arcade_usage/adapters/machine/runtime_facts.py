"""Facts about Python and the machine for events, and the names of the user and the machine.

An event is on disk only after they are known, so slow modules (importlib.metadata, platform, socket) are
imported only if the fast way fails.
"""

import os
import sys
from contextlib import suppress

from arcade_usage.domain.agents import find_agent
from arcade_usage.domain.consent import runs_in_ci

TYPE_CHECKING = False  # importing typing is too slow here; see arcade_usage/__init__.py
if TYPE_CHECKING:
    from collections.abc import Mapping

UNKNOWN_VERSION = "unknown"

_USER_VARIABLES = ("LOGNAME", "USER", "LNAME", "USERNAME")  # as in getpass, whose import takes 0.5 ms
# No installer writes there, and listing these takes as long as listing all other folders.
_STANDARD_LIBRARY = (os.path.dirname(os.__file__), os.path.join(os.path.dirname(os.__file__), "lib-dynload"))


def are_at_hand(environment: "Mapping[str, str]") -> bool:
    """Whether facts and names can be read without slow modules, and without a user database on a server."""
    # In containers nothing names the user, who is mostly root; root is in the machine's own database.
    return hasattr(os, "uname") and (os.geteuid() == 0 or bool(_users(environment)))


def read_facts(
    distribution: str, environment: "Mapping[str, str]", version: "str | None" = None
) -> "dict[str, str | bool | None]":
    """Returns the arguments of domain.event.Runtime by name. `version`: the tool's, if it names it."""
    os_type, os_release, arch = _system()
    return {
        "tool": distribution,
        "cli_version": find_version(distribution, version),
        "runtime_version": sys.version.split(maxsplit=1)[0],
        "os_type": os_type,
        "os_release": os_release,
        "is_ci": runs_in_ci(environment),
        "arch": arch or None,
        "agent": find_agent(environment),
    }


def read_own_names(environment: "Mapping[str, str]") -> "set[str]":
    """Names of this user and this machine."""
    names = _users(environment)
    if not names:
        with suppress(Exception):  # without a user database, the exception differs between Python versions
            import pwd

            names = {pwd.getpwuid(os.getuid()).pw_name}
    with suppress(OSError):
        host_name = _host_name()
        names |= {host_name, host_name.partition(".")[0]}
    return names


def _users(environment: "Mapping[str, str]") -> "set[str]":
    """Names of this user in the environment."""
    return {name for variable in _USER_VARIABLES if (name := environment.get(variable))}


def _system() -> "tuple[str, str, str]":
    """The system, its release and the processor's architecture, as the system names them."""
    if hasattr(os, "uname"):
        system = os.uname()
        return system.sysname, system.release, system.machine
    import platform

    return platform.system(), platform.release(), platform.machine()


def _host_name() -> str:
    if hasattr(os, "uname"):
        return os.uname().nodename
    import socket

    return socket.gethostname()


def find_version(distribution: str, version: "str | None" = None) -> str:
    """The version that the tool names, else that of the installed package, else UNKNOWN_VERSION."""
    if version is not None:
        return version
    if not distribution:  # Python 3.10 matches an empty name with any distribution
        return UNKNOWN_VERSION
    with suppress(Exception):  # a damaged installation yields None or KeyError, depending on the version
        return installed_version(distribution) or _declared_version(distribution) or UNKNOWN_VERSION
    return UNKNOWN_VERSION


def installed_version(distribution: str) -> "str | None":
    """The version from the installer's folder name (PyPA specification): name-version.dist-info."""
    wanted = _normalized(distribution)
    for path in sys.path:
        if path not in ("", *_STANDARD_LIBRARY) and isinstance(path, str):
            with suppress(OSError):
                for name in os.listdir(path):
                    if name.endswith(".dist-info"):
                        found, dash, version = name[:-10].partition("-")
                        if dash and _normalized(found) == wanted:
                            return version
    return None


def _declared_version(distribution: str) -> "str | None":
    """The version of an egg, of an archive, or from another finder."""
    import importlib.metadata

    return importlib.metadata.version(distribution)


def _normalized(name: str) -> str:
    return "-".join(filter(None, name.lower().replace("_", "-").replace(".", "-").split("-")))
