"""Reading files that other processes write, and creating folders."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from arcade_usage.adapters.files.ownership import NotOwnedError, TooLargeError
from arcade_usage.adapters.network.deadline import within
from tests.adapters.disk import mode_of, os_error
from tests.adapters.files import make_folder, read


class TestReading:
    """Reading a path with any kind of file is bounded in memory and time."""

    def test_no_file_is_none(self, path: Path) -> None:
        """A missing file is None, not an error."""
        assert read(path, 10) is None

    def test_a_link_is_not_followed(self, path: Path) -> None:
        """A symbolic link is not followed."""
        (path.parent / "target").write_bytes(b"theirs")
        for target in ("target", "nowhere"):
            path.symlink_to(target)
            with pytest.raises(NotOwnedError, match="is a link"):
                read(path, 10)
            path.unlink()

    @pytest.mark.parametrize("content", [b"", b"a", b"0123456789"], ids=["empty", "short", "at the limit"])
    def test_content_within_the_limit_comes_whole(self, path: Path, content: bytes) -> None:
        """Content up to the limit, inclusive, is returned."""
        path.write_bytes(content)
        assert read(path, 10) == content

    def test_content_over_the_limit_is_an_error(self, path: Path) -> None:
        """One byte over the limit is an error."""
        path.write_bytes(b"0123456789a")
        with pytest.raises(TooLargeError):
            read(path, 10)

    def test_a_huge_file_is_not_read(self, path: Path, mocker: MockerFixture) -> None:
        """Of a 50 MB file, only the limit and one byte are read."""
        path.touch()
        os.truncate(path, 50_000_000)
        really_read, lengths = os.read, []

        def count(descriptor: int, length: int) -> bytes:
            lengths.append(length)
            return really_read(descriptor, length)

        mocker.patch("os.read", count)
        with pytest.raises(TooLargeError):
            read(path, 10)
        assert sum(lengths) <= 11

    def test_a_read_in_pieces_is_put_together(self, path: Path, mocker: MockerFixture) -> None:
        """Content is complete although the system returns one byte at a time."""
        path.write_bytes(b"0123456789")
        really_read = os.read
        mocker.patch("os.read", lambda descriptor, _: really_read(descriptor, 1))
        assert read(path, 10) == b"0123456789"

    @pytest.mark.parametrize("make", [os.mkfifo, Path.mkdir], ids=["a pipe", "a folder"])
    def test_what_is_no_file_is_not_opened(self, path: Path, make: Callable[[Path], object]) -> None:
        """Anything but a regular file is an error, without a wait, and is not opened."""
        make(path)
        before = path.stat()
        with pytest.raises(NotOwnedError, match="is not a plain file"):
            within(10.0, lambda: read(path, 10))
        assert path.stat() == before

    def test_reading_leaves_no_trace(self, path: Path) -> None:
        """Reading does not change the access time."""
        path.write_bytes(b"0123456789")
        os.utime(path, (5.0, 10.0))
        before = path.stat()
        read(path, 10)
        assert path.stat() == before

    def test_nothing_stays_open(self, path: Path, mocker: MockerFixture) -> None:
        """A failed read closes the file."""
        path.write_bytes(b"0")
        opened: list[int] = []

        def break_down(descriptor: int, _: int) -> bytes:
            opened.append(descriptor)
            raise os_error(errno.EIO)

        mocker.patch("os.read", break_down)
        with pytest.raises(OSError, match=os.strerror(errno.EIO)):
            read(path, 10)
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(opened[0])


@pytest.mark.usefixtures("no_umask")
class TestMakingFolders:
    """New folders are private; existing ones do not change."""

    def test_folders_are_private(self, tmp_path: Path) -> None:
        """A folder and its new parents get mode 0700."""
        make_folder(tmp_path / "a" / "b" / "c", 2)
        assert [mode_of(tmp_path / name) for name in ("a", "a/b", "a/b/c")] == [0o700] * 3

    def test_a_folder_that_is_there_stays_as_it_is(self, tmp_path: Path) -> None:
        """Mode and content of an existing folder and its parents do not change."""
        theirs = tmp_path / "theirs"
        theirs.mkdir(0o755)
        (theirs / "file").write_text("theirs")
        make_folder(theirs)
        make_folder(theirs / "ours", 1)
        modes = mode_of(theirs), mode_of(theirs / "ours")
        assert (modes, (theirs / "file").read_text()) == ((0o755, 0o700), "theirs")

    def test_the_config_folder_may_be_a_link(self, tmp_path: Path) -> None:
        """The config folder may be a link to a folder of the user's."""
        (tmp_path / "elsewhere").mkdir(0o700)
        (tmp_path / "link").symlink_to("elsewhere")
        make_folder(tmp_path / "link" / "ours", 1)
        assert (tmp_path / "elsewhere" / "ours").is_dir()

    @pytest.mark.parametrize("depth", [1, 2, 3])
    def test_below_the_config_folder_no_link_is_followed(self, tmp_path: Path, depth: int) -> None:
        """A link in place of one of our folders is an error, and nothing is created at its target."""
        names = ["usage", "outbox", "0123456789abcdef"]
        place = tmp_path.joinpath("config", *names[:depth])
        (tmp_path / "elsewhere").mkdir(0o700)
        place.parent.mkdir(parents=True, mode=0o700)
        for folder in place.parents:
            if folder.is_relative_to(tmp_path):
                folder.chmod(0o700)
        place.symlink_to(tmp_path / "elsewhere")
        with pytest.raises(NotOwnedError, match=rf"{place} is a link"):
            make_folder(tmp_path.joinpath("config", *names), 3)
        assert list((tmp_path / "elsewhere").iterdir()) == []

    @pytest.mark.parametrize("what", ["file", "link to nowhere"])
    def test_what_is_no_folder_is_an_error(self, tmp_path: Path, what: str) -> None:
        """A file or a dangling link in place of a folder is an error, and stays."""
        place = tmp_path / "place"
        if what == "file":
            place.touch()
        else:
            place.symlink_to("nowhere")
        for path, depth in ((place, 0), (place / "ours", 1), (place, 1)):
            with pytest.raises(OSError, match=r"is not a folder|is a link|No such file|exists"):
                make_folder(path, depth)
        assert place.is_symlink() is (what == "link to nowhere")

    def test_where_no_folder_can_ever_be_is_an_error(self) -> None:
        """Creating parents ends, although the system reports the same missing folder each time."""
        with pytest.raises(OSError, match="nowhere"):
            make_folder("/proc/nowhere/usage")
