"""A separate network for delivery processes, in which packets can be dropped.

It is a network namespace that needs no privileges. It changes nothing outside and ends with its keeper process.
"""

import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from attrs import define, field

from verification.faults.experiment import NotRunError

NAME = "service.example"  # the host name of the services
ADDRESS = "192.0.2.1"  # their address; unreachable before `connect`
SETUP_SECONDS = 20.0
NO_NAME = "unknown name"  # an answer of the resolver

# Runs in the namespace, keeps it alive, and passes its sockets to this process. The default route leads to the
# loopback interface, which drops packets to addresses that it does not have.
_KEEPER = f"""
import socket, subprocess, sys
def run(*words): subprocess.run(words, check=True)
end = socket.socket(fileno=int(sys.argv[1]))
run("ip", "link", "set", "lo", "up")
run("ip", "route", "add", "default", "dev", "lo")
for file in ("resolv.conf", "nsswitch.conf"):
    run("mount", "--bind", sys.argv[2] + "/" + file, "/etc/" + file)
resolver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
resolver.bind(("127.0.0.1", 53))
listeners = [socket.socket(), socket.socket()]
for listener in listeners: listener.bind(("0.0.0.0", 0))
socket.send_fds(end, [b"ready"], [each.fileno() for each in (resolver, *listeners)])
while word := end.recv(3):
    run("ip", "address", word.decode(), "{ADDRESS}/32", "dev", "lo")
    end.send(b"!")
"""
_UNSHARE = ("unshare", "--user", "--map-root-user", "--net", "--mount", "--")
_PYTHON = """#!/bin/sh
exec nsenter --preserve-credentials -t {keeper} -U -n -m --wd="$PWD" -- "{python}" "$@"
"""
_HEADER, _TYPE_A = 12, b"\x00\x01"


@define
class Network:
    """The network, its resolver and its listening sockets.

    `answer`: the resolver's reply to each question: an address, NO_NAME, or None for no reply. `listeners`:
    sockets bound to all addresses of the network, for the services. `python`: an interpreter that runs in it.
    """

    python: str
    listeners: tuple[socket.socket, socket.socket]
    _resolver: socket.socket
    _keeper: socket.socket
    answer: str | None = None
    questions: list[bytes] = field(factory=list)

    def connect(self) -> None:
        """Make ADDRESS reachable, and resolve NAME to it."""
        self._command(b"add")
        self.answer = ADDRESS

    def cut_off(self) -> None:
        """Drop packets to ADDRESS."""
        self._command(b"del")

    def _command(self, word: bytes) -> None:
        self._keeper.send(word)
        assert self._keeper.recv(1), "the keeper process has ended"

    def serve(self) -> None:
        """Answer DNS questions until the resolver's socket is closed."""
        with suppress(OSError):
            while True:
                question, sender = self._resolver.recvfrom(512)
                if not question:
                    return
                self.questions.append(question)
                if self.answer is not None:
                    self._resolver.sendto(_reply(question, self.answer), sender)


def _reply(question: bytes, answer: str) -> bytes:
    """A DNS reply: the address for an IPv4 question, no record for other questions, or "unknown name"."""
    end = question.index(b"\x00", _HEADER) + 5  # name, type and class
    asked_name = question[_HEADER:end]
    has_address = answer != NO_NAME and asked_name[-4:-2] == _TYPE_A
    flags = b"\x81\x83" if answer == NO_NAME else b"\x81\x80"
    counts = b"\x00\x01" + (b"\x00\x01" if has_address else b"\x00\x00") + b"\x00\x00\x00\x00"
    record = (
        b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x01\x00\x04" + socket.inet_aton(answer) if has_address else b""
    )
    return question[:2] + flags + counts + asked_name + record


@contextmanager
def open_network(scratch: Path) -> Iterator[Network]:
    """Yields a network. Raises NotRunError where the machine cannot create one."""
    for tool in ("unshare", "nsenter", "ip"):
        if shutil.which(tool) is None:
            raise NotRunError(f"`{tool}` is not installed")
    (scratch / "resolv.conf").write_text("nameserver 127.0.0.1\n", encoding="utf-8")
    (scratch / "nsswitch.conf").write_text("hosts: files dns\n", encoding="utf-8")
    ours, theirs = socket.socketpair()
    ours.settimeout(SETUP_SECONDS)
    with ours, theirs, _keep(theirs, scratch) as keeper:
        theirs.close()
        word, descriptors, _, _ = socket.recv_fds(ours, 16, 3)
        if not word:
            _, errors = keeper.communicate()
            reason = errors.strip().splitlines() or ["no reason given"]
            raise NotRunError(f"cannot create a network namespace: {reason[-1]}")
        python = scratch / "python"
        python.write_text(_PYTHON.format(keeper=keeper.pid, python=sys.executable), encoding="utf-8")
        python.chmod(0o700)
        resolver, *listeners = (socket.socket(fileno=each) for each in descriptors)
        network = Network(str(python), (listeners[0], listeners[1]), resolver, ours)
        threading.Thread(target=network.serve, daemon=True).start()
        with resolver, listeners[0], listeners[1]:
            yield network
            with suppress(OSError):  # not connected, but this wakes the thread that reads from it
                resolver.shutdown(socket.SHUT_RDWR)


@contextmanager
def _keep(end: socket.socket, scratch: Path) -> "Iterator[subprocess.Popen[str]]":
    """Runs the process that keeps the namespace alive."""
    with subprocess.Popen(
        [*_UNSHARE, sys.executable, "-c", _KEEPER, str(end.fileno()), os.fspath(scratch)],
        pass_fds=[end.fileno()],
        stderr=subprocess.PIPE,
        text=True,
    ) as keeper:
        try:
            yield keeper
        finally:
            keeper.kill()
