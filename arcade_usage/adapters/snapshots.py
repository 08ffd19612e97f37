"""What the command path sees of the config folder, as texts; makes the first identity. Imports only os.

Owns the invariant that of many first commands one makes the identity and all use it: the ledger comes
before usage.json, each by the first writer, and usage.json takes its id from the ledger.
"""

from collections.abc import Callable, Mapping

from arcade_usage.adapters.files import create_first, make_folder
from arcade_usage.adapters.identity_texts import MALFORMED, read_ledger_text, read_usage_text
from arcade_usage.adapters.layout import Layout
from arcade_usage.adapters.stamps import read_stamp


class FolderSnapshots:
    """The snapshot port over the config folder's files."""

    def __init__(
        self,
        layout: Layout,
        fresh_id: Callable[[], str],
        fingerprint: Callable[[], str],
        *,
        makes_first: bool = True,
    ) -> None:
        """`makes_first`: False to look only, where nothing may be written."""
        self._layout = layout
        self._makes_first = makes_first
        self._fresh_id = fresh_id
        self._fingerprint = fingerprint

    def take(self) -> Mapping[str, object] | None:
        """As the port says; the texts are those of the files, `stamp` its five numbers."""
        try:
            usage = read_usage_text(self._layout)
            if usage is None and self._makes_first:
                usage = self._make_first_identity()
            ledger = read_ledger_text(self._layout)
        except OSError:
            return None
        return {"usage": usage, "ledger": ledger, "stamp": read_stamp(self._layout.credentials)}

    def _make_first_identity(self) -> str | None:
        import json  # takes long to import, and only the first command needs it

        make_folder(self._layout.folder)
        anon_id = self._fresh_id()
        ledger = {"anon_id": anon_id, "born": self._fingerprint()}
        if not create_first(self._layout.ledger, json.dumps(ledger).encode(), durable=False):
            anon_id = self._unused_id_of_ledger() or anon_id
        usage = json.dumps({"anon_id": anon_id, "linked_principal_id": None})
        if create_first(self._layout.usage_json, usage.encode(), durable=False):
            return usage
        return read_usage_text(self._layout)

    def _unused_id_of_ledger(self) -> str | None:
        """The id that another first command is about to use.

        A ledger whose id was used is what is left when somebody deleted usage.json to be new again.
        """
        import json

        try:
            ledger = json.loads(read_ledger_text(self._layout) or MALFORMED)
        except (ValueError, RecursionError):
            return None
        if not isinstance(ledger, dict) or ledger.keys() - {"anon_id", "born"}:
            return None
        anon_id = ledger.get("anon_id")
        return anon_id if isinstance(anon_id, str) else None
