"""Explains why a request failed, as messages for users that say what to check.

Independent of the HTTP library: httpx and requests both wrap exceptions of the standard library. Invariants:
different causes have different messages, and no message contains a password or a token.
"""

import errno
import http.client
import re
import socket
import ssl
from collections.abc import Iterator, Mapping
from enum import Enum
from urllib.parse import urlsplit

from attrs import field, frozen

from arcade_usage.adapters.network.deadline import DeadlineExceededError
from arcade_usage.adapters.network.request_settings import Proxy, UnusableSettingError

CHAIN_LIMIT = 20  # exceptions of one chain that are examined


class Failure(str, Enum):
    """Why there was no response. `who`: service or proxy; `where`: its host; `trust`: a variable's name."""

    REFUSED = "{who} refused the connection: check the address {where}, and whether a firewall blocks it"
    NAME_UNKNOWN = "{who} was not found: check the address {where}, the network and its DNS"
    NAME_SLOW = "{who} was not found in time: no DNS server resolved {where}; check the network"
    NO_ROUTE = "{who} is out of reach: this machine has no network to {where}"
    CONNECT_SLOW = "{who} accepted no connection in time: check the network and whether {where} is blocked"
    ANSWER_SLOW = "{who} received the request and did not answer in time: it is busy, or the network is slow"
    HUNG_UP = "{who} closed the connection without an answer: check the address {where} and its port"
    HUNG_UP_IN_THE_CLEAR = (
        "{who} closed the connection without an answer: check the port of {where}, and whether it is https://"
    )
    CERTIFICATE_UNTRUSTED = (
        "the certificate of {where} is not trusted: if your network inspects TLS, set {trust} to its root"
    )
    CERTIFICATE_EXPIRED = (
        "the certificate of {where} is not valid today: check this machine's date, or inform the operator"
    )
    CERTIFICATE_OF_ANOTHER = (
        "the certificate at {where} is that of another host: check the address and any redirection"
    )
    NOT_TLS = "the server at {where} does not speak TLS: check the port, and whether it is http://"
    TLS = "no TLS connection to {where} could be made: check whether the network inspects TLS"
    NOT_HTTP = "the server at {where} does not speak HTTP: check the port, and whether it is https://"
    REDIRECTED = "{where} redirects, which is not followed: sign in to the network, or check the address"
    NOT_THEIRS = "the server at {where} is not {who}: sign in to the network, or check the address"
    TOO_LARGE = "the server at {where} sends more than {who} does: check the address"
    PROXY_PASSWORD = "{who} wants a name and a password (407): add them to it, or unset it"  # noqa: S105
    PROXY_REFUSED = "{who} did not let the request through: ask its operator, or unset it"
    NO_FILE = "a file that TLS needs can't be opened: check SSLKEYLOGFILE, and reinstall certifi"
    NO_ADDRESS = "the address of {who} is invalid: check it"
    UNKNOWN = "the request to {who} at {where} failed ({error})"


_ANSWERS = {
    404: "{who} is not at {where} (404): check the address",
    407: "a proxy before {who} wants a name and a password (407): ask your network's administrator",
    413: "{who} says that the request is too large (413)",
    429: "{who} gets too many requests (429): it is asked again later",
    503: "{who} is overloaded or down for a moment (503): it is asked again later",
}
_SERVER_ERROR = "{who} reports an error of its own ({status}): it is asked again later"
_OTHER_ANSWER = "{who} answered with an unexpected status ({status}): check the address {where}"

# Failures of the next hop, which is the proxy if there is one.
_OF_THE_NEXT_HOP = (
    Failure.REFUSED,
    Failure.NAME_UNKNOWN,
    Failure.NAME_SLOW,
    Failure.NO_ROUTE,
    Failure.CONNECT_SLOW,
    Failure.PROXY_PASSWORD,
    Failure.PROXY_REFUSED,
    Failure.HUNG_UP_IN_THE_CLEAR,
    Failure.NOT_HTTP,
)
_CODES_OF_DATES = (9, 10)  # X509_V_ERR_CERT_NOT_YET_VALID, _HAS_EXPIRED
_CODES_OF_NAMES = (62, 63, 64)  # X509_V_ERR_HOSTNAME_MISMATCH, EMAIL_, IP_ADDRESS_
_PLAIN_ANSWERS = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL", "RECORD_LAYER_FAILURE")
_NO_ROUTE = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL)
_CONNECTING = {"create_connection", "connect", "do_handshake", "start_tls"}
# Exceptions that httpx and requests raise themselves, by name, because importing both is too slow.
_LIBRARY_ERRORS: Mapping[str, Failure] = {
    "ConnectTimeout": Failure.CONNECT_SLOW,
    "ConnectTimeoutError": Failure.CONNECT_SLOW,  # within a ProxyError
    "ReadTimeout": Failure.ANSWER_SLOW,
    "WriteTimeout": Failure.ANSWER_SLOW,
    "TooManyRedirects": Failure.REDIRECTED,
    "ProxyError": Failure.PROXY_REFUSED,
    "RemoteProtocolError": Failure.NOT_HTTP,
    "InvalidURL": Failure.NO_ADDRESS,
    "UnsupportedProtocol": Failure.NO_ADDRESS,
    "LocalProtocolError": Failure.NO_ADDRESS,
}


@frozen
class Peer:
    """A service by its name for users. `trust`: the variable that names additional certificates.

    `answers`: messages for its HTTP statuses that differ from the general ones.
    """

    who: str
    url: str
    trust: str
    answers: Mapping[int, str] = field(factory=dict)

    def explain(self, error: BaseException, proxy: Proxy | None = None) -> str:
        """Why a request failed, as a message for users. `proxy`: the proxy that it used."""
        if isinstance(error, UnusableSettingError):
            return str(error)
        failure = _classify(error)
        if failure is Failure.HUNG_UP and not self.url.startswith("https:"):
            failure = Failure.HUNG_UP_IN_THE_CLEAR  # a server that expects TLS does this
        return self.say(failure, proxy, error=type(error).__name__)

    def explain_status(self, status: int, proxy: Proxy | None = None) -> str:
        """The meaning of a status other than 200, as a message for users."""
        if status in self.answers:
            return self.say(self.answers[status])
        if status == 407 and proxy is not None:
            return self.say(Failure.PROXY_PASSWORD, proxy)
        if 300 <= status < 400:
            return self.say(Failure.REDIRECTED)
        text = _ANSWERS.get(status) or (_SERVER_ERROR if status >= 500 else _OTHER_ANSWER)
        return self.say(text, status=status)

    def say(self, text: str, proxy: Proxy | None = None, **more: object) -> str:
        words = text.value if isinstance(text, Failure) else text
        if text in _OF_THE_NEXT_HOP and proxy is not None:
            who, where = f"the proxy named by {proxy.source}", _host(proxy.url)
        else:
            who, where = self.who, _host(self.url)
        return words.format(who=who, where=where, trust=self.trust, **more)


def _host(url: str) -> str:
    """Host and port of a URL, without user and password."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "that address"
    if not host or not host.isprintable():
        return "that address"
    return host if port is None else f"{host}:{port}"


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An exception and its causes, outermost first."""
    current: BaseException | None = error
    for _ in range(CHAIN_LIMIT):
        if current is None:
            return
        yield current
        reason = getattr(current, "reason", None)  # urllib3 stores the cause there
        current = current.__cause__ or (reason if isinstance(reason, BaseException) else current.__context__)


def _classify(error: BaseException) -> Failure:
    """The failure by the innermost known exception; the HTTP library's own exceptions come last."""
    chain = list(_chain(error))
    found = [failure for each in reversed(chain) if (failure := _classify_system_error(each)) is not None]
    found += [
        _classify_library_error(each, chain) for each in chain if type(each).__name__ in _LIBRARY_ERRORS
    ]
    found.sort(key=lambda failure: failure is Failure.PROXY_REFUSED)  # a timeout on the way to it says more
    if not found and any(isinstance(each, ValueError | OverflowError) for each in chain):
        return Failure.NO_ADDRESS
    return found[0] if found else Failure.UNKNOWN


def _classify_system_error(error: BaseException) -> Failure | None:
    if isinstance(error, DeadlineExceededError):
        if "getaddrinfo" in error.functions:
            return Failure.NAME_SLOW
        return Failure.CONNECT_SLOW if error.functions & _CONNECTING else Failure.ANSWER_SLOW
    if isinstance(error, ssl.SSLError):
        return _classify_tls_error(error)
    if isinstance(error, socket.gaierror):
        return Failure.NAME_SLOW if error.errno == socket.EAI_AGAIN else Failure.NAME_UNKNOWN
    if isinstance(error, ConnectionRefusedError):
        return Failure.REFUSED
    if isinstance(error, http.client.BadStatusLine) and not isinstance(error, ConnectionError):
        return Failure.NOT_HTTP
    if isinstance(error, ConnectionError):
        return Failure.HUNG_UP
    if isinstance(error, FileNotFoundError | PermissionError | IsADirectoryError | NotADirectoryError):
        return Failure.NO_FILE
    return Failure.NO_ROUTE if isinstance(error, OSError) and error.errno in _NO_ROUTE else None


def _classify_tls_error(error: ssl.SSLError) -> Failure | None:
    if isinstance(error, ssl.SSLCertVerificationError):
        if error.verify_code in _CODES_OF_DATES:
            return Failure.CERTIFICATE_EXPIRED
        if error.verify_code in _CODES_OF_NAMES:
            return Failure.CERTIFICATE_OF_ANOTHER
        return Failure.CERTIFICATE_UNTRUSTED
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return Failure.HUNG_UP
    return Failure.NOT_TLS if (error.reason or "") in _PLAIN_ANSWERS else Failure.TLS


def _classify_library_error(error: BaseException, chain: list[BaseException]) -> Failure:
    failure = _LIBRARY_ERRORS[type(error).__name__]
    if failure is Failure.NOT_HTTP and "disconnected" in str(error):
        return Failure.HUNG_UP
    if failure is Failure.PROXY_REFUSED and any(re.search(r"\b407\b", str(each)) for each in chain):
        return Failure.PROXY_PASSWORD
    return failure
