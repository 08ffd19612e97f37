"""A whole installation in this process, on real files: a tracker, its delivery, and every id that leaves it.

What is replaced: PostHog's SDK, the network under httpx, the process that would be launched, and what this
machine says of itself. All the rest is the library as it is put together for hosts.
"""

import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import httpx
import pytest
from attrs import define, field

from arcade_usage.adapters.machine import ids as chance
from arcade_usage.adapters.machine import installation as machine
from arcade_usage.adapters.machine import runtime_info as surroundings
from arcade_usage.adapters.posthog import sink as posthog_sink
from arcade_usage.adapters.process import launcher as detached
from arcade_usage.adapters.storage.outbox import FolderOutbox
from arcade_usage.application.errors import NotAcceptedError, RefusedError, UsageTrackingError
from arcade_usage.composition import command as command_composition
from arcade_usage.composition import delivery as delivery_composition
from arcade_usage.domain.event import Runtime
from arcade_usage.domain.project import Project
from arcade_usage.domain.record import Record
from arcade_usage.domain.redaction import Redactor
from arcade_usage.testing.in_memory import FixedInstallation
from verification.faults.allowed import is_installation, is_person

SINK = Project("https://posthog.example", "phc_of_the_bench")
HERE = "0123456789abcdef0123456789abcdef"
SEED = 20_260_314
_IN_MEMORY = Path("/dev/shm")


@define
class Bench:
    """One config folder. `answer`: what Arcade Cloud says. `fresh`: the ids that this process made.

    `sent`: each distinct id that went out, by how. `outcomes`: what became of the deliveries.
    `ready`: a payload that is to be delivered instead of a command's.
    """

    folder: Path
    random: Random
    answer: Callable[[httpx.Request], httpx.Response]
    new: set[str] = field(factory=set)
    sent: list[tuple[str, str]] = field(factory=list)
    outcomes: Counter[str] = field(factory=Counter)
    payloads: list[str] = field(factory=list)
    ready: str | None = None

    @property
    def usage(self) -> Path:
        return self.folder / "usage.json"

    @property
    def ledger(self) -> Path:
        return self.folder / "usage" / "ledger.json"

    @property
    def credentials(self) -> Path:
        return self.folder / "credentials.yaml"

    @property
    def outbox(self) -> FolderOutbox:
        return FolderOutbox(str(self.folder / "usage" / "outbox" / SINK.key), SINK)

    def clear(self) -> None:
        """A new installation, but for its credentials."""
        shutil.rmtree(self.folder / "usage", ignore_errors=True)
        self.usage.unlink(missing_ok=True)
        (self.folder / "usage" / "outbox" / SINK.key).mkdir(parents=True)
        self.new.clear()
        self.sent.clear()
        self.ready = None

    def command(self, *, is_login: bool = False, is_logout: bool = False) -> str | None:
        """Run a command; the payload that was handed over."""
        self.payloads.clear()
        tracker = command_composition.command_tracker(
            distribution="arcade-usage",
            project_token=SINK.project_token,
            host=SINK.host,
            config_dir=self.folder,
        )
        tracker.track_command_execution("toolkit.run", success=True, is_login=is_login, is_logout=is_logout)
        return self.payloads[0] if self.payloads else None

    def deliver(self, payload: str | None) -> str:
        """What became of it; nothing but the library's own errors may come out."""
        if payload is None:
            return "not tracked"
        try:
            delivery_composition.deliver(payload)
        except UsageTrackingError as error:
            return f"{type(error).__name__}"
        kinds = {kind for kind, _ in self.sent}
        return "sent as somebody" if "person" in kinds else "sent anonymously" if kinds else "kept"

    def check(self, allowed: set[str]) -> None:
        """No id has left that is neither among the input's own nor made here."""
        for kind, distinct_id in self.sent:
            assert distinct_id in allowed | self.new, f"a foreign id: {distinct_id!r}"
            well_formed = is_person(distinct_id) if kind == "person" else is_installation(distinct_id)
            assert well_formed, f"no id of a {kind}: {distinct_id!r}"

    @property
    def runs(self) -> int:
        return sum(self.outcomes.values())

    def summary(self) -> str:
        return ", ".join(f"{count:,} {outcome}" for outcome, count in self.outcomes.most_common())


@define
class _Sink:
    """Takes what is sent; one time in twenty it does not, and one time in twenty it refuses."""

    bench: Bench

    def alias(self, anon_id: str, principal_id: str) -> None:
        self._answer([("installation", anon_id), ("person", principal_id)])

    def capture(self, records: Sequence[Record]) -> None:
        sent = []
        for record in records:
            assert record.attribution is not None
            kind = "installation" if record.attribution.personless else "person"
            sent.append((kind, record.attribution.distinct_id))
        self._answer(sent)

    def _answer(self, sent: list[tuple[str, str]]) -> None:
        self.bench.sent += sent
        chance = self.bench.random.random()
        if chance < 0.05:
            raise NotAcceptedError("out of reach")
        if chance > 0.95:
            raise RefusedError("refused")


@contextmanager
def open_bench(scratch: Path, patch: pytest.MonkeyPatch, target: str) -> Iterator[Bench]:
    """On a file system in memory, where there is one. `target` goes into the seed."""
    place = _IN_MEMORY if os.access(_IN_MEMORY, os.W_OK) else scratch
    with TemporaryDirectory(prefix="arcade-usage-bench-", dir=place) as folder, patch.context() as patched:
        bench = Bench(Path(folder) / "config", Random(f"{SEED} {target}"), lambda _: httpx.Response(503))
        bench.folder.mkdir()
        _replace_surroundings(bench, patched)
        yield bench


def _replace_surroundings(bench: Bench, patch: pytest.MonkeyPatch) -> None:
    make, fresh = httpx.Client, chance.UuidGenerator.new

    def client(**options: bool | float) -> httpx.Client:
        return make(transport=httpx.MockTransport(lambda request: bench.answer(request)), **options)  # type: ignore[arg-type]

    def note(ids: chance.UuidGenerator) -> str:
        made = fresh(ids)
        bench.new.add(made)
        return made

    class Launcher:
        def __init__(self, _: object) -> None:
            pass

        def launch(self, payload: str) -> None:
            bench.payloads.append(payload)

        launch_and_wait = launch

    runtime = Runtime("1.0", "3.11", "Linux", "6", is_ci=False)
    patch.setattr(httpx, "Client", client)
    patch.setattr(chance.UuidGenerator, "new", note)
    patch.setattr(detached, "DetachedLauncher", Launcher)
    patch.setattr(machine, "FolderInstallation", lambda _: FixedInstallation(HERE))
    patch.setattr(posthog_sink, "PostHogSink", lambda *_: _Sink(bench))
    patch.setattr(surroundings, "read_runtime", lambda *_: runtime)
    patch.setattr(surroundings, "local_redactor", lambda _: Redactor(home=(), names=()))
