"""Reads files that others may write, or replace by something else. Runs on the command path: only os.

Owns the invariants that no read is without a limit, and none waits for a writer.
"""

import errno
import os

# A FIFO in a file's place must not make a reader wait for a writer.
_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)

StampNumbers = tuple[int, int, int, int, int]


class TooLargeError(OSError):
    """A file is larger than anything that we would have written there."""


def read_bounded(path: str, limit: int) -> bytes | None:
    """The content, None where there is no such file. Raises TooLargeError over `limit` bytes, OSError."""
    try:
        descriptor = os.open(path, _READ)
    except FileNotFoundError:
        return None
    try:
        content = os.read(descriptor, limit + 1)
        while len(content) <= limit and (more := os.read(descriptor, limit + 1 - len(content))):
            content += more
    finally:
        os.close(descriptor)
    if len(content) > limit:
        raise TooLargeError(errno.EFBIG, "larger than anything we write", path)
    return content


def read_stamp(path: str) -> StampNumbers | None:
    """Which version of a file lies there, told by one stat; None where there is nothing to be read.

    Device, inode, size, mtime_ns, ctime_ns.
    """
    try:
        return stamp_numbers(os.stat(path))
    except OSError:
        return None


def stamp_numbers(status: os.stat_result) -> StampNumbers:
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
