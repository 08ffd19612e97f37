"""The scope of a command of the command line: one config folder, its PostHog projects, and their adapters.

Invariant: naming a scope touches no file, and reading one creates none.
"""

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from attrs import field, frozen

from arcade_usage.adapters.storage import config_folder
from arcade_usage.adapters.storage.config_folder import (
    Layout,
    choice_layouts,
    find_layout,
    find_problem,
    reasons_off,
)
from arcade_usage.adapters.storage.consent_board import ConsentBoard
from arcade_usage.adapters.storage.outbox import find_outboxes, find_projects
from arcade_usage.adapters.storage.sent_copies import FileCopies
from arcade_usage.adapters.storage.switch import FolderSwitch
from arcade_usage.application.errors import AdaptersError
from arcade_usage.composition import command
from arcade_usage.composition.adapters import apply_factory, default_adapters
from arcade_usage.composition.command import DEFAULT_HOST, ToolConfig, make_board
from arcade_usage.domain.configuration import Reason
from arcade_usage.domain.consent import (
    LOCAL,
    OFF,
    OFF_BY_CHOICE,
    OFF_BY_CONFIG_DIR,
    OFF_BY_CONSENT,
    OFF_BY_LOCAL,
    OFF_BY_MACHINE,
    OFF_TEXTS,
    wants_debug,
)
from arcade_usage.domain.project import Project, choose

if TYPE_CHECKING:
    from arcade_usage.application.adapters import Adapters
    from arcade_usage.application.ports import Copies, Outbox
    from arcade_usage.domain.status import StoredChoice

_SOME_TOKEN = "phc_of_some_tool"  # noqa: S105 - stands for the token of an unknown tool
PLACEHOLDER = Project(DEFAULT_HOST, _SOME_TOKEN)  # every project has the same identity


@frozen
class Scope:
    """The config folder and the PostHog projects that a command is about.

    tool: the tool that mounts the commands; None for the command `arcade-usage`.
    config_dir: by default the tool's. host, token: select projects; None selects all.
    """

    tool: ToolConfig | None = None
    config_dir: "str | os.PathLike[str] | None" = None
    host: str | None = None
    token: str | None = None
    layout: Layout = field(init=False)

    @layout.default
    def _find(self) -> Layout:
        named, credentials = (self.tool.config_dir, self.tool.credentials) if self.tool else (None, None)
        return find_layout(self.config_dir or named, credentials)

    def projects(self) -> list[Project]:
        """The selected projects: the tool's own, then those with an outbox here. Raises ValueError."""
        found = find_projects(self.layout.outboxes) if find_problem(self.layout) is None else []
        own = self.own_project
        if own is not None:
            found = [own, *(project for project in found if project != own)]
        return choose(found, self.host, self.token)

    @property
    def own_project(self) -> Project | None:
        """The tool's own project; None if its configuration is wrong."""
        if self.tool is None or not self.tool.project_token:
            return None
        return Project(self.tool.host, self.tool.project_token)

    def adapters(self, project: Project) -> "Adapters":
        """The adapters of a project; from the tool's factory for its own project. Raises AdaptersError."""
        factory = self.tool.adapters if self.tool is not None and project == self.own_project else None
        return apply_factory(factory, self._default_adapters(project))

    def stored(self, project: Project) -> "Adapters":
        """The adapters for reading and erasing: the default ones if the tool's factory fails."""
        with suppress(AdaptersError):
            return self.adapters(project)
        return self._default_adapters(project)

    def _default_adapters(self, project: Project) -> "Adapters":
        if command.replacement is not None:
            return command.replacement.adapters()
        return default_adapters(self.layout, project, makes_folder=False)

    @property
    def switch(self) -> FolderSwitch:
        return FolderSwitch(self.layout, (self.tool and self.tool.project_token) or _SOME_TOKEN)

    def stores(self) -> "list[tuple[Outbox, Copies]]":
        """Every outbox here with its copies, also of unknown projects. Raises StoreError."""
        found: dict[str, tuple[Outbox, Copies]] = {
            outbox.folder: (outbox, FileCopies(outbox.folder))
            for outbox in find_outboxes(self.layout.outboxes)
        }
        own = self.own_project
        if own is not None and (command.replacement is not None or (self.tool and self.tool.adapters)):
            stored = self.stored(own)
            found[self.layout.outbox(own.key)] = (stored.outbox, stored.copies)
        return list(found.values())

    def reasons(self) -> tuple[Reason, ...]:
        """Everything that keeps events from being sent from here; empty if tracking is on."""
        problems = self.tool.problems if self.tool else ()
        token = self.tool.project_token if self.tool and not problems else _SOME_TOKEN
        found: list[Reason] = []
        for reason in reasons_off(self.layout, token):
            level = {OFF_BY_CHOICE: OFF, OFF_BY_LOCAL: LOCAL}.get(reason)
            texts = [choice.text for choice in self.choices() if choice.level == level]
            if reason == OFF_BY_MACHINE:
                texts = [f"{OFF_TEXTS[reason]} ({config_folder.MACHINE_OFF_FILE})"]
            found += [Reason(reason, text) for text in texts or [OFF_TEXTS[reason]]]
        if (problem := find_problem(self.layout)) is not None:
            found.append(Reason(OFF_BY_CONFIG_DIR, str(problem)))
        elif (board := self.consent_board) is not None and (why := board.why_not()) is not None:
            found.append(Reason(OFF_BY_CONSENT, why))
        return (*found, *problems)

    @property
    def consent_board(self) -> "ConsentBoard | None":
        """The question of the tool; None if it asks none."""
        board = make_board(self.tool, self.layout) if self.tool is not None else None
        return board if isinstance(board, ConsentBoard) else None

    def choices(self) -> "tuple[StoredChoice, ...]":
        """The stored choices that count here."""
        from arcade_usage.adapters.storage.diagnostics import read_choices

        return read_choices(choice_layouts(self.layout))

    @property
    def debugging(self) -> bool:
        """Whether $ARCADE_USAGE_DEBUG asks to show events instead of sending them."""
        return wants_debug(os.environ)
