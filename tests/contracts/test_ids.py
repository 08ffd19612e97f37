"""What the source of ids promises, by chance and by counting."""

import uuid
from collections.abc import Callable

import pytest

from arcade_usage.adapters.machine.ids import UuidGenerator
from arcade_usage.application.ports import IdGenerator
from arcade_usage.domain.identity import is_anonymous_id
from arcade_usage.testing.in_memory import SequentialIds

SOURCES: dict[str, Callable[[], IdGenerator]] = {"by chance": UuidGenerator, "by counting": SequentialIds}


@pytest.fixture(params=SOURCES)
def ids(request: pytest.FixtureRequest) -> IdGenerator:
    return SOURCES[request.param]()


def test_no_id_comes_twice(ids: IdGenerator) -> None:
    """Every id is a new one."""
    assert len({ids.new() for _ in range(10_000)}) == 10_000


def test_every_id_is_a_random_uuid(ids: IdGenerator) -> None:
    """An id is a UUID of version 4 in its usual spelling."""
    for text in [ids.new() for _ in range(1000)]:
        parsed = uuid.UUID(text)
        assert (parsed.version, parsed.variant, str(parsed)) == (4, uuid.RFC_4122, text)


def test_every_id_can_be_an_anonymous_one(ids: IdGenerator) -> None:
    """The domain takes an id as that of one installation."""
    assert all(is_anonymous_id(ids.new()) for _ in range(1000))


def test_two_sources_of_chance_do_not_agree() -> None:
    """Ids by chance are not those of another process."""
    assert {UuidGenerator().new() for _ in range(100)}.isdisjoint({UuidGenerator().new() for _ in range(100)})
