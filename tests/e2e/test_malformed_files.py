"""Files of the config folder that are not what they should be: survived, replaced, and never believed.

Rows "anon_id of a wrong type" and "credentials.yaml malformed" of the incumbent's faults.
"""

import json
import os
from typing import Any

import pytest

from arcade_usage.application.errors import InvalidPayloadError
from arcade_usage.composition import delivery as delivery_composition
from arcade_usage.domain.identity import is_anonymous_id
from tests.e2e.deliveries import here
from tests.e2e.hosts import CALL, run_as_tool, start_of_tool
from tests.e2e.world import World

ALICE = "principal-alice"

WRONG_USAGE: dict[str, bytes] = {
    "null": b'{"anon_id": null, "linked_principal_id": null}',
    "number": b'{"anon_id": 5}',
    "list": b'{"anon_id": ["x"]}',
    "empty": b'{"anon_id": ""}',
    "word": b'{"anon_id": "None"}',
    "nil": b'{"anon_id": "00000000-0000-0000-0000-000000000000"}',
    "link of a wrong type": b'{"anon_id": "c0ffee00-0000-4000-8000-000000000000", "linked_principal_id": 5}',
    "shared link": b'{"anon_id": "c0ffee00-0000-4000-8000-000000000000", "linked_principal_id": "null"}',
    "no object": b'["c0ffee00-0000-4000-8000-000000000000"]',
    "no JSON": b"anon_id: x",
    "no content": b"",
    "no text": b"\xff\xfe\x00",
    "huge": b" " * 100_000,
    "half": b'{"anon_id": "c0ffee00-0000-4000-8000-0000000',
}


@here
@pytest.mark.parametrize("content", WRONG_USAGE.values(), ids=WRONG_USAGE)
def test_an_anonymous_id_is_never_one_that_others_share(world: World, content: bytes) -> None:
    """Row "anon_id of a wrong type": kept as evidence, replaced by a fresh identity, and never sent."""
    world.folder.mkdir()
    (world.folder / "usage.json").write_bytes(content)
    world.run("first")
    world.run("second")
    assert world.usage.keys() == {"anon_id", "linked_principal_id"}
    assert is_anonymous_id(world.anon_id)
    sent = {name: event.distinct_id for name, event in world.events.items()}
    assert sent["second"] == world.anon_id
    assert is_anonymous_id(sent["first"])
    assert sent["first"].encode() not in content
    assert content in [path.read_bytes() for path in (world.folder / "usage" / "malformed").iterdir()]


@here
@pytest.mark.parametrize("kind", ["folder", "pipe", "link to nowhere"])
def test_a_usage_json_that_is_no_file_is_left_alone(world: World, kind: str) -> None:
    """It is not ours: nothing is sent until it is moved away, and nothing waits for a pipe."""
    world.folder.mkdir()
    path = world.folder / "usage.json"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to(world.folder / "nowhere")
    before = path.lstat()
    world.run("first")
    assert (path.lstat(), list(world.folder.iterdir())) == (before, [path])
    path.rename(world.scratch / "moved")
    world.run("second")
    assert world.whose == {"second": world.anon_id}


@here
def test_a_logbook_that_can_not_be_written_holds_nothing_up(world: World) -> None:
    """What senders write down for each other is a convenience: without it, events go out all the same."""
    world.run("first")
    (outbox,) = (world.folder / "usage" / "outbox").iterdir()
    (outbox / "logbook.json").unlink(missing_ok=True)
    (outbox / "logbook.json").mkdir()
    world.run("second")
    assert set(world.whose.values()) == {world.anon_id}
    assert (set(world.whose), world.waiting) == ({"first", "second"}, [])


WRONG_CREDENTIALS: dict[str, bytes] = {
    "no YAML": b"cloud: [unclosed\n\t- 'x",
    "no text": b"\xff\xfe\x00\x01",
    "empty": b"",
    "list": b"- cloud\n- api\n",
    "of wrong types": b"cloud: {api: {key: 5}, coordinator_url: [x]}",
    "aliases": b"a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n",
    "huge": b"x: " + b"y" * 1_000_000,
    "object": b"cloud: !!python/object/apply:os.system ['touch executed']",
}


@here
@pytest.mark.parametrize("content", WRONG_CREDENTIALS.values(), ids=WRONG_CREDENTIALS)
def test_malformed_credentials_name_nobody(
    world: World, capfd: pytest.CaptureFixture[str], content: bytes
) -> None:
    """Row "credentials.yaml malformed": not a word, nobody is asked, the event is anonymous."""
    world.folder.mkdir()
    world.credentials.write_bytes(content)
    world.run("toolkit.run")
    assert capfd.readouterr() == ("", "")
    assert world.whose == {"toolkit.run": world.anon_id}
    assert (world.receiver.look_ups(), world.credentials.read_bytes()) == ([], content)


def test_malformed_credentials_are_survived_in_silence(world: World) -> None:
    """By a tool and a delivery as processes, with a file that would start a program."""
    content = WRONG_CREDENTIALS["object"]
    world.folder.mkdir()
    world.credentials.write_bytes(content)
    host = run_as_tool(start_of_tool(world) + CALL, world.scratch)
    assert (host.returncode, host.stdout, host.stderr) == (0, "", "")
    assert world.whose == {"toolkit.run": world.anon_id}
    assert (world.receiver.look_ups(), world.credentials.read_bytes()) == ([], content)


@pytest.mark.parametrize(
    ("part", "key", "wrong"),
    [
        ("command", "ended_at", 1e300),
        ("command", "ended_at", float("nan")),
        ("sink", "project_token", "\ud800"),
    ],
    ids=["no time of the calendar", "no number", "half a character"],
)
def test_a_payload_that_says_the_impossible_is_refused(
    world: World, part: str, key: str, wrong: object
) -> None:
    """It is an error of the library's own, and nothing is written or sent."""
    payload = json.loads(world.payload("never"))
    payload[part][key] = wrong
    with pytest.raises(InvalidPayloadError):
        delivery_composition.deliver(json.dumps(payload))
    assert (world.waiting, world.receiver.requests) == ([], [])


@here
def test_an_older_releases_file_is_adopted(world: World) -> None:
    """A usage.json of today's CLI goes on to be used, its extra keys included, anonymous or linked."""
    anon_id = "c0ffee00-0000-4000-8000-000000000001"
    old: dict[str, Any] = {"anon_id": anon_id, "linked_principal_id": None, "extra": [1, 2]}
    world.folder.mkdir()
    (world.folder / "usage.json").write_text(json.dumps(old), encoding="utf-8")
    world.run("before")
    world.log_in(ALICE)
    assert world.usage == {**old, "linked_principal_id": ALICE}
    world.settle()
    assert world.whose == {"before": ALICE, "login": ALICE}
    assert world.aliases() == {(anon_id, ALICE)}
