"""The stamp of a file: which version of it lies there, told by one stat. Runs on the command path."""

import os

StampNumbers = tuple[int, int, int, int, int]


def read_stamp(path: str) -> StampNumbers | None:
    """Device, inode, size, mtime_ns, ctime_ns; None where there is nothing to be read."""
    try:
        return stamp_numbers(os.stat(path))
    except OSError:
        return None


def stamp_numbers(status: os.stat_result) -> StampNumbers:
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
