"""The outbox: one folder per PostHog project, with its event queue, sender lock, delivery log and counts."""

import os
import re
from contextlib import suppress

from attrs import define, field

from arcade_usage.adapters.files.owned_folder import open_folder
from arcade_usage.adapters.storage import codec
from arcade_usage.adapters.storage.config_folder import OUTBOX_DEPTH
from arcade_usage.adapters.storage.daily_counts import FileCountStore
from arcade_usage.adapters.storage.delivery_log import FileDeliveryLog
from arcade_usage.adapters.storage.event_queue import RECORD_LIMIT, FolderEventQueue
from arcade_usage.adapters.storage.record_files import PROJECT_FILE
from arcade_usage.adapters.storage.sender_lock import FileSenderLock
from arcade_usage.adapters.storage.store_errors import store_errors
from arcade_usage.application.errors import StoreError
from arcade_usage.domain.project import Project

KEY = re.compile(r"[0-9a-f]{16}")  # Project.key


@define(eq=False, repr=False)
class FolderOutbox:
    """The outbox over a folder; `project` and `durable`: see FolderEventQueue."""

    folder: str
    project: Project | None
    durable: bool = True
    log: FileDeliveryLog = field(init=False)
    counts: FileCountStore = field(init=False)
    sender_lock: FileSenderLock = field(init=False)
    queue: FolderEventQueue = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.log = FileDeliveryLog(self.folder)
        self.counts = FileCountStore(self.folder)
        self.sender_lock = FileSenderLock(self.folder)
        self.queue = FolderEventQueue(self.folder, self.project, self.durable, self.log)


def find_outboxes(folder: str) -> list[FolderOutbox]:
    """All outboxes in a folder, including those of unknown projects. Raises StoreError."""
    with (
        store_errors("the outboxes can't be read"),
        suppress(FileNotFoundError),
        open_folder(folder, OUTBOX_DEPTH - 1) as outboxes,
    ):
        names = [name for name in outboxes.names() if KEY.fullmatch(name)]
        return [FolderOutbox(outboxes.path_of(name), None) for name in sorted(names)]
    return []


def find_projects(folder: str) -> list[Project]:
    """The projects stored in the outboxes of a folder, the last used one first."""
    used: dict[Project, float] = {}
    with suppress(StoreError):
        for outbox in find_outboxes(folder):
            with suppress(OSError, codec.MalformedError), open_folder(outbox.folder, OUTBOX_DEPTH) as opened:
                content = opened.read(PROJECT_FILE, RECORD_LIMIT)
                project = None if content is None else codec.read_project(content)
                if project is not None and project.key == os.path.basename(outbox.folder):
                    used[project] = os.stat(outbox.folder).st_mtime
    return sorted(used, key=lambda project: used[project], reverse=True)
