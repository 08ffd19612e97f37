"""The composition root: the only place that picks adapters.

`command_tracker` runs on the command path, so what it imports is what that may import; the functions
below it run in the delivery process, or in the foreground where a logout or a lack of processes asks for it.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from arcade_usage.application.debug_log import tell
from arcade_usage.application.tracker import CommandTracker, Silence, SilentTracker, Tracker

if TYPE_CHECKING:
    from arcade_usage.adapters.layout import Layout
    from arcade_usage.adapters.notice_board import NoticeBoard
    from arcade_usage.application.delivery import Delivery, Handover
    from arcade_usage.application.ports import AnalyticsSink, PrincipalApi
    from arcade_usage.application.preview import Previewer
    from arcade_usage.domain.consent import Switch
    from arcade_usage.domain.event import Event
    from arcade_usage.domain.ledger import Stamp
    from arcade_usage.domain.notice import Notice
    from arcade_usage.domain.record import Record
    from arcade_usage.domain.sink import Sink
    from arcade_usage.domain.verdict import Answer

    Messages = Sequence[Mapping[str, object]]

DEFAULT_HOST = "https://us.i.posthog.com"
_DEFAULT_FOLDER = "~/.arcade"


def command_tracker(
    *,
    distribution: str,
    project_token: str | None,
    host: str = DEFAULT_HOST,
    config_dir: "str | os.PathLike[str] | None" = None,
    notice: "Notice | None" = None,
) -> Tracker:
    """The tracker of a command-line tool; build it when the tool starts. Never raises.

    `distribution`: the name under which the tool is installed; its version is reported. `project_token`:
    that of the PostHog project, public by design; None: nothing ever leaves the machine. `host`: URL of
    PostHog. `config_dir`: default $ARCADE_WORK_DIR, else ~/.arcade. `notice`: shown once, on stderr; nothing
    is reported before. None: the tool tells its users by itself.

    Blocks: not; reads the switch, then two small files and one stat.
    """
    with Silence():
        return _command_tracker(distribution, project_token, host, config_dir, notice)
    return SilentTracker()


def _command_tracker(
    distribution: str,
    project_token: str | None,
    host: str,
    config_dir: "str | os.PathLike[str] | None",
    notice: "Notice | None",
) -> Tracker:
    from arcade_usage.adapters.layout import Layout
    from arcade_usage.domain.consent import wants_debug

    layout = Layout(find_config_dir(config_dir))
    switch = _read_switch(layout, project_token)
    if project_token is None or not switch.is_on:
        tell("usage is not tracked: %s", switch.value)
        return SilentTracker()

    from arcade_usage.adapters.clock import SystemClock
    from arcade_usage.adapters.detached import DetachedLauncher
    from arcade_usage.adapters.snapshots import FolderSnapshots

    debugging = wants_debug(os.environ)  # then nothing is written either, as when tracking is off
    return CommandTracker(
        snapshots=FolderSnapshots(layout, _fresh_id, _fingerprint, makes_first=not debugging),
        launcher=_Preview() if debugging else DetachedLauncher(os.environ),
        clock=SystemClock(),
        rotate=lambda: None if debugging else _log_out(layout),
        keep=_drop if debugging else keep,
        sink={"host": host, "project_token": project_token},
        config_dir=layout.config_dir,
        distribution=distribution,
        may_report=_always if notice is None or debugging else _make_board(notice, distribution, layout).tell,
    )


def _always() -> bool:
    return True


def _drop(_: str) -> None:
    """Where events are shown and no process can be started, there is nothing to show."""


def _make_board(notice: "Notice", distribution: str, layout: "Layout") -> "NoticeBoard":
    """Shown once per machine: the default folder remembers it for every config folder, where it can."""
    from arcade_usage.adapters.notice_board import NoticeBoard

    default_first = choice_layouts(layout)[::-1]
    places = [place for place in default_first if os.path.isabs(place.config_dir)]  # not where no home is
    return NoticeBoard(notice, distribution, places, os.environ)


def _fresh_id() -> str:
    from arcade_usage.adapters.chance import RandomIds  # for the very first command, as the fingerprint is

    return RandomIds().fresh()


def _fingerprint() -> str:
    from arcade_usage.adapters.machine import fingerprint

    return fingerprint()


def keep(payload: str) -> None:
    """Put an event into the outbox from the host itself, where no process can be started.

    Raises UsageTrackingError. Blocks: not on a lock.
    """
    opened = _open(payload)
    if opened is not None:
        delivery, handover, event = opened
        delivery.write_down(event, handover.snapshot, is_logout=handover.command.is_logout)
        delivery.tidy()


def deliver(payload: str, settled: Callable[[], None]) -> None:
    """Deliver what the command path handed over, and what else waits for the same sink.

    With $ARCADE_USAGE_DEBUG, say on stdout what would be sent, and nothing else.

    `settled` is called when a login's identity is settled. Raises UsageTrackingError. Blocks: as long as
    the network steps of application/delivery.py take.
    """
    from arcade_usage.domain.consent import wants_debug

    if wants_debug(os.environ):
        _say_what_would_be_sent(payload)
        return
    opened = _open(payload, settled)
    if opened is not None:
        delivery, handover, event = opened
        record = delivery.take(event, handover.snapshot, is_logout=handover.command.is_logout)
        delivery.send(login=record if handover.command.is_login else None)


def _open(
    payload: str, settled: Callable[[], None] = lambda: None
) -> "tuple[Delivery, Handover, Event] | None":
    """The delivery of a payload's sink, and the payload's event; None when tracking is off by now."""
    read = _read(payload)
    if read is None:
        return None
    layout, handover, event = read
    if not os.path.isdir(layout.config_dir):
        return None  # it was there for the snapshot: whoever deleted it since wants it gone
    return make_delivery(layout, handover.sink, settled), handover, event


def _read(payload: str) -> "tuple[Layout, Handover, Event] | None":
    from arcade_usage.adapters.chance import RandomIds
    from arcade_usage.adapters.layout import Layout
    from arcade_usage.adapters.payload_reader import read_payload
    from arcade_usage.adapters.surroundings import local_redactor, read_runtime
    from arcade_usage.application.errors import InvalidPayloadError
    from arcade_usage.domain.event import describe

    handover = read_payload(payload)
    layout = Layout(handover.config_dir)
    if not is_on(layout, handover.sink.project_token):
        return None
    runtime = read_runtime(handover.distribution, os.environ)
    try:
        event = describe(handover.command, runtime, RandomIds().fresh(), local_redactor(os.environ))
    except ValueError as error:
        raise InvalidPayloadError("an event of no time") from error
    return layout, handover, event


def make_delivery(
    layout: "Layout",
    sink: "Sink",
    settled: Callable[[], None] = lambda: None,
    accepted: "Callable[[Messages], None]" = lambda _: None,
) -> "Delivery":
    """`accepted`: is given the messages of each batch that PostHog took."""
    return equip(layout, sink, accepted=accepted)(settled)


def equip(
    layout: "Layout",
    sink: "Sink",
    *,
    durable: bool = True,
    accepted: "Callable[[Messages], None]" = lambda _: None,
) -> "Callable[[Callable[[], None]], Delivery]":
    """What makes deliveries to one sink, each with knowledge of its own. `durable`: see FolderOutbox."""
    from arcade_usage.adapters.chance import RandomIds
    from arcade_usage.adapters.clock import SystemClock
    from arcade_usage.adapters.identity_store import IdentityFiles
    from arcade_usage.adapters.machine import fingerprint
    from arcade_usage.adapters.outbox import FolderOutbox
    from arcade_usage.adapters.principal_api import ArcadeCloud
    from arcade_usage.adapters.sent_copies import FileCopies
    from arcade_usage.application.attributor import Attributor
    from arcade_usage.application.delivery import Delivery
    from arcade_usage.application.pacer import Pacer

    def is_still_on() -> bool:
        return is_on(layout, sink.project_token)

    def keep_copies(messages: "Messages") -> None:
        copies.keep(messages, clock.now())
        accepted(messages)

    store, copies = IdentityFiles(layout, fingerprint()), FileCopies(layout.copies(sink.key))
    posthog = _LateSink(sink, is_still_on, keep_copies)
    clock, ids = SystemClock(), RandomIds()

    def make(settled: Callable[[], None]) -> "Delivery":
        outbox = FolderOutbox(layout.outbox(sink.key), sink, durable)
        pacer = Pacer(outbox, clock, ids)
        attributor = Attributor(
            store=store,
            principal_api=_SwitchedApi(ArcadeCloud(layout.credentials), is_still_on),
            sink=posthog,
            sink_key=sink.key,
            pacer=pacer,
            clock=clock,
            ids=ids,
        )
        return Delivery(store, outbox, posthog, attributor, pacer, clock, ids, settled, is_still_on)

    return make


def make_previewer(layout: "Layout", sink: "Sink") -> "Previewer":
    from arcade_usage.adapters.chance import RandomIds
    from arcade_usage.adapters.clock import SystemClock
    from arcade_usage.adapters.identity_store import IdentityFiles
    from arcade_usage.adapters.machine import fingerprint
    from arcade_usage.adapters.posthog_sink import PostHogSink
    from arcade_usage.adapters.principal_api import ArcadeCloud
    from arcade_usage.application.preview import Previewer

    store, api = IdentityFiles(layout, fingerprint()), ArcadeCloud(layout.credentials)
    return Previewer(store, api, PostHogSink(sink).show, SystemClock(), RandomIds())


class _SwitchedApi:
    """The principal API while tracking is on: nobody is asked on behalf of a tracker that was turned off."""

    def __init__(self, api: "PrincipalApi", is_on: Callable[[], bool]) -> None:
        self._api = api
        self._is_on = is_on

    def stamp(self) -> "Stamp | None":
        return self._api.stamp()

    def look_up(self) -> "tuple[Stamp | None, Answer]":
        from arcade_usage.domain.verdict import NoAnswer

        return self._api.look_up() if self._is_on() else (self._api.stamp(), NoAnswer())


class _LateSink:
    """PostHog's SDK takes longer to import than all else: only who sends something needs it.

    Whether tracking is still on is asked again before anything is sent.
    """

    def __init__(
        self, sink: "Sink", is_on: Callable[[], bool], accepted: "Callable[[Messages], None]"
    ) -> None:
        self._sink = sink
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
            from arcade_usage.adapters.posthog_sink import PostHogSink

            self._posthog = PostHogSink(self._sink, self._accepted)
        return self._posthog


def _log_out(layout: "Layout") -> None:
    from arcade_usage.adapters.chance import RandomIds
    from arcade_usage.adapters.identity_store import IdentityFiles
    from arcade_usage.adapters.machine import fingerprint
    from arcade_usage.application.attributor import log_out

    log_out(IdentityFiles(layout, fingerprint()), RandomIds())


class _Preview:
    """A launcher whose process sends nothing: it says what would have been sent, which is shown on stderr.

    A process, since the SDK is asked for the exact message, and has no business in the host.
    """

    def launch(self, payload: str) -> None:
        import sys

        from arcade_usage.adapters.detached import DetachedLauncher

        sys.stderr.write(DetachedLauncher(os.environ).launch_and_read(payload))

    def launch_and_wait(self, payload: str) -> None:
        self.launch(payload)


def _say_what_would_be_sent(payload: str) -> None:
    import sys

    from arcade_usage.adapters.codec import write_preview

    read = _read(payload)
    if read is not None:
        layout, handover, event = read
        previewer = make_previewer(layout, handover.sink)
        is_logout = handover.command.is_logout
        preview = previewer.preview(event, handover.snapshot, handover.sink, is_logout=is_logout)
        sys.stdout.write(write_preview(preview))
        sys.stdout.flush()


def is_on(layout: "Layout", project_token: str) -> bool:
    """The switch, as it is now: the environment, and what is stored here or in the default folder."""
    return _read_switch(layout, project_token).is_on


def _read_switch(layout: "Layout", project_token: str | None) -> "Switch":
    from arcade_usage.adapters.choice import chose_off
    from arcade_usage.domain.consent import read_switch

    return read_switch(os.environ, chose_off(choice_layouts(layout)), project_token)


def choice_layouts(layout: "Layout") -> "list[Layout]":
    """The folders whose stored choice counts: the config folder itself, and the default one."""
    from arcade_usage.adapters.layout import Layout

    default = os.path.expanduser(_DEFAULT_FOLDER)
    return [layout] if default == layout.config_dir else [layout, Layout(default)]


def find_config_dir(config_dir: "str | os.PathLike[str] | None") -> str:
    """What the host says, else what the Arcade CLI reads from the environment, else ~/.arcade."""
    chosen = os.fspath(config_dir) if config_dir else os.environ.get("ARCADE_WORK_DIR") or _DEFAULT_FOLDER
    path = os.path.expanduser(chosen)
    if path.startswith("~"):
        raise ValueError("there is no home folder")
    return os.path.abspath(path)
