"""The composition root of a delivery: picks adapters for what becomes of an event once it was handed over.

Runs in the delivery process, on a server's thread, and in the foreground where no process can be started.
What only some deliveries need is imported where it is needed.
"""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from arcade_usage.adapters.storage.config_folder import is_on

if TYPE_CHECKING:
    from arcade_usage.adapters.posthog.sink import PostHogSink
    from arcade_usage.adapters.storage.config_folder import Layout
    from arcade_usage.application.console.preview import Previewer
    from arcade_usage.application.delivery.delivery import Delivery, Handover
    from arcade_usage.application.ports import AnalyticsSink, PrincipalApi
    from arcade_usage.domain.event import Event
    from arcade_usage.domain.ledger import Stamp
    from arcade_usage.domain.project import Project
    from arcade_usage.domain.record import Record
    from arcade_usage.domain.verdict import Answer

    Messages = Sequence[Mapping[str, object]]


def keep(payload: str) -> None:
    """Put an event into the outbox from the host itself, where no process can be started.

    Raises UsageTrackingError. Blocks: not on a lock.
    """
    opened = _open(payload)
    if opened is not None:
        delivery, handover = opened
        is_logout = handover.command.is_logout
        delivery.write_down(_describe(handover), handover.snapshot, is_logout=is_logout)
        delivery.tidy()


def deliver(payload: str, on_identity_ready: Callable[[], None], written: "bytes | None" = None) -> None:
    """Deliver what the command path handed over, and what else waits for the same sink.

    `written`: its record, where that is in the outbox already.

    With $ARCADE_USAGE_DEBUG, say on stdout what would be sent, and nothing else.

    `settled` is called when a login's identity is settled. Raises UsageTrackingError. Blocks: as long as
    the network steps of application/delivery/delivery.py take.
    """
    from arcade_usage.domain.consent import wants_debug

    if wants_debug(os.environ):
        _say_what_would_be_sent(payload)
        return
    opened = _open(payload, on_identity_ready)
    if opened is None:
        return
    delivery, handover = opened
    if written is not None:
        from arcade_usage.adapters.storage.codec import read_record

        record = read_record(written)
        delivery.take_up(record)
    else:
        is_logout = handover.command.is_logout
        record = delivery.take(_describe(handover), handover.snapshot, is_logout=is_logout)
    delivery.send(login=record if handover.command.is_login else None)


def _open(
    payload: str, on_identity_ready: Callable[[], None] = lambda: None
) -> "tuple[Delivery, Handover] | None":
    """The delivery of a payload's sink, and what the payload says; None when tracking is off by now."""
    read = _read(payload)
    if read is None:
        return None
    layout, handover = read
    if not os.path.isdir(layout.config_dir):
        return None  # it was there for the snapshot: whoever deleted it since wants it gone
    return make_delivery(layout, handover.project, on_identity_ready), handover


def _read(payload: str) -> "tuple[Layout, Handover] | None":
    from arcade_usage.adapters.storage.config_folder import Layout
    from arcade_usage.adapters.storage.payload_reader import read_payload

    handover = read_payload(payload)
    layout = Layout(handover.config_dir)
    return (layout, handover) if is_on(layout, handover.project.project_token) else None


def _describe(handover: "Handover") -> "Event":
    from arcade_usage.adapters.machine.ids import UuidGenerator
    from arcade_usage.adapters.machine.runtime_info import local_redactor, read_runtime
    from arcade_usage.application.errors import InvalidPayloadError
    from arcade_usage.domain.event import describe

    runtime = read_runtime(handover.distribution, os.environ)
    try:
        return describe(handover.command, runtime, UuidGenerator().new(), local_redactor(os.environ))
    except ValueError as error:
        raise InvalidPayloadError("an event of no time") from error


def make_delivery(
    layout: "Layout",
    project: "Project",
    on_identity_ready: Callable[[], None] = lambda: None,
    accepted: "Callable[[Messages], None]" = lambda _: None,
) -> "Delivery":
    """`accepted`: is given the messages of each batch that PostHog took."""
    return delivery_factory(layout, project, accepted=accepted)(on_identity_ready)


def delivery_factory(
    layout: "Layout",
    project: "Project",
    *,
    durable: bool = True,
    accepted: "Callable[[Messages], None]" = lambda _: None,
) -> "Callable[[Callable[[], None]], Delivery]":
    """What makes deliveries to one sink, each with knowledge of its own. `durable`: see FolderOutbox."""
    from arcade_usage.adapters.arcade_cloud.principal_api import ArcadeCloud
    from arcade_usage.adapters.machine.ids import UuidGenerator
    from arcade_usage.adapters.storage.identity_store import IdentityFiles
    from arcade_usage.adapters.storage.outbox import FolderOutbox
    from arcade_usage.application.delivery.attempt_log import AttemptLog
    from arcade_usage.application.delivery.attributor import Attributor
    from arcade_usage.application.delivery.delivery import Delivery

    def is_still_on() -> bool:
        return is_on(layout, project.project_token)

    def keep_copies(messages: "Messages") -> None:
        from arcade_usage.adapters.storage.sent_copies import FileCopies

        FileCopies(layout.outbox(project.key)).keep(messages, clock.time())
        accepted(messages)

    store = IdentityFiles(layout, _installation(layout))
    posthog = _LateSink(project, is_still_on, keep_copies)
    clock, ids = time, UuidGenerator()

    def make(on_identity_ready: Callable[[], None]) -> "Delivery":
        outbox = FolderOutbox(layout.outbox(project.key), project, durable)
        attempts = AttemptLog(outbox, clock, ids)
        attributor = Attributor(
            store=store,
            principal_api=_SwitchedApi(ArcadeCloud(layout.credentials), is_still_on),
            sink=posthog,
            project_key=project.key,
            attempts=attempts,
            clock=clock,
            ids=ids,
        )
        return Delivery(
            store, outbox, posthog, attributor, attempts, clock, ids, on_identity_ready, is_still_on
        )

    return make


def _installation(layout: "Layout") -> Callable[[], str]:
    """Fingerprint of who writes events down. An older CLI's usage.json has no folder of ours beside it."""
    from arcade_usage.adapters.machine.installation import installation

    fingerprint = installation(layout.folder)

    def find_here() -> str:
        with suppress(OSError):  # nothing can be written down then, either
            layout.open_folder(make=True).close()
        return fingerprint()

    return find_here


def make_previewer(layout: "Layout", project: "Project") -> "Previewer":
    """Raises UnsupportedSdkError."""
    from arcade_usage.adapters.arcade_cloud.principal_api import ArcadeCloud
    from arcade_usage.adapters.machine.ids import UuidGenerator
    from arcade_usage.adapters.machine.installation import installation
    from arcade_usage.adapters.storage.identity_store import IdentityFiles
    from arcade_usage.application.console.preview import Previewer

    store, api = IdentityFiles(layout, installation(layout.folder)), ArcadeCloud(layout.credentials)
    return Previewer(store, api, _open_posthog(project).show, time, UuidGenerator())


def _open_posthog(
    project: "Project", accepted: "Callable[[Messages], None]" = lambda _: None
) -> "PostHogSink":
    """Raises UnsupportedSdkError: an SDK that is not ours to use may fail at any line that knows it."""
    from arcade_usage.adapters.posthog.sdk import check_sdk

    check_sdk()
    from arcade_usage.adapters.posthog.sink import PostHogSink

    return PostHogSink(project, accepted)


def _say_what_would_be_sent(payload: str) -> None:
    import sys

    from arcade_usage.adapters.storage.sent_json import write_preview
    from arcade_usage.application.errors import UnsupportedSdkError

    read = _read(payload)
    if read is not None:
        layout, handover = read
        try:
            previewer = make_previewer(layout, handover.project)
        except UnsupportedSdkError as error:
            sys.stdout.write(f"arcade-usage: {error}\n")
        else:
            event, is_logout = _describe(handover), handover.command.is_logout
            preview = previewer.preview(event, handover.snapshot, handover.project, is_logout=is_logout)
            sys.stdout.write(write_preview(preview))
        sys.stdout.flush()


class _SwitchedApi:
    """The principal API while tracking is on: nobody is asked on behalf of a tracker that was turned off."""

    def __init__(self, api: "PrincipalApi", is_on: Callable[[], bool]) -> None:
        self._api = api
        self._is_on = is_on

    def stamp(self) -> "Stamp | None":
        return self._api.stamp()

    def look_up(self) -> "tuple[Stamp | None, Answer]":
        from arcade_usage.domain.verdict import NoAnswer

        return (
            self._api.look_up() if self._is_on() else (self._api.stamp(), NoAnswer("tracking is off by now"))
        )


class _LateSink:
    """PostHog's SDK takes longer to import than all else: only who sends something needs it.

    Whether tracking is still on is asked again before anything is sent.
    """

    def __init__(
        self, project: "Project", is_on: Callable[[], bool], accepted: "Callable[[Messages], None]"
    ) -> None:
        self._project = project
        self._is_on = is_on
        self._accepted = accepted
        self._posthog: AnalyticsSink | None = None

    def alias(self, anon_id: str, principal_id: str) -> None:
        self._open().alias(anon_id, principal_id)

    def capture(self, records: "Sequence[Record]") -> None:
        self._open().capture(records)

    def _open(self) -> "AnalyticsSink":
        from arcade_usage.application.errors import NotAcceptedError

        if not self._is_on():
            raise NotAcceptedError("tracking is off by now")
        if self._posthog is None:
            self._posthog = _open_posthog(self._project, self._accepted)
        return self._posthog
