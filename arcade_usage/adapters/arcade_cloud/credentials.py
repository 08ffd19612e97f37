"""credentials.yaml: which token asks which coordinator, in any of the file's three shapes.

Owns the invariant that a token is held for the one request it is for: it is in no repr, no error and
no log. Never raises: what is not understood names nobody.
"""

import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import yaml
from attrs import field, frozen

from arcade_usage.adapters.storage.config_folder import read_stamp, stamp_numbers
from arcade_usage.domain.ledger import Stamp

CREDENTIALS_LIMIT = 64 * 1024  # bytes
TOKEN_LIMIT = 16 * 1024  # characters
DEFAULT_COORDINATOR = "https://cloud.arcade.dev"

_API_PATH = "/api/v1"


@frozen
class Request:
    """What to ask: GET `url` with `token`; the answer's first of `names` is the principal."""

    url: str
    token: str = field(repr=False)
    names: tuple[str, ...]


class _NoAliases(yaml.SafeLoader):
    """YAML without anchors: credentials need none, and a few lines of them can stand for gigabytes."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("an alias")
        return super().compose_node(parent, index)


def read_credentials(path: str) -> tuple[Stamp | None, Request | None]:
    """The stamp of the file that was read, and what to ask; no request where it names nobody."""
    try:
        with open(path, "rb", opener=_without_waiting) as file:
            stamp = Stamp(*stamp_numbers(os.fstat(file.fileno())))
            content = file.read(CREDENTIALS_LIMIT + 1) or b""  # None from a FIFO whose writer says nothing
    except FileNotFoundError:
        return None, None
    except OSError:  # not a file, or not permitted: there are credentials, and they name nobody
        numbers = read_stamp(path)
        return Stamp(*numbers) if numbers else None, None
    if len(content) > CREDENTIALS_LIMIT:
        return stamp, None
    try:
        return stamp, _request(yaml.load(content, Loader=_NoAliases))  # noqa: S506 - a SafeLoader
    except Exception:  # noqa: BLE001 - `!!int ""` is an IndexError, `!!bool x` a KeyError, and so on
        return stamp, None


def _without_waiting(path: str, flags: int) -> int:
    """Open so that a FIFO in the file's place does not wait for a writer."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _request(document: object) -> Request | None:
    cloud = _at(document, "cloud")
    contexts = _at(cloud, "contexts")
    holder = _at(contexts, _at(cloud, "active_context")) if contexts is not None else cloud
    auth, api = _at(holder, "auth"), _at(holder, "api")
    if token := _token(_at(auth, "access_token")):
        return _ask("whoami", auth, holder, token, ("account_id", "principal_id"))
    if key := _token(_at(api, "key")) or _token(_at(holder, "api_key")):
        return _ask("validate", api, holder, key, ("principal_id",))
    return None


def _ask(what: str, beside: object, holder: object, token: str, names: tuple[str, ...]) -> Request | None:
    urls = (_at(beside, "coordinator_url"), _at(holder, "coordinator_url"))
    base = _base(next((url for url in urls if url is not None), DEFAULT_COORDINATOR))
    return None if base is None else Request(f"{base}/auth/{what}", token, names)


def _at(node: object, key: object) -> object:
    """What lies under a key; None where there is no such place."""
    return node.get(key) if isinstance(node, Mapping) and isinstance(key, str) else None


def _token(value: object) -> str | None:
    """A token that can stand in a header."""
    if not isinstance(value, str) or not 0 < len(value) <= TOKEN_LIMIT:
        return None
    return value if value.isascii() and value.isprintable() and " " not in value else None


def _base(url: object) -> str | None:
    """The API's URL below a coordinator's, which may name it already; None for what is no URL."""
    if not isinstance(url, str):
        return None
    base = url.strip().rstrip("/").removesuffix(_API_PATH)
    parts = urlsplit(base)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        return None
    if parts.query or parts.fragment:
        return None
    return base + _API_PATH
