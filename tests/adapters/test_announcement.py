"""The announcement's file: when it counts, and what else may lie in its place."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from arcade_usage.adapters.machine.installation import FolderInstallation
from arcade_usage.adapters.storage.announcement import FileAnnouncement, make_announcement
from arcade_usage.adapters.storage.config_folder import Layout
from arcade_usage.application.command.payload import PAYLOAD_LIMIT, describe_tool, encode_payload
from arcade_usage.application.time_limits import ANNOUNCED_SECONDS
from arcade_usage.domain.project import Project
from tests.adapters.disk import mode_of

PROJECT = {"host": "https://posthog.example", "project_token": "phc_x"}


@pytest.fixture
def layout(config_dir: Path) -> Layout:
    layout = Layout(str(config_dir))
    layout.open_folder(make=True).close()
    return layout


@pytest.fixture
def path(layout: Layout) -> Path:
    return Path(layout.announcement(**PROJECT))


def payload(layout: Layout, adapters: str | None = None, **command: bool) -> str:
    """What a command hands to its delivery process."""
    return encode_payload(
        describe_tool(project=PROJECT, config_dir=layout.config_dir, distribution="tool", adapters=adapters),
        {"usage": None, "ledger": None, "stamp": None},
        {"name": "run", "outcome": "success", "error_message": None, **command},
    )


def ended_process() -> int:
    """The pid of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_it_is_a_private_file_that_names_the_process(path: Path) -> None:
    """By its pid and where that counts; no temporary file is left."""
    FileAnnouncement(str(path)).announce()
    assert path.read_text(encoding="utf-8").split(" ")[0] == str(os.getpid())
    assert mode_of(path) == 0o600
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_its_name_has_no_sign_that_a_file_system_refuses(path: Path) -> None:
    """It has the letters and digits of the project's host and token; other signs are numbers."""
    assert path.name == "announced-https_3a__2f__2f_posthog_2e_example_20_phc_5f_x"


@pytest.mark.parametrize(
    ("host", "token"),
    [("https://posthog.example", "phc_x_"), ("https://post-hog.example", "phc_x"), ("http://s", "phc_x")],
)
def test_two_projects_have_two_names(layout: Layout, path: Path, host: str, token: str) -> None:
    """A command takes the outbox from the announcement, so it must be that of its own project."""
    assert layout.announcement(host, token) not in (str(path), layout.announcement("https://", "phc_x"))


def test_under_another_name_it_does_not_count(layout: Layout, path: Path) -> None:
    """Some file systems take two names for one that differ in case only, as two projects' tokens may."""
    FileAnnouncement(str(path)).announce()
    other = Path(layout.announcement(PROJECT["host"], "phc_X"))
    path.rename(other)
    assert not FileAnnouncement(str(other)).stands()
    other.rename(path)
    assert FileAnnouncement(str(path)).stands()


def test_it_names_outbox_and_installation(layout: Layout, path: Path) -> None:
    """As the process finds them, so that a command need not."""
    announcement = make_announcement(payload(layout))
    assert announcement is not None
    announcement.announce()
    another = FileAnnouncement(str(path))
    assert another.found is None
    assert another.stands()
    key = Project(PROJECT["host"], PROJECT["project_token"]).key
    assert another.found == (key, FolderInstallation(layout.folder).fingerprint())


def test_one_that_names_no_outbox_counts(path: Path) -> None:
    """A command then finds out by itself."""
    FileAnnouncement(str(path)).announce()
    another = FileAnnouncement(str(path))
    assert another.stands()
    assert another.found is None


def test_that_of_a_copied_folder_does_not_count(layout: Layout, path: Path, tmp_path: Path) -> None:
    """The copy is another installation, for which no process looks."""
    FileAnnouncement(str(path)).announce()
    copy = tmp_path / "copy"
    shutil.copytree(layout.config_dir, copy)
    there = Layout(str(copy)).announcement(**PROJECT)
    assert Path(there).read_bytes() == path.read_bytes()
    assert FileAnnouncement(str(path)).stands()
    assert not FileAnnouncement(there).stands()


@pytest.mark.parametrize("seconds", [-ANNOUNCED_SECONDS - 1.0, 5.0, 3600.0])
def test_too_old_or_from_the_future_it_does_not_count(path: Path, seconds: float) -> None:
    """Whichever way a clock jumps: commands start processes, and the next one announces itself."""
    FileAnnouncement(str(path)).announce()
    moment = time.time() + seconds
    os.utime(path, (moment, moment))
    another = FileAnnouncement(str(path))
    assert not another.stands()
    assert another.announce()
    assert another.stands()


def test_the_announcement_of_a_killed_process_does_not_count(path: Path) -> None:
    """No command leaves an event to it, and the next process takes its place."""
    FileAnnouncement(str(path)).announce()
    _, place = path.read_text(encoding="utf-8").split(" ", 1)
    path.write_text(f"{ended_process()} {place}", encoding="utf-8")
    another = FileAnnouncement(str(path))
    assert not another.stands()
    assert another.announce()
    assert another.stands()


def test_the_same_pid_in_another_container_does_not_count(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Small pids run in every container; a process there does not send what this installation has to judge."""
    FileAnnouncement(str(path)).announce()
    here = FileAnnouncement(str(path))
    assert here.stands()
    monkeypatch.setattr(os, "uname", lambda: SimpleNamespace(nodename="another"))
    assert not here.stands()


@pytest.mark.parametrize("content", ["", "a process", "0", "-1", "0x1", "9" * 19, "9" * 4000])
def test_a_file_without_a_pid_does_not_count(path: Path, content: str) -> None:
    """Whatever an earlier or a later version wrote there: the next process replaces it."""
    path.write_text(content, encoding="utf-8")
    assert not FileAnnouncement(str(path)).stands()


def a_folder(path: Path) -> None:
    path.mkdir()


def a_link(path: Path) -> None:
    target = path.parent.parent / "target"
    target.write_text(str(os.getpid()), encoding="utf-8")
    path.symlink_to(target)


def a_pipe(path: Path) -> None:
    os.mkfifo(path)


@pytest.mark.parametrize("make", [a_folder, a_link, a_pipe], ids=lambda make: make.__name__)
def test_what_is_not_ours_stays_and_does_not_count(path: Path, make: Callable[[Path], None]) -> None:
    """The process goes on unannounced."""
    make(path)
    before = path.lstat()
    announcement = FileAnnouncement(str(path))
    assert announcement.announce()
    assert not announcement.stands()
    announcement.withdraw()
    assert path.lstat() == before


def test_a_folder_that_is_a_link_is_not_used(tmp_path: Path, path: Path) -> None:
    """An announcement in it is none of ours."""
    FileAnnouncement(str(path)).announce()
    moved = tmp_path / "moved"
    path.parent.rename(moved)
    path.parent.symlink_to(moved)
    assert not FileAnnouncement(str(path)).stands()


def test_a_delivery_process_finds_the_announcement_of_its_project(layout: Layout, path: Path) -> None:
    """By what its payload says."""
    announcement = make_announcement(payload(layout))
    assert announcement is not None
    announcement.announce()
    assert path.exists()


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"command": {}}', '{"command": {}, "sink": {}}', "x" * (PAYLOAD_LIMIT + 1)],
    ids=lambda text: text[:20],
)
def test_a_malformed_payload_has_none(text: str) -> None:
    """Then the delivery reports what is wrong."""
    assert make_announcement(text) is None


@pytest.mark.parametrize("command", [{"is_login": True}, {"is_logout": True}], ids=str)
def test_a_change_of_identity_has_none(layout: Layout, command: dict[str, bool]) -> None:
    """A login and a logout are not left to another process."""
    assert make_announcement(payload(layout, None, **command)) is None


def test_with_adapters_of_the_tool_there_is_none(layout: Layout) -> None:
    """They may store events elsewhere."""
    assert make_announcement(payload(layout, adapters="tool:adapters")) is None


@pytest.mark.parametrize("variable", ["ARCADE_USAGE_DEBUG", "SANDBOX_RUNTIME"])
def test_a_process_that_sends_nothing_does_not_announce_itself(
    layout: Layout, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    """Events that are left to it would wait."""
    monkeypatch.setenv(variable, "1")
    assert make_announcement(payload(layout)) is None
