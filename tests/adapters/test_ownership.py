"""Whose a config folder is: the user's own all the way down, or it is not used."""

import os
import struct
import sys
from pathlib import Path

import pytest

from arcade_usage.adapters.files.ownership import AnotherOwnerError, NotOwnedError, check_config_dir
from tests.adapters.disk import os_error

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give folders to other users")

SOMEBODY = 4242  # a user that no machine has
GROUP = 4343


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A config folder in a home, both of the user's own."""
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
    """So is one that is not there yet, in a folder of the user's own."""
    assert problem(folder) is None
    assert problem(folder / "not" / "there" / "yet") is None


@pytest.mark.parametrize("whose", [".", ".."], ids=["the folder", "the home"])
def test_a_folder_below_another_owner_is_not_used(folder: Path, whose: str) -> None:
    """Neither another user's folder nor a folder in another user's home; the text says whose and what to do."""
    owned = Path(os.path.normpath(folder / whose))
    os.chown(owned, SOMEBODY, GROUP)
    assert problem(folder) == (
        f"{owned} belongs to user {SOMEBODY}, not to root: "
        f"run this as user {SOMEBODY}, or name a folder of root's own in ARCADE_WORK_DIR"
    )
    folder.rmdir()
    if whose == "..":
        assert problem(folder) is not None


def test_a_user_is_told_how_to_take_a_folder_back(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who once ran the tool with sudo finds the cure."""
    monkeypatch.setattr(os, "geteuid", lambda: SOMEBODY)
    assert str(AnotherOwnerError(str(folder), 0)) == (
        f"{folder} belongs to root, not to user {SOMEBODY}: "
        f"take it back (sudo chown user {SOMEBODY} '{folder}'), or name your own in ARCADE_WORK_DIR"
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
        (0o775, 0, True),  # a private group, as most systems make one for each user
        (0o1777, GROUP, False),
    ],
    ids=lambda value: oct(value) if isinstance(value, int) and value > 1 else str(value),
)
def test_a_folder_that_others_may_write_to_is_not_used(
    folder: Path, mode: int, gid: int, is_used: bool
) -> None:
    """They could put anything there."""
    os.chown(folder, 0, gid)
    folder.chmod(mode)
    assert problem(folder) == (
        None if is_used else f"{folder} can be written by other users: chmod go-w '{folder}'"
    )


@pytest.mark.parametrize(("mode", "is_used"), [(0o755, True), (0o777, False), (0o1777, True)])
def test_those_above_must_not_let_others_replace_it(folder: Path, mode: int, is_used: bool) -> None:
    """Where others may write, they could put another folder in its place; unless the sticky bit says no."""
    folder.parent.chmod(mode)
    assert (problem(folder) is None) is is_used


@pytest.mark.skipif(
    sys.platform != "linux", reason="POSIX access lists as extended attributes are Linux only"
)
def test_a_folder_that_an_access_list_opens_to_others_is_not_used(folder: Path) -> None:
    """Its group looks like a private one that may write; the cure that is named takes it back from all."""
    anybody = 0xFFFFFFFF
    entries = [(1, 7, anybody), (2, 7, SOMEBODY), (4, 0, anybody), (16, 7, anybody), (32, 0, anybody)]
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
    """The user may keep the config folder elsewhere; each folder on the way has to be the user's or root's."""

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
        """By absolute and relative paths."""
        assert problem(link) is None
        link.unlink()
        link.symlink_to("../../data/kept")
        assert problem(link) is None

    @pytest.mark.parametrize("whose", ["kept", "data"])
    def test_what_it_leads_to_is_checked(self, link: Path, elsewhere: Path, whose: str) -> None:
        """Another user's folder is not used by whatever name."""
        owned = elsewhere if whose == "kept" else elsewhere.parent
        os.chown(owned, SOMEBODY, GROUP)
        assert str(problem(link)).startswith(f"{owned} belongs to user {SOMEBODY}")

    def test_where_it_lies_is_checked(self, link: Path, folder: Path) -> None:
        """Its owner could lead it elsewhere tomorrow."""
        os.chown(folder, SOMEBODY, GROUP)
        assert str(problem(link)).startswith(f"{folder} belongs to user {SOMEBODY}")

    def test_the_link_itself_has_to_be_the_user_s(self, link: Path, folder: Path) -> None:
        """In a sticky folder anybody can lay a link, and lead it elsewhere tomorrow."""
        folder.chmod(0o1777)
        assert problem(link) is None
        os.chown(link, SOMEBODY, GROUP, follow_symlinks=False)
        assert str(problem(link)).startswith(f"{link} belongs to user {SOMEBODY}")

    def test_each_link_of_a_chain_is_checked(self, folder: Path, tmp_path: Path, link: Path) -> None:
        """A link to another user's link."""
        theirs = tmp_path / "theirs"
        theirs.mkdir()
        (theirs / "link").symlink_to(link)
        os.chown(theirs, SOMEBODY, GROUP)
        (folder / "chain").symlink_to(theirs / "link")
        assert str(problem(folder / "chain")).startswith(f"{theirs} belongs to user {SOMEBODY}")

    def test_a_loop_ends(self, folder: Path) -> None:
        """It is an error of the system's."""
        (folder / "loop").symlink_to("loop")
        with pytest.raises(OSError, match="too many links"):
            check_config_dir(str(folder / "loop"))


def test_a_file_in_its_place_is_told(folder: Path) -> None:
    """It is no folder, nor is anything below it."""
    (folder / "file").touch()
    for path in (folder / "file", folder / "file" / "config"):
        assert str(problem(path)).startswith(f"{folder / 'file'} is not a folder")


def test_what_can_not_be_looked_at_is_an_error(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In doubt whether a folder is the user's, it is not."""

    def refuse(_: str) -> None:
        raise os_error(13)

    monkeypatch.setattr(os, "lstat", refuse)
    with pytest.raises(PermissionError):
        check_config_dir(str(folder))
