"""Where everything lies in a config folder. Naming a place touches nothing. Runs on the command path."""

from os.path import join

COPIES_FILE = "sent.jsonl"  # in the outbox of each sink
_NAME_LIMIT = 100  # characters of a distribution's name in a file's


class Layout:
    """The files of one config folder. usage.json and credentials.yaml are the host's; usage/ is ours."""

    def __init__(self, config_dir: str) -> None:
        self.config_dir = config_dir
        self.usage_json = join(config_dir, "usage.json")
        self.credentials = join(config_dir, "credentials.yaml")
        self.folder = join(config_dir, "usage")
        self.ledger = join(self.folder, "ledger.json")
        self.identity_lock = join(self.folder, "identity.lock")
        self.choice_off = join(self.folder, "off")
        self.evidence = join(self.folder, "malformed")
        self.outboxes = join(self.folder, "outbox")

    def outbox(self, sink_key: str) -> str:
        return join(self.outboxes, sink_key)

    def notice_mark(self, distribution: str, version: int) -> str:
        """The file that says that a tool's notice was shown."""
        name = "".join(sign if sign.isalnum() or sign in "-_." else "_" for sign in distribution)
        return join(self.folder, f"notice-{name[:_NAME_LIMIT]}-{int(version)}")

    def copies(self, sink_key: str) -> str:
        return join(self.outboxes, sink_key, COPIES_FILE)
