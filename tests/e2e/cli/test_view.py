"""`view`: what the page and its JSON say."""

import re
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from attrs import evolve

from arcade_usage.application.console.overview import make_overview
from arcade_usage.cli.page import bars, render
from arcade_usage.demo.receiver import DOWN
from arcade_usage.domain.sent import Sent
from arcade_usage.domain.status import Status
from arcade_usage.domain.usage_statistics import Day, Driver, Summary
from tests.e2e.cli.copies import PROJECT, keep, keep_messages
from tests.e2e.cli.pages import Page
from tests.e2e.cli.running import Shell
from tests.e2e.deliveries import here
from tests.e2e.world import World

SECTIONS = (
    "On or off, and why", "As whom, and when that changed", "What waits, and what was lost", "Commands by day",
    "By command", "The last failures, as they were redacted", "Every event, as it was on the wire",
    "What you can do",
)  # fmt: skip


@here
def test_it_answers_each_question_in_this_order(world: World, show: Callable[[Path], Page]) -> None:
    """On or off, as whom, what waits, by day and command, failures, each event with its reasons, what to do."""
    world.run("first", success=False, error_message="no such toolkit")
    anon_id = world.anon_id
    world.log_in("principal-1")
    world.run("last")
    page = show(world.folder)
    places = [page.text.rindex(heading) for heading in SECTIONS]
    assert places == sorted(places)
    parts = {head: page.text[place:] for head, place in zip(SECTIONS, places, strict=True)}
    assert "Usage tracking is on." in parts[SECTIONS[0]]
    assert f"account principal-1 random id {anon_id}" in parts[SECTIONS[1]]
    assert f": {anon_id} to principal-1" in parts[SECTIONS[1]].split("When a random id was linked")[1]
    assert "events waiting none" in parts[SECTIONS[2]]
    assert "lost none" in parts[SECTIONS[2]]
    assert "first 1 1" in parts[SECTIONS[4]]
    assert "first error no such toolkit" in parts[SECTIONS[5]]
    assert "random id linked" in parts[SECTIONS[6]]
    assert 'command_name "last" which commands are used' in parts[SECTIONS[6]]
    assert '$ip "0.0.0.0" 0.0.0.0: PostHog would store' in parts[SECTIONS[6]]
    for command in ("off", "forget", "log --json", "view --json"):
        assert f"arcade-usage {command} --config-dir {world.folder}" in parts[SECTIONS[7]]


@here
def test_each_event_is_as_it_was_on_the_wire(world: World, shell: Shell) -> None:
    """Every field and every value, in the JSON too, where each has its reason."""
    world.run("first")
    world.log_in("principal-1")
    printed = shell("view", "--json", "--config-dir", world.folder).content
    on_the_wire = [message for batch in world.receiver.batches() for message in batch["batch"]]
    shown = {event["message"]["uuid"]: event["message"] for event in printed["events"]}
    assert shown == {message["uuid"]: message for message in on_the_wire}
    assert {event["sent"] for event in printed["events"]} == {True}
    for message in on_the_wire:
        reasons = printed["reasons"][message["event"]]
        assert all(reasons[name] for name in (*message, *message["properties"]) if name != "properties")


@here
def test_the_json_has_what_the_page_has(world: World, shell: Shell) -> None:
    """Status, ids and when they changed, numbers, failures and events."""
    world.run("first", success=False, error_message="no such toolkit")
    anon_id = world.anon_id
    world.log_in("principal-1")
    printed = shell("view", "--json", "--config-dir", world.folder).content
    assert printed["status"] == shell("status", "--json", "--config-dir", world.folder).content
    assert [(each["distinct_id"], each["anonymous"], each["events"]) for each in printed["identities"]] == [
        ("principal-1", False, 1), (anon_id, True, 1)
    ]  # fmt: skip
    (link,) = printed["links"]
    assert (link["anon_id"], link["principal_id"]) == (anon_id, "principal-1")
    assert [each["command"] for each in printed["commands"]] == ["first", "login"]
    assert [each["properties"]["error_message"] for each in printed["failures"]] == ["no such toolkit"]
    assert printed["events_total"] == len(printed["events"]) == 3
    assert sum(day["people"] + day["agents"] + day["ci"] for day in printed["days"]) == 2


def test_what_waits_and_what_was_lost_is_told_with_the_reason(
    world: World, shell: Shell, show: Callable[[Path], Page]
) -> None:
    """The next attempt, why not before, and what was dropped."""
    world.receiver.posthog = DOWN
    world.run("waits")
    world.fill_outbox(1005)
    shell("flush", "--config-dir", world.folder)
    page = show(world.folder)
    waiting = page.text.split("What waits, and what was lost")[1].split("Commands by day")[0]
    assert re.search(r"events waiting 1,000 events, the oldest from", waiting)
    assert re.search(r"next attempt in \d+ \w+ \([-\d: ]+\), after \d failed attempts?: PostHog", waiting)
    assert re.search(r"lost [\d,]+ events?: more than 1,000 were waiting", waiting)


@here
def test_while_it_is_off_the_page_says_why(
    world: World, show: Callable[[Path], Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each reason, and how to turn it on; what was sent is still there."""
    world.run("first")
    monkeypatch.setenv("DO_NOT_TRACK", "1")
    text = show(world.folder).text
    assert "Usage tracking is off. DO_NOT_TRACK" in text
    assert "Turn it on again" in text
    assert "CLI execution succeeded" in text


def test_an_empty_folder_has_a_page(tmp_path: Path, show: Callable[[Path], Page]) -> None:
    """It says that there is nothing, and makes nothing there."""
    text = show(tmp_path / "nothing").text
    assert "No event was sent yet." in text
    assert "There are no copies of events here." in text
    assert not (tmp_path / "nothing").exists()


def test_the_page_has_no_script_and_loads_nothing(tmp_path: Path, show: Callable[[Path], Page]) -> None:
    """Its policy forbids both; every link leads to a heading of the page."""
    keep(tmp_path / "config", "build", time.time())
    page = show(tmp_path / "config")
    tags = [tag for tag, _ in page.tags]
    assert not {"script", "link", "img", "iframe", "object", "embed", "form", "base", "image"} & set(tags)
    (policy,) = [
        each["content"] for _, each in page.tags if each.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy is not None
    assert re.fullmatch(
        r"default-src 'none'; style-src 'sha256-[\w+/=]+'; base-uri 'none'; form-action 'none'", policy
    )
    anchors = {each["id"] for _, each in page.tags if "id" in each}
    assert {each["href"] for tag, each in page.tags if tag == "a"} <= {f"#{anchor}" for anchor in anchors}
    names = {name for _, each in page.tags for name in each}
    assert not {
        name for name in names if name.startswith("on") or name in ("style", "src", "srcset", "xlink:href")
    }


def test_tables_and_regions_are_named(tmp_path: Path, show: Callable[[Path], Page]) -> None:
    """For screen readers: a caption for each table, a scope for each head, a language, and landmarks."""
    keep(tmp_path / "config", "build", time.time(), failed=True, error_message="x")
    page = show(tmp_path / "config")
    tags = [tag for tag, _ in page.tags]
    assert tags.count("table") == tags.count("caption") > 4
    assert all(each.get("scope") in ("col", "row") for tag, each in page.tags if tag == "th")
    assert (tags.count("main"), tags.count("h1"), tags.count("nav"), tags.count("header")) == (1, 1, 1, 1)
    assert ("html", {"lang": "en"}) in page.tags
    sections = [each["aria-labelledby"] for tag, each in page.tags if tag == "section"]
    assert sections == [each["id"] for tag, each in page.tags if tag == "h2"]


@pytest.mark.parametrize(
    "message", [{}, {"event": None, "properties": []}, {"event": "x", "properties": {"a": [[]]}}]
)
def test_a_message_of_any_form_is_shown(
    tmp_path: Path, shell: Shell, show: Callable[[Path], Page], message: dict[str, object]
) -> None:
    """A file may be edited by hand."""
    keep_messages(tmp_path / "config", [message], time.time())
    assert "1 event, newest first" in show(tmp_path / "config").text
    assert len(shell("view", "--json", "--config-dir", tmp_path / "config").content["events"]) == 1


def test_the_counts_of_a_day_are_not_called_events_of_servers(
    tmp_path: Path, show: Callable[[Path], Page]
) -> None:
    """Commands beyond the daily limit are in them; `doctor` sends an event of its own too."""
    keep_messages(tmp_path / "config", [{"event": "CLI executions counted", "properties": {}}], time.time())
    text = show(tmp_path / "config").text
    assert "Other events CLI executions counted : 1" in text
    assert "servers" not in text


def test_a_days_bar_has_a_part_for_each_driver() -> None:
    """One upon the other, as high as the runs of the day are of those of the busiest day."""
    summary = Summary(4, 0, None, None)
    day = Day(date(2026, 11, 28), summary, {Driver.PEOPLE: 1, Driver.AGENTS: 0, Driver.CI: 3}, {})
    assert [(bar.driver, bar.x, bar.y, bar.height) for bar in bars(day, 2, 8)] == [
        ("people", 21, 87.5, 12.5), ("ci", 21, 50.0, 37.5)
    ]  # fmt: skip


def test_an_event_that_was_not_sent_says_so() -> None:
    """It was recorded for its user alone; the page has the same fields of it."""
    copy = Sent(
        1_800_000_000.0, {"event": "CLI execution succeeded", "properties": {"command_name": "build"}}
    )
    status = Status("/config", (), False, None, False, (), (), copy.at)
    for sent, word in ((True, "Accepted"), (False, "recorded, not sent")):
        overview = make_overview(
            status, [(PROJECT, evolve(copy, is_local=not sent))], lambda _: date(2027, 1, 15)
        )
        text = Page(render(overview, {}, "arcade-usage", None)).text
        assert ("No event was sent yet." in text) is not sent
        assert word in text
        assert ("recorded, not sent" in text) is not sent
        assert 'command_name "build" which commands are used' in text


@here
def test_with_the_choice_local_the_page_shows_what_was_not_sent(
    world: World, shell: Shell, show: Callable[[Path], Page]
) -> None:
    """The level, the choice with its time, and each recorded event; nothing was sent as anybody."""
    world.run("sent")
    shell("local", "--config-dir", world.folder)
    world.run("kept")
    text = show(world.folder).text
    assert "Usage tracking is local: events are recorded here and not sent." in text
    assert "choice local, " in text
    assert re.search(r"kept recorded, not sent", text)
    printed = shell("view", "--json", "--config-dir", world.folder).content
    assert [(each["message"]["properties"]["command_name"], each["sent"]) for each in printed["events"]] == [
        ("kept", False), ("sent", True)
    ]  # fmt: skip
    assert [each["events"] for each in printed["identities"]] == [1]
    assert [each["command"] for each in printed["commands"]] == ["kept", "sent"]
