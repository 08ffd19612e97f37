"""Small temporary file systems."""

import errno
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from attrs import frozen

from verification.faults.command_runs import find_program
from verification.faults.experiment import NotRunError

PAGE = 4096  # bytes; a tmpfs allocates in these


@frozen
class Disk:
    """A separate file system, mounted at `folder`."""

    folder: Path

    def fill(self, *, leaving_pages: int = 0) -> None:
        """Fill the disk; leave `leaving_pages` pages free."""
        with (self.folder / "filler.dat").open("wb", buffering=0) as file:
            pages = _until_full(lambda _: file.write(b"x" * PAGE))
            file.truncate(max(0, pages - leaving_pages) * PAGE)

    def fill_with_files(self, *, leaving: int = 0) -> None:
        """Use up the inodes; leave `leaving` free."""
        made = _until_full(lambda number: self._filler(number).touch())
        for number in range(made - leaving, made):
            self._filler(number).unlink()

    def _filler(self, number: int) -> Path:
        return self.folder / f"filler-{number}.dat"

    def free(self) -> None:
        """Remove the files that filled the disk."""
        for path in self.folder.glob("filler*.dat"):
            path.unlink()

    def remount(self, options: str) -> None:
        """Remount with these options. Raises NotRunError."""
        _run("mount", "-o", f"remount,{options}", str(self.folder))


@contextmanager
def small_disk(folder: Path, options: str) -> Iterator[Disk]:
    """Mounts a tmpfs at `folder`, which must not exist, with these mount options. Raises NotRunError."""
    folder.mkdir(mode=0o700)
    _run("mount", "-t", "tmpfs", "-o", f"mode=0700,{options}", "tmpfs", str(folder))
    try:
        yield Disk(folder)
    finally:
        _run("umount", "--lazy", str(folder))


def _run(name: str, *arguments: str) -> None:
    done = subprocess.run([find_program(name), *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotRunError(f"{name}: {done.stderr.strip()}")


def _until_full(take: Callable[[int], object]) -> int:
    """Call `take` with 0, 1, ... until the disk is full. Returns how many calls succeeded."""
    for number in count():
        try:
            take(number)
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            return number
    raise AssertionError("the disk is never full")
