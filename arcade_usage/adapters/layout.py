"""Where everything lies in a config folder. Naming a place touches nothing. Runs on the command path."""

from os.path import join

COPIES_FILE = "sent.jsonl"  # in the outbox of each sink


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

    def copies(self, sink_key: str) -> str:
        return join(self.outboxes, sink_key, COPIES_FILE)
