"""The composition root of the command path: builds the tracker that a tool holds.

Imports only what the command path may import. composition/delivery.py is imported where a tool has to keep an
event itself.
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
    from collections.abc import Callable, Iterator
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
    """Trackers that are built while the context lasts come from `builder`: the test kit's in-memory ones."""
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
    """The tracker of a command-line tool; build it when the tool starts. Never raises.

    Takes what `arcade_usage.Tool` takes. Blocks: not; reads the switch, then two small files and one stat.
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
    """The command tracker of a tool, or one that does nothing where tracking is off. Never raises."""
    with suppress_and_log():
        return replacement.command_tracker(config) if replacement is not None else _build(config)
    return SilentTracker()


def _build(config: ToolConfig) -> "Tracker":
    from arcade_usage.adapters.storage.config_folder import (
        FolderSnapshots,
        Layout,
        find_config_dir,
        find_problem,
        is_still_on,
        reasons_off,
    )
    from arcade_usage.domain.consent import wants_debug

    layout = Layout(find_config_dir(config.config_dir), config.credentials)
    reasons = reasons_off(layout, config.project_token)
    if config.project_token is None or reasons:
        log_debug("usage is not tracked: %s", *reasons[:1])
        return SilentTracker()
    if (problem := find_problem(layout)) is not None:
        log_debug("usage is not tracked: %s", problem)
        return SilentTracker()

    from arcade_usage.adapters.process.launcher import DetachedLauncher

    debugging = wants_debug(os.environ)  # then nothing is written either, as when tracking is off
    launcher = DetachedLauncher(os.environ)
    return CommandTracker(
        snapshots=FolderSnapshots(layout, lambda: None if debugging else make_identity(layout)),
        launcher=_show(launcher) if debugging else launcher,
        clock=time,
        is_on=lambda: is_still_on(layout),
        rotate=_keep_identity if debugging else lambda had_credentials: _log_out(layout, had_credentials),
        keep=_drop if debugging else _keep,
        project={"host": config.host, "project_token": config.project_token},
        config_dir=layout.config_dir,
        distribution=config.distribution or "",
        adapters=config.adapters,
        may_report=_always if debugging else _notice_check(config, layout),
    )


def _notice_check(config: ToolConfig, layout: "Layout") -> "Callable[[], bool]":
    if config.notice is None:
        return _always
    return _make_board(config.notice, config.distribution or "", layout).show_if_due


def _always() -> bool:
    return True


def _show(launcher: "DetachedLauncher") -> "ProcessLauncher":
    from arcade_usage.adapters.process.preview_launcher import PreviewLauncher

    return PreviewLauncher(launcher.launch_and_read)


def _drop(_: str) -> None:
    """Where events are shown and no process can be started, there is nothing to show."""


def _keep_identity(_: bool) -> None:
    """Where events are shown, nothing is written."""


def _make_board(notice: "Notice", distribution: str, layout: "Layout") -> "NoticeBoard":
    """Shown once per machine: the default folder remembers it for every config folder, where it can."""
    from arcade_usage.adapters.storage.config_folder import choice_layouts, find_problem
    from arcade_usage.adapters.storage.notice_board import NoticeBoard

    default_first = choice_layouts(layout)[::-1]
    places = [place for place in default_first if find_problem(place) is None]  # no other user's home
    return NoticeBoard(notice, distribution, places, os.environ)


def make_identity(layout: "Layout") -> "tuple[str, str] | None":
    from arcade_usage.adapters.machine.ids import UuidGenerator
    from arcade_usage.adapters.machine.installation import installation
    from arcade_usage.adapters.storage.first_identity import make_first_identity

    return make_first_identity(layout, UuidGenerator().new(), installation(layout.folder))


def _keep(payload: str) -> None:
    from arcade_usage.composition.delivery import keep  # the host is about to wait for it all: rarely needed

    keep(payload)


def _log_out(layout: "Layout", had_credentials: bool) -> None:
    from arcade_usage.adapters.machine.ids import UuidGenerator
    from arcade_usage.adapters.machine.installation import installation
    from arcade_usage.adapters.storage.logout import log_out

    log_out(layout, UuidGenerator().new(), installation(layout.folder), had_credentials=had_credentials)
