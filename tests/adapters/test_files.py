"""Files that other processes read and write: what is read of them, and the folders they lie in."""

import errno
import os
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from arcade_usage.adapters.config_folder import TooLargeError, read_bounded
from arcade_usage.adapters.deadline import within
from arcade_usage.adapters.writing import make_folder
from tests.adapters.disk import mode_of, os_error


class TestReading:
    """What lies in a file's place, whatever it is, neither fills the memory nor makes a reader wait."""

    def test_no_file_is_none(self, path: Path) -> None:
        """Nothing there is no error."""
        assert read_bounded(str(path), 10) is None

    def test_a_link_to_nowhere_is_none(self, path: Path) -> None:
        """A dangling link has no content."""
        path.symlink_to("nowhere")
        assert read_bounded(str(path), 10) is None

    @pytest.mark.parametrize("content", [b"", b"a", b"0123456789"], ids=["empty", "short", "at the limit"])
    def test_content_within_the_limit_comes_whole(self, path: Path, content: bytes) -> None:
        """Up to the limit, the limit included, the content is what the file holds."""
        path.write_bytes(content)
        assert read_bounded(str(path), 10) == content

    def test_content_over_the_limit_is_an_error(self, path: Path) -> None:
        """One byte more is too large."""
        path.write_bytes(b"0123456789a")
        with pytest.raises(TooLargeError):
            read_bounded(str(path), 10)

    def test_a_huge_file_is_not_read(self, path: Path, mocker: MockerFixture) -> None:
        """Of 50 MB no more is read than the limit and one byte."""
        path.touch()
        os.truncate(path, 50_000_000)
        read, lengths = os.read, []

        def count(descriptor: int, length: int) -> bytes:
            lengths.append(length)
            return read(descriptor, length)

        mocker.patch("os.read", count)
        with pytest.raises(TooLargeError):
            read_bounded(str(path), 10)
        assert sum(lengths) <= 11

    def test_a_read_in_pieces_is_put_together(self, path: Path, mocker: MockerFixture) -> None:
        """Where the system gives a byte at a time, the content still comes whole."""
        path.write_bytes(b"0123456789")
        read = os.read
        mocker.patch("os.read", lambda descriptor, _: read(descriptor, 1))
        assert read_bounded(str(path), 10) == b"0123456789"

    def test_a_pipe_does_not_make_a_reader_wait(self, path: Path) -> None:
        """A FIFO that nobody writes to reads as empty, at once."""
        os.mkfifo(path)
        assert within(10.0, lambda: read_bounded(str(path), 10)) == b""

    def test_a_pipe_that_somebody_holds_open_does_not_either(self, path: Path) -> None:
        """A FIFO whose writer says nothing is an error of the system, at once."""
        os.mkfifo(path)
        writer = os.open(path, os.O_RDWR)
        with pytest.raises(BlockingIOError):
            within(10.0, lambda: read_bounded(str(path), 10))
        os.close(writer)

    def test_a_folder_is_an_error(self, path: Path) -> None:
        """A folder in a file's place is an error of the system's, not an absence."""
        path.mkdir()
        with pytest.raises(IsADirectoryError):
            read_bounded(str(path), 10)

    def test_nothing_stays_open(self, path: Path, mocker: MockerFixture) -> None:
        """A read that fails closes the file."""
        path.write_bytes(b"0")
        opened: list[int] = []

        def break_down(descriptor: int, _: int) -> bytes:
            opened.append(descriptor)
            raise os_error(errno.EIO)

        mocker.patch("os.read", break_down)
        with pytest.raises(OSError, match=os.strerror(errno.EIO)):
            read_bounded(str(path), 10)
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(opened[0])


@pytest.mark.usefixtures("no_umask")
class TestMakingFolders:
    """Folders that we make are the user's alone; what is there is left as it is."""

    def test_folders_are_private(self, tmp_path: Path) -> None:
        """A folder and those above it that had to be made get mode 0700."""
        make_folder(str(tmp_path / "a" / "b" / "c"))
        assert [mode_of(tmp_path / name) for name in ("a", "a/b", "a/b/c")] == [0o700] * 3

    def test_a_folder_that_is_there_stays_as_it_is(self, tmp_path: Path) -> None:
        """Neither the mode nor the content of an existing folder changes, nor that of those above it."""
        host = tmp_path / "host"
        host.mkdir(0o755)
        (host / "file").write_text("theirs")
        make_folder(str(host))
        make_folder(str(host / "ours"))
        assert (mode_of(host), (host / "file").read_text(), mode_of(host / "ours")) == (
            0o755,
            "theirs",
            0o700,
        )

    def test_a_link_to_a_folder_is_one(self, tmp_path: Path) -> None:
        """A folder may lie elsewhere."""
        (tmp_path / "elsewhere").mkdir()
        (tmp_path / "link").symlink_to("elsewhere")
        make_folder(str(tmp_path / "link" / "ours"))
        assert (tmp_path / "elsewhere" / "ours").is_dir()

    @pytest.mark.parametrize("what", ["file", "link to nowhere"])
    def test_what_is_no_folder_is_an_error(self, tmp_path: Path, what: str) -> None:
        """A file or a dangling link in a folder's place is told, and left there."""
        place = tmp_path / "place"
        if what == "file":
            place.touch()
        else:
            place.symlink_to("nowhere")
        for path in (place, place / "ours"):
            with pytest.raises(OSError, match=r"exists|Not a directory"):
                make_folder(str(path))
        assert place.is_symlink() is (what == "link to nowhere")

    def test_where_no_folder_can_ever_be_is_an_error(self) -> None:
        """A system that says over and over that something above is missing is not asked for ever."""
        with pytest.raises(OSError, match="nowhere"):
            make_folder("/proc/nowhere/usage")

    def test_a_root_that_is_not_there_is_an_error(self, mocker: MockerFixture) -> None:
        """A drive that is not there has nothing above it that could be made."""
        mocker.patch("os.mkdir", side_effect=os_error(errno.ENOENT))
        for path in ("/", "usage"):
            with pytest.raises(FileNotFoundError):
                make_folder(path)
