"""Settings of a request from the environment: its proxy and the certificates that it trusts.

Invariants: a variable affects only the requests that it applies to. One that applies is never ignored: if it
is unusable, UnusableSettingError says so. httpx and requests read these variables too, but each by its own
rules, and they fail on variables for other URLs.
"""

import os
import re
import ssl
from contextlib import suppress
from importlib.util import find_spec
from ipaddress import ip_address, ip_network
from urllib.parse import SplitResult, urlsplit
from urllib.request import getproxies, getproxies_environment, proxy_bypass

from attrs import field, frozen

_SEPARATORS = re.compile(r"[,\s]+")
_IN_BRACKETS = re.compile(r"\[([^\]]*)\](/\d+)?(?::(\d+))?")
_WITH_PORT = re.compile(r"([^:]*):(\d+)")
_PORTS = {"http": 80, "https": 443}


class UnusableSettingError(Exception):
    """A request can't be made. The message names the setting and the remedy, and contains no secret."""


@frozen
class Support:
    """A library's proxy support. SOCKS needs `socks_module`, which `socks_extra` installs."""

    schemes: tuple[str, ...]
    socks_module: str
    socks_extra: str


@frozen
class Proxy:
    """A proxy for one request. `url` may contain a password. `source`: the setting that names it."""

    url: str = field(repr=False)
    source: str


def find_proxy(url: str, support: Support) -> Proxy | None:
    """The proxy for a request to `url`. Raises UnusableSettingError, and ValueError for an invalid URL."""
    to, named = urlsplit(url), getproxies_environment()
    if to.port == 0:
        raise ValueError("no port")
    if is_exempt(to, named.get("no", "")):
        return None
    if not named:  # Windows and macOS have system settings for proxies too
        named = getproxies()
        if not named or proxy_bypass(to.hostname or ""):
            return None
    address = named.get(to.scheme) or named.get("all")
    if not address:
        return None
    proxy = Proxy(address if "://" in address else f"http://{address}", _source(to.scheme))
    _check(proxy, support)
    return proxy


def is_exempt(to: SplitResult, exempt: str) -> bool:
    """Whether NO_PROXY exempts a URL: by `*`, name, domain, address or network, each with or without port."""
    return any(_exempts(entry.lower(), to) for entry in _SEPARATORS.split(exempt) if entry)


def _exempts(entry: str, to: SplitResult) -> bool:
    scheme, _, entry = entry.rpartition("://")
    if scheme not in ("", "all", to.scheme):
        return False
    port: str | None = None
    if match := _IN_BRACKETS.fullmatch(entry):
        entry, port = match[1] + (match[2] or ""), match[3]
    elif match := _WITH_PORT.fullmatch(entry):
        entry, port = match[1], match[2]
    if port is not None and int(port) != (to.port or _PORTS.get(to.scheme)):
        return False
    host = (to.hostname or "").rstrip(".")
    with suppress(ValueError):
        return ip_address(host) in ip_network(entry, strict=False)
    domain = entry.lstrip("*").strip(".")
    return entry == "*" or (bool(domain) and (host == domain or host.endswith(f".{domain}")))


def _source(scheme: str) -> str:
    names = (f"{scheme}_proxy", f"{scheme}_proxy".upper(), "all_proxy", "ALL_PROXY")
    return next((name for name in names if os.environ.get(name)), "the system's settings")


def _check(proxy: Proxy, support: Support) -> None:
    try:
        parts = urlsplit(proxy.url)
        usable = parts.scheme in support.schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:  # an invalid port, or an unclosed bracket
        usable = False
    if not usable or not proxy.url.isprintable() or " " in proxy.url:
        raise UnusableSettingError(
            f"{proxy.source} names no usable proxy: correct it (http://host:port), or unset it"
        )
    if parts.scheme.startswith("socks") and find_spec(support.socks_module) is None:
        raise UnusableSettingError(
            f"the proxy named by {proxy.source} needs the SOCKS extra:"
            f" pip install '{support.socks_extra}', or unset it"
        )


def find_certificates(*variables: str) -> tuple[str, ssl.SSLContext] | None:
    """The path in the first variable that is set, and a TLS context that trusts only its certificates.

    None if no variable is set. Raises UnusableSettingError. Blocks while it reads the certificates.
    """
    for variable in variables:
        if path := os.environ.get(variable):
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            is_folder = any(os.path.isdir(each) for each in path.split(os.pathsep))
            try:
                context.load_verify_locations(**{"capath" if is_folder else "cafile": path})
            except (OSError, ValueError) as error:
                raise UnusableSettingError(
                    f"the certificates named by {variable} can't be read: correct it, or unset it"
                ) from error
            return path, context
    return None
