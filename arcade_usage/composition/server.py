"""The composition root of a server: builds what `server_tracker` returns.

Owns the invariant that vendors are imported on the background thread only, and all before it sends.
"""

import os
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from arcade_usage.adapters.storage.config_folder import Layout, find_config_dir, is_on
from arcade_usage.application.command.tracker import suppress_and_log
from arcade_usage.application.server.queue import Progress, QueuedEvent
from arcade_usage.application.server.tracker import BackgroundTracker, ServerTracker, SilentServer
from arcade_usage.composition.command import DEFAULT_HOST, make_identity
from arcade_usage.composition.delivery import delivery_factory, make_previewer

if TYPE_CHECKING:
    from arcade_usage.application.console.preview import Previewer
    from arcade_usage.application.ports import SnapshotSource
    from arcade_usage.application.server.queue import Worker
    from arcade_usage.application.server.worker import ServerWorker
    from arcade_usage.domain.event import Event
    from arcade_usage.domain.project import Project
    from arcade_usage.domain.server_event import ServerEvent

# What sending and looking up import once they need it: imported before, where no fork comes between, and
# after the first events were written down, since it takes longer than all else.
_LATE_IMPORTS = (
    "arcade_usage.adapters.arcade_cloud.credentials",
    "arcade_usage.adapters.posthog.sink",
    "arcade_usage.adapters.storage.sent_copies",
    "encodings.idna",
    "httpx",
)


def server_tracker(
    *,
    distribution: str,
    project_token: str | None,
    host: str = DEFAULT_HOST,
    config_dir: "str | os.PathLike[str] | None" = None,
) -> ServerTracker:
    """The tracker of a server, or of any other host that lives on. Never raises.

    `distribution`: the name under which the server is installed; its version is reported. `project_token`:
    that of the PostHog project, public by design; None: nothing ever leaves the machine. `host`: URL of
    PostHog. `config_dir`: default $ARCADE_WORK_DIR, else ~/.arcade.

    Blocks: not; reads the switch, then two small files and one stat. The first event starts a thread.
    """
    with suppress_and_log():
        return _server_tracker(distribution, project_token, host, config_dir)
    return SilentServer()


def _server_tracker(
    distribution: str, project_token: str | None, host: str, config_dir: "str | os.PathLike[str] | None"
) -> ServerTracker:
    from arcade_usage.domain.consent import wants_debug

    layout = Layout(find_config_dir(config_dir))
    if project_token is None or not is_on(layout, project_token):
        return SilentServer()

    from arcade_usage.adapters.process.hooks import ImportGate, register_hooks
    from arcade_usage.adapters.storage.config_folder import FolderSnapshots

    gate, debugging = ImportGate(), wants_debug(os.environ)  # then nothing is written either
    snapshots = FolderSnapshots(layout, lambda: None if debugging else make_identity(layout))

    def make_worker() -> "Worker":
        with gate:
            from arcade_usage.domain.project import Project

            describe, project = _describer(distribution), Project(host, project_token)
            if debugging:
                return _preview(layout, describe, project)
            return _make_worker(layout, snapshots, describe, project, get_ready)

    def get_ready() -> None:
        from importlib import import_module

        with gate:
            for name in _LATE_IMPORTS:
                with suppress(ImportError):  # an SDK that is not ours to use is told when it is to send
                    import_module(name)

    tracker = BackgroundTracker(make_worker=make_worker, clock=time, seen=snapshots.take())
    register_hooks(tracker, gate)
    return tracker


def _make_worker(
    layout: "Layout",
    snapshots: "SnapshotSource",
    describe: "Callable[[ServerEvent], Event]",
    project: "Project",
    get_ready: Callable[[], None],
) -> "ServerWorker":
    from arcade_usage.adapters.storage import codec
    from arcade_usage.application.server.worker import ServerWorker

    make = delivery_factory(layout, project, durable=False)
    return ServerWorker(
        is_on=lambda: is_on(layout, project.project_token),
        snapshots=snapshots,
        read=codec.read_snapshot,
        describe=describe,
        begin=lambda: make(lambda: None),
        get_ready=get_ready,
        clock=time,
    )


def _describer(distribution: str) -> "Callable[[ServerEvent], Event]":
    from arcade_usage.adapters.machine.ids import UuidGenerator
    from arcade_usage.adapters.machine.runtime_info import local_redactor, read_runtime
    from arcade_usage.domain.server_event import RememberingRedactor, describe_server_event

    known = local_redactor(os.environ)
    redact = RememberingRedactor(known.home, known.names)
    runtime, ids = read_runtime(distribution, os.environ), UuidGenerator()
    return lambda capture: describe_server_event(capture, runtime, ids.new(), redact)


def _preview(layout: "Layout", describe: "Callable[[ServerEvent], Event]", project: "Project") -> "_Preview":
    from arcade_usage.application.errors import UnsupportedSdkError

    try:
        return _Preview(describe, make_previewer(layout, project), project)
    except UnsupportedSdkError as error:
        sys.stderr.write(f"arcade-usage: {error}\n")
        raise


class _Preview:
    """Says what would be sent, on stderr, instead of sending it."""

    def __init__(
        self, describe: "Callable[[ServerEvent], Event]", previewer: "Previewer", project: "Project"
    ) -> None:
        self._describe = describe
        self._previewer = previewer
        self._project = project
        self.lost = 0

    def keep(self, batch: Sequence[QueuedEvent]) -> None:
        from arcade_usage.adapters.storage.sent_json import write_preview
        from arcade_usage.application.errors import StoreError
        from arcade_usage.application.server.worker import unpack

        for captured in batch:
            try:
                event = self._describe(unpack(captured))
                preview = self._previewer.preview(event, self._previewer.look(), self._project)
                sys.stderr.write(write_preview(preview))
            except (StoreError, ValueError):  # no event, nothing known of whose, or nowhere to show it
                self.lost += 1

    def send(self, lost_before: int) -> Progress:  # noqa: ARG002 - a protocol's name
        return Progress.DONE
