"""`forget` of a tool whose author names an address: what it sends there, when, and what it says if it can't."""

import json
import os
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

import pytest
from attrs import define, field

from arcade_usage import Tool
from arcade_usage.application import time_limits
from tests.e2e.cli.terminal import run_on_terminal
from tests.e2e.deliveries import here
from tests.e2e.world import TOKEN, World


@define
class Desk:
    """The author's address. `hanging`: it does not answer until then."""

    url: str = ""
    status: int = 204
    requests: list[tuple[str, dict[str, Any]]] = field(factory=list)
    hanging: Event | None = None


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            made.requests.append((f"{self.path} {self.headers['Content-Type']}", json.loads(content)))
            if made.hanging is not None:
                made.hanging.wait(60.0)
            self.send_response(made.status)
            self.send_header("Location", f"{made.url}/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST  # noqa: N815 - a followed redirect would be a GET

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        made.url = f"http://127.0.0.1:{server.server_port}"
        yield made
        if made.hanging is not None:
            made.hanging.set()
        server.shutdown()


def tool(world: World, address: str) -> Tool:
    return Tool(
        distribution="arcade-usage",
        project_token=TOKEN,
        host=world.receiver.url,
        config_dir=world.folder,
        erasure_url=address,
    )


def forget(
    world: World, address: str, capsys: pytest.CaptureFixture[str], *options: str
) -> tuple[int, str, str]:
    capsys.readouterr()
    code = tool(world, address).usage_main(["forget", "--yes", *options])
    return code, *capsys.readouterr()


@here
def test_the_ids_go_to_the_author(world: World, desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """By one POST of JSON; the command says before what goes where, and afterwards that it is sent."""
    world.run("first")
    anon_id = world.anon_id
    world.log_in("principal-1")
    code, out, err = forget(world, f"{desk.url}/erase", capsys)
    assert (code, err) == (0, "")
    assert desk.requests == [
        (
            "/erase application/json",
            {
                "version": 1,
                "tool": "arcade-usage",
                "principal_ids": ["principal-1"],
                "anonymous_ids": [anon_id],
                "ids_with_person": ["principal-1", anon_id],
                "ids_without_person": [],
            },
        )
    ]
    listed, says, sent = (
        out.index(text)
        for text in (f"    {anon_id}", f"The ids are sent to {desk.url}/erase", "Sent. The author")
    )
    assert listed < says < sent


@here
def test_as_json(world: World, desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """What became of the request is in the document; stderr says before where the ids go."""
    world.run("first")
    anon_id = world.anon_id
    code, out, err = forget(world, desk.url, capsys, "--json")
    assert (code, err) == (0, f"The ids are sent to {desk.url} ...\n")
    printed = json.loads(out)
    assert printed["request"] == {"to": desk.url, "sent": True, "problem": None}
    assert printed["anonymous_ids"] == [anon_id]


@here
def test_without_ids_nothing_is_sent(world: World, desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """There is nothing to erase."""
    world.folder.mkdir()
    assert forget(world, desk.url, capsys)[0] == 0
    assert desk.requests == []


@here
def test_an_address_of_mail_is_shown(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """The user sends the text; nothing else is sent."""
    world.run("first")
    code, out, err = forget(world, "mailto:privacy@example.com", capsys)
    assert (code, err) == (0, "")
    assert "send this text to privacy@example.com:\n\nPlease erase the following data" in out


FAILURES = {
    302: "redirects, which is not followed",
    404: "the author's address is not at 127.0.0.1",
    503: "the author's address could not take the request (503): try again later",
}


@here
@pytest.mark.parametrize("status", FAILURES)
def test_a_request_that_fails_says_what_to_do(
    world: World, desk: Desk, capsys: pytest.CaptureFixture[str], status: int
) -> None:
    """What is stored here is erased, the ids are printed, and the user learns that they were not sent."""
    world.run("first")
    anon_id, desk.status = world.anon_id, status
    code, out, err = forget(world, desk.url, capsys)
    assert (code, len(desk.requests)) == (1, 1)
    assert anon_id in out
    assert "Sent." not in out
    assert FAILURES[status] in err
    assert "You can send the text to the author of the tool yourself." in err
    assert not (world.folder / "usage.json").exists()
    assert desk.requests[0][0].startswith("/ ")


@here
def test_a_request_has_a_limit(
    world: World, desk: Desk, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An address that does not answer."""
    monkeypatch.setattr(time_limits, "ERASURE_SECONDS", 0.2)
    world.run("first")
    desk.hanging = Event()
    code, _, err = forget(world, desk.url, capsys)
    assert (code, "did not answer in time" in err) == (1, True)


@here
@pytest.mark.parametrize(("answers", "requests"), [("y\ny", 1), ("y\nn", 0), ("n", 0)])
def test_on_a_terminal_it_asks_for_each(world: World, desk: Desk, answers: str, requests: int) -> None:
    """Erasing here does not oblige to send."""
    world.run("first")
    lines = (
        f"import arcade_usage, sys; t = arcade_usage.Tool(distribution='arcade-usage', project_token={TOKEN!r},"
        f" config_dir={os.fspath(world.folder)!r}, erasure_url={desk.url!r}); sys.exit(t.usage_main(['forget']))"
    )
    code, screen = run_on_terminal([sys.executable, "-c", lines], answer=answers)
    assert (code, len(desk.requests)) == (1 if answers == "n" else 0, requests)
    assert ("Send these ids to" in screen) is answers.startswith("y")
    assert ("Nothing was sent." in screen) is (answers == "y\nn")
