"""What makes a PostHog project: its URL and token, and the key that names it in folders and in the ledger."""

from arcade_usage.domain.sha256 import sha256_hex

HOST_LIMIT = 500  # characters
TOKEN_LIMIT = 200  # characters


def base_url(host: str) -> str:
    return host.strip().rstrip("/")


def trimmed(token: str) -> str:
    return token.strip()


def check_project(host: str, token: str) -> None:
    """Raises ValueError for what no project has. `host`, `token`: as `base_url` and `trimmed` make them."""
    if not host.startswith(("https://", "http://")) or len(host) > HOST_LIMIT:
        raise ValueError("a sink's host is a URL of http or https")
    if not 0 < len(token) <= TOKEN_LIMIT:
        raise ValueError("a sink needs a project token")
    if not (host.isprintable() and token.isprintable()):  # half a character is not
        raise ValueError("a sink's names are text")


def project_key(host: str, token: str) -> str:
    """16 hex digits."""
    return sha256_hex(f"{host}\n{token}".encode())[:16]
