"""Makes the identity that a config folder without one gets. Runs on the command path, at the first command.

Owns the invariant that of many first commands one makes it and all use it: the ledger comes before
usage.json, each by the first writer, and usage.json takes its id from the ledger.
"""

import json

from arcade_usage.adapters.config_folder import (
    LEDGER_FILE,
    MALFORMED,
    USAGE_FILE,
    Layout,
    read_texts,
)
from arcade_usage.adapters.owned_folder import open_for_file


def make_first_identity(layout: Layout, anon_id: str, born: str) -> str | None:
    """Returns the text of usage.json; None where it was deleted right away. Raises OSError.

    `anon_id`: a fresh id, for whoever is first. `born`: which machine this is.
    """
    ledger = {"anon_id": anon_id, "born": born}
    with layout.open_folder(make=True) as folder:
        if not folder.create_first(LEDGER_FILE, json.dumps(ledger).encode(), durable=False):
            anon_id = _unused_id_of_ledger(layout) or anon_id
    usage = json.dumps({"anon_id": anon_id, "linked_principal_id": None})
    with open_for_file(layout.config_dir, USAGE_FILE) as (folder, name):
        if folder.create_first(name, usage.encode(), durable=False):
            return usage
    return read_texts(layout)[0]


def _unused_id_of_ledger(layout: Layout) -> str | None:
    """The id that another first command is about to use.

    A ledger whose id was used is what is left when somebody deleted usage.json to be new again.
    """
    try:
        ledger = json.loads(read_texts(layout)[1] or MALFORMED)
    except (ValueError, RecursionError):
        return None
    if not isinstance(ledger, dict) or ledger.keys() - {"anon_id", "born"}:
        return None
    anon_id = ledger.get("anon_id")
    return anon_id if isinstance(anon_id, str) else None
