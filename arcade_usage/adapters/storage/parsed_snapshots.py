"""Snapshots of the config folder that a server's worker compares. Not for commands: parsing imports attrs."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from arcade_usage.adapters.storage.config_folder import FolderSnapshots

if TYPE_CHECKING:
    from arcade_usage.domain.identity_state import Snapshot


class ParsedFolderSnapshots(FolderSnapshots):
    """The snapshot port, with `parse`."""

    def parse(self, snapshot: Mapping[str, object]) -> "Snapshot":
        """See the port. Imports third-party packages, so only the worker thread calls it."""
        from arcade_usage.adapters.storage.codec import read_snapshot

        return read_snapshot(snapshot)
