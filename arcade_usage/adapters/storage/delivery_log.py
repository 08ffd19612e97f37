"""The delivery log: a JSON file that senders replace, and a file with a letter for each loss of the others.

Appending needs no lock, so a process that is not the sender can count what it drops.
"""

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress

from attrs import define, evolve, field

from arcade_usage.adapters.files.owned_folder import OwnedFolder, open_folder
from arcade_usage.adapters.storage import codec
from arcade_usage.adapters.storage.config_folder import OUTBOX_DEPTH
from arcade_usage.adapters.storage.record_files import LOGBOOK_FILE, LOGBOOK_LIMIT, LOGBOOK_VERSION
from arcade_usage.adapters.storage.store_errors import store_errors
from arcade_usage.application.command.payload import encode_json, is_newer
from arcade_usage.application.errors import NewerFormatError
from arcade_usage.domain.backoff import Backoff, Pause
from arcade_usage.domain.logbook import Logbook
from arcade_usage.domain.retention import Losses, LossReason

TALLY_FILE = "dropped"  # a letter for each event that was dropped without the sender lock
TALLY_LIMIT = 256 * 1024  # events that are counted in it
_SECONDS_LIMIT = 9_999_999_999  # of the ten digits in a record's name

# Keys of losses in logbooks of earlier versions, and the LossReason that each stands for.
_EARLIER_REASONS = {
    "more than 1,000 were waiting": "too_many",
    "more than 1 MiB was waiting": "too_large",
    "it waited for 30 days": "too_old",
    "PostHog refused it": "refused",
    "a server had more to report than it could write down, or reported what is no event": "not_taken",
}

_PLAIN_MEMBERS = ("observed", "delivered", "failed", "unanswered")  # under the names of their attributes

_LETTERS = {LossReason.TOO_MANY: b"m", LossReason.TOO_LARGE: b"l", LossReason.TOO_OLD: b"o"}


@define(eq=False, repr=False)
class FileDeliveryLog:
    """The delivery log over two files of the outbox at `folder`."""

    folder: str
    _last_read: dict[str, object] | None = field(default=None, init=False)  # a write keeps its unknown fields

    def read(self) -> Logbook:
        try:
            content = self._content()
            self._last_read = {} if content is None else codec.load_object(content)
            return Logbook() if content is None else read_logbook(content)
        except codec.NewerVersionError:
            self._last_read = None  # a write must find it
            raise NewerFormatError(self._path) from None
        except (OSError, codec.MalformedError):
            self._last_read = {}
            return Logbook()

    def write(self, logbook: Logbook) -> None:
        self._replace(logbook, self._loaded() if self._last_read is None else self._last_read)

    def observed_seconds(self) -> int:
        """The observed time, for the names of records; also from a newer version's logbook."""
        try:
            return int(self.read().observed.seconds)
        except NewerFormatError:
            with suppress(OSError, ValueError, KeyError, TypeError):
                observed = codec.load_object(self._content() or b"")["observed"]
                return min(max(0, int(observed["seconds"])), _SECONDS_LIMIT)
        return 0

    def add_losses(self, reasons: Sequence[LossReason]) -> None:
        letters = b"".join(_LETTERS[reason] for reason in reasons)
        with store_errors("a loss can't be counted"), self._open() as folder:
            folder.append(TALLY_FILE, letters, TALLY_LIMIT)

    def losses(self) -> Losses:
        losses, letters = Losses(), b""
        with suppress(NewerFormatError):
            losses = self.read().losses
        with suppress(OSError), self._open() as folder:
            letters = folder.read(TALLY_FILE, 2 * TALLY_LIMIT) or b""
        for reason, letter in _LETTERS.items():
            losses = losses.plus(reason, letters.count(letter))
        return losses

    def clear(self) -> None:
        self._loaded()
        self._replace(Logbook(), {})
        self._last_read = None
        with store_errors("the counts of lost events can't be erased"), self._open() as folder:
            folder.remove(TALLY_FILE)

    @property
    def _path(self) -> str:
        return os.path.join(self.folder, LOGBOOK_FILE)

    def _content(self) -> bytes | None:
        """Raises OSError."""
        with self._open() as folder:
            return folder.read(LOGBOOK_FILE, LOGBOOK_LIMIT)

    def _loaded(self) -> dict[str, object]:
        """The logbook that is about to be replaced, as JSON. Raises NewerFormatError: that one stays."""
        with suppress(OSError, codec.MalformedError):
            content = codec.load_object(self._content() or b"")
            if is_newer(content, LOGBOOK_VERSION):
                raise NewerFormatError(self._path)
            return content
        return {}

    def _replace(self, logbook: Logbook, replaced: dict[str, object]) -> None:
        with store_errors("the logbook can't be written"), self._open() as folder:
            folder.replace(LOGBOOK_FILE, write_logbook(logbook, replaced), durable=False)

    def _open(self) -> OwnedFolder:
        """Raises FileNotFoundError, NotOwnedError, OSError."""
        return open_folder(self.folder, OUTBOX_DEPTH)


def read_logbook(content: bytes) -> Logbook:
    """Raises codec.MalformedError."""
    members = codec.load_version(content, LOGBOOK_VERSION)
    pauses, losses = members.get("pauses", {}), members.get("losses", {})
    if not isinstance(pauses, dict) or not isinstance(losses, dict):
        raise codec.MalformedError("not a Logbook")
    counts: Counter[str] = Counter()
    for name, count in losses.items():
        counts[_EARLIER_REASONS.get(name) or name] += codec.structure(count, int)
    logbook = evolve(
        codec.structure({name: members[name] for name in _PLAIN_MEMBERS if name in members}, Logbook),
        backoff=Backoff({name: codec.structure(pause, Pause) for name, pause in pauses.items()}),
        losses=Losses(dict(counts)),
    )
    moments = [
        logbook.observed.seconds,
        logbook.observed.looked_at or 0.0,
        *(at for pause in logbook.backoff.by_name.values() for at in (pause.due_at, pause.not_before)),
        *(last.at for last in (logbook.delivered, logbook.failed, logbook.unanswered) if last is not None),
    ]
    if not all(0.0 <= moment < codec.MOMENTS_END for moment in moments):  # JSON here knows NaN and Infinity
        raise codec.MalformedError("not a time")
    return logbook


def write_logbook(logbook: Logbook, replaced: Mapping[str, object] | None = None) -> bytes:
    """`replaced`: the JSON that this logbook follows; its unknown members stay."""
    members = codec.unstructure(logbook)
    del members["backoff"]
    members["pauses"] = codec.unstructure(dict(logbook.backoff.by_name))
    members["losses"] = dict(logbook.losses.counts)
    return encode_json({**(replaced or {}), "version": LOGBOOK_VERSION, **members}).encode()
