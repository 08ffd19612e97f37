"""Builds the `Adapters` of a config folder and a PostHog project, and applies a tool's factory."""

import time
from importlib import import_module

from arcade_usage.adapters.arcade_cloud.principal_api import ArcadeCloud
from arcade_usage.adapters.machine.ids import UuidGenerator
from arcade_usage.adapters.machine.installation import FolderInstallation
from arcade_usage.adapters.posthog.lazy_sink import LazyPostHogSink
from arcade_usage.adapters.storage.config_folder import Layout
from arcade_usage.adapters.storage.identity_store import IdentityFiles
from arcade_usage.adapters.storage.outbox import FolderOutbox
from arcade_usage.adapters.storage.sent_copies import FileCopies
from arcade_usage.adapters.storage.switch import FolderSwitch
from arcade_usage.application.adapters import Adapters
from arcade_usage.application.errors import AdaptersError
from arcade_usage.domain.project import Project

FACTORY_FAILED = "this tool's adapters factory"  # begins each reason


def default_adapters(
    layout: Layout,
    project: Project,
    *,
    durable: bool = True,
    makes_folder: bool = True,
    runs_alone: bool = False,
) -> Adapters:
    """Make the adapters over files, Arcade Cloud and PostHog. Touches no file.

    durable: see FolderOutbox. makes_folder: see IdentityFiles; False if no folder may be created.
    runs_alone: see LazyPostHogSink.
    """
    folder = layout.outbox(project.key)
    copies = FileCopies(folder, project)
    return Adapters(
        identity_store=IdentityFiles(layout, FolderInstallation(layout.folder), makes_folder),
        principal_api=ArcadeCloud(layout.credentials, layout.context),
        analytics_sink=LazyPostHogSink(project, copies, time, runs_alone),
        outbox=FolderOutbox(folder, project, durable),
        copies=copies,
        switch=FolderSwitch(layout, project.project_token),
        clock=time,
        ids=UuidGenerator(),
    )


def apply_factory(factory: str | None, adapters: Adapters) -> Adapters:
    """Call the tool's factory, "module:function", with the default adapters; returns its adapters.

    Returns the default ones if there is no factory. Blocks as long as the factory. Raises AdaptersError,
    which names the factory and the reason.
    """
    if factory is None:
        return adapters
    module, _, function = factory.partition(":")
    try:
        made = getattr(import_module(module), function)(adapters)
    except (Exception, SystemExit) as error:
        reason = f"{type(error).__name__}: {error}"
        if isinstance(error, ModuleNotFoundError):
            reason += (
                " (a delivery imports nothing from the current folder: install the module with the tool)"
            )
        raise AdaptersError(f"{FACTORY_FAILED} {factory} failed: {reason}") from error
    if not isinstance(made, Adapters):
        kind = type(made).__name__
        raise AdaptersError(f"{FACTORY_FAILED} {factory} returned {kind} instead of Adapters")
    return made
