"""The composition root of the command path: picks adapters for `command_tracker`.

What it imports is what the command path may import. The delivery's part is composition/delivery.py, which is
imported here only where a host has to keep an event itself.
"""

import os
import time
from typing import TYPE_CHECKING

from arcade_usage.application.command.tracker import (
    CommandTracker,
    SilentTracker,
    log_debug,
    suppress_and_log,
)

if TYPE_CHECKING:
    from arcade_usage.adapters.process.launcher import DetachedLauncher
    from arcade_usage.adapters.storage.config_folder import Layout
    from arcade_usage.adapters.storage.notice_board import NoticeBoard
    from arcade_usage.application.command.tracking import Tracker
    from arcade_usage.application.ports import ProcessLauncher
    from arcade_usage.domain.notice import Notice

DEFAULT_HOST = "https://us.i.posthog.com"


def command_tracker(
    *,
    distribution: str,
    project_token: "str | None",
    host: str = DEFAULT_HOST,
    config_dir: "str | os.PathLike[str] | None" = None,
    notice: "Notice | None" = None,
) -> "Tracker":
    """The tracker of a command-line tool; build it when the tool starts. Never raises.

    `distribution`: the name under which the tool is installed; its version is reported. `project_token`:
    that of the PostHog project, public by design; None: nothing ever leaves the machine. `host`: URL of
    PostHog. `config_dir`: default $ARCADE_WORK_DIR, else ~/.arcade. `notice`: shown once, on stderr; nothing
    is reported before. None: the tool tells its users by itself.

    Blocks: not; reads the switch, then two small files and one stat.
    """
    with suppress_and_log():
        return _command_tracker(distribution, project_token, host, config_dir, notice)
    return SilentTracker()


def _command_tracker(
    distribution: str,
    project_token: "str | None",
    host: str,
    config_dir: "str | os.PathLike[str] | None",
    notice: "Notice | None",
) -> "Tracker":
    from arcade_usage.adapters.storage.config_folder import (
        FolderSnapshots,
        Layout,
        find_config_dir,
        find_problem,
        is_still_on,
        reasons_off,
    )
    from arcade_usage.domain.consent import wants_debug

    layout = Layout(find_config_dir(config_dir))
    reasons = reasons_off(layout, project_token)
    if project_token is None or reasons:
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
        project={"host": host, "project_token": project_token},
        config_dir=layout.config_dir,
        distribution=distribution,
        may_report=_always
        if notice is None or debugging
        else _make_board(notice, distribution, layout).show_if_due,
    )


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
