"""Credentials of another context than the active one, which count as other credentials.

Runs on the command path, only for a command that names a context. Invariant: no stamp of such a context
equals one of the active context.
"""

from binascii import crc32
from collections.abc import Mapping

from arcade_usage.adapters.storage.config_folder import StampNumbers, read_stamp


def in_context(snapshot: Mapping[str, object], context: str) -> dict[str, object]:
    """The snapshot of a command in this context.

    Without credentials, the ledger's confirmation does not count: it is about the active context.
    """
    stamp, ledger = snapshot["stamp"], snapshot["ledger"]
    if stamp is not None:
        stamp = of_context(stamp, context)  # type: ignore[arg-type]
    elif isinstance(ledger, dict):
        ledger = {**ledger, "confirmed": None}
    return {**snapshot, "ledger": ledger, "stamp": stamp, "context": context}


def read_stamp_of(path: str, context: str | None) -> StampNumbers | None:
    """Fingerprint of a credentials file for one context of it, from one stat(); None if it can't be read."""
    stamp = read_stamp(path)
    return None if stamp is None else of_context(stamp, context)


def of_context(stamp: StampNumbers, context: str | None) -> StampNumbers:
    """The fingerprint of a credentials file for one context of it; None: the active one."""
    if context is None:
        return stamp
    # Negative, so that domain/ledger.py can tell.
    return (*stamp[:4], ~(stamp[4] ^ crc32(context.encode("utf-8", "surrogatepass"))))
