"""Where everything lies in a config folder. Naming a place touches nothing. Runs on the command path."""

from os import sep

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
