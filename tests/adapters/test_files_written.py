"""Writing files: whole, private, and without leftovers."""

import errno
import os
from pathlib import Path
from typing import Any

import pytest
from pytest_mock import MockerFixture

from arcade_usage.adapters.files import owned_folder
from arcade_usage.adapters.files.ownership import NotOwnedError
from tests.adapters.disk import mode_of, os_error
from tests.adapters.files import create_exclusive, replace

LINK_ERRORS = (
    errno.EPERM,
    errno.EACCES,
    errno.EINVAL,
    errno.ENOTSUP,
    errno.ENOSYS,
    errno.EMLINK,
    errno.EXDEV,
)


@pytest.mark.usefixtures("no_umask")
class TestReplacing:
    """A replaced file is either the new one or the old one."""

    @pytest.mark.parametrize("before", [None, b"", b"old and longer than the new one"])
    def test_the_new_content_is_there_and_private(self, path: Path, before: bytes | None) -> None:
        """The new content has mode 0600, whatever was there before, and no temporary file remains."""
        if before is not None:
            path.write_bytes(before)
        replace(path, b"new")
        assert (path.read_bytes(), mode_of(path), os.listdir(path.parent)) == (b"new", 0o600, [path.name])

    def test_an_open_old_file_is_read_whole(self, path: Path) -> None:
        """A reader with the old file open still reads its whole content."""
        path.write_bytes(b"old")
        with path.open("rb") as reader:
            replace(path, b"new")
            assert reader.read() == b"old"

    def test_a_link_is_not_followed(self, path: Path) -> None:
        """A symbolic link is an error; neither it nor its target changes."""
        target = path.parent / "target"
        target.write_bytes(b"theirs")
        path.symlink_to(target)
        with pytest.raises(NotOwnedError, match="is a link"):
            replace(path, b"new")
        assert (path.is_symlink(), target.read_bytes()) == (True, b"theirs")
        assert sorted(os.listdir(path.parent)) == sorted([path.name, "target"])

    def test_another_name_of_the_file_keeps_its_content(self, path: Path) -> None:
        """Another hard link to the old file keeps the old content."""
        other = path.parent / "other"
        other.write_bytes(b"theirs")
        os.link(other, path)
        replace(path, b"new")
        assert (path.read_bytes(), other.read_bytes()) == (b"new", b"theirs")

    def test_a_write_in_pieces_is_whole(self, path: Path, mocker: MockerFixture) -> None:
        """All bytes are written although the system takes one at a time."""
        write = os.write
        mocker.patch("os.write", lambda descriptor, content: write(descriptor, content[:1]))
        replace(path, b"0123456789")
        assert path.read_bytes() == b"0123456789"

    @pytest.mark.parametrize("step", ["write", "fsync", "replace"])
    def test_a_step_that_fails_leaves_everything_as_it_was(
        self, path: Path, mocker: MockerFixture, step: str
    ) -> None:
        """A full disk is an error; the old content stays, and no temporary file."""
        path.write_bytes(b"old")
        mocker.patch(f"os.{step}", side_effect=os_error(errno.ENOSPC))
        with pytest.raises(OSError, match="No space left"):
            replace(path, b"new")
        assert (path.read_bytes(), os.listdir(path.parent)) == (b"old", [path.name])

    def test_the_content_is_on_the_disk_before_the_name(self, path: Path, mocker: MockerFixture) -> None:
        """The content is synced before the rename, so a power cut does not leave an empty file."""
        steps: list[str] = []
        for step in ("fsync", "replace"):
            real: Any = getattr(os, step)
            mocker.patch(f"os.{step}", side_effect=_noting(steps, step, real))
        replace(path, b"new")
        assert steps == ["fsync", "replace"]

    def test_a_missing_folder_is_an_error(self, path: Path) -> None:
        """Writing does not create a folder."""
        with pytest.raises(FileNotFoundError):
            replace(path.parent / "missing" / "file", b"new")
        assert os.listdir(path.parent) == []


def _noting(steps: list[str], step: str, real: Any) -> Any:
    def call(*arguments: Any, **options: Any) -> Any:
        steps.append(step)
        return real(*arguments, **options)

    return call


@pytest.mark.usefixtures("no_umask")
class TestCreatingFirst:
    """Of several writers that create a file, one succeeds."""

    @pytest.mark.parametrize("durable", [True, False])
    def test_the_first_makes_it(self, path: Path, durable: bool) -> None:
        """The file is created with mode 0600, without other files."""
        assert create_exclusive(path, b"mine", durable=durable)
        assert (path.read_bytes(), mode_of(path), os.listdir(path.parent)) == (b"mine", 0o600, [path.name])

    @pytest.mark.parametrize("durable", [True, False])
    def test_the_second_leaves_it(self, path: Path, durable: bool) -> None:
        """A later writer gets False and changes nothing."""
        path.write_bytes(b"theirs")
        assert not create_exclusive(path, b"mine", durable=durable)
        assert (path.read_bytes(), os.listdir(path.parent)) == (b"theirs", [path.name])

    def test_a_link_to_nowhere_came_first(self, path: Path) -> None:
        """A dangling link counts as a file and is not followed."""
        path.symlink_to("nowhere")
        assert not create_exclusive(path, b"mine", durable=False)
        assert os.listdir(path.parent) == [path.name]

    @pytest.mark.parametrize("number", LINK_ERRORS, ids=[errno.errorcode[number] for number in LINK_ERRORS])
    def test_a_file_system_without_links_will_do(
        self, path: Path, mocker: MockerFixture, number: int
    ) -> None:
        """Without hard links, for each possible error, the first writer still wins."""
        mocker.patch("os.link", side_effect=os_error(number))
        assert create_exclusive(path, b"mine", durable=False)
        assert not create_exclusive(path, b"theirs", durable=False)
        assert (path.read_bytes(), mode_of(path), os.listdir(path.parent)) == (b"mine", 0o600, [path.name])

    def test_a_disk_that_is_full_leaves_nothing(self, path: Path, mocker: MockerFixture) -> None:
        """A failed write leaves no temporary file and no partial file."""
        mocker.patch("os.write", side_effect=os_error(errno.ENOSPC))
        with pytest.raises(OSError, match="No space left"):
            create_exclusive(path, b"mine", durable=False)
        assert os.listdir(path.parent) == []

    def test_half_a_file_does_not_stay_without_links_either(self, path: Path, mocker: MockerFixture) -> None:
        """Without hard links, a partial file is removed."""
        write, written = os.write, []

        def fill(descriptor: int, content: bytes) -> int:
            written.append(content)
            if len(written) > 1:  # the first write is to the temporary file
                raise os_error(errno.ENOSPC)
            return write(descriptor, content)

        mocker.patch("os.link", side_effect=os_error(errno.EPERM))
        mocker.patch("os.write", fill)
        with pytest.raises(OSError, match="No space left"):
            create_exclusive(path, b"mine", durable=False)
        assert os.listdir(path.parent) == []


class TestOnWindows:
    """On Windows, a file that another process has open cannot be replaced at that moment."""

    @pytest.fixture
    def refusals(self, mocker: MockerFixture) -> list[OSError]:
        """Errors that os.replace raises in turn, on a simulated Windows."""
        refusals: list[OSError] = []

        class Windows:
            name = "nt"

            def __getattr__(self, name: str) -> Any:
                return getattr(os, name)

            def replace(self, source: str, target: str, **folders: int | None) -> None:
                if refusals:
                    raise refusals.pop()
                os.replace(source, target, **folders)

        mocker.patch.object(owned_folder, "os", Windows())
        mocker.patch.object(owned_folder, "ON_WINDOWS", True)
        mocker.patch.object(owned_folder, "REPLACE_PAUSE_SECONDS", 0.0)
        return refusals

    def test_a_reader_is_waited_for(self, path: Path, refusals: list[OSError]) -> None:
        """The file is replaced once the reader closes it."""
        refusals += [PermissionError(errno.EACCES, "held")] * 5
        replace(path, b"new")
        assert path.read_bytes() == b"new"

    def test_a_reader_that_stays_is_waited_for_within_bounds(
        self, path: Path, refusals: list[OSError]
    ) -> None:
        """A file that stays open is an error after a bounded wait, without leftovers."""
        path.write_bytes(b"old")
        refusals += [PermissionError(errno.EACCES, "held")] * 1000
        with pytest.raises(PermissionError):
            replace(path, b"new")
        assert (path.read_bytes(), os.listdir(path.parent)) == (b"old", [path.name])
        assert len(refusals) > 900

    def test_another_error_is_not_tried_again(self, path: Path, refusals: list[OSError]) -> None:
        """Only the error of an open file is retried."""
        refusals += [os_error(errno.ENOSPC)] * 2
        with pytest.raises(OSError, match="No space left"):
            replace(path, b"new")
        assert len(refusals) == 1
