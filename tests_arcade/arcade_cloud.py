"""A stand-in of Arcade Cloud on loopback: OAuth, accounts, organizations and projects."""

import json
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from attrs import define, field


def org_id(account: str, name: str = "main") -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, f"org.{name}.{account}"))


def project_id(org: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, f"project.{org}"))


@define
class Cloud:
    """The server, as a context manager. `account`: who is at the browser; None refuses the login."""

    account: str | None = "alice"
    _server: ThreadingHTTPServer | None = field(default=None, init=False)

    def __enter__(self) -> "Cloud":
        cloud = self

        class Handler(_Handler):
            def find(self, path: str, query: dict[str, str]) -> object:
                return cloud._find(self, path, query)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.shutdown()
        self._server.server_close()

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.server_address[1])

    def _find(self, handler: "_Handler", path: str, query: dict[str, str]) -> object:
        """The answer to a request; None if there is none."""
        url = f"http://localhost:{self.port}"
        account = (handler.headers.get("Authorization") or "").removeprefix("Bearer token-of-")
        if path == "/.well-known/arcade":
            return {"engine": url, "coordinator": url, "deployments": {"enabled": True}}
        if path == "/api/v1/auth/cli_config":
            return {
                "client_id": "cli",
                "authorization_endpoint": f"{url}/authorize",
                "token_endpoint": f"{url}/token",
            }
        if path == "/authorize":
            answer = {"code": self.account} if self.account else {"error": "access_denied"}
            handler.redirect(f"{query['redirect_uri']}?{urlencode({**answer, 'state': query['state']})}")
            return {}
        if path == "/token":
            token = f"token-of-{query['code']}"
            return {"access_token": token, "refresh_token": "r", "expires_in": 3600, "token_type": "Bearer"}
        if not account:
            return None
        orgs = [org_id(account), org_id(account, "other")]
        if path == "/api/v1/auth/whoami":
            organizations = [{"org_id": orgs[0], "name": "main", "is_default": True}]
            projects = [{"project_id": project_id(orgs[0]), "name": "first"}]
            return {
                "data": {
                    "account_id": f"principal-{account}",
                    "email": f"{account}@example.org",
                    "organizations": organizations,
                    "projects": projects,
                }
            }
        if path == "/api/v1/orgs":
            return {"data": {"items": [{"org_id": org, "name": f"org {org[:4]}"} for org in orgs]}}
        if path.startswith("/api/v1/orgs/") and path.endswith("/projects"):
            org = path.split("/")[4]
            return {"data": {"items": [{"project_id": project_id(org), "name": "first"}]}}
        return None


class _Handler(BaseHTTPRequestHandler):
    has_answered = False

    def find(self, path: str, query: dict[str, str]) -> Any:
        raise NotImplementedError

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self._answer(parts.path, parts.query)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        self._answer(self.path, body)

    def redirect(self, url: str) -> None:
        self.has_answered = True
        self.send_response(302)
        self.send_header("Location", url)
        self.end_headers()

    def _answer(self, path: str, query: str) -> None:
        found = self.find(path, {name: values[0] for name, values in parse_qs(query).items()})
        if self.has_answered:
            return
        body = json.dumps({"error": "unauthorized"} if found is None else found).encode()
        self.send_response(401 if found is None else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Print nothing."""
