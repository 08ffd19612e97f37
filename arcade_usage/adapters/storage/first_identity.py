"""Creates the first identity of a config folder when the first command is reported.

Runs on the command path. Invariant: if several first commands run at once, one creates the identity and all
use it. The ledger is created before usage.json, both exclusively; usage.json takes its id from the ledger.
"""

import json
from collections.abc import Callable

from arcade_usage.adapters.storage.config_folder import LEDGER_VERSION, MALFORMED, is_newer
from arcade_usage.adapters.storage.identity_folder import IdentityFolder


def make_first_identity(
    files: IdentityFolder, anon_id: str, find_here: Callable[[], str]
) -> "tuple[str, str] | None":
    """Texts of usage.json and its ledger as created first, by this or another command.

    None if another identity has replaced it, which may belong to another principal, or if a newer version
    wrote the ledger. Raises OSError.

    `anon_id`: a fresh id, used if this command is the first. `find_here`: returns the installation's
    fingerprint, which needs the folder to exist.
    """
    if files.read_usage() is None:
        files.make()
        ledger = {"version": LEDGER_VERSION, "anon_id": anon_id, "born": find_here(), "first": True}
        if not files.create_ledger(json.dumps(ledger).encode()):
            there = _load(files.read()[1])
            if is_newer(there, LEDGER_VERSION):
                return None
            if there.keys() | {"version"} == ledger.keys() and isinstance(there["anon_id"], str):
                anon_id = there["anon_id"]  # another first command is creating usage.json with it
        files.create_usage(_usage(anon_id).encode())
    return _read_first(files)


def _read_first(files: IdentityFolder) -> "tuple[str, str] | None":
    """The first identity in its initial state, as IdentityState.as_made, without later changes."""
    usage, ledger = map(_load, files.read())
    anon_id = usage.get("anon_id")
    if is_newer(ledger, LEDGER_VERSION):
        return None
    if ledger.get("first") is not True or ledger.get("anon_id") != anon_id or not isinstance(anon_id, str):
        return None
    return _usage(anon_id), json.dumps({"anon_id": anon_id, "born": ledger.get("born"), "first": True})


def _usage(anon_id: str) -> str:
    return json.dumps({"anon_id": anon_id, "linked_principal_id": None})


def _load(text: "str | None") -> "dict[str, object]":
    try:
        content = json.loads(text or MALFORMED)
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}
