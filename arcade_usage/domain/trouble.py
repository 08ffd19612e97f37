"""What can keep tracking from working: its identifier, and its text for people.

Invariant: an identifier never changes, because scripts read it; a text may.
"""

from arcade_usage.domain.configuration import NO_VERSION
from arcade_usage.domain.notice import HELD_BACK_TEXT
from arcade_usage.domain.text_enum import TextEnum


class Trouble(TextEnum):
    """What keeps tracking from working as it should; the values are printed as JSON."""

    UNREADABLE = "unreadable", "the config folder can't be read, so nothing is tracked: check its permissions"
    UNWRITABLE = (
        "unwritable",
        "the config folder can't be written, so nothing is tracked: check its permissions and its disk",
    )
    FROZEN = (
        "frozen",
        "this tool is frozen, or a program with Python inside, and not surely a Python that could be started "
        "to deliver events: they wait for `flush`",
    )
    INTERPRETER = (
        "interpreter",
        "the Python of this tool can't be started to deliver events: they wait for `flush`",
    )
    NOTICE = "notice", HELD_BACK_TEXT
    NO_VERSION = "version_unknown", NO_VERSION.text
    CLOCK = "clock", "the clock was set back: something here is from later than now"
    MALFORMED_IDENTITY = (
        "malformed_identity",
        "usage.json does not say what it should: the next command makes a new identity",
    )
    MALFORMED_LEDGER = (
        "malformed_ledger",
        "usage/ledger.json does not say what it should: the next command makes a new identity",
    )
    DISAGREEMENT = (
        "disagreement",
        "usage.json and usage/ledger.json are about different ids: the next command makes a new identity",
    )
    COPIED = (
        "copied",
        "this folder is a copy, or another machine uses it too: the next command makes a new identity",
    )
    STRANGE_EVENTS = "strange_events", "there are files in the outbox that can't be read as events"
    NEWER = "newer", "a file is left alone, and what depends on it waits"
    EVIDENCE = "evidence", "an earlier file that could not be read is kept in usage/malformed"
    NOT_OWNED = "not_owned", "what is not the user's own is not used"
    LOCK = "lock", "a lock can't be used, so events are not delivered, or not linked to an account"
    SANDBOX = "sandbox", "this is a sandbox without free network access: events wait for a command outside it"
    UNREACHABLE = "unreachable", "the last attempt at delivery failed: what waits is tried again"
    ACCOUNT = (
        "account_unknown",
        "the account of the stored credentials is not known yet: events wait for it, 24 h at most",
    )
