"""The principal API: asks Arcade Cloud over httpx whom the stored credentials belong to.

Owns the invariants that credentials go to their own coordinator only, once, and to nowhere else, and
that no answer is taken for one that is not.
"""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import define

from arcade_usage.adapters.config_folder import read_stamp
from arcade_usage.adapters.deadline import DeadlineExceededError, within
from arcade_usage.application.ports import LOOK_UP_SECONDS
from arcade_usage.domain.identity import is_principal_id
from arcade_usage.domain.ledger import Stamp
from arcade_usage.domain.verdict import Answer, Found, NoAnswer, Nobody

# httpx and PyYAML take longer to import than the rest of a delivery takes, and few events need them.
if TYPE_CHECKING:
    import httpx

    from arcade_usage.adapters.credentials import Request

ANSWER_LIMIT = 64 * 1024  # bytes


@define(eq=False, repr=False)
class ArcadeCloud:
    """The principal API over `credentials.yaml` at `credentials_path`."""

    credentials_path: str

    def stamp(self) -> Stamp | None:
        numbers = read_stamp(self.credentials_path)
        return Stamp(*numbers) if numbers else None

    def look_up(self) -> tuple[Stamp | None, Answer]:
        stamp = self.stamp()
        try:
            return within(LOOK_UP_SECONDS, self._look_up)
        except DeadlineExceededError:
            return stamp, NoAnswer()

    def _look_up(self) -> tuple[Stamp | None, Answer]:
        from arcade_usage.adapters.credentials import read_credentials

        stamp, request = read_credentials(self.credentials_path)
        return stamp, Nobody() if request is None else _ask(request)


def _ask(request: "Request") -> Answer:
    import httpx

    headers = {
        "Accept": "application/json",
        "Accept-Encoding": "identity",  # a few compressed bytes can stand for gigabytes
        "Authorization": f"Bearer {request.token}",
    }
    try:
        with (
            httpx.Client(timeout=LOOK_UP_SECONDS, follow_redirects=False) as client,
            client.stream("GET", request.url, headers=headers) as response,
        ):
            if response.status_code in (401, 403):
                return Nobody()
            if response.status_code != 200:
                return NoAnswer()
            return _principal(_read(response), request.names)
    except Exception:  # noqa: BLE001 - proxies, certificates, …: whatever is wrong with the network here
        return NoAnswer()


def _read(response: "httpx.Response") -> bytes:
    content = b""
    for chunk in response.iter_raw():
        content += chunk
        if len(content) > ANSWER_LIMIT:
            return b""
    return content


def _principal(content: bytes, names: tuple[str, ...]) -> Answer:
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError):
        return NoAnswer()
    data = answer.get("data") if isinstance(answer, Mapping) else None
    if not isinstance(data, Mapping):
        return NoAnswer()
    named = next((data[name] for name in names if data.get(name)), None)
    return Found(named) if is_principal_id(named) else NoAnswer()
