"""Reads and writes a file through OwnedFolder, and lists a folder."""

import os
from collections.abc import Mapping
from pathlib import Path

from arcade_usage.adapters.files.owned_folder import open_folder
from arcade_usage.adapters.machine.ids import UuidGenerator
from arcade_usage.adapters.storage.config_folder import Layout
from arcade_usage.adapters.storage.first_identity import make_first_identity
from arcade_usage.adapters.storage.identity_folder import IdentityFolder
from arcade_usage.application.ports import Installation
from arcade_usage.testing.in_memory import FixedInstallation, MemoryWriter
from tests.samples import HERE


class FirstIdentityWriter(MemoryWriter):
    """Makes the first identity of a folder with this id; by default a fresh one."""

    def __init__(
        self,
        layout: Layout,
        anon_id: str | None = None,
        installation: Installation = FixedInstallation(HERE),  # noqa: B008 - frozen
    ) -> None:
        super().__init__()
        self._layout, self._anon_id, self._installation = layout, anon_id, installation

    def make_first_identity(self) -> Mapping[str, object] | None:
        anon_id = self._anon_id or UuidGenerator().new()
        return make_first_identity(IdentityFolder(self._layout), anon_id, self._installation)


def read(path: object, limit: int) -> bytes | None:
    folder, name = os.path.split(str(path))
    with open_folder(folder, 0) as opened:
        return opened.read(name, limit)


def replace(path: object, content: bytes, *, durable: bool = True) -> None:
    folder, name = os.path.split(str(path))
    with open_folder(folder, 0) as opened:
        opened.replace(name, content, durable=durable)


def create_exclusive(path: object, content: bytes, *, durable: bool) -> bool:
    folder, name = os.path.split(str(path))
    with open_folder(folder, 0) as opened:
        return opened.create_exclusive(name, content, durable=durable)


def make_folder(path: object, depth: int = 0) -> None:
    open_folder(str(path), depth, make=True).close()


def listing(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))
