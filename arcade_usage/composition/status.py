"""The composition root of `status`, whose facts `doctor` uses too. Writes and sends nothing."""

import os
import sys
import time
from typing import TYPE_CHECKING

from arcade_usage.adapters.storage.config_folder import find_problem
from arcade_usage.adapters.storage.record_files import SENDER_LOCK
from arcade_usage.application.errors import AdaptersError
from arcade_usage.composition.command import make_board
from arcade_usage.composition.console import Scope, name_strangers, project_or_placeholder

if TYPE_CHECKING:
    from arcade_usage.domain.notice import Telling
    from arcade_usage.domain.status import Status


def read_status(scope: Scope) -> "Status":
    """Collect the status. Blocks: on a bounded number of files. Raises ValueError."""
    from arcade_usage.adapters.process.launcher import can_launch
    from arcade_usage.adapters.storage.diagnostics import read_diagnostics
    from arcade_usage.application.console.status import collect_status, unread

    if find_problem(scope.layout) is not None:
        return unread(
            config_dir=scope.layout.config_dir,
            reasons=scope.reasons(),
            debugging=scope.debugging,
            now=time.time(),
        )
    layout, projects = scope.layout, scope.projects()
    own = scope.stored(project_or_placeholder(scope))
    locks = [os.path.join(layout.outbox(project.key), SENDER_LOCK) for project in projects]
    return collect_status(
        config_dir=layout.config_dir,
        reasons=scope.reasons(),
        debugging=scope.debugging,
        store=own.identity_store,
        principal_api=own.principal_api,
        stores=[
            (project, adapters.outbox, adapters.copies)
            for project, adapters in ((each, scope.stored(each)) for each in projects)
        ],
        diagnostics=read_diagnostics(
            layout,
            can_launch=can_launch(),
            can_start=os.access(sys.executable or os.curdir, os.X_OK),
            is_told=bool(scope.reasons()) or _is_told(scope),  # while off, no notice is due
            locks=[*locks, layout.identity_lock],
            not_owned=name_strangers(scope),
            has_version=has_version(scope),
        ),
        clock=time,
        sdk_problem=_sdk_problem(),
        adapters_problem=_adapters_problem(scope),
    )


def decide_notice(scope: Scope) -> "Telling | None":
    """Whether the tool's notice was shown, is due, or can't be shown here; None without a notice."""
    if scope.tool is None or scope.tool.notice is None:
        return None
    return make_board(scope.tool.notice, scope.tool.distribution or "", scope.layout).decide()


def has_version(scope: Scope) -> bool:
    """Whether the tool's version can be found; True without a tool."""
    from arcade_usage.adapters.machine.runtime_facts import UNKNOWN_VERSION, find_version

    tool = scope.tool
    return tool is None or find_version(tool.distribution or "", tool.version) != UNKNOWN_VERSION


def _is_told(scope: Scope) -> bool:
    """Whether the tool's notice does not keep events back here; True without a notice."""
    from arcade_usage.domain.notice import Telling

    decision = decide_notice(scope)
    return decision is None or decision in (Telling.TOLD, Telling.VOUCHED)


def _sdk_problem() -> str | None:
    from arcade_usage.adapters.posthog.sdk import check_sdk
    from arcade_usage.application.errors import UnsupportedSdkError

    try:
        check_sdk()
    except UnsupportedSdkError as error:
        return f"nothing can be sent: {error}"
    return None


def _adapters_problem(scope: Scope) -> str | None:
    try:
        scope.adapters(project_or_placeholder(scope))
    except AdaptersError as error:
        return f"nothing can be sent: {error}"
    return None
