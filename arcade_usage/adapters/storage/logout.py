"""Rotates the identity in the tool during logout, whatever its state. Runs on the command path.

Invariants: the next user inherits nothing, even if the lock is held or the files are malformed. The result is
that of IdentityState.logged_out. The new ledger contains the old one, from which codec.read_ledger takes the
parts that a fresh id inherits. A ledger of a newer version stays as it is, about an id that is no longer the
current one; the newer version then starts over. Uses the standard library only.
"""

from arcade_usage.adapters.files.ownership import NotOwnedError
from arcade_usage.adapters.storage.config_folder import LEDGER_LIMIT, LEDGER_VERSION
from arcade_usage.adapters.storage.identity_folder import IdentityFolder
from arcade_usage.application.command.payload import MALFORMED, Content, as_object, encode_json, is_newer

TYPE_CHECKING = False  # importing typing is too slow here; see arcade_usage/__init__.py
if TYPE_CHECKING:
    from arcade_usage.application.ports import Installation


def log_out(
    files: IdentityFolder, fresh: str, installation: "Installation", *, had_credentials: bool
) -> None:
    """Rotates to `fresh`; does nothing without an identity. Raises OSError. Blocks for 0.5 s on the lock.

    `had_credentials`: whether there were any when the command began; if not, an id that was never used with
    credentials stays.
    """
    if files.read_usage() is None:
        return
    with files.locked():
        usage, ledger, owns_ledger = _read(files)
        if is_newer(as_object(ledger), LEDGER_VERSION):
            ledger, owns_ledger = None, False
        if usage != MALFORMED and not as_object(usage).keys() & {"anon_id", "linked_principal_id"}:
            return
        if not had_credentials and _was_never_logged_in(as_object(usage), ledger):
            return
        # After a power cut the old identity is back without its credentials, and is rotated like any other.
        if owns_ledger:
            succeeding = _succeed(as_object(ledger), fresh, installation.fingerprint())
            files.replace_ledger(succeeding, malformed=ledger == MALFORMED)
        content = {**as_object(usage), "anon_id": fresh, "linked_principal_id": None}
        files.replace_usage(encode_json(content).encode(), malformed=usage == MALFORMED)


def _read(files: IdentityFolder) -> tuple[Content, Content, bool]:
    """Contents of usage.json and the ledger, and whether the ledger is the user's own.

    A foreign ledger must not prevent the rotation.
    """
    try:
        return (*files.read(), True)
    except NotOwnedError:
        return files.read_usage(), None, False


def _was_never_logged_in(usage: "dict[str, object]", ledger: Content) -> bool:
    """IdentityState.never_logged_in on JSON. Other malformed parts make the next event rotate."""
    if not usage or not isinstance(ledger, dict) or usage.get("linked_principal_id") is not None:
        return False
    never = all(ledger.get(name) is None for name in ("seen", "claim", "latest"))
    return never and ledger.get("anon_id") == usage.get("anon_id")


def _succeed(ledger: "dict[str, object]", fresh: str, here: str) -> bytes:
    """The ledger of a fresh id. Inherits nothing if the old one would exceed LEDGER_LIMIT."""
    content: dict[str, object] = {"version": LEDGER_VERSION, "anon_id": fresh, "born": here}
    previous: object = ledger
    if ledger.keys() <= {"version", "anon_id", "born", "previous"}:
        previous = ledger.get("previous")  # unused since the last logout: this id has no pending alias
    text = encode_json({**content, "previous": previous} if previous else content).encode()
    return text if len(text) <= LEDGER_LIMIT else encode_json(content).encode()
