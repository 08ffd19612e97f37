"""What can keep tracking from working: its identifier, and its text for people.

Invariant: an identifier never changes, because scripts read it; a text may.
"""

from enum import Enum

from arcade_usage.domain.configuration import NO_VERSION
from arcade_usage.domain.notice import HELD_BACK_TEXT


class Trouble(str, Enum):
    """What keeps tracking from working as it should; the values are printed as JSON."""

    UNREADABLE = "unreadable"
    UNWRITABLE = "unwritable"
    FROZEN = "frozen"
    INTERPRETER = "interpreter"
    NOTICE = "notice"
    NO_VERSION = "version_unknown"
    CLOCK = "clock"
    MALFORMED_IDENTITY = "malformed_identity"
    MALFORMED_LEDGER = "malformed_ledger"
    DISAGREEMENT = "disagreement"
    COPIED = "copied"
    STRANGE_EVENTS = "strange_events"
    NEWER = "newer"
    EVIDENCE = "evidence"
    NOT_OWNED = "not_owned"
    LOCK = "lock"
    SANDBOX = "sandbox"
    UNREACHABLE = "unreachable"
    ACCOUNT = "account_unknown"

    @property
    def text(self) -> str:
        """For people to read."""
        return _TEXTS[self]


_TEXTS = {
    Trouble.UNREADABLE: "the config folder can't be read, so nothing is tracked: check its permissions",
    Trouble.UNWRITABLE: (
        "the config folder can't be written, so nothing is tracked: check its permissions and its disk"
    ),
    Trouble.FROZEN: (
        "this tool is frozen, or a program with Python inside, and not surely a Python that could be started "
        "to deliver events: they wait for `flush`"
    ),
    Trouble.INTERPRETER: (
        "the Python of this tool can't be started to deliver events: they wait for `flush`"
    ),
    Trouble.NOTICE: HELD_BACK_TEXT,
    Trouble.NO_VERSION: NO_VERSION.text,
    Trouble.CLOCK: "the clock was set back: something here is from later than now",
    Trouble.MALFORMED_IDENTITY: (
        "usage.json does not say what it should: the next command makes a new identity"
    ),
    Trouble.MALFORMED_LEDGER: (
        "usage/ledger.json does not say what it should: the next command makes a new identity"
    ),
    Trouble.DISAGREEMENT: (
        "usage.json and usage/ledger.json are about different ids: the next command makes a new identity"
    ),
    Trouble.COPIED: (
        "this folder is a copy, or another machine uses it too: the next command makes a new identity"
    ),
    Trouble.STRANGE_EVENTS: "there are files in the outbox that can't be read as events",
    Trouble.NEWER: "a file is left alone, and what depends on it waits",
    Trouble.EVIDENCE: "an earlier file that could not be read is kept in usage/malformed",
    Trouble.NOT_OWNED: "what is not the user's own is not used",
    Trouble.LOCK: "a lock can't be used, so events are not delivered, or not linked to an account",
    Trouble.SANDBOX: "this is a sandbox without free network access: events wait for a command outside it",
    Trouble.UNREACHABLE: "the last attempt at delivery failed: what waits is tried again",
    Trouble.ACCOUNT: (
        "the account of the stored credentials is not known yet: events wait for it, 24 h at most"
    ),
}
