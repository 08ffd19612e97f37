"""File systems of a few pages, for the time of an experiment."""

import errno
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from attrs import frozen

from verification.faults.command_runs import program
from verification.faults.experiment import NotRunError

PAGE = 4096  # bytes: what a tmpfs gives out at a time


@frozen
class Disk:
    """A file system of its own at `folder`."""

    folder: Path

    def fill(self, *, leaving_pages: int = 0) -> None:
        """Take all the room but so many pages."""
        with (self.folder / "others.dat").open("wb", buffering=0) as file:
            pages = _until_full(lambda _: file.write(b"x" * PAGE))
            file.truncate(max(0, pages - leaving_pages) * PAGE)

    def fill_with_files(self, *, leaving: int = 0) -> None:
        """Take all the inodes but so many."""
        made = _until_full(lambda number: self._others(number).touch())
        for number in range(made - leaving, made):
            self._others(number).unlink()

    def _others(self, number: int) -> Path:
        return self.folder / f"others-{number}.dat"

    def free(self) -> None:
        """Give back what was taken."""
        for path in self.folder.glob("others*.dat"):
            path.unlink()

    def remount(self, options: str) -> None:
        """Raises NotRunError."""
        _run("mount", "-o", f"remount,{options}", str(self.folder))


@contextmanager
def small_disk(folder: Path, options: str) -> Iterator[Disk]:
    """A tmpfs at `folder`, which it makes, with these options of mount. Raises NotRunError."""
    folder.mkdir(mode=0o700)
    _run("mount", "-t", "tmpfs", "-o", f"mode=0700,{options}", "tmpfs", str(folder))
    try:
        yield Disk(folder)
    finally:
        _run("umount", "--lazy", str(folder))


def _run(name: str, *arguments: str) -> None:
    done = subprocess.run([program(name), *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotRunError(f"{name}: {done.stderr.strip()}")


def _until_full(take: Callable[[int], object]) -> int:
    """Take one after the other, as long as there is room; how many that were."""
    for number in count():
        try:
            take(number)
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            return number
    raise AssertionError("a disk without an end")
