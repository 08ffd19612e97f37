"""One process sends at a time."""

import subprocess
import sys
from pathlib import Path

import pytest

from arcade_usage.adapters.storage.outbox import FolderOutbox
from tests.adapters.contenders import contend
from tests.samples import SINK, anonymous


@pytest.fixture
def outbox(config_dir: Path) -> FolderOutbox:
    return FolderOutbox(str(config_dir / "outbox"), SINK)


_SEND = """
import os
from arcade_usage.adapters.storage.outbox import FolderOutbox
from arcade_usage.adapters.storage.record_files import RECORD_VERSION
from arcade_usage.domain.project import Project

folder, host, token, number = sys.argv[1:]
outbox = FolderOutbox(folder, Project(host, token))
admitted, overlaps = 0, 0
for turn in range(20):
    ready()
    with outbox.sender_lock.hold() as ours:
        if ours:
            admitted += 1
            try:
                os.close(os.open(os.path.join(folder, "inside"), os.O_CREAT | os.O_EXCL))
            except FileExistsError:
                overlaps += 1
            else:
                os.unlink(os.path.join(folder, "inside"))
print(admitted)
print(overlaps)
"""


def test_no_two_processes_send_at_once(outbox: FolderOutbox) -> None:
    """Of processes that start at the same moment, senders never overlap, and one always sends."""
    outbox.queue.add(anonymous())
    outputs = contend(_SEND, 4, [outbox.folder, SINK.host, SINK.project_token], rounds=20)
    assert [int(overlaps) for _, overlaps in outputs] == [0] * 4
    assert sum(int(admitted) for admitted, _ in outputs) >= 20


def test_a_sender_that_was_killed_frees_the_lock(outbox: FolderOutbox) -> None:
    """The lock ends with its process, even if it is killed."""
    outbox.queue.add(anonymous())
    script = (
        "import sys; from filelock import FileLock; lock = FileLock(sys.argv[1]); lock.acquire(); "
        "print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, f"{outbox.folder}/sender.lock"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        with outbox.sender_lock.hold() as admitted:
            assert not admitted
        process.kill()
        process.wait(30)
    with outbox.sender_lock.hold() as admitted:
        assert admitted


def test_waiting_for_another_sender_ends(outbox: FolderOutbox) -> None:
    """Waiting for another sender raises after its limit."""
    with outbox.sender_lock.hold(), FolderOutbox(outbox.folder, SINK).sender_lock.hold(0.05) as admitted:
        assert not admitted
