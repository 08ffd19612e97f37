"""What the page of `view` shows."""

from datetime import date, datetime, timezone

import pytest

from arcade_usage.application.console.fields import explain_message
from arcade_usage.application.console.overview import (
    EVENTS_SHOWN,
    FAILURES_SHOWN,
    PERIODS_SHOWN,
    make_overview,
)
from arcade_usage.domain.mcp_event import TOOL_CALLED
from arcade_usage.domain.persons import ALIAS_EVENT
from arcade_usage.domain.project import Project
from arcade_usage.domain.properties import FAILED, SUCCEEDED
from arcade_usage.domain.sent import Sent
from arcade_usage.domain.status import Status

NOW = datetime(2026, 11, 28, 12, tzinfo=timezone.utc).timestamp()
TO = Project("https://posthog.example", "phc_x")
STATUS = Status("/config", (), False, None, False, (), (), NOW)


def sent(
    number: int, event: str = SUCCEEDED, distinct_id: str = "a", **properties: object
) -> tuple[Project, Sent]:
    """An event that happened `number` seconds before now."""
    properties = {"command_name": "build", **properties}
    return TO, Sent(NOW - number, {"event": event, "distinct_id": distinct_id, "properties": properties})


def day_of(at: float) -> date:
    return datetime.fromtimestamp(at, timezone.utc).date()


def test_the_newest_come_first_and_lists_are_limited() -> None:
    """All count, and as many are shown as the page has room for."""
    copies = [sent(number, FAILED, str(number)) for number in range(EVENTS_SHOWN + 10)]
    overview = make_overview(STATUS, copies, day_of)
    assert overview.total == EVENTS_SHOWN + 10
    assert [event.copy.distinct_id for event in overview.events] == list(map(str, range(EVENTS_SHOWN)))
    assert [event.copy.distinct_id for event in overview.failures] == list(map(str, range(FAILURES_SHOWN)))
    assert [period.distinct_id for period in overview.periods] == list(map(str, range(PERIODS_SHOWN)))
    assert overview.commands["build"].failures == EVENTS_SHOWN + 10
    assert overview.oldest_at == NOW - EVENTS_SHOWN - 9
    assert (len(overview.days), overview.days[-1].summary.runs) == (30, EVENTS_SHOWN + 10)
    assert all(event.sent for event in overview.events)


def test_links_and_events_of_servers_are_no_commands() -> None:
    """Each is listed as what it is."""
    link = TO, Sent(NOW, {"event": ALIAS_EVENT, "distinct_id": "b", "properties": {"alias": "a"}})
    overview = make_overview(STATUS, [link, sent(1), sent(2, "started"), sent(3, "started")], day_of)
    assert [event.copy.link for event in overview.links] == [("a", "b")]
    assert (list(overview.commands), overview.others, overview.total) == (["build"], {"started": 2}, 4)


def test_without_events_there_is_a_page_too() -> None:
    """Thirty empty days, and nothing else."""
    overview = make_overview(STATUS, [], day_of)
    assert (overview.events, overview.periods, overview.commands, overview.oldest_at) == ([], [], {}, None)
    assert len(overview.days) == 30


@pytest.mark.parametrize(
    ("event", "name", "reason"),
    [
        (SUCCEEDED, "command_name", "which commands are used"),
        (FAILED, "org_id", "which organizations use it"),
        (SUCCEEDED, "$ip", "0.0.0.0: PostHog would store the address that the request came from, so it gets none"),
        (SUCCEEDED, "$of_a_newer_sdk", "PostHog's SDK adds it to every event"),
        (SUCCEEDED, "theirs", "the tool adds it"),
        (TOOL_CALLED, "transport", "how servers are reached: stdio, http or sse; when the server started"),
        ("an event of a server", "server_version", "which releases are in use, and which release broke something"),
        ("an event of a server", "command_name", "the tool adds it"),
        (ALIAS_EVENT, "alias", "the id that is attached: what was done under it belongs to the account"),
    ],
)  # fmt: skip
def test_each_field_has_its_reason(event: str, name: str, reason: str) -> None:
    """That of the event's kind, also for the tool's own, which its author declared."""
    copy = Sent(NOW, {"event": event, "properties": {name: 1}})
    declared = {"org_id": "which organizations use it"}
    assert explain_message(copy, declared) == [("event", event, "what happened"), (name, 1, reason)]


def test_all_fields_of_a_message_are_shown_in_order() -> None:
    """What it is first, then what an SDK added, then each property."""
    message = {
        "library": "x",
        "uuid": "u",
        "event": "e",
        "properties": {"a": None},
        "timestamp": "t",
        "distinct_id": "d",
    }
    rows = explain_message(Sent(NOW, message), {})
    assert [name for name, _, _ in rows] == ["event", "distinct_id", "timestamp", "uuid", "library", "a"]
    assert [value for _, value, _ in rows] == ["e", "d", "t", "u", "x", None]
    assert explain_message(Sent(NOW, {"properties": "none"}), {}) == []
