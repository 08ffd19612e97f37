"""Files that other processes read and write: what is read of them, and the folders they lie in."""

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
    """What lies in a file's place, whatever it is, neither fills the memory nor makes a reader wait."""

    def test_no_file_is_none(self, path: Path) -> None:
        """Nothing there is no error."""
        assert read(path, 10) is None

    def test_a_link_is_not_followed(self, path: Path) -> None:
        """Wherever it leads to, what it leads to is not ours."""
        (path.parent / "target").write_bytes(b"theirs")
        for target in ("target", "nowhere"):
            path.symlink_to(target)
            with pytest.raises(NotOwnedError, match="is a link"):
                read(path, 10)
            path.unlink()

    @pytest.mark.parametrize("content", [b"", b"a", b"0123456789"], ids=["empty", "short", "at the limit"])
    def test_content_within_the_limit_comes_whole(self, path: Path, content: bytes) -> None:
        """Up to the limit, the limit included, the content is what the file holds."""
        path.write_bytes(content)
        assert read(path, 10) == content

    def test_content_over_the_limit_is_an_error(self, path: Path) -> None:
        """One byte more is too large."""
        path.write_bytes(b"0123456789a")
        with pytest.raises(TooLargeError):
            read(path, 10)

    def test_a_huge_file_is_not_read(self, path: Path, mocker: MockerFixture) -> None:
        """Of 50 MB no more is read than the limit and one byte."""
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
        """Where the system gives a byte at a time, the content still comes whole."""
        path.write_bytes(b"0123456789")
        really_read = os.read
        mocker.patch("os.read", lambda descriptor, _: really_read(descriptor, 1))
        assert read(path, 10) == b"0123456789"

    @pytest.mark.parametrize("make", [os.mkfifo, Path.mkdir], ids=["a pipe", "a folder"])
    def test_what_is_no_file_is_not_opened(self, path: Path, make: Callable[[Path], object]) -> None:
        """It is told, at once: who waits for the other end of a pipe is not woken."""
        make(path)
        before = path.stat()
        with pytest.raises(NotOwnedError, match="is not a plain file"):
            within(10.0, lambda: read(path, 10))
        assert path.stat() == before

    def test_reading_leaves_no_trace(self, path: Path) -> None:
        """Not even the time of the last access changes, so that a hard link elsewhere is as it was."""
        path.write_bytes(b"0123456789")
        os.utime(path, (5.0, 10.0))
        before = path.stat()
        read(path, 10)
        assert path.stat() == before

    def test_nothing_stays_open(self, path: Path, mocker: MockerFixture) -> None:
        """A read that fails closes the file."""
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
    """Folders that we make are the user's alone; what is there is left as it is."""

    def test_folders_are_private(self, tmp_path: Path) -> None:
        """A folder and those above it that had to be made get mode 0700."""
        make_folder(tmp_path / "a" / "b" / "c", 2)
        assert [mode_of(tmp_path / name) for name in ("a", "a/b", "a/b/c")] == [0o700] * 3

    def test_a_folder_that_is_there_stays_as_it_is(self, tmp_path: Path) -> None:
        """Neither the mode nor the content of an existing folder changes, nor that of those above it."""
        theirs = tmp_path / "theirs"
        theirs.mkdir(0o755)
        (theirs / "file").write_text("theirs")
        make_folder(theirs)
        make_folder(theirs / "ours", 1)
        modes = mode_of(theirs), mode_of(theirs / "ours")
        assert (modes, (theirs / "file").read_text()) == ((0o755, 0o700), "theirs")

    def test_the_config_folder_may_be_a_link(self, tmp_path: Path) -> None:
        """The user may keep it elsewhere, in a folder of the user's own."""
        (tmp_path / "elsewhere").mkdir(0o700)
        (tmp_path / "link").symlink_to("elsewhere")
        make_folder(tmp_path / "link" / "ours", 1)
        assert (tmp_path / "elsewhere" / "ours").is_dir()

    @pytest.mark.parametrize("depth", [1, 2, 3])
    def test_below_the_config_folder_no_link_is_followed(self, tmp_path: Path, depth: int) -> None:
        """A link in the place of any of our folders is told, and nothing is made where it leads to."""
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
        """A file or a dangling link in a folder's place is told, and left there."""
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
        """A system that says over and over that something above is missing is not asked for ever."""
        with pytest.raises(OSError, match="nowhere"):
            make_folder("/proc/nowhere/usage")
