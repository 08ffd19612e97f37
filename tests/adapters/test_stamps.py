"""The stamp of a file: equal while the file is unmodified, different afterwards."""

import os
from pathlib import Path

import pytest

from arcade_usage import Tool
from arcade_usage.adapters.storage.config_folder import read_stamp
from arcade_usage.composition.command import find_tracked_layout
from arcade_usage.composition.scope import Scope


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "credentials.yaml"
    path.write_text("content")
    return path


def test_an_unmodified_file_keeps_its_stamp(path: Path) -> None:
    """Reading the file does not change its stamp."""
    before = read_stamp(str(path))
    path.read_text()
    assert read_stamp(str(path)) == before


def test_it_is_five_numbers_of_one_stat(path: Path) -> None:
    """Device, inode, size and both times in nanoseconds, from one stat."""
    status = path.stat()
    assert read_stamp(str(path)) == (
        status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns
    )  # fmt: skip


def test_a_replaced_file_has_another(path: Path) -> None:
    """A new file with the same content and times has another stamp."""
    status, before = path.stat(), read_stamp(str(path))
    written = path.with_name("written")
    written.write_text("content")
    os.utime(written, ns=(status.st_atime_ns, status.st_mtime_ns))
    written.replace(path)
    assert read_stamp(str(path)) != before


def test_a_longer_file_has_another(path: Path) -> None:
    """Appending changes the stamp."""
    before = read_stamp(str(path))
    with path.open("a") as file:
        file.write("more")
    assert read_stamp(str(path)) != before


def test_another_time_is_another(path: Path) -> None:
    """Setting the time changes the stamp."""
    before = read_stamp(str(path))
    os.utime(path, ns=(1, 1))
    assert read_stamp(str(path)) != before


def test_a_link_has_the_stamp_of_what_it_leads_to(path: Path) -> None:
    """A link has the stamp of its target."""
    link = path.with_name("link")
    link.symlink_to(path.name)
    assert read_stamp(str(link)) == read_stamp(str(path))


def test_nothing_has_none(path: Path) -> None:
    """A missing file, a dangling link and a path through a file have no stamp."""
    link = path.with_name("link")
    link.symlink_to("nowhere")
    assert [read_stamp(str(each)) for each in (path.with_name("missing"), link, path / "below")] == [None] * 3


def test_a_tilde_is_the_home_folder(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In `credentials` as in `config_dir`, for commands, servers and the mounted commands."""
    monkeypatch.setenv("HOME", str(path.parent))
    monkeypatch.setenv("USERPROFILE", str(path.parent))
    tool = Tool(distribution="x", project_token="phc_x", config_dir="~/c", credentials=Path("~", path.name))
    layouts = [find_tracked_layout(tool), Scope(tool).layout, Scope(tool, path.parent / "another").layout]
    assert [layout and layout.credentials for layout in layouts] == [str(path)] * 3


@pytest.mark.skipif(os.name == "nt", reason="Windows has no HOME")
def test_without_a_home_folder_nothing_is_tracked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The login would be searched in the root folder, where it never is."""
    monkeypatch.setenv("HOME", "")
    tool = Tool(distribution="x", project_token="phc_x", config_dir="/srv/x", credentials="~/login.json")
    assert find_tracked_layout(tool) is None
    with pytest.raises(ValueError, match="credentials"):
        Scope(tool)
