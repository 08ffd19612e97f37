"""What an announcement promises, in memory and on disk."""

from collections.abc import Callable
from pathlib import Path

import pytest
from attrs import frozen
from pytest_mock import MockerFixture

from arcade_usage.adapters.storage.announcement import FileAnnouncement
from arcade_usage.adapters.storage.config_folder import Layout
from arcade_usage.application.ports import HandOver
from arcade_usage.testing.in_memory import MemoryHandOver
from tests.adapters.disk import deny


@frozen
class HandOverUnderTest:
    """The announcement as two processes have it, that of another project, and how to lose permission."""

    ours: HandOver
    another: HandOver
    of_another_project: HandOver
    shut: Callable[[], object]


@pytest.fixture(params=["in memory", "on disk"])
def subject(request: pytest.FixtureRequest, tmp_path: Path, mocker: MockerFixture) -> HandOverUnderTest:
    if request.param == "in memory":
        ours = MemoryHandOver()
        another = MemoryHandOver(ours.announced)
        return HandOverUnderTest(ours, another, MemoryHandOver(), lambda: setattr(ours, "writable", False))
    layout = Layout(str(tmp_path / "config"))
    layout.open_folder(make=True).close()
    path = layout.announcement("https://posthog.example", "phc_x")
    other = layout.announcement("https://posthog.example", "phc_y")
    return HandOverUnderTest(
        FileAnnouncement(path),
        FileAnnouncement(path),
        FileAnnouncement(other),
        lambda: deny(mocker, tmp_path),
    )


def test_none_stands_at_first(subject: HandOverUnderTest) -> None:
    """Then a command starts a process."""
    assert not subject.ours.stands()


def test_an_announcement_stands_until_it_is_withdrawn(subject: HandOverUnderTest) -> None:
    """Each process sees it, until the one that made it withdraws it."""
    assert subject.ours.announce()
    assert subject.ours.stands()
    assert subject.another.stands()
    subject.ours.withdraw()
    assert not subject.another.stands()


def test_one_process_announces_itself_at_a_time(subject: HandOverUnderTest) -> None:
    """The other one is refused as long as the first one's announcement stands."""
    assert subject.ours.announce()
    assert not subject.another.announce()
    subject.ours.withdraw()
    assert subject.another.announce()


def test_a_process_may_announce_itself_again(subject: HandOverUnderTest) -> None:
    """Its own announcement is no other one's."""
    assert subject.ours.announce()
    assert subject.ours.announce()
    subject.ours.withdraw()
    assert not subject.ours.stands()


def test_a_process_withdraws_only_its_own(subject: HandOverUnderTest) -> None:
    """One that was refused leaves the announcement of the other one."""
    subject.ours.announce()
    subject.another.announce()
    subject.another.withdraw()
    assert subject.ours.stands()


def test_withdrawing_again_is_harmless(subject: HandOverUnderTest) -> None:
    """As is withdrawing what was never announced."""
    subject.ours.withdraw()
    subject.ours.announce()
    subject.ours.withdraw()
    subject.another.announce()
    subject.ours.withdraw()
    assert subject.another.stands()


def test_projects_are_apart(subject: HandOverUnderTest) -> None:
    """An announcement counts for the events of its own project."""
    subject.ours.announce()
    assert not subject.of_another_project.stands()
    assert subject.of_another_project.announce()


def test_a_process_that_may_not_write_goes_on_unannounced(subject: HandOverUnderTest) -> None:
    """It sends its event itself; no command relies on it."""
    subject.shut()
    assert subject.ours.announce()
    assert not subject.ours.stands()
    subject.ours.withdraw()
