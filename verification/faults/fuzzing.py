"""Fuzzed inputs: no unexpected exception, and no id is sent that neither the input nor the library made."""

import json
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import httpx
from attrs import evolve

from arcade_usage.adapters.storage import codec, delivery_log
from arcade_usage.adapters.storage.config_folder import read_stamp
from arcade_usage.adapters.storage.payload_reader import read_payload
from arcade_usage.application.errors import InvalidPayloadError
from arcade_usage.domain.backoff import Backoff, Pause
from arcade_usage.domain.daily_limit import DailyCount, utc_day
from arcade_usage.domain.identity import Anonymous, Linked
from arcade_usage.domain.identity_state import IdentityState, Snapshot
from arcade_usage.domain.ledger import Ledger, PendingAlias, Stamp
from arcade_usage.domain.logbook import Logbook
from arcade_usage.domain.retention import Losses, Observed
from arcade_usage.domain.verdict import Attribution
from tests.e2e.world import credentials_text
from tests.samples import ALICE, ANON, BOB, ONE_OFF, OTHER_ANON, undecided
from verification.faults.allowed_ids import ids_in
from verification.faults.experiment import experiment
from verification.faults.figures import Figures
from verification.faults.fuzzed_home import HERE, PROJECT, FuzzedHome, open_fuzzed_home
from verification.faults.mutations import mutate, mutate_yaml
from verification.faults.testbed import Testbed

GROUP = "Fuzzed"
TOKEN = "token-of-alice"
COORDINATOR = "https://cloud.example"
RECORDS_PER_OUTBOX = 40

Target = Callable[
    [FuzzedHome], tuple[list[bytes], set[str]]
]  # returns the inputs, and the ids that may be sent


def fuzz(testbed: Testbed, rounds: int, target: Target, name: str) -> Figures:
    tried = 0
    with open_fuzzed_home(testbed.scratch, testbed.monkeypatch, name) as home:
        while tried < rounds:
            home.clear()
            inputs, allowed = target(home)
            try:
                _run(testbed, home)
                home.check(allowed)
            except Exception as error:
                raise AssertionError(f"{error!r} after {inputs!r:.2000}") from error
            tried += len(inputs)
        return testbed.judge(tried, f"{home.runs:,} deliveries: {home.summary()}")


def _run(testbed: Testbed, home: FuzzedHome) -> None:
    """Run a command and its delivery; or only a delivery, if the target prepared a payload."""
    payload = home.ready
    if payload is None:
        started = time.perf_counter()
        payload = home.command(is_logout=home.random.random() < 0.1)
        testbed.waits_ms.append((time.perf_counter() - started) * 1000)
    home.outcomes[home.deliver(payload)] += 1


# A valid installation, of which one input is mutated.


def write_installation(home: FuzzedHome) -> tuple[set[str], Snapshot]:
    """Write an installation, linked or anonymous. Returns its ids, and the snapshot of a command."""
    home.answer = _answer_alice
    if home.random.random() < 0.5:
        home.credentials.unlink(missing_ok=True)
        state, stamp = IdentityState(Anonymous(ANON), Ledger(ANON, HERE)), None
    else:
        home.credentials.write_text(credentials_text("key", TOKEN, COORDINATOR), encoding="utf-8")
        stamp = _stamp(home.credentials)
        reached = frozenset({PROJECT.key})
        pending = (PendingAlias(OTHER_ANON, BOB, reached),)
        ledger = Ledger(ANON, HERE, stamp, reached, ALICE, reached, stamp, stamp, pending)
        state = IdentityState(Linked(ANON, ALICE), ledger)
    assert isinstance(state.identity, Anonymous | Linked)
    assert isinstance(state.ledger, Ledger)
    home.usage.write_bytes(codec.write_identity(state.identity, {}))
    home.ledger.write_bytes(codec.write_ledger(state.ledger))
    return {ANON} | ({ALICE, BOB, OTHER_ANON} if stamp else set()), Snapshot(state, stamp)


def _stamp(path: Path) -> Stamp:
    numbers = read_stamp(str(path))
    assert numbers is not None
    return Stamp(*numbers)


def _answer_alice(_: httpx.Request) -> httpx.Response:
    return _reply({"data": {"principal_id": ALICE}})


def _reply(answer: object) -> httpx.Response:
    return httpx.Response(200, stream=httpx.ByteStream(json.dumps(answer).encode()))


# The targets.


def usage_json(home: FuzzedHome) -> tuple[list[bytes], set[str]]:
    allowed, _ = write_installation(home)
    content = mutate(home.random, home.usage.read_bytes())
    home.usage.write_bytes(content)
    if home.random.random() < 0.5:  # as an older tool leaves it: usage.json counts alone
        home.ledger.unlink()
    return [content], allowed | ids_in(content)


def ledger_json(home: FuzzedHome) -> tuple[list[bytes], set[str]]:
    allowed, _ = write_installation(home)
    content = mutate(home.random, home.ledger.read_bytes())
    home.ledger.write_bytes(content)
    return [content], allowed | ids_in(content)


def credentials_yaml(home: FuzzedHome) -> tuple[list[bytes], set[str]]:
    """Arcade Cloud names another principal for each token."""
    allowed, _ = write_installation(home)
    kind = home.random.choice(("key", "oauth", "context"))
    content = mutate_yaml(home.random, credentials_text(kind, TOKEN, COORDINATOR).encode())
    home.credentials.write_bytes(content)

    def name(request: httpx.Request) -> httpx.Response:
        principal_id = f"of {hash(request.headers['Authorization'])}"
        allowed.add(principal_id)
        return _reply({"data": {"principal_id": principal_id}})

    home.answer = name
    return [content], allowed


def records(home: FuzzedHome) -> tuple[list[bytes], set[str]]:
    allowed, snapshot = write_installation(home)
    inputs = []
    for number in range(RECORDS_PER_OUTBOX):
        record = evolve(undecided(number), snapshot=snapshot, machine=HERE)
        verdict = home.random.choice((None, Attribution(ANON, True), Attribution(ALICE, False)))
        content = mutate(home.random, codec.write_record(evolve(record, attribution=verdict)))
        name = f"{number:015d}-{0:010d}-{record.event.uuid}.event.json"
        (Path(home.outbox.folder) / name).write_bytes(content)
        inputs.append(content)
    return inputs, allowed | {ALICE} | {each for content in inputs for each in ids_in(content)}


def logbook_json(home: FuzzedHome) -> tuple[list[bytes], set[str]]:
    allowed, snapshot = write_installation(home)
    now = time.time()
    backoff = Backoff({"sink": Pause(2, now + 30), f"alias {ANON} {ALICE}": Pause(1, now - 5)})
    logbook = Logbook(backoff, Observed(86_400.0, now - 60), Losses({"too_many": 3}))
    content = mutate(home.random, delivery_log.write_logbook(logbook))
    home.outbox.queue.add(evolve(undecided(), snapshot=snapshot, machine=HERE))
    (Path(home.outbox.folder) / "logbook.json").write_bytes(content)
    return [content], allowed


def counts_json(home: FuzzedHome) -> tuple[list[bytes], set[str]]:
    """Of another day and of this one. The event with counts has the id that the file names."""
    allowed, snapshot = write_installation(home)
    today, record = utc_day(time.time()), evolve(undecided(), snapshot=snapshot, machine=HERE, daily_limit=3)
    uuids = frozenset({record.event.uuid})
    day = home.random.choice((today, "2026-01-01"))
    counts = DailyCount(day, ONE_OFF, 3, {"build": 2}, 1, "my-tool", to_remove=uuids)
    content = mutate(home.random, codec.dump({}, 1, counts))
    home.outbox.queue.add(record)
    (Path(home.outbox.folder) / "counts.json").write_bytes(content)
    with suppress(ValueError, RecursionError, TypeError, KeyError):
        allowed.add(str(json.loads(content)["uuid"]))  # another valid one, by chance
    return [content], allowed | {ONE_OFF} | ids_in(content)


def payload_text(home: FuzzedHome) -> tuple[list[bytes], set[str]]:
    """A payload that names another folder is only read, since delivering it would write outside of the experiment."""
    allowed, _ = write_installation(home)
    payload = home.command(is_login=home.random.random() < 0.1)
    assert payload is not None
    content = mutate(home.random, payload.encode())
    home.ready = content.decode("utf-8", "surrogateescape")
    try:
        if read_payload(home.ready).config_dir != str(home.folder):
            home.ready = "elsewhere"
    except InvalidPayloadError:
        pass
    return [content], allowed | ids_in(content)


def api_response(home: FuzzedHome) -> tuple[list[bytes], set[str]]:
    """Arcade Cloud's response about credentials that were never looked up."""
    home.credentials.write_text(credentials_text("key", TOKEN, COORDINATOR), encoding="utf-8")
    home.usage.write_bytes(codec.write_identity(Anonymous(ANON), {}))
    home.ledger.write_bytes(codec.write_ledger(Ledger(ANON, HERE)))
    status = home.random.choice((200, 200, 200, 200, 201, 204, 302, 401, 403, 404, 429, 500))
    sample = {"data": {home.random.choice(("principal_id", "account_id")): ALICE, "email": "x"}, "ok": True}
    content = mutate(home.random, json.dumps(sample).encode())
    home.answer = lambda _: httpx.Response(status, stream=httpx.ByteStream(content))
    return [content], {ANON} | (ids_in(content) if status == 200 else set())


TARGETS: dict[str, tuple[Target, int]] = {
    "usage.json": (usage_json, 4_000),
    "the ledger": (ledger_json, 4_000),
    "credentials.yaml": (credentials_yaml, 4_000),
    "records in the outbox": (records, 78_000),
    "the logbook": (logbook_json, 2_000),
    "the daily counts": (counts_json, 2_000),
    "the payload": (payload_text, 6_000),
    "responses of Arcade Cloud": (api_response, 2_000),
}
for _name, (_target, _rounds) in TARGETS.items():
    experiment(GROUP, _name, rounds=_rounds, quick=_rounds // 100)(partial(fuzz, target=_target, name=_name))
