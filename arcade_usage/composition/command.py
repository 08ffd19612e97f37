"""The composition root of the command path: builds a tool's command tracker.

Runs inside the tool: imports only what the command path allows. Imports composition/delivery.py only if no
delivery process can be started.
"""

import os
import time
from contextlib import contextmanager

from arcade_usage.application.command.tracker import (
    CommandTracker,
    SilentTracker,
    log_debug,
    suppress_and_log,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Protocol

    from arcade_usage.adapters.process.launcher import DetachedLauncher
    from arcade_usage.adapters.storage.config_folder import Layout
    from arcade_usage.adapters.storage.notice_board import NoticeBoard
    from arcade_usage.application.command.tracking import Tracker
    from arcade_usage.application.ports import ProcessLauncher
    from arcade_usage.application.server.tracker import ServerTracker
    from arcade_usage.domain.notice import Notice

    class TrackerBuilder(Protocol):
        """Builds trackers in place of composition/command.py and composition/server.py."""

        def command_tracker(self, config: "ToolConfig") -> Tracker: ...

        def server_tracker(self, config: "ToolConfig") -> ServerTracker: ...


DEFAULT_HOST = "https://us.i.posthog.com"


class ToolConfig:
    """One tool's configuration; `arcade_usage.Tool` documents the fields."""

    def __init__(
        self,
        *,
        distribution: "str | None",
        project_token: "str | None",
        host: "str | None" = DEFAULT_HOST,
        config_dir: "str | os.PathLike[str] | None" = None,
        credentials: "str | os.PathLike[str] | None" = None,
        notice: "Notice | None" = None,
        adapters: "str | None" = None,
    ) -> None:
        self.distribution = distribution
        self.project_token = project_token
        self.host = host or DEFAULT_HOST
        self.config_dir = config_dir
        self.credentials = credentials
        self.notice = notice
        self.adapters = adapters


replacement: "TrackerBuilder | None" = None


@contextmanager
def replaced_by(builder: "TrackerBuilder") -> "Iterator[None]":
    """Build all trackers with `builder` within the context; the test kit uses it."""
    global replacement
    before, replacement = replacement, builder
    try:
        yield
    finally:
        replacement = before


def command_tracker(
    *,
    distribution: str,
    project_token: "str | None",
    host: "str | None" = DEFAULT_HOST,
    config_dir: "str | os.PathLike[str] | None" = None,
    credentials: "str | os.PathLike[str] | None" = None,
    notice: "Notice | None" = None,
    adapters: "str | None" = None,
) -> "Tracker":
    """Make the tracker of a command-line tool; call it when the tool starts. Never raises.

    The arguments are those of `arcade_usage.Tool`. Does not block. Reads the switch and two small files, and
    makes one stat().
    """
    return build(
        ToolConfig(
            distribution=distribution,
            project_token=project_token,
            host=host,
            config_dir=config_dir,
            credentials=credentials,
            notice=notice,
            adapters=adapters,
        )
    )


def build(config: ToolConfig) -> "Tracker":
    """Build a tool's command tracker, or one that does nothing if tracking is off. Never raises."""
    with suppress_and_log():
        return replacement.command_tracker(config) if replacement is not None else _build(config)
    return SilentTracker()


def _build(config: ToolConfig) -> "Tracker":
    from arcade_usage.adapters.storage.config_folder import (
        FolderSnapshots,
        Layout,
        find_config_dir,
        find_problem,
        reasons_off,
    )
    from arcade_usage.domain.consent import OFF_TEXTS, wants_debug

    layout = Layout(find_config_dir(config.config_dir), config.credentials)
    reasons = reasons_off(layout, config.project_token)
    if config.project_token is None or reasons:
        log_debug("usage is not tracked: %s", *(OFF_TEXTS[reason] for reason in reasons[:1]))
        return SilentTracker()
    if (problem := find_problem(layout)) is not None:
        log_debug("usage is not tracked: %s", problem)
        return SilentTracker()

    from arcade_usage.adapters.process.launcher import DetachedLauncher

    debugging = wants_debug(os.environ)  # then nothing is written
    launcher = DetachedLauncher(os.environ)
    writer = None if debugging else FolderWriter(layout)
    folder = FolderSnapshots(layout, writer)
    return CommandTracker(
        opt_out=folder,
        snapshots=folder,
        launcher=_show(launcher) if debugging else launcher,
        writer=writer,
        clock=time,
        notice=None if debugging else _make_board(config, layout),
        project={"host": config.host, "project_token": config.project_token},
        config_dir=layout.config_dir,
        distribution=config.distribution or "",
        adapters=config.adapters,
    )


def _show(launcher: "DetachedLauncher") -> "ProcessLauncher":
    from arcade_usage.adapters.process.preview_launcher import PreviewLauncher

    return PreviewLauncher(launcher.launch_and_read)


def _make_board(config: ToolConfig, layout: "Layout") -> "NoticeBoard | None":
    """Make the notice board. The default folder is first, so that a notice is shown once per machine."""
    if config.notice is None:
        return None
    from arcade_usage.adapters.storage.config_folder import choice_layouts, find_problem
    from arcade_usage.adapters.storage.notice_board import NoticeBoard

    default_first = choice_layouts(layout)[::-1]
    usable = [each for each in default_first if find_problem(each) is None]  # not another user's folder
    return NoticeBoard(config.notice, config.distribution or "", usable, os.environ)


class FolderWriter:
    """The writer port. Each method imports what it needs, since most commands call none."""

    def __init__(self, layout: "Layout") -> None:
        self._layout = layout

    def make_first_identity(self) -> "Mapping[str, object] | None":
        from arcade_usage.adapters.machine.ids import UuidGenerator
        from arcade_usage.adapters.machine.installation import FolderInstallation
        from arcade_usage.adapters.storage.first_identity import make_first_identity

        installation = FolderInstallation(self._layout.folder)
        return make_first_identity(self._layout, UuidGenerator().new(), installation)

    def log_out(self, *, had_credentials: bool) -> None:
        from arcade_usage.adapters.machine.ids import UuidGenerator
        from arcade_usage.adapters.machine.installation import FolderInstallation
        from arcade_usage.adapters.storage.logout import log_out

        installation = FolderInstallation(self._layout.folder)
        log_out(self._layout, UuidGenerator().new(), installation, had_credentials=had_credentials)

    def enqueue(self, payload: str) -> None:
        from arcade_usage.composition.delivery import enqueue

        enqueue(payload)
