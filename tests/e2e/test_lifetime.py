"""However a delivery is held up, its process is gone 10 s after its start, and its event is not.

The ways run side by side in one test, since each takes its time.
"""

import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest
from attrs import evolve, field, frozen

from arcade_usage.application.delivery.batches import BATCH_LIMIT
from arcade_usage.demo.receiver import DOWN, HANGING, WELL, Behaviour, Receiver
from tests.e2e.deliveries import run_here
from tests.e2e.world import World, noting_processes, until

LIFETIME_SECONDS = 10.0
SECONDS_A_BATCH = 2.2  # five of them take longer than a process lives
ALICE = "principal-alice"

NEVER_ENDING = "import time; time.sleep(60)"
HOLDING_THE_LOCK = "import ctypes; ctypes.PyDLL(None).sleep(60)"  # no thread of Python's runs meanwhile
RESOLVING = "import socket\ndef resolve(*_, **__): {}\nsocket.getaddrinfo = resolve"


@frozen
class Trouble:
    """What holds a delivery up: modules on its path, or a service; and whether it takes force to end it."""

    modules: Mapping[str, str] = field(factory=dict)
    posthog: Behaviour = WELL
    takes_force: bool = True
    is_login: bool = False  # with credentials, so that an alias has to be sent before the tool is let go


TROUBLES = {
    "an import that holds the lock": Trouble({"posthog": HOLDING_THE_LOCK}),
    "an import that never ends": Trouble({"posthog": NEVER_ENDING}),
    "a resolver that holds the lock": Trouble({"sitecustomize": RESOLVING.format(HOLDING_THE_LOCK)}),
    "a resolver that never answers": Trouble(
        {"sitecustomize": RESOLVING.format(NEVER_ENDING)}, takes_force=False
    ),
    "a server that never answers": Trouble(posthog=HANGING, takes_force=False),
    "an answer that trickles": Trouble(posthog=Behaviour(takes=False, seconds_a_byte=0.6), takes_force=False),
    "a login whose import never ends": Trouble({"posthog": NEVER_ENDING}, is_login=True),
}


def start(world: World, trouble: Trouble) -> None:
    """Start a delivery in trouble."""
    folder = world.scratch / "modules"
    folder.mkdir(parents=True)
    for name, source in trouble.modules.items():
        (folder / f"{name}.py").write_text(source, encoding="utf-8")
    world.receiver.posthog = trouble.posthog
    with world.monkeypatch.context() as patch:
        patch.setenv("PYTHONPATH", str(folder))
        if trouble.is_login:
            world.store_credentials(ALICE)
        world.start("held up", is_login=trouble.is_login)


def test_a_full_outbox_and_a_slow_server_take_more_than_one_process(world: World) -> None:
    """It ends by itself, not in the middle of a batch: what is left waits for no pause, and the next one goes on."""
    world.receiver.posthog = DOWN
    run_here(world, "waits")
    world.fill_outbox(5 * BATCH_LIMIT)
    world.let_hours_pass(2)
    world.receiver.posthog = evolve(WELL, hang_seconds=SECONDS_A_BATCH)
    before = len(world.receiver.requests)
    world.run("first")
    assert world.processes[-1].returncode == 0
    batches = len(world.receiver.requests) - before
    assert batches > 1
    assert len(world.waiting) == 5 * BATCH_LIMIT + 2 - batches * BATCH_LIMIT
    assert world.backoff == {}
    world.receiver.posthog = WELL
    run_here(world, "next")
    assert world.waiting == []


def test_a_process_that_is_held_up_is_gone_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It ends, by force not before 10 s after its start; the event is there, with its verdict if it is plain, and arrives."""
    with ExitStack() as stack:
        processes = stack.enter_context(noting_processes(monkeypatch))
        worlds: dict[str, World] = {}
        begun: dict[str, float] = {}
        ended: dict[str, float] = {}
        for number, (name, trouble) in enumerate(TROUBLES.items()):
            scratch, receiver = tmp_path / str(number), stack.enter_context(Receiver())
            worlds[name] = World(receiver, scratch / "config", scratch, monkeypatch)
            begun[name] = time.monotonic()
            start(worlds[name], trouble)
        running = dict(zip(TROUBLES, processes, strict=True))

        def all_ended() -> bool:
            for name, process in running.items():
                if name not in ended and process.poll() is not None:
                    ended[name] = time.monotonic()
            return ended.keys() == running.keys()

        assert until(all_ended)
        for name, trouble in TROUBLES.items():
            lifetime = ended[name] - begun[name]
            assert running[name].returncode == trouble.takes_force, name
            if trouble.takes_force:
                assert lifetime > LIFETIME_SECONDS - 0.5, name

        next(iter(worlds.values())).let_hours_pass(2)
        for name, world in worlds.items():
            (record,) = world.waiting
            anonymous = {"distinct_id": world.anon_id, "personless": True}
            assert record["attribution"] == (None if TROUBLES[name].is_login else anonymous), name
            world.receiver.posthog = WELL
            run_here(world, "later")
        for name, world in worlds.items():
            owner = ALICE if TROUBLES[name].is_login else world.anon_id
            assert world.whose == dict.fromkeys(("held up", "later"), owner), name
            assert world.waiting == [], name
