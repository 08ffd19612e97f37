"""The config folder: where everything lies in it, and what is read of it: the switch, and who is who.

Runs on the command path, as one module, since each takes longer to find than all that is read. Owns the
invariants that naming a place touches nothing, that no read is without a limit, that none waits for a writer,
and that a choice which can't be read means off: the choice is a file named `off`, whose being there is all it
says.
"""

import errno
import os
from os import sep

from arcade_usage.domain.consent import find_reasons

TYPE_CHECKING = False  # as type checkers know it: typing takes longer to import than all else here
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

DEFAULT_FOLDER = "~/.arcade"
COPIES_FILE = "sent.jsonl"  # in the outbox of each sink
_NAME_LIMIT = 100  # characters of a distribution's name in a file's

USAGE_LIMIT = 4 * 1024  # bytes of usage.json
LEDGER_LIMIT = 8 * 1024  # bytes of the ledger

MALFORMED = ""  # no JSON: stands for every content that can't be used

# A FIFO in a file's place must not make a reader wait for a writer.
_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)

StampNumbers = tuple[int, int, int, int, int]


class Layout:
    """The files of one config folder. usage.json and credentials.yaml are the host's; usage/ is ours."""

    def __init__(self, config_dir: str) -> None:
        """`config_dir`: an absolute path."""
        self.config_dir = config_dir
        self.usage_json = f"{config_dir}{sep}usage.json"  # join looks at every path anew, at every command
        self.credentials = f"{config_dir}{sep}credentials.yaml"
        self.folder = f"{config_dir}{sep}usage"
        self.ledger = f"{self.folder}{sep}ledger.json"
        self.identity_lock = f"{self.folder}{sep}identity.lock"
        self.choice_off = f"{self.folder}{sep}off"
        self.evidence = f"{self.folder}{sep}malformed"
        self.outboxes = f"{self.folder}{sep}outbox"

    def outbox(self, sink_key: str) -> str:
        return f"{self.outboxes}{sep}{sink_key}"

    def notice_mark(self, distribution: str, version: int) -> str:
        """The file that says that a tool's notice was shown."""
        name = "".join(sign if sign.isalnum() or sign in "-_." else "_" for sign in distribution)
        return f"{self.folder}{sep}notice-{name[:_NAME_LIMIT]}-{int(version)}"

    def copies(self, sink_key: str) -> str:
        return f"{self.outbox(sink_key)}{sep}{COPIES_FILE}"


def find_config_dir(config_dir: "str | os.PathLike[str] | None") -> str:
    """What the host says, else what the Arcade CLI reads from the environment, else ~/.arcade.

    Raises ValueError where there is no home folder.
    """
    chosen = os.fspath(config_dir) if config_dir else os.environ.get("ARCADE_WORK_DIR") or DEFAULT_FOLDER
    path = os.path.expanduser(chosen)
    if path.startswith("~"):
        raise ValueError("there is no home folder")
    return os.path.abspath(path)


def choice_layouts(layout: Layout) -> "list[Layout]":
    """The folders whose stored choice counts: the config folder itself, and the default one."""
    default = os.path.expanduser(DEFAULT_FOLDER)
    return [layout] if default == layout.config_dir else [layout, Layout(default)]


def is_on(layout: Layout, project_token: str) -> bool:
    """Whether anything is tracked. Blocks: not; one or two lstats."""
    return not reasons_off(layout, project_token)


def reasons_off(layout: Layout, project_token: "str | None") -> "tuple[str, ...]":
    """Everything that turns tracking off; empty where it is on. Blocks: not; one or two lstats."""
    return find_reasons(os.environ, chose_off(choice_layouts(layout)), project_token)


def chose_off(folders: "Iterable[Layout]") -> bool:
    """Whether a choice is stored in one of these folders, or it can't be told. One lstat each."""
    return any(_may_be_there(folder.choice_off) for folder in folders)


def _may_be_there(path: str) -> bool:
    try:
        os.lstat(path)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return True


class FolderSnapshots:
    """The snapshot port over the config folder's files."""

    def __init__(self, layout: Layout, make_first: "Callable[[], str | None]" = lambda: None) -> None:
        """`make_first`: makes the first identity where there is no usage.json, and returns its text."""
        self._layout = layout
        self._make_first = make_first

    def take(self) -> "Mapping[str, object] | None":
        """As the port says; the texts are those of the files, `stamp` its five numbers."""
        try:
            usage = read_usage_text(self._layout)
            if usage is None:
                usage = self._make_first()
            ledger = read_ledger_text(self._layout)
        except OSError:
            return None
        return {"usage": usage, "ledger": ledger, "stamp": read_stamp(self._layout.credentials)}


def read_usage_text(layout: Layout) -> "str | None":
    """usage.json; None where there is none, MALFORMED for what could not be it. Raises OSError."""
    return _read(layout.usage_json, USAGE_LIMIT)


def read_ledger_text(layout: Layout) -> "str | None":
    """The ledger; None where there is none, MALFORMED for what could not be it. Raises OSError."""
    return _read(layout.ledger, LEDGER_LIMIT)


def _read(path: str, limit: int) -> "str | None":
    try:
        content = read_bounded(path, limit)
    except (TooLargeError, IsADirectoryError):
        return MALFORMED
    if content is None:
        return MALFORMED if os.path.islink(path) else None  # a link to nowhere
    return content.decode("utf-8", "replace")


class TooLargeError(OSError):
    """A file is larger than anything that we would have written there."""


def read_bounded(path: str, limit: int) -> "bytes | None":
    """The content, None where there is no such file. Raises TooLargeError over `limit` bytes, OSError."""
    try:
        descriptor = os.open(path, _READ)
    except FileNotFoundError:
        return None
    try:
        content = os.read(descriptor, limit + 1)
        while len(content) <= limit and (more := os.read(descriptor, limit + 1 - len(content))):
            content += more
    finally:
        os.close(descriptor)
    if len(content) > limit:
        raise TooLargeError(errno.EFBIG, "larger than anything we write", path)
    return content


def read_stamp(path: str) -> "StampNumbers | None":
    """Which version of a file lies there, told by one stat; None where there is nothing to be read.

    Device, inode, size, mtime_ns, ctime_ns.
    """
    try:
        return stamp_numbers(os.stat(path))
    except OSError:
        return None


def stamp_numbers(status: os.stat_result) -> StampNumbers:
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
