"""Builds the `Adapters` of a config folder and a PostHog project, and applies a tool's factory."""

import time
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module

from arcade_usage.adapters.arcade_cloud.principal_api import ArcadeCloud
from arcade_usage.adapters.machine.ids import UuidGenerator
from arcade_usage.adapters.machine.installation import installation
from arcade_usage.adapters.posthog.lazy_sink import LazyPostHogSink
from arcade_usage.adapters.storage.config_folder import Layout
from arcade_usage.adapters.storage.identity_store import IdentityFiles
from arcade_usage.adapters.storage.outbox import FolderOutbox
from arcade_usage.adapters.storage.sent_copies import FileCopies
from arcade_usage.adapters.storage.switch import FolderSwitch
from arcade_usage.application.adapters import Adapters
from arcade_usage.application.errors import AdaptersError
from arcade_usage.domain.project import Project


def default_adapters(
    layout: Layout, project: Project, *, durable: bool = True, makes_folder: bool = True
) -> Adapters:
    """The adapters over files, Arcade Cloud and PostHog. Makes nothing by itself.

    `durable`: see FolderOutbox. `makes_folder`: the identity store makes usage/ to tell itself from
    others; False where a folder that is not used yet is to stay so.
    """
    here = _installation(layout) if makes_folder else installation(layout.folder)
    folder = layout.outbox(project.key)
    copies = FileCopies(folder)
    return Adapters(
        identity_store=IdentityFiles(layout, here),
        principal_api=ArcadeCloud(layout.credentials),
        analytics_sink=LazyPostHogSink(project, copies, time),
        outbox=FolderOutbox(folder, project, durable),
        copies=copies,
        switch=FolderSwitch(layout, project.project_token),
        clock=time,
        ids=UuidGenerator(),
    )


def apply_factory(factory: str | None, adapters: Adapters) -> Adapters:
    """The adapters that `module:function` returns for the default ones; these, where there is no factory.

    Raises AdaptersError, which names the factory and what is wrong with it. Blocks: as long as the factory.
    """
    if factory is None:
        return adapters
    module, _, function = factory.partition(":")
    try:
        made = getattr(import_module(module), function)(adapters)
    except (Exception, SystemExit) as error:
        reason = f"{type(error).__name__}: {error}"
        raise AdaptersError(f"the adapters of this tool, {factory}, can't be made: {reason}") from error
    if not isinstance(made, Adapters):
        kind = type(made).__name__
        raise AdaptersError(f"the adapters of this tool, {factory}, are no arcade_usage.Adapters but {kind}")
    return made


def _installation(layout: Layout) -> Callable[[], str]:
    """Fingerprint of this installation. An older CLI's usage.json has no usage/ beside it: makes it."""
    fingerprint = installation(layout.folder)

    def find_here() -> str:
        with suppress(OSError):  # then no record can be written either
            layout.open_folder(make=True).close()
        return fingerprint()

    return find_here
