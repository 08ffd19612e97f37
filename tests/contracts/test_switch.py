"""What a choice promises, in memory and on disk."""

from collections.abc import Callable
from itertools import permutations
from pathlib import Path

import pytest
from attrs import frozen
from pytest_mock import MockerFixture

from arcade_usage.adapters.storage.config_folder import Layout
from arcade_usage.adapters.storage.switch import FolderSwitch
from arcade_usage.application.errors import StoreError
from arcade_usage.application.ports import Switch
from arcade_usage.domain.consent import LEVELS, ON, WITHOUT_ERRORS
from arcade_usage.testing.in_memory import MemorySwitch
from tests.adapters.disk import deny


@frozen
class SwitchUnderTest:
    choice: Switch
    shut: Callable[[], object]


@pytest.fixture(params=["in memory", "on disk"])
def subject(request: pytest.FixtureRequest, tmp_path: Path, mocker: MockerFixture) -> SwitchUnderTest:
    if request.param == "in memory":
        choice = MemorySwitch()
        return SwitchUnderTest(choice, lambda: setattr(choice, "writable", False))
    layout = Layout(str(tmp_path / "config"))
    return SwitchUnderTest(FolderSwitch(layout, "phc_x"), lambda: deny(mocker, tmp_path))


def test_nothing_is_chosen_at_first(subject: SwitchUnderTest) -> None:
    """There is nothing to remove either."""
    assert (subject.choice.level(), subject.choice.is_on()) == (ON, True)
    assert subject.choice.choose(ON) is False


@pytest.mark.parametrize("level", LEVELS[1:])
def test_a_choice_holds_until_it_is_removed(subject: SwitchUnderTest, level: str) -> None:
    """Chosen twice, it is removed once. Only on, with or without the texts of errors, lets events leave."""
    for was_stored in (False, True):
        assert subject.choice.choose(level) is was_stored
        assert (subject.choice.level(), subject.choice.is_on()) == (level, level == WITHOUT_ERRORS)
    assert subject.choice.choose(ON) is True
    assert (subject.choice.level(), subject.choice.is_on()) == (ON, True)
    assert subject.choice.choose(ON) is False


@pytest.mark.parametrize(("first", "second"), list(permutations(LEVELS, 2)))
def test_a_later_choice_replaces_an_earlier_one(subject: SwitchUnderTest, first: str, second: str) -> None:
    """In every order."""
    subject.choice.choose(first)
    assert subject.choice.choose(second) is (first != ON)
    assert subject.choice.level() == second


@pytest.mark.parametrize("level", LEVELS)
def test_a_choice_that_cannot_be_stored_is_an_error(subject: SwitchUnderTest, level: str) -> None:
    """The user learns that it did not work."""
    subject.shut()
    with pytest.raises(StoreError):
        subject.choice.choose(level)
