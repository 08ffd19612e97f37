"""A network of its own for the delivery processes, cut off from the machine's: packets that it sends vanish.

Owns the invariant that nothing outside of it changes: it is a namespace, made without privileges, and gone
when its keeper is.
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

NAME = "service.example"  # what the services are called there
ADDRESS = "192.0.2.1"  # where they are; nobody is, until `connect`
SETUP_SECONDS = 20.0
NO_NAME = "no such name"  # an answer of the resolver's

# Runs inside, keeps the namespace, and hands out the sockets that are served from outside. What is routed to
# the loopback interface without being an address of it is dropped there.
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
doors = [socket.socket(), socket.socket()]
for door in doors: door.bind(("0.0.0.0", 0))
socket.send_fds(end, [b"ready"], [each.fileno() for each in (resolver, *doors)])
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
    """`answer`: what its resolver says to every question: an address, NO_NAME, or None: nothing, ever.

    `doors`: bound to every address there is in it, for who is to be reached there. `python`: an interpreter
    that runs in it.
    """

    python: str
    doors: tuple[socket.socket, socket.socket]
    _resolver: socket.socket
    _keeper: socket.socket
    answer: str | None = None
    questions: list[bytes] = field(factory=list)

    def connect(self) -> None:
        """Let ADDRESS be reached, and NAME be resolved to it, from now on."""
        self._tell(b"add")
        self.answer = ADDRESS

    def cut_off(self) -> None:
        """Let packets to ADDRESS vanish again."""
        self._tell(b"del")

    def _tell(self, word: bytes) -> None:
        self._keeper.send(word)
        assert self._keeper.recv(1), "the network's keeper is gone"

    def serve(self) -> None:
        """Answer questions until the resolver's socket is closed."""
        with suppress(OSError):
            while True:
                question, asker = self._resolver.recvfrom(512)
                if not question:
                    return
                self.questions.append(question)
                if self.answer is not None:
                    self._resolver.sendto(_reply(question, self.answer), asker)


def _reply(question: bytes, answer: str) -> bytes:
    """A DNS message: the address for a question after one of IPv4, none for others, or that there is no such name."""
    end = question.index(b"\x00", _HEADER) + 5  # of the name, its type and class
    asked = question[_HEADER:end]
    has_address = answer != NO_NAME and asked[-4:-2] == _TYPE_A
    flags = b"\x81\x83" if answer == NO_NAME else b"\x81\x80"
    counts = b"\x00\x01" + (b"\x00\x01" if has_address else b"\x00\x00") + b"\x00\x00\x00\x00"
    record = (
        b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x01\x00\x04" + socket.inet_aton(answer) if has_address else b""
    )
    return question[:2] + flags + counts + asked + record


@contextmanager
def open_network(scratch: Path) -> Iterator[Network]:
    """Raises NotRunError where the machine allows no such thing."""
    for tool in ("unshare", "nsenter", "ip"):
        if shutil.which(tool) is None:
            raise NotRunError(f"there is no `{tool}` here")
    (scratch / "resolv.conf").write_text("nameserver 127.0.0.1\n", encoding="utf-8")
    (scratch / "nsswitch.conf").write_text("hosts: files dns\n", encoding="utf-8")
    ours, theirs = socket.socketpair()
    ours.settimeout(SETUP_SECONDS)
    with ours, theirs, _keep(theirs, scratch) as keeper:
        theirs.close()
        word, descriptors, _, _ = socket.recv_fds(ours, 16, 3)
        if not word:
            _, said = keeper.communicate()
            reason = said.strip().splitlines() or ["it says not why"]
            raise NotRunError(f"no network namespace can be set up: {reason[-1]}")
        python = scratch / "python"
        python.write_text(_PYTHON.format(keeper=keeper.pid, python=sys.executable), encoding="utf-8")
        python.chmod(0o700)
        resolver, *doors = (socket.socket(fileno=each) for each in descriptors)
        network = Network(str(python), (doors[0], doors[1]), resolver, ours)
        threading.Thread(target=network.serve, daemon=True).start()
        with resolver, doors[0], doors[1]:
            yield network
            with suppress(OSError):  # it has no other side, but who waits for it wakes up
                resolver.shutdown(socket.SHUT_RDWR)


@contextmanager
def _keep(end: socket.socket, scratch: Path) -> "Iterator[subprocess.Popen[str]]":
    """The process that the namespace lives in."""
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
