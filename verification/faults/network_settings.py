"""Request settings in the environment: one that does not apply has no effect; one that fails is reported."""

import json
from collections.abc import Mapping
from functools import partial

from arcade_usage.composition.scope import Scope
from arcade_usage.composition.status import read_status
from tests.adapters.test_request_settings import HARMLESS
from tests.e2e.gate import Gate
from tests.e2e.servers import SERVER_SECONDS, serving
from tests.e2e.world import World, until
from verification.faults.certificates import certify
from verification.faults.experiment import experiment
from verification.faults.figures import Figures
from verification.faults.outage import BACKOFF_HOURS
from verification.faults.testbed import Testbed

ALICE = "principal-alice"
GROUP = "Network settings"
DEAD_PROXY = "http://127.0.0.1:9"  # the discard port: nothing listens

# For http URLs on 127.0.0.1.
NOT_APPLICABLE: dict[str, Mapping[str, str]] = {
    **HARMLESS,
    "a dead proxy, and exempt IPv4 and IPv6 networks": {
        "HTTP_PROXY": DEAD_PROXY, "NO_PROXY": "[::1],fd00::/8,127.0.0.0/8"
    },
}  # fmt: skip
UNUSABLE: dict[str, Mapping[str, str]] = {
    "a proxy of another protocol": {"HTTP_PROXY": "ftp://proxy.example"},
    "a proxy without a host": {"ALL_PROXY": "http://"},
    "a proxy in broken brackets": {"HTTP_PROXY": "http://[broken"},
    "a dead proxy, and an exempt IPv6 network": {"HTTP_PROXY": DEAD_PROXY, "NO_PROXY": "[fd00::]/8"},
}
CERTIFICATES = {"REQUESTS_CA_BUNDLE": "/nowhere/a.pem"}  # for an https URL


@experiment(GROUP, "settings that do not apply to the URL", rounds=1, quick=0)
def not_applicable(testbed: Testbed, rounds: int) -> Figures:
    """A login, which looks up the principal, and a command."""
    worlds: dict[str, World] = {}
    for number in range(rounds):
        for setting, variables in NOT_APPLICABLE.items():
            world = worlds[f"{setting} {number}"] = testbed.home()
            with testbed.monkeypatch.context() as patch:
                for variable, value in variables.items():
                    patch.setenv(variable, value.format(url=testbed.receiver.url))
                testbed.log_in(world, f"login, {setting} {number}", ALICE)
                testbed.track(world, f"{setting} {number}", ALICE)
            testbed.settle()
    linked = sum(world.linked_to() == ALICE for world in worlds.values())
    assert linked == len(worlds), f"{linked} of {len(worlds)} logins were linked"
    assert not any(world.waiting for world in worlds.values())
    return testbed.judge(
        len(worlds),
        f"{linked} logins linked, each event sent by its own delivery: {'; '.join(NOT_APPLICABLE)}",
    )


@experiment(GROUP, "unusable settings that apply to the URL", rounds=2, quick=0)
def unusable(testbed: Testbed, rounds: int) -> Figures:
    """Nothing is sent, and the reason names the variable. Once it is unset, the events arrive."""
    reasons, worlds = {}, []
    with Gate(
        testbed.receiver.url, tls=certify(("127.0.0.1",), testbed.scratch, testbed.monkeypatch)
    ) as gate:
        gate.open()
        for number in range(rounds):
            for setting, variables in {**UNUSABLE, "missing certificates": CERTIFICATES}.items():
                world = testbed.home()
                world.posthog_url = gate.url if variables is CERTIFICATES else None
                with testbed.monkeypatch.context() as patch:
                    for variable, value in variables.items():
                        patch.setenv(variable, value)
                    testbed.track(world, f"{setting} {number}")
                    testbed.settle()
                assert len(world.waiting) == 1, setting
                reason = _reason(world)
                assert next(iter(variables)) in reason, f"{setting}: {reason}"
                reasons[setting] = reason
                worlds.append(world)
        requests = len(testbed.receiver.requests)
        assert not requests, "a request was sent"
        testbed.advance_clock(BACKOFF_HOURS)
        for number, world in enumerate(worlds):
            testbed.track(world, f"unset {number}")
        testbed.settle()
    assert not any(world.waiting for world in worlds)
    return testbed.judge(
        len(worlds),
        f"{len(worlds)} events waited and {requests} requests were made until the variable was unset; `status` names it",
        "; ".join(f"{setting}: “{reason}”" for setting, reason in reasons.items()),
    )


def _reason(world: World) -> str:
    """The reason that `status` shows for the last failed attempt."""
    (project,) = read_status(Scope(config_dir=world.folder)).projects
    assert project.logbook.failed is not None
    return project.logbook.failed.reason


UNREACHABLE_SECONDS = 3.0
EVENTS_PER_SECOND = 50
_BUSY = """
import json, os, select, time
number, started = 0, time.monotonic()
while not select.select([sys.stdin], [], [], 0)[0]:
    server.capture("MCP tool called", {{"command_name": f"call {{number}}"}})
    number += 1
    time.sleep(max(0.0, started + number / {rate} - time.monotonic()))
print(json.dumps([number, time.monotonic() - started]), flush=True)
go(); go()
server.close()
"""


@experiment(
    GROUP, "a server at 50 events per second, PostHog unreachable for 3 s at a time", rounds=3, quick=0
)
def interrupt_server(testbed: Testbed, rounds: int) -> Figures:
    world = testbed.home()
    most = 0
    with Gate(testbed.receiver.url) as gate:
        world.posthog_url = gate.url
        gate.open()
        with serving(world, _BUSY.format(rate=EVENTS_PER_SECOND)) as server:
            for _ in range(rounds):
                enough = len(world.persons.events) + EVENTS_PER_SECOND
                assert until(partial(_have_arrived, world, enough), SERVER_SECONDS)
                gate.shut()
                assert not until(lambda: False, UNREACHABLE_SECONDS)
                most = max(most, len(world.waiting))
                gate.open()
                assert until(lambda: len(world.waiting) < EVENTS_PER_SECOND, SERVER_SECONDS)
            server.go()
            assert server.process.stdout is not None
            captured, seconds = json.loads(server.process.stdout.readline())
            for number in range(captured):
                testbed.expect(f"call {number}")
            server.go()
            until(partial(_have_arrived, world, captured), SERVER_SECONDS / 5)
            run = server.end()
    assert (run.returncode, run.stderr, run.dropped) == (0, "", 0)
    assert not world.waiting
    return testbed.judge(
        rounds,
        f"{captured} events in {seconds:.0f} s, at most {most} waited, {run.dropped} dropped",
    )


def _have_arrived(world: World, events: int) -> bool:
    return len(world.persons.events) >= events
