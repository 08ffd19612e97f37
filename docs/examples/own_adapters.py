"""Adapters of a tool: an account service names the principal, and a file gets a copy of each event.

The tool is `Tool(..., credentials=CREDENTIALS, adapters="own_adapters:adapters")`. The delivery process
imports this module, so it stays small and does not import the tool.
"""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx
from attrs import evolve, frozen

from arcade_usage import Adapters
from arcade_usage.application.ports import AnalyticsSink
from arcade_usage.domain.event import Event
from arcade_usage.domain.ledger import Stamp
from arcade_usage.domain.record import Record
from arcade_usage.domain.verdict import Answer, Attribution, Found, NoAnswer, Rejected

CREDENTIALS = Path(os.environ.get("ACME_HOME", "/etc/acme")) / "login.json"
EVENTS = CREDENTIALS.with_name("events.jsonl")
SECONDS = 2.0  # limit of a look-up


@frozen
class AcmeAccounts:
    """Principal API over the account service of Acme. It never raises."""

    path: Path

    def stamp(self) -> Stamp | None:
        try:
            return Stamp.of(self.path.stat())
        except OSError:
            return None

    def look_up(self) -> tuple[Stamp | None, Answer]:
        stamp = self.stamp()
        try:
            login = json.loads(self.path.read_text(encoding="utf-8"))
            headers = {"Authorization": f"Bearer {login['token']}"}
            response = httpx.get(f"{login['url']}/me", headers=headers, timeout=SECONDS)
            if response.status_code in (401, 403):
                return stamp, Rejected("Acme does not accept the stored login: log in again")
            return stamp, Found(response.raise_for_status().json()["id"])
        except FileNotFoundError:
            return stamp, Rejected("nobody is logged in")
        except (OSError, ValueError, KeyError, TypeError, httpx.HTTPError) as error:
            return stamp, NoAnswer(f"Acme did not say whose the login is: {type(error).__name__}")


@frozen
class WithCopies:
    """Analytics sink that sends to PostHog, and appends each accepted event to a file."""

    posthog: AnalyticsSink
    path: Path

    def alias(self, anon_id: str, principal_id: str) -> None:
        self.posthog.alias(anon_id, principal_id)

    def capture(self, records: Sequence[Record]) -> None:
        self.posthog.capture(records)
        with self.path.open("a", encoding="utf-8") as file:
            file.writelines(
                json.dumps([record.event.name, dict(record.event.properties)]) + "\n" for record in records
            )

    def preview(self, event: Event, attribution: Attribution) -> Mapping[str, object]:
        return self.posthog.preview(event, attribution)


def adapters(default: Adapters) -> Adapters:
    """The default adapters with two of them replaced; `Tool(adapters=...)` names this function."""
    sink = WithCopies(default.analytics_sink, EVENTS)
    return evolve(default, principal_api=AcmeAccounts(CREDENTIALS), analytics_sink=sink)
