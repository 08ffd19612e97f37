"""The user's collector, by the environment variables of OpenTelemetry."""

from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

from attrs import field, frozen

_TRACES_PATH = "/v1/traces"
_PREFIX, _TRACES_PREFIX = "OTEL_EXPORTER_OTLP_", "OTEL_EXPORTER_OTLP_TRACES_"


@frozen
class Collector:
    """Where spans are posted. `headers` may have a key of the user, for this URL only.

    trust: the variable that names the certificates to trust. client: see post_json.
    """

    url: str
    headers: Mapping[str, str] = field(factory=dict, repr=False)
    trust: str = f"{_PREFIX}CERTIFICATE"
    client: tuple[str, str] | None = None


def find_collector(environment: Mapping[str, str]) -> Collector | None:
    """The collector that gets spans over HTTP; None if the user names none, or wants none.

    OTEL_EXPORTER_OTLP_TRACES_... variables prevail over OTEL_EXPORTER_OTLP_... .
    """

    def read(name: str) -> str:
        of_traces = environment.get(f"{_TRACES_PREFIX}{name}", "").strip()
        return of_traces or environment.get(f"{_PREFIX}{name}", "").strip()

    is_disabled = environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"
    exporters = environment.get("OTEL_TRACES_EXPORTER", "").strip() or "otlp"
    url, protocol = read("ENDPOINT"), read("PROTOCOL")
    if is_disabled or "otlp" not in exporters.replace(" ", "").split(",") or protocol == "grpc":
        return None
    if url and url != environment.get(f"{_TRACES_PREFIX}ENDPOINT", "").strip():
        url = url.rstrip("/") + _TRACES_PATH  # the variable for traces is used as it is
    if not _is_usable(url):
        return None
    prefix = _TRACES_PREFIX if environment.get(f"{_TRACES_PREFIX}CERTIFICATE") else _PREFIX
    certificate, key = read("CLIENT_CERTIFICATE"), read("CLIENT_KEY")
    client = (certificate, key) if certificate and key else None
    return Collector(url, _read_headers(read("HEADERS")), f"{prefix}CERTIFICATE", client)


def _is_usable(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # an invalid port or IPv6 address
        return False


def _read_headers(text: str) -> dict[str, str]:
    """Headers in a list such as `key=value,other=a%20b`, without those that no request can have."""
    pairs = (entry.partition("=") for entry in text.split(","))
    headers = {name.strip(): unquote(value.strip()) for name, _, value in pairs}
    return {
        name: value
        for name, value in headers.items()
        if name.replace("-", "").replace("_", "").isalnum() and name.isascii() and value.isprintable()
    }
