"""What we did not make stays as it is: each kind of foreign entry, at each of our names, before half of what we do.

Each name meets each action with every other kind, and each kind meets each action at every other name.
Everything runs in this process, on real files and against a receiver on loopback;
tests/e2e/test_foreign_entries_in_processes.py tries some with processes of their own.
"""

import os
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from attrs import define, evolve

from arcade_usage.adapters.network.deadline import within
from arcade_usage.adapters.storage.outbox import find_outboxes
from arcade_usage.demo.receiver import DOWN, WELL, Receiver
from arcade_usage.domain.backoff import Backoff
from tests.e2e.cli.running import Shell
from tests.e2e.deliveries import deliver_here
from tests.e2e.foreign_entries import (
    FILES,
    FOLDERS,
    KEY,
    KINDS,
    PATIENCE_SECONDS,
    RECORD,
    TEMPORARY,
    Spot,
    make_old,
    make_outside,
)
from tests.e2e.world import World
from tests.isolation import isolate

COMMANDS = ("status", "show", "log", "stats", "flush", "off", "on", "forget")
# Those of a group follow one another in one folder: a foreign entry stays, so that each of them meets it.
ACTIONS = (
    (("status", "show", "log", "stats", "flush"), ("login", "forget")),
    (("command", "logout"), ("off", "on")),
)
CASES = [
    (name, kind, ACTIONS[(number + (*FILES, *FOLDERS).index(name)) % 2])
    for number, (kind, each) in enumerate(KINDS.items())
    for name in each.at
]


@define
class Used:
    """A config folder that was in use, to be copied. `names`: what KEY and RECORD stand for.

    The files outside of it, which nothing may change, are the same for all tests.
    """

    folder: Path
    outside: Path
    receiver: Receiver
    names: dict[str, str]

    def resolve(self, name: str) -> str:
        for sign, meant in self.names.items():
            name = name.replace(sign, meant)
        return name


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(monkeypatch, capsys)


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Used]:
    """A person logged in, some events were sent, one waits, and files of every other name lie there too."""
    scratch = tmp_path_factory.mktemp("used")
    with pytest.MonkeyPatch.context() as monkeypatch, Receiver() as receiver:
        isolate(monkeypatch, scratch / "home")
        deliver_here(monkeypatch)
        world = World(receiver, scratch / "config", scratch, monkeypatch)
        world.run("first")
        world.log_in("alice")
        world.run("second")
        receiver.posthog = DOWN
        world.run("waits")
        receiver.posthog = WELL
        (outbox,) = find_outboxes(str(world.folder / "usage" / "outbox"))
        outbox.log.write(evolve(outbox.log.read(), backoff=Backoff()))  # it is due
        (record,) = Path(outbox.folder).glob("*.event.json")
        names = {KEY: os.path.basename(outbox.folder), RECORD: record.name}
        used = Used(world.folder, scratch / "outside", receiver, names)
        for name in FOLDERS:
            (world.folder / used.resolve(name)).mkdir(exist_ok=True, mode=0o700)
        for name in FILES:
            path = world.folder / used.resolve(name)
            if not path.exists() and path.name != "off":
                path.write_text("{}", encoding="utf-8")
        make_old(world.folder.rglob(TEMPORARY))
        make_outside(used.outside, record.name)
        yield used


@define
class Scene:
    """A copy of the folder that was in use, with a foreign entry in it."""

    world: World
    place: Spot
    shell: Shell

    def do(self, action: str) -> None:
        if action in COMMANDS:
            self._ask(action)
        elif action == "login":
            self.world.log_in("bob")
        elif action == "logout":
            self.world.log_out()
        else:
            self.world.run("toolkit.run", success=False, error_message="no such toolkit")

    def _ask(self, command: str) -> None:
        more = {"forget": ("--yes",), "show": ("--json",), "log": ("--json",)}.get(command, ())
        ran = self.shell(command, "--config-dir", self.world.folder, *more)
        assert ran.code in (0, 1, 3), ran
        assert "Traceback" not in ran.out + ran.err, ran
        assert (ran.out + ran.err).strip(), ran


def plant(
    name: str, kind: str, used: Used, scratch: Path, monkeypatch: pytest.MonkeyPatch, shell: Shell
) -> Scene:
    """Copies the folder to `scratch`."""
    shutil.copytree(used.folder, scratch / "config")
    place = Spot(scratch / "config" / used.resolve(name), used.outside, scratch / "original")
    place.is_kept_elsewhere = (name, kind) == ("usage.json", "a link to what was ours")
    KINDS[kind].plant(place)
    return Scene(World(used.receiver, scratch / "config", scratch, monkeypatch), place, shell)


@pytest.mark.parametrize(("name", "kind", "groups"), CASES, ids=[f"{name}-{kind}" for name, kind, _ in CASES])
def test_what_we_did_not_make_stays(
    name: str,
    kind: str,
    groups: tuple[tuple[str, ...], ...],
    used: Used,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    shell: Shell,
) -> None:
    """Whatever is done: nothing outside changes, the foreign entry is as it was, and nobody waits for it."""
    if KINDS[kind].needs_root and os.geteuid() != 0:
        pytest.skip("only root makes devices, and gives files to other users")
    errors = deliver_here(monkeypatch)
    for actions in groups:
        scene = plant(name, kind, used, tmp_path / actions[0], monkeypatch, shell)
        before = scene.place.look()
        for action in actions:
            within(PATIENCE_SECONDS, partial(scene.do, action))
            assert errors == [], action
            assert scene.place.look() == before, action
        assert scene.place.writer is None or scene.place.writer.was_left_alone(), actions
