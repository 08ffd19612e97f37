"""Rotates the identity in the tool during logout, whatever its state. Runs on the command path.

Invariants: the next user inherits nothing, even if the lock is held or the files are malformed. The result is
that of IdentityState.logged_out. The new ledger contains the old one, from which codec.read_ledger takes the
parts that a fresh id inherits. A ledger of a newer version stays as it is, about an id that is no longer the
current one; the newer version then starts over. Uses the standard library only.
"""

import json
from collections.abc import Callable

from arcade_usage.adapters.files.ownership import NotOwnedError
from arcade_usage.adapters.storage.config_folder import LEDGER_LIMIT, LEDGER_VERSION, is_newer
from arcade_usage.adapters.storage.identity_folder import IdentityFolder


def log_out(
    files: IdentityFolder, fresh: str, find_here: Callable[[], str], *, had_credentials: bool
) -> None:
    """Rotates to `fresh`; does nothing without an identity. Raises OSError. Blocks for 0.5 s on the lock.

    `find_here`: returns the installation's fingerprint. `had_credentials`: whether there were any when the
    command began; if not, an id that was never used with credentials stays.
    """
    if files.read_usage() is None:
        return
    with files.locked():
        usage_text, ledger_text, owns_ledger = _read(files)
        usage, ledger = _load(usage_text), _load(ledger_text)
        if is_newer(ledger, LEDGER_VERSION):
            ledger, owns_ledger = None, False
        if usage_text is None or (
            usage is not None and not usage.keys() & {"anon_id", "linked_principal_id"}
        ):
            return
        if not had_credentials and _was_never_logged_in(usage, ledger):
            return
        # After a power cut the old identity is back without its credentials, and is rotated like any other.
        if owns_ledger:
            malformed = ledger_text is not None and ledger is None
            files.replace_ledger(_succeed(ledger, fresh, find_here()), malformed=malformed)
        content = {**(usage or {}), "anon_id": fresh, "linked_principal_id": None}
        files.replace_usage(json.dumps(content).encode(), malformed=usage is None)


def _read(files: IdentityFolder) -> "tuple[str | None, str | None, bool]":
    """Texts of usage.json and the ledger, and whether the ledger is the user's own.

    A foreign ledger must not prevent the rotation.
    """
    try:
        return (*files.read(), True)
    except NotOwnedError:
        return files.read_usage(), None, False


def _load(text: "str | None") -> "dict[str, object] | None":
    try:
        content = json.loads(text or "")
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def _was_never_logged_in(usage: "dict[str, object] | None", ledger: "dict[str, object] | None") -> bool:
    """IdentityState.never_logged_in on JSON. Other malformed parts make the next event rotate."""
    if usage is None or ledger is None or usage.get("linked_principal_id") is not None:
        return False
    never = all(ledger.get(name) is None for name in ("seen", "claim", "latest"))
    return never and ledger.get("anon_id") == usage.get("anon_id")


def _succeed(ledger: "dict[str, object] | None", fresh: str, here: str) -> bytes:
    """The ledger of a fresh id. Inherits nothing if the old one would exceed LEDGER_LIMIT."""
    content: dict[str, object] = {"version": LEDGER_VERSION, "anon_id": fresh, "born": here}
    previous: object = ledger
    if ledger is not None and ledger.keys() <= {"version", "anon_id", "born", "previous"}:
        previous = ledger.get("previous")  # unused since the last logout: this id has no pending alias
    text = json.dumps({**content, "previous": previous} if previous else content).encode()
    return text if len(text) <= LEDGER_LIMIT else json.dumps(content).encode()
