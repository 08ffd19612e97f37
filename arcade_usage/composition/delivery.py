"""The composition root of the delivery process, and of a tool that enqueues an event itself."""

import os
from typing import TYPE_CHECKING

from arcade_usage.adapters.storage.config_folder import Layout, find_level
from arcade_usage.domain.consent import LOCAL, OFF, WITHOUT_ERRORS

if TYPE_CHECKING:
    from arcade_usage.adapters.storage.payload_reader import ParsedPayload
    from arcade_usage.application.adapters import Adapters
    from arcade_usage.application.console.preview import Previewer
    from arcade_usage.application.delivery.delivery import Delivery
    from arcade_usage.application.ports import HandOver, WaitingTool
    from arcade_usage.domain.event import Event
    from arcade_usage.domain.record import Record


def enqueue(payload: str) -> None:
    """Write a payload's event into the outbox, inside a tool that can't start a delivery process.

    Takes no lock. Raises UsageTrackingError.
    """
    parsed = _read(payload)
    if parsed is not None and not parsed.is_stored and _level(parsed) != LOCAL:  # a copy needs the SDK
        delivery = _make_default_delivery(parsed)
        submit(delivery, parsed, _describe(parsed), may_lock=False)
        delivery.enforce_retention()


def deliver(
    payload: str,
    waiting_tool: "WaitingTool | None" = None,
    written: "bytes | None" = None,
    hand_over: "HandOver | None" = None,
) -> None:
    """Deliver the event of a payload, and the other events that wait for the same project.

    written: the event's record, if it is in the outbox already. hand_over: see Delivery.

    With $ARCADE_USAGE_DEBUG, prints the event instead. Blocks as long as the network steps of
    application/delivery/delivery.py. Raises UsageTrackingError.
    """
    from arcade_usage.domain.consent import wants_debug

    parsed = _read(payload)
    if wants_debug(os.environ):
        if parsed is not None:
            _print_preview(parsed)
        return
    if parsed is None or not os.path.isdir(parsed.config_dir):
        return  # tracking was turned off, or the folder deleted, after the snapshot
    if _level(parsed) == LOCAL:
        if waiting_tool is not None:
            waiting_tool.release()
        _record_locally(parsed)
        return

    from arcade_usage.application.errors import AdaptersError

    try:
        adapters = make_adapters(parsed)
        delivery = make_delivery(adapters, parsed.project.key, waiting_tool, find_obstacle(), hand_over)
    except AdaptersError as error:  # the event waits until the factory works again
        delivery = _make_default_delivery(parsed, waiting_tool, str(error))
    if written is not None:
        from arcade_usage.adapters.storage.codec import read_record

        record = read_record(written)
        delivery.adopt(record)
    elif not parsed.is_stored:
        record = submit(delivery, parsed, _describe(parsed))
    delivery.send(login=record if parsed.command.is_login else None)


def submit(
    delivery: "Delivery", parsed: "ParsedPayload", event: "Event", *, may_lock: bool = True
) -> "Record":
    """Add the event of a payload to the queue. Raises UsageTrackingError."""
    (record,) = delivery.submit(
        [event],
        parsed.snapshot,
        is_logout=parsed.command.is_logout,
        daily_limit=parsed.daily_limit,
        may_lock=may_lock,
    )
    return record


def make_adapters(parsed: "ParsedPayload", *, makes_folder: bool = True) -> "Adapters":
    """Make the adapters for a payload's project, with the tool's factory. Raises AdaptersError.

    `makes_folder`: see default_adapters.
    """
    from arcade_usage.composition.adapters import apply_factory, default_adapters

    layout = Layout(parsed.config_dir, context=parsed.snapshot.context)
    factory = parsed.adapters
    default = default_adapters(layout, parsed.project, makes_folder=makes_folder, runs_alone=factory is None)
    return apply_factory(factory, default)


def find_obstacle() -> "str | None":
    """Why nothing may be tried in this environment, for people to read; None if it may."""
    from arcade_usage.domain.agents import find_sandbox

    sandbox = find_sandbox(os.environ)
    return None if sandbox is None else f"a sandbox has no free network ({sandbox} is set)"


def make_delivery(
    adapters: "Adapters",
    project_key: str,
    waiting_tool: "WaitingTool | None" = None,
    obstacle: "str | None" = None,
    hand_over: "HandOver | None" = None,
) -> "Delivery":
    """Make the delivery of one project. `project_key`: its Project.key. For the others, see Delivery."""
    from arcade_usage.application.delivery.attempt_log import AttemptLog
    from arcade_usage.application.delivery.attributor import Attributor
    from arcade_usage.application.delivery.delivery import Delivery
    from arcade_usage.application.delivery.wrappers import SwitchedPrincipalApi, SwitchedSink

    store, clock, ids = adapters.identity_store, adapters.clock, adapters.ids
    api = SwitchedPrincipalApi(adapters.principal_api, adapters.switch)
    sink = SwitchedSink(adapters.analytics_sink, adapters.switch)
    attempts = AttemptLog(adapters.outbox, clock, ids)
    attributor = Attributor(store, api, sink, project_key, attempts, clock, ids)
    return Delivery(
        store,
        adapters.outbox,
        sink,
        attributor,
        attempts,
        clock,
        ids,
        adapters.switch,
        waiting_tool,
        obstacle,
        hand_over,
    )


def make_previewer(adapters: "Adapters") -> "Previewer":
    from arcade_usage.application.console.preview import Previewer

    api, sink = adapters.principal_api, adapters.analytics_sink
    return Previewer(adapters.identity_store, api, sink, adapters.clock, adapters.ids)


def _make_default_delivery(
    parsed: "ParsedPayload", waiting_tool: "WaitingTool | None" = None, obstacle: "str | None" = None
) -> "Delivery":
    from arcade_usage.composition.adapters import default_adapters

    adapters = default_adapters(Layout(parsed.config_dir, context=parsed.snapshot.context), parsed.project)
    return make_delivery(adapters, parsed.project.key, waiting_tool, obstacle)


def _read(payload: str) -> "ParsedPayload | None":
    """Parse the payload; None if tracking was turned off. Raises InvalidPayloadError."""
    from arcade_usage.adapters.storage.payload_reader import read_payload

    parsed = read_payload(payload)
    return parsed if _level(parsed) != OFF else None


def _level(parsed: "ParsedPayload") -> str:
    return find_level(Layout(parsed.config_dir), parsed.project.project_token)


def _describe(parsed: "ParsedPayload") -> "Event":
    from arcade_usage.adapters.machine.ids import UuidGenerator
    from arcade_usage.adapters.machine.runtime_info import local_redactor, read_runtime
    from arcade_usage.application.errors import InvalidPayloadError
    from arcade_usage.domain.event import describe

    runtime = read_runtime(parsed.distribution, os.environ, parsed.tool_version)
    try:
        event = describe(parsed.command, runtime, UuidGenerator().new(), local_redactor(os.environ))
    except ValueError as error:
        raise InvalidPayloadError("an event without a valid time") from error
    return event.without_error_text() if _level(parsed) == WITHOUT_ERRORS else event


def _record_locally(parsed: "ParsedPayload") -> None:
    from arcade_usage.application.delivery.local import record

    adapters = make_adapters(parsed)
    event, is_logout = _describe(parsed), parsed.command.is_logout
    preview = make_previewer(adapters).preview(event, parsed.snapshot, parsed.project, is_logout=is_logout)
    record(adapters, [preview.message])


def _print_preview(parsed: "ParsedPayload") -> None:
    import sys

    from arcade_usage.adapters.storage.sent_json import write_preview
    from arcade_usage.application.errors import AdaptersError, UnsupportedSdkError

    event, is_logout = _describe(parsed), parsed.command.is_logout
    try:
        previewer = make_previewer(make_adapters(parsed, makes_folder=False))
        preview = previewer.preview(event, parsed.snapshot, parsed.project, is_logout=is_logout)
    except (AdaptersError, UnsupportedSdkError) as error:
        sys.stdout.write(f"arcade-usage: {error}\n")
    else:
        sys.stdout.write(write_preview(preview))
    sys.stdout.flush()
