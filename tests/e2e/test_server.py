"""Servers end to end: real threads and files, what reaches PostHog, and what the tool never notices."""

import json
import os
import time
from collections import Counter

import pytest

from arcade_usage.demo.receiver import DOWN, HANGING, LOSING_REPLIES, WELL
from arcade_usage.domain.backoff import EARLY_SECONDS, JITTER, SHORTEST_SECONDS
from tests.e2e.deliveries import delivering_here
from tests.e2e.gate import Gate
from tests.e2e.servers import FRESH, PATIENT, SERVER_SECONDS, serving
from tests.e2e.world import World, until

FOUR_THREADS = """
import threading
def captures(first):
    for number in range(first, first + {each}):
        server.capture("MCP tool called", {{"number": number, "is_execution_success": True}})
threads = [threading.Thread(target=captures, args=(first,)) for first in range(0, 4 * {each}, {each})]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""
ONE = "server.capture('MCP server started', {'transport': 'stdio'})\n"


def numbers(world: World) -> list[int]:
    """The numbers of the events that arrived."""
    found = (event.properties.get("number") for event in world.persons.events)
    return sorted(number for number in found if isinstance(number, int))


def arrived(world: World, events: int) -> bool:
    return world.receiver.wait_until(lambda: len(world.persons.events) >= events, SERVER_SECONDS)


def test_two_thousand_events_start_no_process_and_none_is_lost(world: World) -> None:
    """From four threads as fast as they can, more than the outbox holds; it is empty when all have gone."""
    lines = ONE + FOUR_THREADS.format(each=500) + "go()\nserver.close()"
    with serving(world, lines) as server:
        assert arrived(world, 2_001)
        run = server.end()
    assert (run.returncode, run.stderr, run.started, run.dropped) == (0, "", [], 0)
    assert numbers(world) == list(range(2_000))
    assert world.waiting == []


def test_a_capture_imports_opens_and_sends_nothing(world: World) -> None:
    """On the thread that captures; all that takes time is done on the server's own."""
    lines = (
        "_watching = True\n"
        + "for number in range(50): server.capture('x', {'number': number, 'text': 'y' * 100})\n"
        + "server.capture('$identify'); server.capture('x', object())\n"
        + "_watching = False\ngo()\nserver.close()"
    )
    with serving(world, lines, *FRESH) as server:
        assert arrived(world, 50)
        run = server.end()
    assert (run.returncode, run.stderr) == (0, "")
    assert run.here == []
    assert len(numbers(world)) == 50


def test_building_one_imports_only_filelock_and_starts_no_thread(world: World) -> None:
    """A server that reports nothing pays two small files, a stat, and a module whose hooks a fork must find."""
    lines = (
        "import threading\nassert not {'attr', 'attrs', 'cattrs', 'httpx', 'posthog', 'yaml'} & set(sys.modules)\n"
        "assert threading.active_count() == 1\n"
    )
    with serving(world, lines, *FRESH) as server:
        run = server.end()
    assert (run.returncode, run.stderr) == (0, "")
    assert world.receiver.requests == []


def test_a_logout_under_a_running_server(world: World) -> None:
    """Its events are those of who is logged in, by a command of the tool, and arrive while it runs.

    What comes after is not put down to who has left.
    """
    with delivering_here(world):
        world.log_in("principal-1")
    with serving(world, ONE + "go()\n" + ONE + "go()\n" + ONE + "go()\nserver.close()") as server:
        assert until(lambda: len(served(world)) == 1, SERVER_SECONDS)
        with delivering_here(world):
            world.log_out()
        server.go()
        assert until(lambda: len(served(world)) == 2)
        server.go()
        assert until(lambda: len(served(world)) == 3)
        server.end()
    before, around, after = served(world)
    assert before == "principal-1"
    first = next(event for event in world.persons.events if event.name == "MCP server started")
    assert first.properties["transport"] == "stdio"
    assert first.properties["server_version"]
    assert around not in ("principal-1", world.anon_id)
    assert after == world.anon_id


def served(world: World) -> list[str]:
    """The distinct ids of the server's events."""
    return [event.distinct_id for event in world.persons.events if event.name == "MCP server started"]


@pytest.mark.parametrize(
    "behaviour", [DOWN, HANGING, LOSING_REPLIES], ids=["down", "hanging", "losing replies"]
)
def test_while_posthog_is_out_of_reach_all_is_bounded(world: World, behaviour: object) -> None:
    """Captures go on, a few attempts are made, the outbox holds what it may, and the end comes in time."""
    world.receiver.posthog = behaviour  # type: ignore[assignment]
    lines = ONE + "go()\n" + FOUR_THREADS.format(each=300) + "go()\nserver.close()"
    patient = "" if behaviour is HANGING else PATIENT  # until the bound is seen to
    began = time.monotonic()
    with serving(world, patient + lines) as server:
        assert world.receiver.wait_until(lambda: bool(world.receiver.requests), SERVER_SECONDS)
        server.go()
        if behaviour is not HANGING:
            # What is over the limit goes by the file, of up to 100 events.
            assert until(lambda: len(world.waiting) >= 900, SERVER_SECONDS)
        start = time.monotonic()
        run = server.end()
        assert time.monotonic() - start < SERVER_SECONDS / 2
    assert (run.returncode, run.stderr, run.started) == (0, "", [])
    assert len(world.waiting) <= 1100  # what is over the limit goes when a process sends
    pauses = (time.monotonic() - began) // (
        SHORTEST_SECONDS * (1 - JITTER)
    )  # on a busy machine, some are over
    assert len(world.receiver.requests) <= (1 + pauses) * (1 + len(EARLY_SECONDS))
    world.receiver.posthog = WELL


def test_what_waited_goes_with_the_next_sender(world: World) -> None:
    """Here a command of the tool, whose delivery and the server's share one outbox and one lock."""
    world.receiver.posthog = DOWN
    with serving(world, ONE + "go()\nserver.close()") as server:
        assert world.receiver.wait_until(lambda: bool(world.receiver.requests), SERVER_SECONDS)
        server.end()
    assert [record["event"]["name"] for record in world.waiting] == ["MCP server started"]
    world.receiver.posthog = WELL
    with delivering_here(world):
        world.log_in("principal-1")  # ends all pauses
    assert until(lambda: world.waiting == [])
    assert "MCP server started" in {event.name for event in world.persons.events}


def test_commands_beside_a_server_lose_nothing(world: World) -> None:
    """Their processes and the server's thread send to one sink, one at a time."""
    with serving(world, ONE + FOUR_THREADS.format(each=50) + "go()\nserver.close()") as server:
        for number in range(3):
            world.start(f"command-{number}")
        assert arrived(world, 204)
        run = server.end()
    world.settle()
    assert run.dropped == 0
    assert numbers(world) == list(range(200))
    names = Counter(event.properties.get("command_name") for event in world.persons.events)
    assert [names[f"command-{number}"] for number in range(3)] == [1] * 3


FIFTY_A_SECOND = """
import select, time
number = 0
while not select.select([sys.stdin], [], [], 0)[0]:
    server.capture("MCP tool called", {"number": number})
    number += 1
    time.sleep(0.02)
print(json.dumps(number), flush=True)
go()
"""


def test_short_outages_under_a_busy_server_cost_no_event(world: World) -> None:
    """PostHog is away for as long as 150 events take, some 3 s, twice; each event arrives once."""
    with Gate(world.receiver.url) as gate:
        world.posthog_url = gate.url
        gate.open()
        with serving(world, FIFTY_A_SECOND + "go()\nserver.close()") as server:
            for _ in range(2):
                before = len(world.persons.events)
                assert arrived(world, before + 50)
                gate.shut()
                assert until(lambda: len(world.waiting) >= 150, SERVER_SECONDS)
                gate.open()
                assert until(lambda: len(world.waiting) < 100, SERVER_SECONDS)
            server.go()
            assert server.process.stdout is not None
            captured = int(server.process.stdout.readline())
            assert arrived(world, captured)
            run = server.end()
    assert (run.returncode, run.stderr, run.dropped) == (0, "", 0)
    assert numbers(world) == list(range(captured))
    assert world.waiting == []


@pytest.mark.parametrize("behaviour", [WELL, HANGING], ids=["well", "hanging"])
def test_who_ends_without_closing_loses_nothing_and_does_not_hang(world: World, behaviour: object) -> None:
    """The interpreter ends as it would have; what was queued lies in the outbox, or has arrived."""
    world.receiver.posthog = behaviour  # type: ignore[assignment]
    lines = ONE + "go()\nfor number in range(60): server.capture('x', {'number': number})\n"
    with serving(world, lines) as server:
        assert world.receiver.wait_until(lambda: bool(world.receiver.requests), SERVER_SECONDS)
        start = time.monotonic()
        run = server.end()
        assert time.monotonic() - start < SERVER_SECONDS / 3
    assert (run.returncode, run.stderr) == (0, "")
    waiting = [record["event"]["properties"].get("number") for record in world.waiting]
    left = [number for number in waiting if number is not None]
    assert sorted([*left, *numbers(world)]) == list(range(60))


def test_an_uncaught_exception_stays_what_it_was(world: World) -> None:
    """Its traceback, its exit code; and the events before it are kept."""
    with serving(world, ONE + "go()\n" + ONE + "raise ValueError('mine')", report=False) as server:
        assert arrived(world, 1)
        server.go()
        _, stderr = server.process.communicate("", SERVER_SECONDS)
    assert server.process.returncode == 1
    assert stderr.count("Traceback") == 1
    assert stderr.endswith("ValueError: mine\n")
    assert len(world.waiting) + len(world.persons.events) == 2


@pytest.mark.parametrize("variables", [{"DO_NOT_TRACK": "1"}, {"ARCADE_USAGE_TRACKING": "off"}], ids=str)
def test_off_means_off(world: World, variables: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """No thread, no file, nothing sent."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    lines = ONE + "import threading\nassert threading.active_count() == 1\nserver.close()"
    with serving(world, lines) as server:
        run = server.end()
    assert (run.returncode, run.stderr) == (0, "")
    assert not world.folder.exists()
    assert world.receiver.requests == []


def test_turned_off_under_a_running_server_nothing_more_is_kept_or_sent(world: World) -> None:
    """A choice that is stored holds from then on."""
    with serving(world, ONE + "go()\n" + ONE * 3 + "server.close()") as server:
        assert arrived(world, 1)
        (world.folder / "usage" / "off").touch()
        run = server.end()
    assert (run.returncode, run.stderr, run.dropped) == (0, "", 0)
    assert len(world.receiver.requests) == 1
    assert world.waiting == []


def test_asked_to_show_it_sends_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """ARCADE_USAGE_DEBUG=1 prints the exact events on stderr, redacted as they would be sent."""
    monkeypatch.setenv("ARCADE_USAGE_DEBUG", "1")
    lines = (
        "server.capture('x', {'error': f'nothing in {os.path.expanduser(\"~\")}/work'})\ngo()\nserver.close()"
    )
    with serving(world, PATIENT + lines) as server:
        run = server.end()
    event = json.loads(run.stderr[run.stderr.index("{") :])
    assert (event["event"], event["properties"]["error"]) == ("x", "nothing in ~/work")
    assert not world.folder.exists()
    assert world.receiver.requests == []


def test_a_folder_that_cannot_be_used_is_no_trouble(world: World) -> None:
    """Nothing is sent, and nothing said."""
    world.folder.write_text("a file in the folder's place", encoding="utf-8")
    with serving(world, ONE + "server.close()") as server:
        run = server.end()
    assert (run.returncode, run.stderr) == (0, "")
    assert world.receiver.requests == []
    os.unlink(world.folder)


def test_the_first_events_in_a_fresh_home_are_one_installation_s(world: World) -> None:
    """Nothing is there until the first event is kept; that one goes under the identity that is made for it."""
    lines = (
        f"import os; assert not os.path.exists({os.fspath(world.folder)!r})\n"
        + ONE
        + "go()\n"
        + ONE
        + "server.close()"
    )
    with serving(world, PATIENT + lines) as server:
        assert arrived(world, 1)
        run = server.end()
    assert (run.returncode, run.stderr) == (0, "")
    assert arrived(world, 2)
    assert {event.distinct_id for event in world.persons.events} == {world.anon_id}
