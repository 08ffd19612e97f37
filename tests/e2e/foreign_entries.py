"""What may lie at a name of ours though we did not make it, and how to see that it was left alone.

A foreign entry is planted in a copy of a config folder that was in use. What was moved out of its way lies outside.
"""

import os
import select
import socket
import stat
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from attrs import define, field, frozen

ANOTHER_USER = 4242  # a user that no machine has
TEMPORARY = ".tmp-1-0123456789abcdef"  # a name that a file of ours has while it is written
THEIRS = b"export PATH=/theirs\n"
PATIENCE_SECONDS = 60.0

KEY, RECORD = "KEY", "RECORD"  # stand for names that differ from folder to folder
OUTBOX = f"usage/outbox/{KEY}"
FILES = (
    "usage.json",
    TEMPORARY,
    "usage/ledger.json",
    "usage/identity.lock",
    "usage/off",
    "usage/notice-arcade-usage-1",
    f"usage/{TEMPORARY}",
    "usage/malformed/usage.json",
    "usage/malformed/ledger.json",
    f"{OUTBOX}/sender.lock",
    f"{OUTBOX}/logbook.json",
    f"{OUTBOX}/counts.json",
    f"{OUTBOX}/sent.jsonl",
    f"{OUTBOX}/sent-1.jsonl",
    f"{OUTBOX}/sink.json",
    f"{OUTBOX}/dropped",
    f"{OUTBOX}/{RECORD}",
    f"{OUTBOX}/{TEMPORARY}",
)
FOLDERS = (
    "usage",
    "usage/outbox",
    OUTBOX,
    "usage/malformed",
    "usage/identity.lock.owners",
    f"{OUTBOX}/sender.lock.owners",
)

FOLLOWED = (
    "usage.json",
    "usage",
    f"{OUTBOX}/sent.jsonl",
)  # a link that may be followed, and some that may not

Seen = dict[str, tuple[object, ...]]


@define
class Spot:
    """A name of ours where a foreign entry comes to lie. `outside`: a folder with files of the user's.

    `original`: where what lay here is moved. `foreign`: what has to stay as it is. `linked`: a file of the
    user's has this as another name. `is_kept_elsewhere`: the user may keep the file at `original`.
    """

    path: Path
    outside: Path
    original: Path
    foreign: list[Path] = field(factory=list)
    writer: "Writer | None" = None
    linked: bool = False
    is_kept_elsewhere: bool = False

    @property
    def theirs(self) -> Path:
        return self.outside / "theirs"

    def move_away(self) -> Path:
        """What lay here, outside now; an empty file where there was nothing."""
        if self.path.exists():
            self.path.rename(self.original)
        else:
            self.path.parent.mkdir(mode=0o700, exist_ok=True)
            self.original.touch(0o600)
        return self.original

    def look(self) -> Seen:
        """All that has to be the same after whatever is asked."""
        moved = [self.original] if self.original.exists() and not self.is_kept_elsewhere else []
        return look([self.outside, *moved], names_count=not self.linked) | look(self.foreign)


def _link(target: Callable[[Spot], "str | Path"]) -> Callable[[Spot], None]:
    def plant(place: Spot) -> None:
        place.move_away()
        place.path.symlink_to(target(place))
        place.foreign.append(place.path)

    return plant


def _hard_link(place: Spot) -> None:
    place.move_away()
    os.link(place.theirs, place.path)
    place.linked = True


def _hard_link_of_ours(place: Spot) -> None:
    original = place.move_away()
    os.link(place.theirs if original.is_dir() else original, place.path)
    place.linked = True


def _pipe(place: Spot) -> None:
    place.move_away()
    os.mkfifo(place.path, 0o600)
    place.foreign.append(place.path)


def _pipe_with_a_writer(place: Spot) -> None:
    _pipe(place)
    place.writer = Writer(place.path)


def _device(place: Spot) -> None:
    place.move_away()
    os.mknod(place.path, 0o600 | stat.S_IFCHR, os.makedev(1, 5))  # /dev/zero, which never ends
    place.foreign.append(place.path)


def _socket(place: Spot) -> None:
    place.move_away()
    descriptor = os.open(place.path.parent, os.O_RDONLY)  # an address has 107 bytes at most
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(f"/proc/self/fd/{descriptor}/{place.path.name}")
    os.close(descriptor)
    place.foreign.append(place.path)


def _folder(place: Spot) -> None:
    place.move_away()
    place.path.mkdir(0o700)
    inside = (place.path / "notes.txt", place.path / "folder" / "ledger.json")
    for path in inside:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(THEIRS)
    place.foreign += inside  # of the folder itself, the times change where it has the name of one of ours


def _another_owner(place: Spot) -> None:
    if not place.path.exists():
        place.path.parent.mkdir(mode=0o700, exist_ok=True)
        place.path.touch(0o600)
    for path in (place.path, *place.path.rglob("*")):
        os.chown(path, ANOTHER_USER, ANOTHER_USER)
    place.foreign.append(place.path)


def _open_to_others(place: Spot) -> None:
    place.path.chmod(0o777)
    place.foreign.append(place.path)


def _beside(place: Spot) -> None:
    folder = place.path.parent
    folder.mkdir(mode=0o700, exist_ok=True)
    for name in (f"{place.path.name}.bak", f".tmp-{place.path.name}", "notes.event.json", ".tmp-1-notes"):
        (folder / name).write_bytes(THEIRS)
        place.foreign.append(folder / name)
    (folder / ".tmp-2-0123456789abcdef").symlink_to(place.theirs)
    (folder / ".tmp-3-0123456789abcdef").mkdir()
    (folder / ".tmp-4-0123456789abcdef").symlink_to("nowhere")
    place.foreign += (folder / f".tmp-{number}-0123456789abcdef" for number in (2, 3, 4))


@frozen
class Kind:
    """A kind of foreign entry. `at`: the names that it is planted at.

    A folder is opened as a folder: what is none is one kind there, a pipe, at which an opening would wait.
    """

    plant: Callable[[Spot], None]
    at: tuple[str, ...] = (*FILES, *FOLDERS)
    needs_root: bool = False


KINDS = {
    "a link to their file": Kind(_link(lambda place: place.theirs)),
    "a relative link": Kind(_link(lambda place: os.path.relpath(place.theirs, place.path.parent)), FOLLOWED),
    "a link to what was ours": Kind(_link(lambda place: place.original)),
    "a link to a folder": Kind(_link(lambda place: place.outside / "folder")),
    "a link to nowhere": Kind(_link(lambda place: place.outside / "nowhere")),
    "a link to a device": Kind(_link(lambda _: "/dev/zero"), FILES),
    "a hard link": Kind(_hard_link),
    "a hard link of ours": Kind(_hard_link_of_ours),
    "a pipe": Kind(_pipe),
    "a pipe with a writer": Kind(_pipe_with_a_writer, FILES),
    "a device": Kind(_device, FILES, needs_root=True),
    "a socket": Kind(_socket, FILES),
    "a folder": Kind(_folder),
    "another owner's": Kind(_another_owner, needs_root=True),
    "open to others": Kind(_open_to_others, FOLDERS),
    "beside it": Kind(_beside),
}


def make_outside(outside: Path, record: str) -> None:
    """Files of the user's that nobody may touch, many of them called like ours. `record`: a record's name."""
    folder = outside / "folder"
    names = [name.replace(KEY, "0123456789abcdef").replace(RECORD, record) for name in FILES]
    for path in ("theirs", *(f"folder/{name}" for name in {*names[::3], *map(os.path.basename, names)})):
        (outside / path).parent.mkdir(parents=True, exist_ok=True)
        (outside / path).write_bytes(THEIRS)
    make_old(folder.rglob("*"))


def make_old(paths: Iterable[Path]) -> None:
    """Give them an age at which files of ours would be swept up."""
    for path in paths:
        os.utime(path, (1_600_000_000.0, 1_600_000_000.0), follow_symlinks=False)


def look(paths: Iterable[Path], *, names_count: bool = True) -> Seen:
    """Everything that there is to see of files and whole folders, but what looking itself changes.

    `names_count` False: but how many names a file has, and when that changed, too.
    """
    found: Seen = {}
    for path in paths:
        status = path.lstat()
        kind = stat.S_IFMT(status.st_mode)
        facts: tuple[object, ...] = (
            status.st_mode,
            status.st_uid,
            status.st_gid,
            status.st_ino,
            status.st_rdev,
            status.st_mtime_ns,
        )
        if kind not in (stat.S_IFDIR, stat.S_IFLNK):  # to list a folder or to read a link is an access
            facts += (status.st_atime_ns,)
        if names_count or kind != stat.S_IFREG:
            facts += (status.st_ctime_ns, status.st_nlink)
        found[str(path)] = (*facts, _read(path, kind))
        if kind == stat.S_IFDIR:
            found |= look(path.iterdir(), names_count=names_count)
    return found


def _read(path: Path, kind: int) -> object:
    if kind == stat.S_IFLNK:
        return os.readlink(path)
    if kind != stat.S_IFREG:
        return None
    with open(os.open(path, os.O_RDONLY | getattr(os, "O_NOATIME", 0)), "rb") as file:
        return file.read()


class Writer:
    """Waits until a process opens the pipe to read, and writes one byte then."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = threading.Thread(target=self._write, daemon=True)
        self._thread.start()

    def _write(self) -> None:
        with suppress(OSError), open(self._path, "wb", buffering=0) as pipe:
            pipe.write(b"x")

    def was_left_alone(self) -> bool:
        """Whether it waited until now: the byte can still be read."""
        descriptor = os.open(self._path, os.O_RDONLY | os.O_NONBLOCK)
        try:
            with open(descriptor, "rb", buffering=0) as pipe:
                select.select([pipe], [], [], PATIENCE_SECONDS)
                return pipe.read(1) == b"x"
        finally:
            self._thread.join(PATIENCE_SECONDS)
