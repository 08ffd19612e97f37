"""docs/fields.md says what the code sends."""

import pytest

from arcade_usage.adapters.posthog.sink import PostHogSink
from arcade_usage.domain.event import SDK_FIELDS
from arcade_usage.domain.properties import FIELDS
from arcade_usage.domain.verdict import Attribution
from tests.samples import ALICE, ANON, SINK, make_event
from tests.unit.docs.fields import PAGE, write_page


def test_the_page_is_that_of_the_code() -> None:
    """A change of what is sent, or why, needs the page made anew: `make docs`."""
    assert PAGE.read_text(encoding="utf-8") == write_page()


@pytest.mark.parametrize("personless", [True, False])
def test_the_sdk_adds_nothing_that_has_no_reason(personless: bool) -> None:
    """A newer SDK that adds a property makes this fail, and not a user wonder."""
    event, attribution = make_event(), Attribution(ANON if personless else ALICE, personless=personless)
    properties = PostHogSink(SINK).preview(event, attribution)["properties"]
    assert isinstance(properties, dict)
    added = set(properties) - set(event.properties)
    assert added
    assert added <= set(SDK_FIELDS)
    assert not set(SDK_FIELDS) & set(FIELDS)
