"""The composition root for servers: picks adapters for `server_tracker`, as bootstrap.py does for commands.

Owns the invariant that vendors are imported on the background thread only, and all before it sends.
"""

import os
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from arcade_usage.adapters.config_folder import Layout, find_config_dir, is_on
from arcade_usage.application.rounds import Captured, Progress
from arcade_usage.application.server import BackgroundTracker, ServerTracker, SilentServer
from arcade_usage.application.tracker import Silence
from arcade_usage.bootstrap import DEFAULT_HOST, make_identity
from arcade_usage.bootstrap_delivery import equip, make_previewer

if TYPE_CHECKING:
    from arcade_usage.application.courier import Courier
    from arcade_usage.application.ports import SnapshotSource
    from arcade_usage.application.preview import Previewer
    from arcade_usage.application.rounds import Rounds
    from arcade_usage.domain.capture import Capture
    from arcade_usage.domain.event import Event
    from arcade_usage.domain.sink import Sink

# What sending and looking up import once they need it: imported before, where no fork comes between, and
# after the first events were written down, since it takes longer than all else.
_LATE_IMPORTS = (
    "arcade_usage.adapters.credentials",
    "arcade_usage.adapters.posthog_sink",
    "arcade_usage.adapters.sent_copies",
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
    with Silence():
        return _server_tracker(distribution, project_token, host, config_dir)
    return SilentServer()


def _server_tracker(
    distribution: str, project_token: str | None, host: str, config_dir: "str | os.PathLike[str] | None"
) -> ServerTracker:
    from arcade_usage.domain.consent import wants_debug

    layout = Layout(find_config_dir(config_dir))
    if project_token is None or not is_on(layout, project_token):
        return SilentServer()

    from arcade_usage.adapters.config_folder import FolderSnapshots
    from arcade_usage.adapters.process_events import ImportGate, tell

    gate, debugging = ImportGate(), wants_debug(os.environ)  # then nothing is written either
    snapshots = FolderSnapshots(layout, lambda: None if debugging else make_identity(layout))

    def hire() -> "Rounds":
        with gate:
            from arcade_usage.domain.sink import Sink

            describe, sink = _describer(distribution), Sink(host, project_token)
            if debugging:
                return _preview(layout, describe, sink)
            return _hire(layout, snapshots, describe, sink, get_ready)

    def get_ready() -> None:
        from importlib import import_module

        with gate:
            for name in _LATE_IMPORTS:
                with suppress(ImportError):  # an SDK that is not ours to use is told when it is to send
                    import_module(name)

    tracker = BackgroundTracker(hire=hire, clock=time, seen=snapshots.take())
    tell(tracker, gate)
    return tracker


def _hire(
    layout: "Layout",
    snapshots: "SnapshotSource",
    describe: "Callable[[Capture], Event]",
    sink: "Sink",
    get_ready: Callable[[], None],
) -> "Courier":
    from arcade_usage.adapters import codec
    from arcade_usage.application.courier import Courier

    make = equip(layout, sink, durable=False)
    return Courier(
        is_on=lambda: is_on(layout, sink.project_token),
        snapshots=snapshots,
        read=codec.read_snapshot,
        describe=describe,
        begin=lambda: make(lambda: None),
        get_ready=get_ready,
        clock=time,
    )


def _describer(distribution: str) -> "Callable[[Capture], Event]":
    from arcade_usage.adapters.chance import RandomIds
    from arcade_usage.adapters.surroundings import local_redactor, read_runtime
    from arcade_usage.domain.capture import RememberingRedactor, describe_capture

    known = local_redactor(os.environ)
    redact = RememberingRedactor(known.home, known.names)
    runtime, ids = read_runtime(distribution, os.environ), RandomIds()
    return lambda capture: describe_capture(capture, runtime, ids.fresh(), redact)


def _preview(layout: "Layout", describe: "Callable[[Capture], Event]", sink: "Sink") -> "_Preview":
    from arcade_usage.application.errors import UnsupportedSdkError

    try:
        return _Preview(describe, make_previewer(layout, sink), sink)
    except UnsupportedSdkError as error:
        sys.stderr.write(f"arcade-usage: {error}\n")
        raise


class _Preview:
    """Says what would be sent, on stderr, instead of sending it."""

    def __init__(self, describe: "Callable[[Capture], Event]", previewer: "Previewer", sink: "Sink") -> None:
        self._describe = describe
        self._previewer = previewer
        self._sink = sink
        self.lost = 0

    def keep(self, batch: Sequence[Captured]) -> None:
        from arcade_usage.adapters.sent_json import write_preview
        from arcade_usage.application.courier import unpack
        from arcade_usage.application.errors import StoreError

        for captured in batch:
            try:
                event = self._describe(unpack(captured))
                preview = self._previewer.preview(event, self._previewer.look(), self._sink)
                sys.stderr.write(write_preview(preview))
            except (StoreError, ValueError):  # no event, nothing known of whose, or nowhere to show it
                self.lost += 1

    def send(self, lost_before: int) -> Progress:  # noqa: ARG002 - a protocol's name
        return Progress.DONE
