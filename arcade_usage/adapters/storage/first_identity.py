"""Creates the first identity of a config folder when the first command is reported.

Runs on the command path. Invariant: if several first commands run at once, one creates the identity and all
use it. The ledger is created before usage.json, both exclusively; usage.json takes its id from the ledger.
"""

from arcade_usage.adapters.storage.config_folder import LEDGER_VERSION
from arcade_usage.adapters.storage.identity_folder import IdentityFolder
from arcade_usage.application.command.payload import as_object, encode_json, is_newer

TYPE_CHECKING = False  # importing typing is too slow here; see arcade_usage/__init__.py
if TYPE_CHECKING:
    from arcade_usage.application.ports import Installation


def make_first_identity(
    files: IdentityFolder, anon_id: str, installation: "Installation"
) -> "dict[str, object] | None":
    """The `usage` and `ledger` of a snapshot as created first, by this or another command.

    None if another identity has replaced it, which may belong to another principal, or if a newer version
    wrote the ledger. Raises OSError.

    `anon_id`: a fresh id, used if this command is the first.
    """
    if files.read_usage() is None:
        files.make()
        born = installation.fingerprint()  # needs the folder to exist
        ledger = {"version": LEDGER_VERSION, "anon_id": anon_id, "born": born, "first": True}
        if not files.create_ledger(encode_json(ledger).encode()):
            there = as_object(files.read()[1])
            if is_newer(there, LEDGER_VERSION):
                return None
            if there.keys() | {"version"} == ledger.keys() and isinstance(there["anon_id"], str):
                anon_id = there["anon_id"]  # another first command is creating usage.json with it
        files.create_usage(encode_json(_usage(anon_id)).encode())
    return _read_first(files)


def _read_first(files: IdentityFolder) -> "dict[str, object] | None":
    """The first identity in its initial state, as IdentityState.as_made, without later changes."""
    usage, ledger = map(as_object, files.read())
    anon_id = usage.get("anon_id")
    if is_newer(ledger, LEDGER_VERSION):
        return None
    if ledger.get("first") is not True or ledger.get("anon_id") != anon_id or not isinstance(anon_id, str):
        return None
    first = {"anon_id": anon_id, "born": ledger.get("born"), "first": True}
    return {"usage": _usage(anon_id), "ledger": first}


def _usage(anon_id: str) -> "dict[str, object]":
    return {"anon_id": anon_id, "linked_principal_id": None}
