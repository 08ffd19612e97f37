"""Decides whether a delivery process may end as soon as its event is written, before the slow imports.

Where many commands run at once, or PostHog can't be reached, nearly every process finds nothing left to do.
The imports that it would need to find that out take most of its time.

The event is on disk already. A sender at work reads the queue again after it has released the lock. A sender
that began a moment ago kept the limits of the queue. What is left is the verdict. A sender gives it later, if
it can only be the same then: the event has no credentials, or confirmed ones, as the ledger says already.
In a sandbox that is not left to the next attempt: its event waits for a process outside, maybe on another
machine, which sends only what has a verdict.
"""

import os
import time

from arcade_usage.adapters.files.lock_probe import is_held, is_tended
from arcade_usage.adapters.files.ownership import open_to_read
from arcade_usage.adapters.machine.installation import FolderInstallation
from arcade_usage.adapters.storage.config_folder import LEDGER_VERSION, Layout, read_usage
from arcade_usage.adapters.storage.record_files import (
    LOGBOOK_FILE,
    LOGBOOK_LIMIT,
    LOGBOOK_VERSION,
    SENDER_LOCK,
)
from arcade_usage.application.command.payload import decode_json, is_newer
from arcade_usage.domain.agents import find_sandbox
from arcade_usage.domain.project_rules import project_key

TYPE_CHECKING = False  # importing typing is too slow here; see arcade_usage/__init__.py
if TYPE_CHECKING:
    from typing import Any

# Copied from domain/backoff.py and delivery/attempt_log.py, which import attrs.
_LONGEST_PAUSE_SECONDS = 3600.0
_POSTHOG = "sink"


def is_left_to_others(payload: str) -> bool:
    """Whether other processes do all that is left for the event of a payload. early_record has written it.

    Never raises; in doubt it returns False. Blocks on small files.
    """
    try:
        return _is_left_to_others(decode_json(payload))
    except Exception:  # noqa: BLE001 - the delivery goes on and reports the error
        return False


def _is_left_to_others(parsed: "Any") -> bool:
    command, snapshot, project = parsed["command"], parsed["snapshot"], parsed["sink"]
    if command.get("is_login") or command.get("is_logout"):
        return False
    layout = Layout(parsed["config_dir"])
    key = project_key(project["host"], project["project_token"])
    here = FolderInstallation(layout.folder).fingerprint()
    folder = layout.outbox(key)
    lock = os.path.join(folder, SENDER_LOCK)
    if not has_lasting_verdict(snapshot, key, here) or not is_tended(lock):
        return False
    if not is_held(lock) and (find_sandbox(os.environ) is not None or not _is_in_backoff(folder)):
        return False
    with open_to_read(layout.config_dir) as ours:
        return bool(read_usage(layout, ours) == snapshot["usage"])  # neither erased nor rotated


def has_lasting_verdict(snapshot: "Any", project: str, here: str) -> bool:
    """Whether an event's verdict stays the same on this installation, and the ledger need not change for it.

    These are the rows "link, confirmed" and "anonymous, never logged in" of the verdict table. If this is
    wrong, an event may become unattributable; the verdict itself is not given here.
    """
    usage, ledger, stamp = snapshot["usage"], snapshot["ledger"], snapshot["stamp"]
    if not isinstance(usage, dict) or not isinstance(ledger, dict) or is_newer(ledger, LEDGER_VERSION):
        return False
    if ledger.get("anon_id") != usage.get("anon_id") or project not in ledger.get("reached", ()):
        return False
    claim, principal = ledger.get("claim"), usage.get("linked_principal_id")
    if stamp is None:
        used = [principal, claim, ledger.get("seen"), ledger.get("latest")]
        return used == [None] * len(used) and bool(ledger.get("born") == here)
    confirmed = stamp == ledger.get("confirmed") == ledger.get("latest")
    return bool(confirmed and principal is not None and principal == claim and project in ledger["accepted"])


def _is_in_backoff(folder: str) -> bool:
    """Whether the next attempt at the project is not due yet."""
    with open_to_read(folder) as outbox:
        content = outbox.read(LOGBOOK_FILE, LOGBOOK_LIMIT)
    logbook = decode_json(content.decode()) if content is not None else None
    if not isinstance(logbook, dict) or is_newer(logbook, LOGBOOK_VERSION):
        return False
    now = time.time()
    return bool(now < logbook["pauses"][_POSTHOG]["due_at"] <= now + _LONGEST_PAUSE_SECONDS)
