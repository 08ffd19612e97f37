"""The composition root of the delivery process, and of a tool that keeps an event itself."""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from arcade_usage.adapters.storage.config_folder import Layout, is_on

if TYPE_CHECKING:
    from arcade_usage.application.adapters import Adapters
    from arcade_usage.application.console.preview import Previewer
    from arcade_usage.application.delivery.delivery import Delivery, Handover
    from arcade_usage.domain.event import Event


def keep(payload: str) -> None:
    """Write an event into the outbox inside the tool, where no process can be started.

    Raises UsageTrackingError. Blocks: not on a lock.
    """
    handover = _read(payload)
    if handover is not None:
        delivery = _make_default_delivery(handover)
        is_logout = handover.command.is_logout
        delivery.write_down([_describe(handover)], handover.snapshot, is_logout=is_logout)
        delivery.tidy()


def deliver(payload: str, on_identity_ready: Callable[[], None], written: "bytes | None" = None) -> None:
    """Deliver the event of a payload, and what else waits for the same project.

    `on_identity_ready` is called when the identity after a login is settled. `written`: the event's record,
    where it is in the outbox already. With $ARCADE_USAGE_DEBUG, prints what would be sent, and sends nothing.

    Raises UsageTrackingError. Blocks: as long as the network steps of application/delivery/delivery.py.
    """
    from arcade_usage.domain.consent import wants_debug

    handover = _read(payload)
    if wants_debug(os.environ):
        if handover is not None:
            _print_preview(handover)
        return
    if handover is None or not os.path.isdir(handover.config_dir):
        return  # tracking is off by now, or its folder, which was there for the snapshot, was deleted since

    from arcade_usage.application.errors import AdaptersError

    problem = None
    try:
        delivery = make_delivery(make_adapters(handover), handover.project.key, on_identity_ready)
    except AdaptersError as error:  # the event is kept for a factory that works again
        delivery, problem = _make_default_delivery(handover), str(error)
    if written is not None:
        from arcade_usage.adapters.storage.codec import read_record

        record = read_record(written)
        delivery.take_up(record)
    else:
        is_logout = handover.command.is_logout
        (record,) = delivery.take([_describe(handover)], handover.snapshot, is_logout=is_logout)
    if problem is not None:
        delivery.hold_back(problem)
    else:
        delivery.send(login=record if handover.command.is_login else None)


def make_adapters(handover: "Handover", *, makes_folder: bool = True) -> "Adapters":
    """Raises AdaptersError. `makes_folder`: see default_adapters."""
    from arcade_usage.composition.adapters import apply_factory, default_adapters

    layout = Layout(handover.config_dir)
    return apply_factory(
        handover.adapters, default_adapters(layout, handover.project, makes_folder=makes_folder)
    )


def make_delivery(
    adapters: "Adapters", project_key: str, on_identity_ready: Callable[[], None] = lambda: None
) -> "Delivery":
    """`project_key`: Project.key of the project that events go to."""
    from arcade_usage.application.delivery.attempt_log import AttemptLog
    from arcade_usage.application.delivery.attributor import Attributor
    from arcade_usage.application.delivery.delivery import Delivery
    from arcade_usage.application.delivery.wrappers import SwitchedPrincipalApi, SwitchedSink

    store, clock, ids = adapters.identity_store, adapters.clock, adapters.ids
    api = SwitchedPrincipalApi(adapters.principal_api, adapters.switch)
    sink = SwitchedSink(adapters.analytics_sink, adapters.switch)
    attempts = AttemptLog(adapters.outbox, clock, ids)
    attributor = Attributor(store, api, sink, project_key, attempts, clock, ids)
    is_on = adapters.switch.is_on
    return Delivery(store, adapters.outbox, sink, attributor, attempts, clock, ids, on_identity_ready, is_on)


def make_previewer(adapters: "Adapters") -> "Previewer":
    from arcade_usage.application.console.preview import Previewer

    api, sink = adapters.principal_api, adapters.analytics_sink
    return Previewer(adapters.identity_store, api, sink, adapters.clock, adapters.ids)


def _make_default_delivery(handover: "Handover") -> "Delivery":
    from arcade_usage.composition.adapters import default_adapters

    adapters = default_adapters(Layout(handover.config_dir), handover.project)
    return make_delivery(adapters, handover.project.key)


def _read(payload: str) -> "Handover | None":
    """None: tracking is off by now. Raises InvalidPayloadError."""
    from arcade_usage.adapters.storage.payload_reader import read_payload

    handover = read_payload(payload)
    return handover if is_on(Layout(handover.config_dir), handover.project.project_token) else None


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


def _print_preview(handover: "Handover") -> None:
    import sys

    from arcade_usage.adapters.storage.sent_json import write_preview
    from arcade_usage.application.errors import AdaptersError, UnsupportedSdkError

    event, is_logout = _describe(handover), handover.command.is_logout
    try:
        previewer = make_previewer(make_adapters(handover, makes_folder=False))
        preview = previewer.preview(event, handover.snapshot, handover.project, is_logout=is_logout)
    except (AdaptersError, UnsupportedSdkError) as error:
        sys.stdout.write(f"arcade-usage: {error}\n")
    else:
        sys.stdout.write(write_preview(preview))
    sys.stdout.flush()
