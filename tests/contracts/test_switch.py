"""What a choice promises, in memory and on disk."""

from collections.abc import Callable
from pathlib import Path

import pytest
from attrs import frozen
from pytest_mock import MockerFixture

from arcade_usage.adapters.storage.config_folder import Layout, chose_off
from arcade_usage.adapters.storage.switch import FolderSwitch
from arcade_usage.application.errors import StoreError
from arcade_usage.application.ports import Switch
from arcade_usage.testing.in_memory import MemorySwitch
from tests.adapters.disk import deny


@frozen
class SwitchUnderTest:
    choice: Switch
    is_off: Callable[[], bool]
    shut: Callable[[], object]


@pytest.fixture(params=["in memory", "on disk"])
def subject(request: pytest.FixtureRequest, tmp_path: Path, mocker: MockerFixture) -> SwitchUnderTest:
    if request.param == "in memory":
        choice = MemorySwitch()
        return SwitchUnderTest(choice, lambda: choice.is_off, lambda: setattr(choice, "writable", False))
    layout = Layout(str(tmp_path / "config"))
    return SwitchUnderTest(
        FolderSwitch(layout, "phc_x"), lambda: chose_off([layout]), lambda: deny(mocker, tmp_path)
    )


def test_nothing_is_chosen_at_first(subject: SwitchUnderTest) -> None:
    """There is nothing to take back either."""
    assert not subject.is_off()
    assert subject.choice.turn_on() is False


def test_off_holds_until_it_is_taken_back(subject: SwitchUnderTest) -> None:
    """Chosen twice, it is taken back once."""
    for _ in range(2):
        subject.choice.turn_off()
        assert subject.is_off()
    assert subject.choice.turn_on() is True
    assert not subject.is_off()
    assert subject.choice.turn_on() is False


def test_what_cannot_be_stored_is_told(subject: SwitchUnderTest) -> None:
    """Whoever asked to be left alone learns that it did not work."""
    subject.shut()
    with pytest.raises(StoreError):
        subject.choice.turn_off()
    with pytest.raises(StoreError):
        subject.choice.turn_on()
