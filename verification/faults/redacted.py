"""Secrets in error messages of real deliveries: none is left on disk or sent."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from arcade_usage.composition.console import flush, sent
from arcade_usage.composition.scope import Scope
from tests.e2e.hosts import run_as_tool, start_of_tool
from tests.e2e.servers import SERVER_SECONDS, serving
from tests.e2e.world import World
from tests.unit.domain.corpus import SECRETS, WORDS
from tests.unit.domain.corpus.persons import HOME, NAMES
from tests.unit.domain.corpus.sample import Sample
from tests.unit.domain.redaction.messages import SECRETS as MESSAGES
from verification.faults.experiment import experiment
from verification.faults.figures import Figures
from verification.faults.testbed import Testbed

GROUP = "Secrets in messages"
PART = 400  # events that wait at a time; the outbox holds more
SAMPLES: Mapping[str, Sample] = {
    **SECRETS,
    **WORDS,
    **{f"small: {name}": Sample("own", message, (secret,)) for name, (message, secret) in MESSAGES.items()},
}

# A machine with the user and host name that the messages contain.
_PERSONS = f"""
import os
from arcade_usage.adapters.machine import runtime_facts as runtime_info
os.environ["HOME"], os.environ["USERPROFILE"] = {HOME!r}
runtime_info.read_own_names = lambda _: {set(NAMES)!r}
"""
_KEEP = """
import json, sys
sys.frozen = True
with open({path!r}, encoding="utf-8") as file:
    for name, message in json.load(file).items():
        tracker.track_command_execution(name, success=False, error_message=message)
"""
_CAPTURE = """
import json
with open({path!r}, encoding="utf-8") as file:
    for name, message in json.load(file).items():
        server.capture("tool failed", {{"command_name": name, "error_message": message}})
go()
server.close()
"""


Part = dict[str, Sample]  # samples by the name of the command that fails with them
Left = defaultdict[str, set[str]]  # messages in which a secret was left, by place


@experiment(GROUP, "of commands, written to disk by the tool and sent later", rounds=1, quick=0)
def of_commands(testbed: Testbed, rounds: int) -> Figures:
    def run(world: World, path: str, part: Part, left: Left) -> None:
        lines = _PERSONS + start_of_tool(world) + _KEEP.format(path=path)
        tool = run_as_tool(lines, world.scratch)
        assert (tool.returncode, tool.stdout, tool.stderr) == (0, "", "")
        assert len(world.waiting) == len(part)
        _search_waiting(world, part, left)
        list(flush(Scope(config_dir=world.folder), []))

    return _follow(testbed, rounds, run)


@experiment(GROUP, "of a server, in batches", rounds=1, quick=0)
def of_a_server(testbed: Testbed, rounds: int) -> Figures:
    def run(world: World, path: str, part: Part, _: Left) -> None:
        arrived = partial(_have_arrived, world, len(world.persons.events) + len(part))
        with serving(world, _PERSONS + _CAPTURE.format(path=path)) as server:
            world.receiver.wait_until(arrived, SERVER_SECONDS / 5)
            ended = server.end()
        assert (ended.returncode, ended.stderr, ended.dropped) == (0, "", 0)

    return _follow(testbed, rounds, run)


def _follow(testbed: Testbed, rounds: int, run: Callable[[World, str, Part, Left], None]) -> Figures:
    """Send each sample with `run`, and search for secrets on disk and in the requests."""
    left: Left = defaultdict(set)
    for number in range(rounds):
        world = testbed.home()
        for part in _parts(number):
            path = world.scratch / "messages.json"
            path.write_text(json.dumps({name: each.message for name, each in part.items()}), encoding="utf-8")
            for name in part:
                testbed.expect(name)
            run(world, str(path), part, left)
            path.unlink()
            _search_requests_and_copies(world, part, left)
    return _judge(testbed, rounds, left)


def _have_arrived(world: World, events: int) -> bool:
    return len(world.persons.events) >= events


def _parts(number: int) -> Iterator[Part]:
    """All samples, in parts of at most PART."""
    named = [(f"sample {number}.{at}", each) for at, each in enumerate(SAMPLES.values())]
    for start in range(0, len(named), PART):
        yield dict(named[start : start + PART])


def _search_requests_and_copies(world: World, part: Part, left: Left) -> None:
    for batch in world.receiver.batches():
        for event in batch["batch"]:
            _search(part, event["properties"], "in a request", left)
    copies, _ = sent(Scope(config_dir=world.folder))
    for _, copy in copies:
        _search(part, copy.properties, "in a copy on disk", left)
    _search_waiting(world, part, left)


def _search_waiting(world: World, part: Part, left: Left) -> None:
    for record in world.waiting:
        _search(part, record["event"]["properties"], "in a waiting event on disk", left)


def _search(part: Part, properties: Mapping[str, Any], where: str, left: Left) -> None:
    sample = part.get(str(properties.get("command_name")))
    if sample is not None and sample.comes_through(str(properties["error_message"])):
        left[where].add(sample.message)


def _judge(testbed: Testbed, rounds: int, left: Left) -> Figures:
    secrets = sum(len(each.secrets) for each in SAMPLES.values())
    assert not any(left.values()), f"secrets were left: {dict(left)}"
    return testbed.judge(
        len(SAMPLES) * rounds,
        f"{secrets:,} secrets in {len(SAMPLES):,} messages; none was left in a waiting event, a request or a copy",
    )
