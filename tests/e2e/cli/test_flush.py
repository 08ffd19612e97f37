"""`flush`: sends what waits, and says what became of it."""

import pytest

from arcade_usage.demo.receiver import DOWN, WELL, Behaviour
from arcade_usage.domain.agents import SANDBOXES
from tests.e2e.cli.running import Shell, tree
from tests.e2e.deliveries import here
from tests.e2e.world import World


@here
def test_flush_delivers_and_says_so(shell: Shell, world: World) -> None:
    """What a failure had put off goes now; exit code 3 while something waits, 0 when nothing does."""
    world.receiver.posthog = DOWN
    world.run("one")
    world.run("two")
    ran = shell("flush", "--config-dir", world.folder)
    assert (ran.code, ran.err) == (3, "")
    assert (
        "2 events still waiting: PostHog is overloaded or down for a moment (503): it is asked again later"
        in ran.out
    )
    world.receiver.posthog = WELL
    ran = shell("flush", "--config-dir", world.folder)
    assert ran.code == 0
    assert "2 events delivered" in ran.out
    assert set(world.events) == {"one", "two"}
    assert shell("flush", "--config-dir", world.folder).out == "No events are waiting.\n"


ANSWERS = {
    "PostHog takes no events of this project, whose quota is used up: inform the author of the tool": Behaviour(
        takes=False, body=b'{"status": 1, "quota_limited": ["events"]}'
    ),
    "PostHog does not accept the project token (401): inform the author of the tool": Behaviour(
        takes=False, status=401
    ),
    "PostHog gets too many requests (429): it is asked again later": Behaviour(takes=False, status=429),
    "PostHog is overloaded or down for a moment (503): it is asked again later": Behaviour(
        takes=False, status=503, headers={"Retry-After": "1800"}
    ),
}


def test_each_answer_of_posthog_has_its_words(shell: Shell, world: World) -> None:
    """`flush` and `status` say what came, and the event waits; as long as PostHog asks for, if it does."""
    world.receiver.posthog = DOWN
    world.run("one")
    for words, behaviour in ANSWERS.items():
        world.receiver.posthog = behaviour
        assert f"1 event still waiting: {words}" in shell("flush", "--config-dir", world.folder).out
        out = shell("status", "--config-dir", world.folder).out
        (line,) = [line for line in out.splitlines() if line.strip().startswith("last failure")]
        assert words in line
    (line,) = [line for line in out.splitlines() if line.strip().startswith("next attempt")]
    assert "in 29 min" in line or "in 30 min" in line


@here
def test_flush_tells_what_was_dropped_and_what_cannot_be_decided(shell: Shell, world: World) -> None:
    """A refused event is gone; one that Arcade Cloud has to be asked about waits."""
    world.run("earlier")
    world.receiver.posthog = DOWN
    world.run("bad")
    world.receiver.posthog = WELL.__class__(takes=False, status=400)
    printed = shell("flush", "--config-dir", world.folder, "--json").content
    assert (printed["waiting"], printed["sinks"][0]["dropped"]) == (0, {"refused": 1})
    assert printed["sinks"][0]["delivered"] == 0


@here
def test_failures_of_arcade_cloud_and_of_posthog_are_told_apart(shell: Shell, world: World) -> None:
    """Both are shown, each with its reason: by `flush`, and by `status` afterwards."""
    world.log_in("principal-1")
    world.settle()
    world.receiver.posthog, world.receiver.cloud = DOWN, WELL.__class__(status=404)
    world.run("decided")
    world.store_credentials("principal-1", version=2)
    world.run("undecided")
    host = world.receiver.url.removeprefix("http://")
    to_posthog = "PostHog is overloaded or down for a moment (503): it is asked again later"
    to_cloud = f"Arcade Cloud is not at {host} (404): check the address"
    out = shell("flush", "--config-dir", world.folder).out
    assert f"2 events still waiting: {to_posthog}" in out
    assert f"your account could not be looked up: {to_cloud}" in out
    out = shell("status", "--config-dir", world.folder).out
    assert [line.strip().partition("  ")[0] for line in out.splitlines() if to_posthog in line] == [
        "last failure"
    ]
    assert [line.strip().partition("  ")[0] for line in out.splitlines() if to_cloud in line] == [
        "last failed look-up"
    ]
    (printed,) = shell("status", "--config-dir", world.folder, "--json").content["sinks"]
    assert (printed["last_failure"]["reason"], printed["last_failed_look_up"]["reason"]) == (
        to_posthog,
        to_cloud,
    )


@here
@pytest.mark.parametrize("variable", ["DO_NOT_TRACK", "ARCADE_USAGE_DEBUG"])
def test_flush_sends_nothing_where_nothing_may_be_sent(
    shell: Shell, world: World, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    """It says why, and what waits stays."""
    world.receiver.posthog = DOWN
    world.run("waits")
    world.receiver.posthog = WELL
    requests, before = len(world.receiver.requests), tree(world.folder)
    monkeypatch.setenv(variable, "1")
    ran = shell("flush", "--config-dir", world.folder)
    assert (ran.code, len(world.receiver.requests), tree(world.folder)) == (3, requests, before)
    assert variable in ran.out
    assert "1 event waiting." in ran.out


@here
@pytest.mark.parametrize("sandbox", SANDBOXES)
def test_in_a_sandbox_without_network_it_tries_nothing(
    shell: Shell, world: World, sandbox: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`flush` and `status` name the variable that says so."""
    monkeypatch.setenv(sandbox, "1")
    world.run("inside")
    ran = shell("flush", "--config-dir", world.folder)
    assert ran.code == 3
    words = f"a sandbox has no free network ({sandbox} is set)"
    assert f"1 event still waiting: {words}" in ran.out
    status = shell("status", "--config-dir", world.folder, "--json").content
    assert list(status["troubles"]) == ["sandbox"]
    assert status["sinks"][0]["last_failure"]["reason"] == words
    assert "events wait for a command outside it" in shell("status", "--config-dir", world.folder).out
    assert world.receiver.requests == []
