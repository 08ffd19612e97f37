"""Creates the first identity of a config folder when the first command is reported.

Runs on the command path. Invariant: if several first commands run at once, one creates the identity and all
use it. The ledger is created before usage.json, both exclusively; usage.json takes its id from the ledger.
"""

from arcade_usage.adapters.files.owned_folder import open_for_file
from arcade_usage.adapters.storage.config_folder import (
    LEDGER_FILE,
    LEDGER_VERSION,
    USAGE_FILE,
    Layout,
    as_object,
    is_newer,
    read_contents,
)
from arcade_usage.application.command.payload import encode_json

TYPE_CHECKING = False  # importing typing is too slow here; see arcade_usage/__init__.py
if TYPE_CHECKING:
    from arcade_usage.application.ports import Installation


def make_first_identity(
    layout: Layout, anon_id: str, installation: "Installation"
) -> "dict[str, object] | None":
    """The `usage` and `ledger` of a snapshot as created first, by this or another command.

    None if another identity has replaced it, which may belong to another principal, or if a newer version
    wrote the ledger. Raises OSError.

    `anon_id`: a fresh id, used if this command is the first.
    """
    if read_contents(layout)[0] is None:
        with layout.open_folder(make=True) as ours:
            born = installation.fingerprint()
            ledger = {"version": LEDGER_VERSION, "anon_id": anon_id, "born": born, "first": True}
            if not ours.create_exclusive(LEDGER_FILE, encode_json(ledger).encode(), durable=False):
                there = as_object(read_contents(layout)[1])
                if is_newer(there, LEDGER_VERSION):
                    return None
                if there.keys() | {"version"} == ledger.keys() and isinstance(there["anon_id"], str):
                    anon_id = there["anon_id"]  # another first command is creating usage.json with it
        with open_for_file(layout.config_dir, USAGE_FILE) as (folder, name):
            folder.create_exclusive(name, encode_json(_usage(anon_id)).encode(), durable=False)
    return _read_first(layout)


def _read_first(layout: Layout) -> "dict[str, object] | None":
    """The first identity in its initial state, as IdentityState.as_made, without later changes."""
    usage, ledger = map(as_object, read_contents(layout))
    anon_id = usage.get("anon_id")
    if is_newer(ledger, LEDGER_VERSION):
        return None
    if ledger.get("first") is not True or ledger.get("anon_id") != anon_id or not isinstance(anon_id, str):
        return None
    first = {"anon_id": anon_id, "born": ledger.get("born"), "first": True}
    return {"usage": _usage(anon_id), "ledger": first}


def _usage(anon_id: str) -> "dict[str, object]":
    return {"anon_id": anon_id, "linked_principal_id": None}
