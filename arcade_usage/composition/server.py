"""The composition root of a server: builds a tool's server tracker.

Owns the invariant that third-party packages are imported on the worker thread only, and before it sends.
"""

import os
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from arcade_usage.application.attempt import Attempt
from arcade_usage.application.command.tracker import suppress_and_log
from arcade_usage.application.server.queue import QueuedEvent
from arcade_usage.application.server.tracker import BackgroundTracker, ServerTracker, SilentServer
from arcade_usage.composition import command
from arcade_usage.composition.command import (
    DEFAULT_DAILY_LIMIT,
    DEFAULT_HOST,
    FolderWriter,
    ToolConfig,
    find_tracked_layout,
    make_board,
    refuse_if_strict,
)
from arcade_usage.composition.delivery import find_obstacle, make_delivery, make_previewer

if TYPE_CHECKING:
    from arcade_usage.adapters.process.hooks import ImportGate
    from arcade_usage.adapters.storage.config_folder import Layout
    from arcade_usage.adapters.storage.parsed_snapshots import ParsedFolderSnapshots
    from arcade_usage.application.adapters import Adapters
    from arcade_usage.application.console.preview import Previewer
    from arcade_usage.application.server.queue import Worker
    from arcade_usage.application.server.worker import EventDescriber
    from arcade_usage.domain.declaration import Property
    from arcade_usage.domain.notice import Notice
    from arcade_usage.domain.project import Project

# Modules that storing an event imports lazily. The worker imports them in advance, while forks wait.
_EARLY_IMPORTS = ("arcade_usage.adapters.storage.first_identity",)

# A module with fork hooks of its own, which print an error if a fork begins before they are there. So it is
# imported when the tracker is built, which takes 20 ms.
_WITH_FORK_HOOKS = ("filelock",)

# Modules that sending and look-ups import lazily. The worker imports them in advance, while forks wait, and
# after it has written the first events, since these imports take longest.
_LATE_IMPORTS = (
    "arcade_usage.adapters.arcade_cloud.credentials",
    "arcade_usage.adapters.posthog.sink",
    "arcade_usage.adapters.storage.sent_copies",
    "encodings.ascii",
    "encodings.idna",
    "httpx",
)


def server_tracker(
    *,
    distribution: str,
    project_token: str | None,
    host: str | None = DEFAULT_HOST,
    version: str | None = None,
    config_dir: "str | os.PathLike[str] | None" = None,
    credentials: "str | os.PathLike[str] | None" = None,
    context: Callable[[], str | None] | None = None,
    notice: "Notice | None" = None,
    properties: "Sequence[Property]" = (),
    safe_errors: "Sequence[type[BaseException]]" = (),
    private_errors: "Sequence[type[BaseException]]" = (),
    adapters: str | None = None,
    consent: str = "notice",
    erasure_url: str | None = None,
    daily_limit: int | None = DEFAULT_DAILY_LIMIT,
) -> ServerTracker:
    """Make the tracker of a server or another long-lived program.

    The arguments and the errors are those of `arcade_usage.Tool`. The first event starts a thread, which
    shows the notice if it is due. Does not block. Reads the switch and two small files, makes one stat() and
    imports filelock (20 ms).
    """
    return build(ToolConfig(**locals()))


def build(config: ToolConfig) -> ServerTracker:
    """Build a tool's server tracker, or one that does nothing if tracking is off. Never raises.

    In the test kit, raises ConfigurationError for a wrong configuration.
    """
    if config.problems:
        refuse_if_strict(config)
    with suppress_and_log():
        builder = command.replacement
        return builder.server_tracker(config) if builder is not None else _build(config)
    return SilentServer()


def _build(config: ToolConfig) -> ServerTracker:
    from arcade_usage.domain.consent import wants_debug

    layout = find_tracked_layout(config)
    if layout is None:
        return SilentServer()

    from arcade_usage.adapters.process.hooks import ImportGate, register_hooks
    from arcade_usage.adapters.storage.parsed_snapshots import ParsedFolderSnapshots

    _import(_WITH_FORK_HOOKS)
    gate, debugging = ImportGate(), wants_debug(os.environ)  # then nothing is written
    snapshots = ParsedFolderSnapshots(layout, None if debugging else FolderWriter(layout))
    maker = _WorkerMaker(config, layout, snapshots, gate, debugging)
    tracker = BackgroundTracker(maker=maker, clock=time, snapshot=snapshots.take())
    register_hooks(tracker, gate)
    return tracker


class _WorkerMaker(NamedTuple):
    """Makes workers, and imports for them, on the worker thread."""

    config: ToolConfig
    layout: "Layout"
    snapshots: "ParsedFolderSnapshots"
    gate: "ImportGate"
    debugging: bool

    def make_worker(self) -> "Worker":
        with self.gate:
            from arcade_usage.application.server.local import LocalWorker
            from arcade_usage.application.server.worker import ServerWorker
            from arcade_usage.composition.adapters import default_adapters
            from arcade_usage.domain.project import Project

            _import(_EARLY_IMPORTS)
            config = self.config
            project, describer = Project(config.host, str(config.project_token)), _make_describer(config)
            default = default_adapters(self.layout, project, durable=False, makes_folder=not self.debugging)
            adapters, problem = _apply(config.adapters, default)
            if self.debugging:
                return _Preview(describer, make_previewer(adapters), project, problem)
            worker = ServerWorker(
                opt_out=adapters.switch,
                snapshots=self.snapshots,
                describer=describer,
                delivery=make_delivery(adapters, project.key, obstacle=problem or find_obstacle()),
                clock=adapters.clock,
                notice=make_board(config, self.layout, may_ask=False),
                late_imports=self,
            )
            return LocalWorker(worker, make_previewer(adapters), project, adapters)

    def load(self) -> None:
        """See LateImports."""
        with self.gate:
            _import(_LATE_IMPORTS)


def _import(names: Sequence[str]) -> None:
    from importlib import import_module

    for name in names:
        with suppress(ImportError):  # an attempt to store or send will report it
            import_module(name)


def _apply(factory: str | None, adapters: "Adapters") -> "tuple[Adapters, str | None]":
    """The factory's adapters; if it fails, the default ones and the reason."""
    from arcade_usage.application.errors import AdaptersError
    from arcade_usage.composition.adapters import apply_factory

    try:
        return apply_factory(factory, adapters), None
    except AdaptersError as error:
        return adapters, str(error)


def _make_describer(config: ToolConfig) -> "EventDescriber":
    from arcade_usage.adapters.machine.ids import UuidGenerator
    from arcade_usage.adapters.machine.runtime_info import local_redactor, read_runtime
    from arcade_usage.application.server.worker import EventDescriber
    from arcade_usage.domain.redaction.remembering import RememberingRedactor

    known = local_redactor(os.environ)
    redact = RememberingRedactor(known.home, known.names)
    runtime = read_runtime(config.distribution or "", os.environ, config.version)
    return EventDescriber(runtime, redact, UuidGenerator(), config.properties)


class _Preview:
    """The worker with $ARCADE_USAGE_DEBUG: prints events on stderr instead of sending them.

    problem: why none would be sent.
    """

    def __init__(
        self, describer: "EventDescriber", previewer: "Previewer", project: "Project", problem: str | None
    ) -> None:
        self._describer = describer
        self._previewer = previewer
        self._project = project
        self._problem = problem
        self.lost = 0

    def enqueue(self, batch: Sequence[QueuedEvent]) -> None:
        from arcade_usage.adapters.storage.sent_json import write_preview
        from arcade_usage.application.errors import StoreError, UnsupportedSdkError

        for queued in batch:
            try:
                event = self._describer.describe(queued)
                preview = self._previewer.preview(event, self._previewer.take_snapshot(), self._project)
                text = write_preview(preview) if self._problem is None else f"arcade-usage: {self._problem}\n"
                sys.stderr.write(text)
            except UnsupportedSdkError as error:
                sys.stderr.write(f"arcade-usage: {error}\n")
                self.lost += 1
            except (StoreError, ValueError):  # not an event, no readable identity, or a closed stderr
                self.lost += 1

    def send(self, lost_before: int) -> Attempt:  # noqa: ARG002 - the protocol's argument
        return Attempt.DONE
