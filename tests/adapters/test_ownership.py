"""Owners of a config folder: it is used only if it and its parents belong to the user or root."""

import os
import struct
import sys
from pathlib import Path

import pytest

from arcade_usage.adapters.files.another_owner import AnotherOwnerError
from arcade_usage.adapters.files.ownership import NotOwnedError, check_config_dir
from tests.adapters.disk import os_error

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give folders to other users")

OTHER_USER = 4242  # a user id that no machine has
GROUP = 4343


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A config folder in a home, both owned by the user."""
    folder = tmp_path / "home" / "config"
    folder.mkdir(parents=True, mode=0o700)
    folder.parent.chmod(0o755)
    return folder


def problem(path: Path) -> str | None:
    try:
        check_config_dir(str(path))
    except NotOwnedError as error:
        return str(error)
    return None


def test_a_folder_of_the_user_s_own_is_used(folder: Path) -> None:
    """The user's folder is used; also a missing one in a folder of the user's."""
    assert problem(folder) is None
    assert problem(folder / "not" / "there" / "yet") is None


@pytest.mark.parametrize("whose", [".", ".."], ids=["the folder", "the home"])
def test_a_folder_below_another_owner_is_not_used(folder: Path, whose: str) -> None:
    """Another user's folder, or a folder in another user's home, is not used; the text names owner and remedy."""
    owned = Path(os.path.normpath(folder / whose))
    os.chown(owned, OTHER_USER, GROUP)
    assert problem(folder) == (
        f"{owned} belongs to user {OTHER_USER}, not to root: "
        f"run this as user {OTHER_USER}, or name a folder of root's own in ARCADE_WORK_DIR"
    )
    folder.rmdir()
    if whose == "..":
        assert problem(folder) is not None


def test_the_text_has_the_remedy(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """For a folder that sudo created, the text has the remedy."""
    monkeypatch.setattr(os, "geteuid", lambda: OTHER_USER)
    assert str(AnotherOwnerError(str(folder), 0)) == (
        f"{folder} belongs to root, not to user {OTHER_USER}: "
        f"take it back (sudo chown {OTHER_USER} '{folder}'), or name your own in ARCADE_WORK_DIR"
    )


@pytest.mark.parametrize(
    ("mode", "gid", "is_used"),
    [
        (0o700, GROUP, True),
        (0o755, GROUP, True),
        (0o702, GROUP, False),
        (0o777, GROUP, False),
        (0o770, GROUP, False),
        (0o775, GROUP, False),
        (0o775, 0, True),  # a private group, which most systems create for each user
        (0o1777, GROUP, False),
    ],
    ids=lambda value: oct(value) if isinstance(value, int) and value > 1 else str(value),
)
def test_a_folder_that_others_may_write_to_is_not_used(
    folder: Path, mode: int, gid: int, is_used: bool
) -> None:
    """A folder that other users can write to is not used."""
    os.chown(folder, 0, gid)
    folder.chmod(mode)
    assert problem(folder) == (
        None if is_used else f"{folder} can be written by other users: chmod go-w '{folder}'"
    )


@pytest.mark.parametrize(("mode", "is_used"), [(0o755, True), (0o777, False), (0o1777, True)])
def test_those_above_must_not_let_others_replace_it(folder: Path, mode: int, is_used: bool) -> None:
    """A parent that other users can write to, without a sticky bit, is refused."""
    folder.parent.chmod(mode)
    assert (problem(folder) is None) is is_used


@pytest.mark.skipif(
    sys.platform != "linux", reason="POSIX access lists as extended attributes are Linux only"
)
def test_a_folder_that_an_access_list_opens_to_others_is_not_used(folder: Path) -> None:
    """A folder whose access list lets others write is not used; the remedy in the text works."""
    no_id = 0xFFFFFFFF
    entries = [(1, 7, no_id), (2, 7, OTHER_USER), (4, 0, no_id), (16, 7, no_id), (32, 0, no_id)]
    access_list = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)
    for opened in (folder, folder.parent):
        try:
            os.setxattr(opened, "system.posix_acl_access", access_list)
        except OSError:
            pytest.skip("this file system has no access lists")
        assert problem(folder) == f"{opened} can be written by other users: chmod go-w '{opened}'"
        opened.chmod(opened.stat().st_mode & ~0o022)
        assert problem(folder) is None


class TestLinks:
    """The config folder may be a link; each folder on its way must be the user's or root's."""

    @pytest.fixture
    def elsewhere(self, tmp_path: Path) -> Path:
        elsewhere = tmp_path / "data" / "kept"
        elsewhere.mkdir(parents=True, mode=0o700)
        return elsewhere

    @pytest.fixture
    def link(self, folder: Path, elsewhere: Path) -> Path:
        link = folder / "link"
        link.symlink_to(elsewhere)
        return link

    def test_a_link_between_folders_of_the_user_s_is_followed(self, link: Path) -> None:
        """A link between the user's folders is followed, absolute or relative."""
        assert problem(link) is None
        link.unlink()
        link.symlink_to("../../data/kept")
        assert problem(link) is None

    @pytest.mark.parametrize("whose", ["kept", "data"])
    def test_what_it_leads_to_is_checked(self, link: Path, elsewhere: Path, whose: str) -> None:
        """A link to another user's folder is refused."""
        owned = elsewhere if whose == "kept" else elsewhere.parent
        os.chown(owned, OTHER_USER, GROUP)
        assert str(problem(link)).startswith(f"{owned} belongs to user {OTHER_USER}")

    def test_where_it_lies_is_checked(self, link: Path, folder: Path) -> None:
        """A link in another user's folder is refused, since that user could change it."""
        os.chown(folder, OTHER_USER, GROUP)
        assert str(problem(link)).startswith(f"{folder} belongs to user {OTHER_USER}")

    def test_the_link_itself_has_to_be_the_user_s(self, link: Path, folder: Path) -> None:
        """Another user's link in a sticky folder is refused, since that user could change it."""
        folder.chmod(0o1777)
        assert problem(link) is None
        os.chown(link, OTHER_USER, GROUP, follow_symlinks=False)
        assert str(problem(link)).startswith(f"{link} belongs to user {OTHER_USER}")

    def test_each_link_of_a_chain_is_checked(self, folder: Path, tmp_path: Path, link: Path) -> None:
        """A link to another user's link is refused."""
        theirs = tmp_path / "theirs"
        theirs.mkdir()
        (theirs / "link").symlink_to(link)
        os.chown(theirs, OTHER_USER, GROUP)
        (folder / "chain").symlink_to(theirs / "link")
        assert str(problem(folder / "chain")).startswith(f"{theirs} belongs to user {OTHER_USER}")

    def test_a_loop_ends(self, folder: Path) -> None:
        """A loop is an OSError."""
        (folder / "loop").symlink_to("loop")
        with pytest.raises(OSError, match="too many links"):
            check_config_dir(str(folder / "loop"))


def test_a_file_in_its_place_is_an_error(folder: Path) -> None:
    """A file in place of the folder, or of a parent, is named."""
    (folder / "file").touch()
    for path in (folder / "file", folder / "file" / "config"):
        assert str(problem(path)).startswith(f"{folder / 'file'} is not a folder")


def test_what_can_not_be_looked_at_is_an_error(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the owner cannot be read, the folder is not used."""

    def refuse(_: str) -> None:
        raise os_error(13)

    monkeypatch.setattr(os, "lstat", refuse)
    with pytest.raises(PermissionError):
        check_config_dir(str(folder))
