"""The names of the files in an outbox. Imports nothing, because a record is written before other imports."""

# Formats' versions. A new meaning raises the version; a new field does not, and earlier versions keep it.
RECORD_VERSION = 2  # version 1 had a snapshot of texts: see codec.upgraded
BATCH_VERSION = 3  # of a file of several records; one alone stays readable for earlier versions
LOGBOOK_VERSION = 1
PROJECT_VERSION = 1
COPY_VERSION = 3  # see sent_json
COUNTS_VERSION = 1

PROJECT_FILE = "sink.json"
SENDER_LOCK = "sender.lock"
LOGBOOK_FILE = "logbook.json"
RECORD_ENDING = ".event.json"
LOGBOOK_LIMIT = 64 * 1024  # bytes
COUNTS_FILE = "counts.json"
COUNTS_LIMIT = 512 * 1024  # bytes; 5,000 ids, which one scan of the outbox reads, take 200 KB


def record_name(ended_at: float, observed_seconds: int, uuid: str) -> str:
    """When the event ended (Unix seconds), the observed time when it came, its uuid: sorts by the first."""
    return f"{max(0, int(ended_at * 1000)):015d}-{observed_seconds:010d}-{uuid}{RECORD_ENDING}"
