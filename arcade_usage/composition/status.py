"""The composition root of `status`, whose facts `doctor` uses too. Writes and sends nothing."""

import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from attrs import evolve

from arcade_usage.adapters.storage.config_folder import choice_layouts, find_problem
from arcade_usage.adapters.storage.notice_board import NoticeBoard
from arcade_usage.adapters.storage.record_files import SENDER_LOCK
from arcade_usage.application.errors import AdaptersError, StoreError, UnsupportedSdkError
from arcade_usage.composition.command import make_board
from arcade_usage.composition.console import describe_not_owned
from arcade_usage.composition.delivery import find_obstacle
from arcade_usage.composition.scope import PLACEHOLDER, Scope

if TYPE_CHECKING:
    from arcade_usage.domain.daily_limit import DailyCount
    from arcade_usage.domain.notice import NoticeState
    from arcade_usage.domain.status import Status


def read_status(scope: Scope) -> "Status":
    """Collect the status. Blocks: on a bounded number of files. Raises ValueError."""
    from arcade_usage.adapters.posthog.sdk import check_sdk
    from arcade_usage.adapters.process.launcher import can_launch
    from arcade_usage.adapters.storage.diagnostics import read_consents, read_diagnostics
    from arcade_usage.application.console.status import collect_status
    from arcade_usage.domain.status import Status
    from arcade_usage.domain.trouble import Trouble

    layout, reasons, debugging = scope.layout, scope.reasons(), scope.debugging
    if find_problem(layout) is not None:  # not the user's own, so it is not read; a reason names it
        unreadable = (Trouble.UNREADABLE,)
        return Status(layout.config_dir, reasons, debugging, None, False, (), unreadable, time.time())
    projects = scope.projects()
    own = scope.own_project or PLACEHOLDER
    stored = scope.stored(own)
    locks = [os.path.join(layout.outbox(project.key), SENDER_LOCK) for project in projects]
    found = collect_status(
        config_dir=layout.config_dir,
        reasons=reasons,
        debugging=debugging,
        store=stored.identity_store,
        principal_api=stored.principal_api,
        stores=[
            (project, adapters.outbox, adapters.copies)
            for project, adapters in ((each, scope.stored(each)) for each in projects)
        ],
        diagnostics=evolve(
            read_diagnostics(layout, [*locks, layout.identity_lock]),
            can_launch=can_launch(),
            can_start=os.access(sys.executable or os.curdir, os.X_OK),
            may_report=bool(reasons) or _may_report(scope),  # while off, no notice is due
            not_owned=describe_not_owned(scope),
            has_version=has_version(scope),
            in_sandbox=find_obstacle() is not None,
        ),
        clock=time,
    )
    return evolve(
        found,
        sdk_problem=_problem(check_sdk),
        adapters_problem=_problem(lambda: scope.adapters(own)),
        choices=scope.choices(),
        consents=read_consents(choice_layouts(layout)),
    )


def open_counts(scope: Scope) -> "list[DailyCount]":
    """The counts of the daily limit that were not sent yet and can be read. Raises ValueError."""
    counts: list[DailyCount] = []
    for project in scope.projects():
        with suppress(StoreError):
            counts.append(scope.stored(project).outbox.counts.read())
    return [each for each in counts if each.day]


def decide_notice(scope: Scope) -> "NoticeState | None":
    """Whether the tool's notice was shown, is due, or can't be shown here; None without one to show."""
    board = make_board(scope.tool, scope.layout) if scope.tool is not None else None
    return board.decide() if isinstance(board, NoticeBoard) else None


def has_version(scope: Scope) -> bool:
    """Whether the tool's version can be found; True without a tool."""
    from arcade_usage.adapters.machine.runtime_facts import UNKNOWN_VERSION, find_version

    tool = scope.tool
    return tool is None or find_version(tool.distribution or "", tool.version) != UNKNOWN_VERSION


def _may_report(scope: Scope) -> bool:
    """Whether the tool's notice does not keep events back here; True without a notice."""
    from arcade_usage.domain.notice import NoticeState

    decision = decide_notice(scope)
    return decision is None or decision in (NoticeState.SHOWN, NoticeState.SHOWN_ELSEWHERE)


def _problem(check: Callable[[], object]) -> str | None:
    """Why nothing can be sent, if `check` raises it."""
    try:
        check()
    except (AdaptersError, UnsupportedSdkError) as error:
        return f"nothing can be sent: {error}"
    return None
