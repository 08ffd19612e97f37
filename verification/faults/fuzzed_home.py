"""One installation in this process, with real files: a tracker, its delivery, and each id that it sends.

Replaced are PostHog's SDK, the network below httpx, the launcher and the facts of the machine. The rest is
the library as a tool uses it.
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

from arcade_usage.adapters.machine import ids as ids_module
from arcade_usage.adapters.machine import installation as installation_module
from arcade_usage.adapters.machine import runtime_info
from arcade_usage.adapters.posthog import sink as sink_module
from arcade_usage.adapters.process import launcher as launcher_module
from arcade_usage.adapters.storage.outbox import FolderOutbox
from arcade_usage.application.errors import NotAcceptedError, RefusedError, UsageTrackingError
from arcade_usage.composition import command as command_composition
from arcade_usage.composition import delivery as delivery_composition
from arcade_usage.domain.event import Runtime
from arcade_usage.domain.project import Project
from arcade_usage.domain.record import Record
from arcade_usage.domain.redaction import Redactor
from arcade_usage.testing.in_memory import FixedInstallation
from verification.faults.allowed_ids import is_anonymous_id, is_principal

PROJECT = Project("https://posthog.example", "phc_of_the_fuzzer")
HERE = "0123456789abcdef0123456789abcdef"
SEED = 20_260_314
_IN_MEMORY = Path("/dev/shm")


@define
class FuzzedHome:
    """One config folder and everything that was sent from it.

    `answer`: the response of Arcade Cloud. `new`: the ids that were generated here. `sent`: pairs of kind
    and distinct id. `outcomes`: how many deliveries ended in which way. `ready`: a payload to deliver
    instead of a command's.
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
        return FolderOutbox(str(self.folder / "usage" / "outbox" / PROJECT.key), PROJECT)

    def clear(self) -> None:
        """Start a new installation; keep the credentials."""
        shutil.rmtree(self.folder / "usage", ignore_errors=True)
        self.usage.unlink(missing_ok=True)
        (self.folder / "usage" / "outbox" / PROJECT.key).mkdir(parents=True)
        self.new.clear()
        self.sent.clear()
        self.ready = None

    def command(self, *, is_login: bool = False, is_logout: bool = False) -> str | None:
        """Run a command. Returns the payload of its delivery, or None if nothing was started."""
        self.payloads.clear()
        tracker = command_composition.command_tracker(
            distribution="arcade-usage",
            project_token=PROJECT.project_token,
            host=PROJECT.host,
            config_dir=self.folder,
        )
        tracker.track_command_execution("toolkit.run", success=True, is_login=is_login, is_logout=is_logout)
        return self.payloads[0] if self.payloads else None

    def deliver(self, payload: str | None) -> str:
        """Deliver a payload. Returns the outcome. Raises each error that is not a UsageTrackingError."""
        if payload is None:
            return "not tracked"
        try:
            delivery_composition.deliver(payload)
        except UsageTrackingError as error:
            return f"{type(error).__name__}"
        kinds = {kind for kind, _ in self.sent}
        return "sent with a principal" if "principal" in kinds else "sent anonymously" if kinds else "kept"

    def check(self, allowed: set[str]) -> None:
        """Raises AssertionError if an id was sent that is malformed, or neither in `allowed` nor generated here."""
        for kind, distinct_id in self.sent:
            assert distinct_id in allowed | self.new, f"an id from nowhere was sent: {distinct_id!r}"
            well_formed = is_principal(distinct_id) if kind == "principal" else is_anonymous_id(distinct_id)
            assert well_formed, f"not an id of a {kind}: {distinct_id!r}"

    @property
    def runs(self) -> int:
        return sum(self.outcomes.values())

    def summary(self) -> str:
        return ", ".join(f"{count:,} {outcome}" for outcome, count in self.outcomes.most_common())


@define
class _Sink:
    """Records each distinct id. Fails one time in twenty, and refuses one time in twenty."""

    home: FuzzedHome

    def alias(self, anon_id: str, principal_id: str) -> None:
        self._answer([("anonymous id", anon_id), ("principal", principal_id)])

    def capture(self, records: Sequence[Record]) -> None:
        sent = []
        for record in records:
            assert record.attribution is not None
            kind = "anonymous id" if record.attribution.personless else "principal"
            sent.append((kind, record.attribution.distinct_id))
        self._answer(sent)

    def _answer(self, sent: list[tuple[str, str]]) -> None:
        self.home.sent += sent
        draw = self.home.random.random()
        if draw < 0.05:
            raise NotAcceptedError("unreachable")
        if draw > 0.95:
            raise RefusedError("refused")


@contextmanager
def open_fuzzed_home(scratch: Path, patch: pytest.MonkeyPatch, target: str) -> Iterator[FuzzedHome]:
    """Yields an installation, on an in-memory file system if there is one. `target` is part of the seed."""
    parent = _IN_MEMORY if os.access(_IN_MEMORY, os.W_OK) else scratch
    with TemporaryDirectory(prefix="arcade-usage-fuzz-", dir=parent) as folder, patch.context() as patched:
        home = FuzzedHome(Path(folder) / "config", Random(f"{SEED} {target}"), lambda _: httpx.Response(503))
        home.folder.mkdir()
        _replace_adapters(home, patched)
        yield home


def _replace_adapters(home: FuzzedHome, patch: pytest.MonkeyPatch) -> None:
    make_client, generate = httpx.Client, ids_module.UuidGenerator.new

    def client(**options: bool | float) -> httpx.Client:
        return make_client(transport=httpx.MockTransport(lambda request: home.answer(request)), **options)  # type: ignore[arg-type]

    def generate_and_record(ids: ids_module.UuidGenerator) -> str:
        generated = generate(ids)
        home.new.add(generated)
        return generated

    class Launcher:
        def __init__(self, _: object) -> None:
            pass

        def launch(self, payload: str) -> None:
            home.payloads.append(payload)

        launch_and_wait = launch

    runtime = Runtime("1.0", "3.11", "Linux", "6", is_ci=False)
    patch.setattr(httpx, "Client", client)
    patch.setattr(ids_module.UuidGenerator, "new", generate_and_record)
    patch.setattr(launcher_module, "DetachedLauncher", Launcher)
    patch.setattr(installation_module, "FolderInstallation", lambda _: FixedInstallation(HERE))
    patch.setattr(sink_module, "PostHogSink", lambda *_: _Sink(home))
    patch.setattr(runtime_info, "read_runtime", lambda *_: runtime)
    patch.setattr(runtime_info, "local_redactor", lambda _: Redactor(home=(), names=()))
