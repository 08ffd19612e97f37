"""Processes and threads that write and read one file at the same time."""

import threading
from pathlib import Path

import pytest

from tests.adapters.contenders import contend
from tests.adapters.files import create_exclusive, read, replace

_CREATE = """
import errno, os
from arcade_usage.adapters.files.owned_folder import open_folder

folder, links, number = sys.argv[1:]
if links == "no":
    def refuse(*_, **__):
        raise PermissionError(errno.EPERM, "no hard links here")
    os.link = refuse
won = []
for round in range(5):
    ready()
    with open_folder(folder, 0) as opened:
        won.append(opened.create_exclusive(str(round), number.encode() * 1000, durable=False))
for each in won:
    print(each)
"""


@pytest.mark.parametrize("links", ["yes", "no"])
def test_of_many_processes_one_makes_a_file(path: Path, links: str) -> None:
    """Of eight processes that create one file, one succeeds, and the file has its whole content."""
    outputs = contend(_CREATE, 8, [str(path.parent), links], rounds=5)
    for turn in range(5):
        winners = [number for number, output in enumerate(outputs) if output[turn] == "True"]
        assert [(path.parent / str(turn)).read_text()] == [str(number) * 1000 for number in winners]
    assert sorted(each.name for each in path.parent.iterdir()) == ["0", "1", "2", "3", "4"]


def test_of_many_threads_one_makes_a_file(path: Path) -> None:
    """The same holds for sixteen threads of one process."""
    start, won = threading.Barrier(16), []

    def create(number: int) -> None:
        start.wait(30)
        if create_exclusive(path, str(number).encode(), durable=False):
            won.append(number)

    threads = [threading.Thread(target=create, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert [int(path.read_bytes())] == won


def test_a_reader_never_sees_half_a_file(path: Path) -> None:
    """During repeated replacements, each read returns one whole content."""
    contents = [b"short", b"long " * 10_000]
    replace(path, contents[0])
    done = threading.Event()

    def write() -> None:
        for turn in range(40):
            replace(path, contents[turn % 2])
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    seen = []
    while not done.is_set():
        seen.append(read(path, 100_000))
    writer.join(30)
    assert seen
    assert all(content in contents for content in seen)


def test_writers_leave_one_of_their_contents(path: Path) -> None:
    """After concurrent writers, one whole content remains and no temporary file."""
    contents = [str(number).encode() * 5_000 for number in range(8)]
    threads = [threading.Thread(target=replace, args=(path, content)) for content in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert path.read_bytes() in contents
    assert [each.name for each in path.parent.iterdir()] == [path.name]
