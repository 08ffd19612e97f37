"""Where the config folder is, and where everything lies in it. Naming a place touches nothing.

Runs on the command path.
"""

import os
from os import sep

DEFAULT_FOLDER = "~/.arcade"
COPIES_FILE = "sent.jsonl"  # in the outbox of each sink
_NAME_LIMIT = 100  # characters of a distribution's name in a file's


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


def choice_layouts(layout: Layout) -> list[Layout]:
    """The folders whose stored choice counts: the config folder itself, and the default one."""
    default = os.path.expanduser(DEFAULT_FOLDER)
    return [layout] if default == layout.config_dir else [layout, Layout(default)]
