"""Files that other processes read and write: written whole, private, and nothing left behind."""

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
    """A replaced file is the new one or the old one, and nothing else is left behind."""

    @pytest.mark.parametrize("before", [None, b"", b"old and longer than the new one"])
    def test_the_new_content_is_there_and_private(self, path: Path, before: bytes | None) -> None:
        """Whatever lay there, the content is the new one, 0600, and no temporary file is left."""
        if before is not None:
            path.write_bytes(before)
        replace(path, b"new")
        assert (path.read_bytes(), mode_of(path), os.listdir(path.parent)) == (b"new", 0o600, [path.name])

    def test_who_reads_the_old_file_reads_it_whole(self, path: Path) -> None:
        """A reader that opened the file before still reads what it opened."""
        path.write_bytes(b"old")
        with path.open("rb") as reader:
            replace(path, b"new")
            assert reader.read() == b"old"

    def test_a_link_is_not_followed(self, path: Path) -> None:
        """Neither the link nor what it leads to changes."""
        target = path.parent / "target"
        target.write_bytes(b"theirs")
        path.symlink_to(target)
        with pytest.raises(NotOwnedError, match="is a link"):
            replace(path, b"new")
        assert (path.is_symlink(), target.read_bytes()) == (True, b"theirs")
        assert sorted(os.listdir(path.parent)) == sorted([path.name, "target"])

    def test_another_name_of_the_file_keeps_its_content(self, path: Path) -> None:
        """The name is replaced, and never written through: a hard link elsewhere is as it was."""
        other = path.parent / "other"
        other.write_bytes(b"theirs")
        os.link(other, path)
        replace(path, b"new")
        assert (path.read_bytes(), other.read_bytes()) == (b"new", b"theirs")

    def test_a_write_in_pieces_is_whole(self, path: Path, mocker: MockerFixture) -> None:
        """Where the system takes a byte at a time, all of them are written."""
        write = os.write
        mocker.patch("os.write", lambda descriptor, content: write(descriptor, content[:1]))
        replace(path, b"0123456789")
        assert path.read_bytes() == b"0123456789"

    @pytest.mark.parametrize("step", ["write", "fsync", "replace"])
    def test_a_step_that_fails_leaves_everything_as_it_was(
        self, path: Path, mocker: MockerFixture, step: str
    ) -> None:
        """A full disk is told; the old content is there, and no temporary file."""
        path.write_bytes(b"old")
        mocker.patch(f"os.{step}", side_effect=os_error(errno.ENOSPC))
        with pytest.raises(OSError, match="No space left"):
            replace(path, b"new")
        assert (path.read_bytes(), os.listdir(path.parent)) == (b"old", [path.name])

    def test_the_content_is_on_the_disk_before_the_name(self, path: Path, mocker: MockerFixture) -> None:
        """A machine that loses its power in between has the old file, not an empty one."""
        steps: list[str] = []
        for step in ("fsync", "replace"):
            real: Any = getattr(os, step)
            mocker.patch(f"os.{step}", side_effect=_noting(steps, step, real))
        replace(path, b"new")
        assert steps == ["fsync", "replace"]

    def test_a_missing_folder_is_an_error(self, path: Path) -> None:
        """No folder is made by the way."""
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
    """Of all that want to make a file, one does."""

    @pytest.mark.parametrize("durable", [True, False])
    def test_the_first_makes_it(self, path: Path, durable: bool) -> None:
        """The file is there, 0600, with nothing beside it."""
        assert create_exclusive(path, b"mine", durable=durable)
        assert (path.read_bytes(), mode_of(path), os.listdir(path.parent)) == (b"mine", 0o600, [path.name])

    @pytest.mark.parametrize("durable", [True, False])
    def test_the_second_leaves_it(self, path: Path, durable: bool) -> None:
        """Who comes later is told, and changes nothing."""
        path.write_bytes(b"theirs")
        assert not create_exclusive(path, b"mine", durable=durable)
        assert (path.read_bytes(), os.listdir(path.parent)) == (b"theirs", [path.name])

    def test_a_link_to_nowhere_came_first(self, path: Path) -> None:
        """A dangling link is somebody's, and is not followed."""
        path.symlink_to("nowhere")
        assert not create_exclusive(path, b"mine", durable=False)
        assert os.listdir(path.parent) == [path.name]

    @pytest.mark.parametrize("number", LINK_ERRORS, ids=[errno.errorcode[number] for number in LINK_ERRORS])
    def test_a_file_system_without_links_will_do(
        self, path: Path, mocker: MockerFixture, number: int
    ) -> None:
        """Where hard links fail, for whatever reason a file system has, the first writer wins as well."""
        mocker.patch("os.link", side_effect=os_error(number))
        assert create_exclusive(path, b"mine", durable=False)
        assert not create_exclusive(path, b"theirs", durable=False)
        assert (path.read_bytes(), mode_of(path), os.listdir(path.parent)) == (b"mine", 0o600, [path.name])

    def test_a_disk_that_is_full_leaves_nothing(self, path: Path, mocker: MockerFixture) -> None:
        """Neither a temporary file nor half a file stays where the content could not be written."""
        mocker.patch("os.write", side_effect=os_error(errno.ENOSPC))
        with pytest.raises(OSError, match="No space left"):
            create_exclusive(path, b"mine", durable=False)
        assert os.listdir(path.parent) == []

    def test_half_a_file_does_not_stay_without_links_either(self, path: Path, mocker: MockerFixture) -> None:
        """Without hard links a file that could not be written to its end is taken away again."""
        write, written = os.write, []

        def fill(descriptor: int, content: bytes) -> int:
            written.append(content)
            if len(written) > 1:  # the first is the temporary file's
                raise os_error(errno.ENOSPC)
            return write(descriptor, content)

        mocker.patch("os.link", side_effect=os_error(errno.EPERM))
        mocker.patch("os.write", fill)
        with pytest.raises(OSError, match="No space left"):
            create_exclusive(path, b"mine", durable=False)
        assert os.listdir(path.parent) == []


class TestOnWindows:
    """There a file that somebody reads can't be replaced for that moment."""

    @pytest.fixture
    def refusals(self, mocker: MockerFixture) -> list[OSError]:
        """What os.replace will raise, one for each time, on a system that says it is Windows."""
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
        """The file is replaced as soon as its reader has let go."""
        refusals += [PermissionError(errno.EACCES, "held")] * 5
        replace(path, b"new")
        assert path.read_bytes() == b"new"

    def test_a_reader_that_stays_is_waited_for_within_bounds(
        self, path: Path, refusals: list[OSError]
    ) -> None:
        """A file that somebody holds for good is told, and nothing is left behind."""
        path.write_bytes(b"old")
        refusals += [PermissionError(errno.EACCES, "held")] * 1000
        with pytest.raises(PermissionError):
            replace(path, b"new")
        assert (path.read_bytes(), os.listdir(path.parent)) == (b"old", [path.name])
        assert len(refusals) > 900

    def test_another_error_is_not_tried_again(self, path: Path, refusals: list[OSError]) -> None:
        """Only a file that is held is waited for."""
        refusals += [os_error(errno.ENOSPC)] * 2
        with pytest.raises(OSError, match="No space left"):
            replace(path, b"new")
        assert len(refusals) == 1
