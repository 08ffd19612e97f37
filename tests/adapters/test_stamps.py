"""The stamp of a file: the same as long as nobody touched it, and another one afterwards."""

import os
from pathlib import Path

import pytest

from arcade_usage.adapters.storage.config_folder import read_stamp


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "credentials.yaml"
    path.write_text("content")
    return path


def test_a_file_that_nobody_touched_keeps_its_stamp(path: Path) -> None:
    """Reading it changes nothing."""
    before = read_stamp(str(path))
    path.read_text()
    assert read_stamp(str(path)) == before


def test_it_is_five_numbers_of_one_stat(path: Path) -> None:
    """Device, inode, size and both times, to the nanosecond."""
    status = path.stat()
    assert read_stamp(str(path)) == (
        status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns
    )  # fmt: skip


def test_a_replaced_file_has_another(path: Path) -> None:
    """The same content in another file, with the times of the old one, is another version."""
    status, before = path.stat(), read_stamp(str(path))
    written = path.with_name("written")
    written.write_text("content")
    os.utime(written, ns=(status.st_atime_ns, status.st_mtime_ns))
    written.replace(path)
    assert read_stamp(str(path)) != before


def test_a_longer_file_has_another(path: Path) -> None:
    """A file that was added to in place is another version."""
    before = read_stamp(str(path))
    with path.open("a") as file:
        file.write("more")
    assert read_stamp(str(path)) != before


def test_another_time_is_another(path: Path) -> None:
    """A file whose time was set is another version."""
    before = read_stamp(str(path))
    os.utime(path, ns=(1, 1))
    assert read_stamp(str(path)) != before


def test_a_link_has_the_stamp_of_what_it_leads_to(path: Path) -> None:
    """Who keeps the file elsewhere logs in there."""
    link = path.with_name("link")
    link.symlink_to(path.name)
    assert read_stamp(str(link)) == read_stamp(str(path))


def test_nothing_has_none(path: Path) -> None:
    """Neither a missing file, nor a link to nowhere, nor a path through a file has a stamp."""
    link = path.with_name("link")
    link.symlink_to("nowhere")
    assert [read_stamp(str(each)) for each in (path.with_name("missing"), link, path / "below")] == [None] * 3
