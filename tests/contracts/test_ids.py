"""What the source of ids promises, by chance and by counting."""

import uuid
from collections.abc import Callable

import pytest

from arcade_usage.adapters.chance import RandomIds
from arcade_usage.adapters.in_memory import CountingIds
from arcade_usage.application.ports import Ids
from arcade_usage.domain.identity import is_anonymous_id

SOURCES: dict[str, Callable[[], Ids]] = {"by chance": RandomIds, "by counting": CountingIds}


@pytest.fixture(params=SOURCES)
def ids(request: pytest.FixtureRequest) -> Ids:
    return SOURCES[request.param]()


def test_no_id_comes_twice(ids: Ids) -> None:
    """Every id is a new one."""
    assert len({ids.fresh() for _ in range(10_000)}) == 10_000


def test_every_id_is_a_random_uuid(ids: Ids) -> None:
    """An id is a UUID of version 4 in its usual spelling."""
    for text in [ids.fresh() for _ in range(1000)]:
        parsed = uuid.UUID(text)
        assert (parsed.version, parsed.variant, str(parsed)) == (4, uuid.RFC_4122, text)


def test_every_id_can_be_an_anonymous_one(ids: Ids) -> None:
    """The domain takes an id as that of one installation."""
    assert all(is_anonymous_id(ids.fresh()) for _ in range(1000))


def test_two_sources_of_chance_do_not_agree() -> None:
    """Ids by chance are not those of another process."""
    assert {RandomIds().fresh() for _ in range(100)}.isdisjoint({RandomIds().fresh() for _ in range(100)})
