"""The sender lock: a file in an outbox that one process at a time locks."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

from attrs import frozen

from arcade_usage.adapters.files.lock_probe import is_tended
from arcade_usage.adapters.files.locks import hold
from arcade_usage.adapters.files.owned_folder import open_folder
from arcade_usage.adapters.storage.config_folder import OUTBOX_DEPTH
from arcade_usage.adapters.storage.record_files import SENDER_LOCK
from arcade_usage.adapters.storage.store_errors import store_errors


@frozen(eq=False, repr=False)
class FileSenderLock:
    """The sender lock over a file of the outbox at `folder`."""

    folder: str

    @contextmanager
    def hold(self, patience_seconds: float = 0.0) -> Iterator[bool]:
        """See the port. The holder also touches the lock file and deletes files of killed writers."""
        is_holder = False
        with ExitStack() as held:
            with store_errors("the sender lock can't be used"), suppress(TimeoutError):
                open_folder(self.folder, OUTBOX_DEPTH, make=True).close()
                held.enter_context(hold(os.path.join(self.folder, SENDER_LOCK), patience_seconds))
                is_holder = True
                with suppress(OSError), open_folder(self.folder, OUTBOX_DEPTH) as folder:
                    folder.sweep(folder.clock(SENDER_LOCK))
            yield is_holder

    def is_tended(self) -> bool:
        return is_tended(os.path.join(self.folder, SENDER_LOCK))
