"""The config folder: paths of its files, and what every command reads in it: switch, identity and stamp.

One module on purpose: a command needs all of it, and locating two more modules costs 0.15 ms. The user's
choice, if it is not on, is a file named `off`. Invariants: naming a path touches no file. Each read has a
limit, and none blocks on a FIFO. A choice that can't be read means off.
"""

import os

from arcade_usage.adapters.files.ownership import (
    ON_WINDOWS,
    NotOwnedError,
    ReadableFolder,
    TooLargeError,
    check_config_dir,
    open_to_read,
)
from arcade_usage.application.command.payload import MALFORMED, Content, parse
from arcade_usage.domain.consent import (
    LEVELS,
    LOCAL,
    OFF,
    OFF_BY_LOCAL,
    ON,
    WITHOUT_ERRORS,
    find_reasons,
    was_turned_off,
)

TYPE_CHECKING = False  # importing typing is too slow here; see arcade_usage/__init__.py
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from arcade_usage.adapters.files.owned_folder import OwnedFolder
    from arcade_usage.application.ports import ToolWriter

DEFAULT_FOLDER = "~/.arcade"
CONTEXT_VARIABLE = "ARCADE_CONTEXT"
FOLDER = "usage"
USAGE_FILE = "usage.json"
LEDGER_FILE = "ledger.json"
IDENTITY_LOCK = "identity.lock"
OFF_FILE = "off"  # its content is a level; earlier versions wrote none and take any content for off
LEVEL_LIMIT = 32  # bytes of it
ANNOUNCEMENT_PREFIX = "announced-"
EVIDENCE_FOLDER = "malformed"
EVIDENCE_FILES = (USAGE_FILE, LEDGER_FILE)  # only the last malformed file of each name is kept
OUTBOX_DEPTH = 3  # folders below the config folder: usage, outbox, and one per project
# An administrator's file: while it is there, tracking is off for every user of the machine.
MACHINE_OFF_FILE = (
    os.path.join(os.environ.get("PROGRAMDATA", r"C:\ProgramData"), "Arcade", "usage-off")
    if ON_WINDOWS
    else "/etc/arcade/usage-off"
)

USAGE_LIMIT = 4 * 1024  # bytes of usage.json
LEDGER_LIMIT = 8 * 1024  # bytes of the ledger
LEDGER_VERSION = 1  # usage.json has none: other programs read it, so it stays as it is

StampNumbers = tuple[int, int, int, int, int]


class Layout:
    """Paths of one config folder. The tool owns usage.json and credentials.yaml, the library usage/."""

    def __init__(
        self,
        config_dir: str,
        credentials: "str | os.PathLike[str] | None" = None,
        context: "str | None" = None,
    ) -> None:
        """Takes absolute paths. credentials: by default credentials.yaml in the config folder.

        context: the name of the context in it that is used in place of the active one.
        """
        self.config_dir = config_dir
        self.context = context
        self.usage_json = os.path.join(config_dir, USAGE_FILE)
        self.credentials = os.fspath(credentials or os.path.join(config_dir, "credentials.yaml"))
        self.folder = os.path.join(config_dir, FOLDER)
        self.ledger = os.path.join(self.folder, LEDGER_FILE)
        self.identity_lock = os.path.join(self.folder, IDENTITY_LOCK)
        self.choice_off = os.path.join(self.folder, OFF_FILE)
        self.outboxes = os.path.join(self.folder, "outbox")

    def open_folder(self, *, make: bool = False) -> "OwnedFolder":
        """Opens usage/. Raises FileNotFoundError, NotOwnedError, OSError."""
        from arcade_usage.adapters.files.owned_folder import open_folder  # most commands only read

        return open_folder(self.folder, 1, make=make)

    def outbox(self, project_key: str) -> str:
        return os.path.join(self.outboxes, project_key)

    def announcement(self, host: str, project_token: str) -> str:
        """The file in which a delivery process announces that it takes the events of others.

        Named without a hash, whose import would cost more than the lstat of this file. Each project has a
        name of its own: other signs than letters and digits are written as numbers.
        """
        project = f"{host.strip()} {project_token.strip()}"
        name = "".join(sign if sign.isalnum() else f"_{ord(sign):x}_" for sign in project)
        return os.path.join(self.folder, f"{ANNOUNCEMENT_PREFIX}{name}")


def find_layout(
    config_dir: "str | os.PathLike[str] | None", credentials: "str | os.PathLike[str] | None" = None
) -> Layout:
    """The paths of a tool: its config folder is config_dir, else $ARCADE_WORK_DIR, else ~/.arcade.

    The context is that of ARCADE_CONTEXT, which the Arcade CLI and its servers read once too; a file of the
    tool's own has none. Raises ValueError if a path is not absolute: it would depend on the current folder.
    """
    if config_dir:
        folder = _expand(config_dir, "config folder: config_dir")
    elif chosen := os.environ.get("ARCADE_WORK_DIR", ""):
        folder = _expand(chosen, "config folder: ARCADE_WORK_DIR")
    else:
        folder = _expand(DEFAULT_FOLDER, "config folder: HOME")
    file = None if credentials is None else _expand(credentials, "file of the login: credentials")
    context = (os.environ.get(CONTEXT_VARIABLE) or None) if file is None else None
    return Layout(os.path.normpath(folder), file, context)


def _expand(path: "str | os.PathLike[str]", role: str) -> str:
    chosen = os.fspath(path)
    path = os.path.expanduser(chosen)
    no_home = chosen.startswith("~") and os.environ.get("HOME") == ""
    if no_home or not os.path.isabs(path):
        raise ValueError(f"there is no {role} is not an absolute path")
    return path


def choice_layouts(layout: Layout) -> "list[Layout]":
    """The folders whose stored choice counts: the config folder and the default folder."""
    default = os.path.expanduser(DEFAULT_FOLDER)
    is_another = os.path.isabs(default) and default != layout.config_dir
    return [layout, Layout(default)] if is_another else [layout]


def is_on(layout: Layout, project_token: str) -> bool:
    """Whether events may be sent. Doesn't block, except on a few lstats."""
    return find_level(layout, project_token) in (ON, WITHOUT_ERRORS)


def find_level(layout: Layout, project_token: str) -> str:
    """What may happen to an event: the stored level, or off for any other reason. Blocks: on a small file."""
    level = stored_level(choice_layouts(layout))
    reasons = find_reasons(os.environ, level, project_token, is_machine_off())
    return level if set(reasons) <= {OFF_BY_LOCAL} and find_problem(layout) is None else OFF


def find_problem(layout: Layout) -> "OSError | None":
    """Why the config folder can't be used; None if it can. The error names path, owner and remedy."""
    try:
        check_config_dir(layout.config_dir)
    except (OSError, ValueError) as error:  # a null byte in a path is a ValueError
        return error if isinstance(error, OSError) else OSError(str(error))
    return None


def reasons_off(layout: Layout, project_token: "str | None") -> "tuple[str, ...]":
    """Everything that keeps events from being sent, except `find_problem`. Blocks for three lstats."""
    return find_reasons(os.environ, stored_level(choice_layouts(layout)), project_token, is_machine_off())


def is_machine_off() -> bool:
    """Whether an administrator turned tracking off, or that can't be read. One lstat."""
    return _may_be_there(MACHINE_OFF_FILE)


def stored_level(folders: "Iterable[Layout]") -> str:
    """The least that these folders' choices allow. One lstat each; where a choice is stored, one read."""
    return max(map(_read_level, folders), key=LEVELS.index, default=ON)


def _read_level(layout: Layout) -> str:
    """The choice that is stored in one folder; off if it can't be read, or is no known level."""
    if not _may_be_there(layout.choice_off):
        return ON
    try:
        with open_to_read(layout.config_dir) as folder, folder.open(FOLDER) as ours:
            level = ours.read(OFF_FILE, LEVEL_LIMIT)
    except (OSError, ValueError):
        return OFF
    return next((known for known in (WITHOUT_ERRORS, LOCAL) if level == known.encode()), OFF)


def _may_be_there(path: str) -> bool:
    try:
        os.lstat(path)
    except OSError as error:
        return not isinstance(error, FileNotFoundError)
    return True


class FolderSnapshots:
    """The snapshot port over the config folder's files, and the opt-out in them."""

    def __init__(
        self,
        layout: Layout,
        writer: "ToolWriter | None" = None,
        choose_context: "Callable[[], str | None] | None" = None,
    ) -> None:
        """writer: creates the first identity; None if nothing may be written.

        choose_context: the tool's function, which names the context of a command when it is reported.
        """
        self._layout = layout
        self._writer = writer
        self._choose_context = choose_context

    def is_on(self) -> bool:
        """Whether events may still be recorded, for a tracker that was built while they might.

        Blocks: a few lstat()s.
        """
        has_opted_out = is_machine_off() or stored_level(choice_layouts(self._layout)) == OFF
        return not was_turned_off(os.environ, has_opted_out) and find_problem(self._layout) is None

    def take(self) -> "Mapping[str, object] | None":
        """See the port."""
        try:
            usage, ledger = read_contents(self._layout)
        except OSError:
            return None
        stamp = read_stamp(self._layout.credentials)
        snapshot = {"usage": usage, "ledger": ledger, "stamp": stamp, "context": None}
        # A tool that chooses is asked later, in `identify`.
        return snapshot if self._choose_context is not None else _in_context(snapshot, self._layout.context)

    def identify(self, snapshot: "Mapping[str, object]") -> "Mapping[str, object] | None":
        if self._choose_context is not None:
            from arcade_usage.application.command.properties import read_context

            snapshot = _in_context(snapshot, read_context(self._choose_context))
        if snapshot["usage"] is not None:
            return snapshot if _may_be_there(self._layout.usage_json) else None
        try:
            made = self._writer.make_first_identity() if self._writer is not None else None
        except OSError:
            return None
        return snapshot if made is None else {**snapshot, **made}


def _in_context(snapshot: "Mapping[str, object]", context: "str | None") -> "Mapping[str, object]":
    if context is None:
        return snapshot
    from arcade_usage.adapters.storage.contexts import in_context  # most commands use the active one

    return in_context(snapshot, context)


def read_contents(layout: Layout) -> tuple[Content, Content]:
    """Contents of usage.json and the ledger. Raises NotOwnedError, OSError."""
    usage: Content = None
    try:
        with open_to_read(layout.config_dir) as folder:
            usage = read_usage(layout, folder)
            with folder.open(FOLDER) as ours:
                return usage, _read(ours, LEDGER_FILE, LEDGER_LIMIT)
    except FileNotFoundError:  # of the config folder, or of usage/
        return usage, None


def read_usage(layout: Layout, folder: ReadableFolder) -> Content:
    """The content of usage.json in the opened config folder. Raises NotOwnedError, OSError."""
    try:
        return _read(folder, USAGE_FILE, USAGE_LIMIT)
    except NotOwnedError:  # it may be the user's own link
        from arcade_usage.adapters.files.owned_folder import open_for_file

        with open_for_file(layout.config_dir, USAGE_FILE) as (target, name):
            content = _read(target, name, USAGE_LIMIT)
    if content is not None and not (isinstance(content, dict) and isinstance(content.get("anon_id"), str)):
        # The link may lead to any file of the user.
        raise NotOwnedError(layout.usage_json, "is a link to a file without an anon_id", "remove the link")
    return content


def _read(folder: ReadableFolder, name: str, limit: int) -> Content:
    try:
        content = folder.read(name, limit)
    except TooLargeError:
        return MALFORMED
    return None if content is None else parse(content.decode("utf-8", "replace"))


def read_stamp(path: str) -> "StampNumbers | None":
    """Fingerprint of a file from one stat(); None if it can't be read."""
    try:
        return stamp_numbers(os.stat(path))
    except OSError:
        return None


def stamp_numbers(status: os.stat_result) -> StampNumbers:
    """The fingerprint from the result of a stat(): device, inode, size, mtime_ns, ctime_ns."""
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns
