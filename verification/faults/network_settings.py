"""What the environment says about requests: where it does not concern a URL all goes well, else the reason is told."""

import json
from collections.abc import Mapping
from functools import partial

from arcade_usage.composition.console import Scope, status
from tests.adapters.test_request_settings import HARMLESS
from tests.e2e.gate import Gate
from tests.e2e.servers import SERVER_SECONDS, serving
from tests.e2e.world import World, until
from verification.faults.certificates import certify
from verification.faults.experiment import experiment
from verification.faults.figures import Figures
from verification.faults.lab import Lab
from verification.faults.outage import PAUSE_HOURS

ALICE = "principal-alice"
GROUP = "Settings of the network"
NO_PROXY_THERE = "http://127.0.0.1:9"  # the discard port: nobody listens

# With URLs of http on 127.0.0.1.
UNCONCERNED: dict[str, Mapping[str, str]] = {
    **HARMLESS,
    "a dead proxy, and an exempt network beside IPv6": {
        "HTTP_PROXY": NO_PROXY_THERE, "NO_PROXY": "[::1],fd00::/8,127.0.0.0/8"
    },
}  # fmt: skip
CONCERNED: dict[str, Mapping[str, str]] = {
    "a proxy of another protocol": {"HTTP_PROXY": "ftp://proxy.example"},
    "a proxy without a host": {"ALL_PROXY": "http://"},
    "a proxy in broken brackets": {"HTTP_PROXY": "http://[broken"},
    "a dead proxy, and an exempt IPv6 network": {"HTTP_PROXY": NO_PROXY_THERE, "NO_PROXY": "[fd00::]/8"},
}
CERTIFICATES = {"REQUESTS_CA_BUNDLE": "/nowhere/a.pem"}  # with a URL of https


@experiment(GROUP, "those that do not concern the URL", rounds=1, quick=0)
def unconcerned(lab: Lab, rounds: int) -> Figures:
    """A login, which has Arcade Cloud asked, and a command."""
    worlds: dict[str, World] = {}
    for number in range(rounds):
        for setting, variables in UNCONCERNED.items():
            world = worlds[f"{setting} {number}"] = lab.home()
            with lab.monkeypatch.context() as patch:
                for variable, value in variables.items():
                    patch.setenv(variable, value.format(url=lab.receiver.url))
                lab.log_in(world, f"login, {setting} {number}", ALICE)
                lab.track(world, f"{setting} {number}", ALICE)
            lab.settle()
    linked = sum(world.linked_to() == ALICE for world in worlds.values())
    assert linked == len(worlds), f"{linked} of {len(worlds)} logins were linked"
    assert not any(world.waiting for world in worlds.values())
    return lab.judge(
        len(worlds), f"{linked} logins linked, each event with its own delivery: {'; '.join(UNCONCERNED)}"
    )


@experiment(GROUP, "those that concern the URL, and can't be followed", rounds=2, quick=0)
def concerned(lab: Lab, rounds: int) -> Figures:
    """Nothing is sent past them; the reason names the variable; when it is mended, the event arrives."""
    reasons, worlds = {}, []
    with Gate(lab.receiver.url, tls=certify(("127.0.0.1",), lab.scratch, lab.monkeypatch)) as gate:
        gate.open()
        for number in range(rounds):
            for setting, variables in {**CONCERNED, "missing certificates": CERTIFICATES}.items():
                world = lab.home()
                world.posthog_url = gate.url if variables is CERTIFICATES else None
                with lab.monkeypatch.context() as patch:
                    for variable, value in variables.items():
                        patch.setenv(variable, value)
                    lab.track(world, f"{setting} {number}")
                    lab.settle()
                assert len(world.waiting) == 1, setting
                told = _reason(world)
                assert next(iter(variables)) in told, f"{setting}: {told}"
                reasons[setting] = told
                worlds.append(world)
        requests = len(lab.receiver.requests)
        assert not requests, "something was sent all the same"
        lab.let_hours_pass(PAUSE_HOURS)
        for number, world in enumerate(worlds):
            lab.track(world, f"mended {number}")
        lab.settle()
    assert not any(world.waiting for world in worlds)
    return lab.judge(
        len(worlds),
        f"{len(worlds)} events kept and {requests} requests made, until the variable was gone; `status` names it",
        "; ".join(f"{setting}: “{told}”" for setting, told in reasons.items()),
    )


def _reason(world: World) -> str:
    """Why the last attempt failed, as `status` has it."""
    (sink,) = status(Scope(config_dir=world.folder)).projects
    assert sink.logbook.failed is not None
    return sink.logbook.failed.reason


AWAY_SECONDS = 3.0
EVENTS_A_SECOND = 50
_BUSY = """
import json, os, select, time
number, begun = 0, time.monotonic()
while not select.select([sys.stdin], [], [], 0)[0]:
    server.capture("MCP tool called", {{"command_name": f"call {{number}}"}})
    number += 1
    time.sleep(max(0.0, begun + number / {rate} - time.monotonic()))
print(json.dumps([number, time.monotonic() - begun]), flush=True)
go(); go()
server.close()
"""


@experiment(GROUP, "a server at 50 events a second, PostHog away for 3 s at a time", rounds=3, quick=0)
def go_away_for_a_moment(lab: Lab, rounds: int) -> Figures:
    world = lab.home()
    most = 0
    with Gate(lab.receiver.url) as gate:
        world.posthog_url = gate.url
        gate.open()
        with serving(world, _BUSY.format(rate=EVENTS_A_SECOND)) as server:
            for _ in range(rounds):
                enough = len(world.persons.events) + EVENTS_A_SECOND
                assert until(partial(_have_arrived, world, enough), SERVER_SECONDS)
                gate.shut()
                assert not until(lambda: False, AWAY_SECONDS)
                most = max(most, len(world.waiting))
                gate.open()
                assert until(lambda: len(world.waiting) < EVENTS_A_SECOND, SERVER_SECONDS)
            server.go()
            assert server.process.stdout is not None
            captured, seconds = json.loads(server.process.stdout.readline())
            for number in range(captured):
                lab.expect(f"call {number}")
            server.go()
            until(partial(_have_arrived, world, captured), SERVER_SECONDS / 5)
            run = server.end()
    assert (run.returncode, run.stderr, run.dropped) == (0, "", 0)
    assert not world.waiting
    return lab.judge(
        rounds,
        f"{captured} events in {seconds:.0f} s, {most} waited at the most, {run.dropped} dropped",
    )


def _have_arrived(world: World, events: int) -> bool:
    return len(world.persons.events) >= events
