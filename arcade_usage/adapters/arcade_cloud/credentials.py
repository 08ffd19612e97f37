"""Reads credentials.yaml, in any of its three shapes, and derives the request that looks up the principal.

Invariant: a token is only in the request that uses it, never in a repr, an error or a log. Never raises;
unsupported content yields no request.
"""

import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import yaml
from attrs import field, frozen

from arcade_usage.adapters.storage.config_folder import stamp_numbers
from arcade_usage.adapters.storage.contexts import of_context, read_stamp_of
from arcade_usage.domain.ledger import Stamp

CREDENTIALS_LIMIT = 64 * 1024  # bytes
TOKEN_LIMIT = 16 * 1024  # characters
DEFAULT_COORDINATOR = "https://cloud.arcade.dev"
DEFAULT_CONTEXT = "default"  # the CLI's name for the credentials of a file without contexts

_API_PATH = "/api/v1"


@frozen
class Request:
    """GET `url` with `token`; the first of `names` in the response is the principal's id."""

    url: str
    token: str = field(repr=False)
    names: tuple[str, ...]


class _NoAliases(yaml.SafeLoader):
    """YAML without anchors: credentials don't need them, and a few lines can expand to gigabytes."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("an alias")
        return super().compose_node(parent, index)


def read_credentials(path: str, context: str | None = None) -> tuple[Stamp | None, Request | None]:
    """Returns the file's stamp and the look-up request; no request without usable credentials.

    context: the name of a context; None: the active one.
    """
    try:
        with open(path, "rb", opener=_without_waiting) as file:
            stamp = Stamp(*of_context(stamp_numbers(os.fstat(file.fileno())), context))
            content = file.read(CREDENTIALS_LIMIT + 1) or b""  # None from a FIFO without data
    except FileNotFoundError:
        return None, None
    except OSError:  # not a file, or no permission: credentials exist, but are unusable
        numbers = read_stamp_of(path, context)
        return Stamp(*numbers) if numbers else None, None
    if len(content) > CREDENTIALS_LIMIT:
        return stamp, None
    try:
        return stamp, _request(yaml.load(content, Loader=_NoAliases), context)  # noqa: S506 - a SafeLoader
    except Exception:  # noqa: BLE001 - `!!int ""` is an IndexError, `!!bool x` a KeyError, and so on
        return stamp, None


def _without_waiting(path: str, flags: int) -> int:
    """Opens without blocking on a FIFO that has no writer."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _request(document: object, context: str | None) -> Request | None:
    holder = _find_holder(_at(document, "cloud"), context)
    auth, api = _at(holder, "auth"), _at(holder, "api")
    if token := _token(_at(auth, "access_token")):
        return _ask("whoami", auth, holder, token, ("account_id", "principal_id"))
    if key := _token(_at(api, "key")) or _token(_at(holder, "api_key")):
        return _ask("validate", api, holder, key, ("principal_id",))
    return None


def _find_holder(cloud: object, chosen: str | None) -> object:
    """The section with the credentials, chosen as the Arcade CLI does.

    The chosen context, which must exist; else the active one; else the first one.
    """
    contexts = _at(cloud, "contexts")
    if contexts is None:
        return cloud if chosen in (None, DEFAULT_CONTEXT) else None
    if chosen is not None:
        return _at(contexts, chosen)
    if not isinstance(contexts, Mapping) or not contexts:
        return None
    active = _at(cloud, "active_context")
    return (
        contexts[active] if isinstance(active, str) and active in contexts else next(iter(contexts.values()))
    )


def _ask(what: str, beside: object, holder: object, token: str, names: tuple[str, ...]) -> Request | None:
    urls = (_at(beside, "coordinator_url"), _at(holder, "coordinator_url"))
    base = _base(next((url for url in urls if url is not None), DEFAULT_COORDINATOR))
    return None if base is None else Request(f"{base}/auth/{what}", token, names)


def _at(node: object, key: object) -> object:
    """The value under a key; None if there is none."""
    return node.get(key) if isinstance(node, Mapping) and isinstance(key, str) else None


def _token(value: object) -> str | None:
    """The value if it is a token that fits into a header, else None."""
    if not isinstance(value, str) or not 0 < len(value) <= TOKEN_LIMIT:
        return None
    return value if value.isascii() and value.isprintable() and " " not in value else None


def _base(url: object) -> str | None:
    """The API's base URL below the coordinator's, which may include the path; None if it is invalid."""
    if not isinstance(url, str):
        return None
    base = url.strip().rstrip("/").removesuffix(_API_PATH)
    parts = urlsplit(base)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        return None
    if parts.query or parts.fragment:
        return None
    return base + _API_PATH
