"""Puts copies of sent events into a config folder, as a sender does."""

import uuid
from datetime import datetime, timezone
from pathlib import Path

from arcade_usage.adapters.storage.config_folder import Layout
from arcade_usage.adapters.storage.sent_copies import FileCopies
from arcade_usage.domain.project import Project

PROJECT = Project("https://posthog.example", "phc_of_the_copies")


def keep(
    folder: Path,
    name: str,
    at: float,
    *,
    failed: bool = False,
    distinct_id: str = "an-id",
    **properties: object,
) -> None:
    """A copy of the event of a command that ended at `at` (Unix seconds) and was sent then."""
    message: dict[str, object] = {
        "event": "CLI execution failed" if failed else "CLI execution succeeded",
        "distinct_id": distinct_id,
        "timestamp": datetime.fromtimestamp(at, timezone.utc).isoformat(),
        "uuid": str(uuid.uuid4()),
        "properties": {"command_name": name, **properties},
    }
    keep_messages(folder, [message], at)


def keep_messages(folder: Path, messages: list[dict[str, object]], at: float) -> None:
    FileCopies(Layout(str(folder)).outbox(PROJECT.key), PROJECT).keep(messages, at)
