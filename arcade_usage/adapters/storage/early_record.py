"""Writes an event without free text to disk before the rest of the delivery is imported.

A container or a temporary environment may end right after the tool. The slow imports are those that redact,
judge and send. An event needs none of them if its only texts are the library's own, declared ids and choices
of the tool, and names that redaction leaves unchanged. The result is an ordinary record without a verdict: if
the process ends here, the next sender delivers it.
"""

import os
from contextlib import suppress
from types import SimpleNamespace

from arcade_usage.adapters.files.owned_folder import OwnedFolder, open_folder
from arcade_usage.adapters.machine.ids import UuidGenerator
from arcade_usage.adapters.machine.runtime_facts import installed_version, read_facts, read_own_names
from arcade_usage.adapters.storage.config_folder import (
    LEDGER_VERSION,
    OUTBOX_DEPTH,
    Layout,
    is_on,
    read_contents,
)
from arcade_usage.adapters.storage.record_files import (
    LOGBOOK_FILE,
    LOGBOOK_LIMIT,
    PROJECT_FILE,
    PROJECT_VERSION,
    RECORD_VERSION,
    record_name,
)
from arcade_usage.application.command.payload import (
    MALFORMED,
    PAYLOAD_LIMIT,
    VERSION,
    as_object,
    decode_json,
    encode_json,
    is_newer,
    is_stored,
)
from arcade_usage.domain.consent import wants_debug
from arcade_usage.domain.properties import (
    command_properties,
    event_name,
    is_plain_name,
    moment,
    plain_properties,
)

TYPE_CHECKING = False  # importing typing is too slow here; see arcade_usage/__init__.py
if TYPE_CHECKING:
    from typing import Any

# Copied from domain/outcome.py, which imports re and typing (5 ms).
_OUTCOMES = ("success", "error", "exit", "usage", "interrupted")
_STAMP_LENGTH = 5
DROPPED = b""


def write_record(
    payload: str, *, durable: bool = True, found: "tuple[str, str] | None" = None
) -> "bytes | None":
    """Returns the record after writing it to the outbox. None: the delivery has to process the payload.

    DROPPED: the event must not be sent. Its record may have been sent meanwhile, so no process may write
    another.

    durable: whether it waits for the disk and for slow modules. A tool does not, and writes only what another
    process may take. found: outbox and installation, if they are known. Never raises, except for
    what a signal handler of the tool raised; in doubt, and for a malformed payload, it returns None.
    """
    try:
        return _write(payload, durable, found)
    except Exception as error:  # the delivery tries again and reports the error
        from arcade_usage.application.command.tracker import raised_by_signal_handler

        if raised_by_signal_handler(error):
            raise
        return None


def has_known_credentials(payload: str) -> bool:
    """Whether the ledger has the credentials of a payload's event, or the event has none. Never raises."""
    with suppress(Exception):  # malformed: the delivery reports it
        parsed: Any = decode_json(payload) if len(payload) <= PAYLOAD_LIMIT else None
        return _has_known_credentials(parsed["snapshot"])
    return False


def _has_known_credentials(snapshot: "Any") -> bool:
    """Whether they are the ledger's last credentials. The event's own process records others at once.

    A process that takes the event later may find them replaced, and would take the next account for the first
    one that the id was used with.
    """
    return bool(snapshot["stamp"] is None or snapshot["stamp"] == snapshot["ledger"]["latest"])


def _write(payload: str, durable: bool, found: "tuple[str, str] | None") -> "bytes | None":
    parsed = decode_json(payload) if len(payload) <= PAYLOAD_LIMIT else None
    if not isinstance(parsed, dict) or not _is_valid_payload(parsed) or wants_debug(os.environ):
        return None
    if parsed.get("adapters") is not None or is_stored(payload):
        return None  # the tool's adapters may store events elsewhere; a stored event is there already
    command, snapshot = _command(parsed["command"]), parsed["snapshot"]
    if not durable and not _has_known_credentials(snapshot):
        return None
    theirs = None if command is None else _plain_properties(command)
    if command is None or theirs is None:
        return None
    version = parsed.get("tool_version")
    if version is None and not durable:
        version = installed_version(parsed["distribution"])
        if version is None:  # other places take importlib.metadata: 20 ms, and finders of other packages
            return None
    layout, token = Layout(parsed["config_dir"]), parsed["sink"]["project_token"]
    if not (os.path.isabs(layout.config_dir) and os.path.isdir(layout.config_dir) and is_on(layout, token)):
        return None

    uuid, ended = UuidGenerator().new(), moment(command.ended_at)
    facts = read_facts(parsed["distribution"], os.environ, version)
    runtime = SimpleNamespace(**facts)
    event = {
        "uuid": uuid,
        "name": event_name(command.succeeded),
        "timestamp": ended.isoformat(),
        "properties": {**command_properties(command, runtime, str, str), **theirs},  # type: ignore[arg-type]
    }
    outbox = layout.outbox(found[0] if found else _project_key(parsed["sink"]))
    with open_folder(outbox, OUTBOX_DEPTH, make=True) as folder:
        record = encode_json(
            {
                "version": RECORD_VERSION,
                "event": event,
                "snapshot": {name: snapshot.get(name) for name in ("usage", "ledger", "stamp", "context")},
                "is_logout": command.is_logout,
                "attribution": None,
                "machine": found[1] if found else _installation(layout),  # which the folder is a part of
                "daily_limit": parsed.get("daily_limit"),
            }
        ).encode()
        if folder.status(PROJECT_FILE) is None:
            content = {"version": PROJECT_VERSION, **_project(parsed["sink"])}
            folder.create_exclusive(PROJECT_FILE, encode_json(content).encode(), durable=False)
        name = record_name(ended.timestamp(), _observed_seconds(folder), uuid)
        folder.replace(name, record, durable=durable)
        with suppress(OSError):  # the delivery checks again
            if not is_on(layout, token) or _is_forgotten(layout, snapshot, by_content=not durable):
                folder.remove(name)
                return DROPPED
    return record


def _project_key(sink: "dict[str, str]") -> str:
    """Raises ValueError for an invalid project."""
    from arcade_usage.domain.project_rules import project_key

    return project_key(*_project(sink).values())


def _installation(layout: Layout) -> str:
    """The fingerprint of this installation, whose folder is there."""
    from arcade_usage.adapters.machine.installation import FolderInstallation

    return FolderInstallation(layout.folder).fingerprint()


def _project(sink: "dict[str, str]") -> "dict[str, str]":
    """The project as it is stored. Raises ValueError if it is invalid."""
    from arcade_usage.domain.project_rules import base_url, check_project, trimmed

    host, token = base_url(sink["host"]), trimmed(sink["project_token"])
    check_project(host, token)
    return {"host": host, "project_token": token}


def _is_valid_payload(parsed: "dict[str, object]") -> bool:
    """Whether the payload has the fields and types that the command path of this version writes."""
    project, snapshot = parsed.get("sink"), parsed.get("snapshot")
    return (
        type(parsed.get("version")) is int
        and parsed["version"] == VERSION
        and isinstance(project, dict)
        and type(project.get("host")) is type(project.get("project_token")) is str
        and type(parsed.get("config_dir")) is type(parsed.get("distribution")) is str
        and isinstance(parsed.get("tool_version"), str | None)
        and type(parsed.get("daily_limit")) in (int, type(None))
        and isinstance(snapshot, dict)
        and all(isinstance(snapshot.get(name), dict | str | None) for name in ("usage", "ledger"))
        and _is_stamp(snapshot.get("stamp"))
        and isinstance(snapshot.get("context"), str | None)
    )


def _is_stamp(stamp: object) -> bool:
    return stamp is None or (
        isinstance(stamp, list)
        and len(stamp) == _STAMP_LENGTH
        and all(type(number) is int for number in stamp)
    )


def _command(facts: object) -> "SimpleNamespace | None":
    """The command if it is valid and has no error message, else None."""
    if not isinstance(facts, dict) or facts.get("error_message") is not None:
        return None
    properties, as_is = facts.get("properties", {}), facts.get("as_is", [])
    options = facts.get("options", [])
    numbers = ("ended_at", "duration_ms", "monotonic_start", "monotonic_end")
    flags = {name: facts.get(name, False) for name in ("is_login", "is_logout")}
    is_valid = (
        isinstance(facts.get("name"), str)
        and facts.get("outcome") in _OUTCOMES
        and facts.get("ended_at") is not None
        and all(type(facts.get(name)) in (int, float, type(None)) for name in numbers)
        and all(type(flag) is bool for flag in flags.values())
        and isinstance(facts.get("error_type"), str | None)
        and type(facts.get("exit_code")) in (int, type(None))
        and isinstance(properties, dict)
        and isinstance(as_is, list)
        and isinstance(options, list)
        and all(isinstance(name, str) for name in options)
        and isinstance(facts.get("is_tty"), bool | None)
    )
    if not is_valid:
        return None
    return SimpleNamespace(
        name=facts["name"],
        outcome=facts["outcome"],
        succeeded=facts["outcome"] == "success",
        error_message=None,
        error_type=facts.get("error_type"),
        exit_code=facts.get("exit_code"),
        properties=properties,
        as_is=as_is,
        options=options,
        is_tty=facts.get("is_tty"),
        **{name: None if (value := facts.get(name)) is None else float(value) for name in numbers},
        **flags,
    )


def _plain_properties(command: SimpleNamespace) -> "dict[str, object] | None":
    """The tool's properties; None if redaction may change them, or the names in the event."""
    own_names = read_own_names(os.environ)
    if not all(is_plain_name(name, own_names) for name in _names(command)):
        return None
    return plain_properties(command.properties, command.as_is, own_names)


def _names(command: SimpleNamespace) -> "list[str]":
    """The command's name and its options' names, as words joined by dots."""
    return [command.name, *(name.replace("-", ".").replace("_", ".") for name in command.options)]


def _observed_seconds(folder: OwnedFolder) -> int:
    """The observed time in the senders' logbook, in seconds; 0 if it can't be read."""
    with suppress(Exception):
        content = folder.read(LOGBOOK_FILE, LOGBOOK_LIMIT)
        logbook = decode_json(content.decode()) if content is not None else None
        if isinstance(logbook, dict):
            return min(max(0, int(logbook["observed"]["seconds"])), 9_999_999_999)
    return 0


def _is_forgotten(layout: Layout, snapshot: "dict[str, Any]", *, by_content: bool) -> bool:
    """Snapshot.is_forgotten on JSON. Raises OSError.

    by_content: False if the delivery reads it next; then it is one lstat.
    """
    before = as_object(snapshot.get("usage")).get("anon_id")
    if before is None:
        return False
    if not by_content:
        return not os.path.lexists(layout.usage_json)
    usage, ledger = read_contents(layout)
    now, first = as_object(usage).get("anon_id"), as_object(ledger)
    if now is None:
        return usage != MALFORMED
    is_first = first.get("first") is True and not is_newer(first, LEDGER_VERSION)
    known = (before, as_object(snapshot.get("ledger")).get("anon_id"))
    return now not in known and is_first and first.get("anon_id") == now
