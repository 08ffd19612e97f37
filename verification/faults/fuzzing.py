"""What comes from outside, almost right: nothing is raised, and no id of others is sent."""

import json
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import httpx
from attrs import evolve

from arcade_usage.adapters.storage import codec
from arcade_usage.adapters.storage.config_folder import read_stamp
from arcade_usage.adapters.storage.payload_reader import read_payload
from arcade_usage.application.errors import InvalidPayloadError
from arcade_usage.domain.backoff import Backoff, Pause
from arcade_usage.domain.identity import Anonymous, Linked
from arcade_usage.domain.identity_state import IdentityState, Snapshot
from arcade_usage.domain.ledger import Ledger, PendingAlias, Stamp
from arcade_usage.domain.logbook import Logbook
from arcade_usage.domain.retention import Losses, Observed
from arcade_usage.domain.verdict import Attribution
from tests.e2e.world import credentials_text
from tests.samples import ALICE, ANON, BOB, OTHER_ANON, undecided
from verification.faults.allowed import ids_in
from verification.faults.bench import HERE, SINK, Bench, open_bench
from verification.faults.experiment import experiment
from verification.faults.figures import Figures
from verification.faults.lab import Lab
from verification.faults.mutations import mutate, mutate_yaml

GROUP = "Fuzzed"
TOKEN = "token-of-alice"
COORDINATOR = "https://cloud.example"
AT_ONCE = 40  # records in one outbox

Target = Callable[[Bench], tuple[list[bytes], set[str]]]  # the inputs, and the ids that they may give out


def fuzz(lab: Lab, rounds: int, target: Target, name: str) -> Figures:
    tried = 0
    with open_bench(lab.scratch, lab.monkeypatch, name) as bench:
        while tried < rounds:
            bench.clear()
            inputs, allowed = target(bench)
            try:
                _run(lab, bench)
                bench.check(allowed)
            except Exception as error:
                raise AssertionError(f"{error!r} after {inputs!r:.2000}") from error
            tried += len(inputs)
        return lab.judge(tried, f"of {bench.runs:,} deliveries {bench.summary()}")


def _run(lab: Lab, bench: Bench) -> None:
    """A command, and its delivery, unless the target laid a payload ready."""
    payload = bench.ready
    if payload is None:
        begun = time.perf_counter()
        payload = bench.command(is_logout=bench.random.random() < 0.1)
        lab.waits_ms.append((time.perf_counter() - begun) * 1000)
    bench.outcomes[bench.deliver(payload)] += 1


# What lies there before something is made wrong about it.


def lay(bench: Bench) -> tuple[set[str], Snapshot]:
    """An installation, of somebody who logged in or of nobody; its ids, and what a command sees."""
    bench.answer = _names_alice
    if bench.random.random() < 0.5:
        bench.credentials.unlink(missing_ok=True)
        state, stamp = IdentityState(Anonymous(ANON), Ledger(ANON, HERE)), None
    else:
        bench.credentials.write_text(credentials_text("key", TOKEN, COORDINATOR), encoding="utf-8")
        stamp = _stamp(bench.credentials)
        here = frozenset({SINK.key})
        owed = (PendingAlias(OTHER_ANON, BOB, here),)
        ledger = Ledger(ANON, HERE, stamp, here, ALICE, here, stamp, stamp, owed)
        state = IdentityState(Linked(ANON, ALICE), ledger)
    assert isinstance(state.identity, Anonymous | Linked)
    assert isinstance(state.ledger, Ledger)
    bench.usage.write_bytes(codec.write_identity(state.identity, {}))
    bench.ledger.write_bytes(codec.write_ledger(state.ledger))
    return {ANON} | ({ALICE, BOB, OTHER_ANON} if stamp else set()), Snapshot(state, stamp)


def _stamp(path: Path) -> Stamp:
    numbers = read_stamp(str(path))
    assert numbers is not None
    return Stamp(*numbers)


def _names_alice(_: httpx.Request) -> httpx.Response:
    return _says({"data": {"principal_id": ALICE}})


def _says(answer: object) -> httpx.Response:
    return httpx.Response(200, stream=httpx.ByteStream(json.dumps(answer).encode()))


# The inputs.


def a_usage_json(bench: Bench) -> tuple[list[bytes], set[str]]:
    allowed, _ = lay(bench)
    content = mutate(bench.random, bench.usage.read_bytes())
    bench.usage.write_bytes(content)
    if bench.random.random() < 0.5:  # an older CLI's: it is taken at its word
        bench.ledger.unlink()
    return [content], allowed | ids_in(content)


def a_ledger(bench: Bench) -> tuple[list[bytes], set[str]]:
    allowed, _ = lay(bench)
    content = mutate(bench.random, bench.ledger.read_bytes())
    bench.ledger.write_bytes(content)
    return [content], allowed | ids_in(content)


def a_credentials_yaml(bench: Bench) -> tuple[list[bytes], set[str]]:
    """Whoever is asked names somebody else for each token."""
    allowed, _ = lay(bench)
    kind = bench.random.choice(("key", "oauth", "context"))
    content = mutate_yaml(bench.random, credentials_text(kind, TOKEN, COORDINATOR).encode())
    bench.credentials.write_bytes(content)

    def name(request: httpx.Request) -> httpx.Response:
        principal_id = f"of {hash(request.headers['Authorization'])}"
        allowed.add(principal_id)
        return _says({"data": {"principal_id": principal_id}})

    bench.answer = name
    return [content], allowed


def records(bench: Bench) -> tuple[list[bytes], set[str]]:
    allowed, snapshot = lay(bench)
    inputs = []
    for number in range(AT_ONCE):
        record = evolve(undecided(number), snapshot=snapshot, machine=HERE)
        verdict = bench.random.choice((None, Attribution(ANON, True), Attribution(ALICE, False)))
        content = mutate(bench.random, codec.write_record(evolve(record, attribution=verdict)))
        name = f"{number:015d}-{0:010d}-{record.event.uuid}.event.json"
        (Path(bench.outbox.folder) / name).write_bytes(content)
        inputs.append(content)
    return inputs, allowed | {ALICE} | {each for content in inputs for each in ids_in(content)}


def a_logbook(bench: Bench) -> tuple[list[bytes], set[str]]:
    allowed, snapshot = lay(bench)
    now = time.time()
    backoff = Backoff((("sink", Pause(2, now + 30)), (f"alias {ANON} {ALICE}", Pause(1, now - 5))))
    logbook = Logbook(backoff, Observed(86_400.0, now - 60), Losses({"too_many": 3}))
    content = mutate(bench.random, codec.write_logbook(logbook))
    bench.outbox.queue.add(evolve(undecided(), snapshot=snapshot, machine=HERE))
    (Path(bench.outbox.folder) / "logbook.json").write_bytes(content)
    return [content], allowed


def a_payload(bench: Bench) -> tuple[list[bytes], set[str]]:
    """One that names another folder is read and not carried out: it would be a folder of this machine."""
    allowed, _ = lay(bench)
    payload = bench.command(is_login=bench.random.random() < 0.1)
    assert payload is not None
    content = mutate(bench.random, payload.encode())
    bench.ready = content.decode("utf-8", "surrogateescape")
    try:
        if read_payload(bench.ready).config_dir != str(bench.folder):
            bench.ready = "elsewhere"
    except InvalidPayloadError:
        pass
    return [content], allowed | ids_in(content)


def an_answer(bench: Bench) -> tuple[list[bytes], set[str]]:
    """Of Arcade Cloud, about credentials that nobody has asked about yet."""
    bench.credentials.write_text(credentials_text("key", TOKEN, COORDINATOR), encoding="utf-8")
    bench.usage.write_bytes(codec.write_identity(Anonymous(ANON), {}))
    bench.ledger.write_bytes(codec.write_ledger(Ledger(ANON, HERE)))
    status = bench.random.choice((200, 200, 200, 200, 201, 204, 302, 401, 403, 404, 429, 500))
    sample = {"data": {bench.random.choice(("principal_id", "account_id")): ALICE, "email": "x"}, "ok": True}
    content = mutate(bench.random, json.dumps(sample).encode())
    bench.answer = lambda _: httpx.Response(status, stream=httpx.ByteStream(content))
    return [content], {ANON} | (ids_in(content) if status == 200 else set())


SHARES: dict[str, tuple[Target, int]] = {
    "usage.json": (a_usage_json, 4_000),
    "the ledger": (a_ledger, 4_000),
    "credentials.yaml": (a_credentials_yaml, 4_000),
    "records in the outbox": (records, 78_000),
    "the logbook": (a_logbook, 2_000),
    "the payload": (a_payload, 6_000),
    "answers of Arcade Cloud": (an_answer, 2_000),
}
for _name, (_target, _share) in SHARES.items():
    experiment(GROUP, _name, rounds=_share, quick=_share // 100)(partial(fuzz, target=_target, name=_name))
