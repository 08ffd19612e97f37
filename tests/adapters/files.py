"""Reads and writes a file through OwnedFolder, and lists a folder."""

import os
from pathlib import Path

from arcade_usage.adapters.files.owned_folder import open_folder


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
