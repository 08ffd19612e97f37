"""Creates the first identity of a config folder when the first command is reported.

Runs on the command path. Invariant: if several first commands run at once, one creates the identity and all
use it. The ledger is created before usage.json, both exclusively; usage.json takes its id from the ledger.
"""

import json
from collections.abc import Callable

from arcade_usage.adapters.files.owned_folder import open_for_file
from arcade_usage.adapters.storage.config_folder import (
    LEDGER_FILE,
    LEDGER_VERSION,
    MALFORMED,
    USAGE_FILE,
    Layout,
    is_newer,
    read_texts,
)


def make_first_identity(
    layout: Layout, anon_id: str, find_here: Callable[[], str]
) -> "tuple[str, str] | None":
    """Texts of usage.json and its ledger as created first, by this or another command.

    None if another identity has replaced it, which may belong to another principal, or if a newer version
    wrote the ledger. Raises OSError.

    `anon_id`: a fresh id, used if this command is the first. `find_here`: returns the installation's
    fingerprint.
    """
    if read_texts(layout)[0] is None:
        with layout.open_folder(make=True) as ours:
            ledger = {"version": LEDGER_VERSION, "anon_id": anon_id, "born": find_here(), "first": True}
            if not ours.create_exclusive(LEDGER_FILE, json.dumps(ledger).encode(), durable=False):
                there = _load(read_texts(layout)[1])
                if is_newer(there, LEDGER_VERSION):
                    return None
                if there.keys() | {"version"} == ledger.keys() and isinstance(there["anon_id"], str):
                    anon_id = there["anon_id"]  # another first command is creating usage.json with it
        with open_for_file(layout.config_dir, USAGE_FILE) as (folder, name):
            folder.create_exclusive(name, _usage(anon_id).encode(), durable=False)
    return _read_first(layout)


def _read_first(layout: Layout) -> "tuple[str, str] | None":
    """The first identity in its initial state, as IdentityState.as_made, without later changes."""
    usage, ledger = map(_load, read_texts(layout))
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
