"""The page of `view` in a real browser: nothing runs, nothing is loaded, and all can be read and reached."""

import json
import os
import shutil
import socket
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.cli.contrast import contrast, luminance
from tests.e2e.cli.copies import keep, keep_messages
from tests.e2e.cli.injections import INJECTIONS, injections
from tests.e2e.cli.running import Shell
from tests.e2e.world import PATIENCE_SECONDS

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PHONE, DESKTOP = (360, 740), (1280, 900)
CONTRAST = 4.5  # WCAG 2.2, level AA, for text of normal size

pytestmark = pytest.mark.skipif(
    BROWSER is None, reason="no Chromium on this machine: .ci/browser installs Debian's as root"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="Playwright is not installed: make .venv/.browser"
    )
    with playwright.sync_playwright() as started:
        arguments = ["--no-sandbox"] if os.name == "posix" and os.geteuid() == 0 else []
        running = started.chromium.launch(executable_path=BROWSER, args=arguments)
        yield running
        running.close()


Open = Callable[..., Any]


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A listener on this machine, which answers nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def url_of(listener: socket.socket) -> str:
    return f"http://127.0.0.1:{listener.getsockname()[1]}/injected"


def was_asked(listener: socket.socket, patience: float = 0.0) -> bool:
    """Whether anything connects within this time (s)."""
    listener.settimeout(patience)
    try:
        listener.accept()[0].close()
    except (BlockingIOError, TimeoutError):
        return False
    return True


@pytest.fixture
def open_page(browser: Any, shell: Shell, tmp_path: Path) -> Iterator[Open]:
    """Writes the page of a folder and opens it; `change` edits it before."""
    contexts = []

    def write(
        folder: Path,
        *,
        size: tuple[int, int] = DESKTOP,
        scheme: Any = "light",
        change: Callable[[str], str] = str,
        wait_until: str = "load",
    ) -> Any:
        output = tmp_path / "page.html"
        assert shell("view", "--no-open", "--output", output, "--config-dir", folder).code == 0
        output.write_text(change(output.read_text(encoding="utf-8")), encoding="utf-8")
        context = browser.new_context(color_scheme=scheme, viewport={"width": size[0], "height": size[1]})
        contexts.append(context)
        page = context.new_page()
        page.requested = []
        page.said = []
        page.on("request", lambda request: page.requested.append(request.url))
        page.on("console", lambda message: page.said.append(message.text))
        page.on("dialog", lambda dialog: page.said.append(dialog.message))
        page.goto(output.as_uri(), wait_until=wait_until)
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        return page

    yield write
    for context in contexts:
        context.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with every kind of event, and long texts."""
    folder, now = tmp_path / "config", time.time()
    for number in range(12):
        long_name = "evals.run." + "a-long-name-" * 12 if number == 3 else "build"
        keep(folder, long_name, now - number * 40_000, failed=number % 4 == 0, duration_ms=number * 7.5,
             error_message="the quota is used up " * 12, error_type="QuotaError" * 5, exit_code=1,
             agent="some-agent" if number % 3 == 0 else None, is_ci=number % 3 == 1)  # fmt: skip
    link: dict[str, object] = {
        "event": "$create_alias",
        "distinct_id": "principal-" * 9,
        "properties": {"alias": "0" * 36},
    }
    keep_messages(folder, [link, {"event": "MCP tool called", "properties": {"x": "y" * 3000}}], now)
    return folder


@pytest.fixture
def injected(tmp_path: Path, listener: socket.socket) -> Path:
    """A folder whose every text is an injection: names, messages, ids, properties, reasons of losses."""
    folder = tmp_path / "config"
    for number, text in enumerate(injections(url_of(listener))):
        message: dict[str, object] = {
            "event": ("CLI execution failed", "CLI execution succeeded", "$create_alias", text)[number % 4],
            "distinct_id": text,
            "timestamp": text if number % 2 else None,
            "uuid": text,
            text: text,
            "properties": {
                "command_name": text,
                "alias": text,
                "tool": text,
                "error_message": text,
                "error_type": text,
                "outcome": text,
                "exit_code": text,
                "options": [text, {text: text}],
                text: text,
            },
        }
        keep_messages(folder, [message], time.time())
    (outbox,) = folder.glob("usage/outbox/*")
    losses = {text: number for number, text in enumerate(injections(url_of(listener)))}
    (outbox / "logbook.json").write_text(json.dumps({
        "version": 1, "losses": losses, "failed": {"at": 5.0, "reason": INJECTIONS[0]},
    }))  # fmt: skip
    return folder


def as_shown(text: str) -> str:
    """The text with escapes in place of what does not print."""
    return "".join(
        each if each.isprintable() or each == "\n" else each.encode("unicode_escape").decode()
        for each in text
    )


def without_policy(content: str) -> str:
    start = content.index('<meta http-equiv="Content-Security-Policy"')
    return content[:start] + content[content.index("\n", start) :]


@pytest.mark.parametrize("protected", [True, False], ids=["with its policy", "without its policy"])
def test_nothing_that_was_sent_runs_or_loads(
    injected: Path, open_page: Open, listener: socket.socket, protected: bool
) -> None:
    """Escaping alone keeps each text a text, and the policy alone would keep scripts from running."""
    page = open_page(injected, change=str if protected else without_policy)
    page.keyboard.press("Tab")
    page.mouse.move(300, 300)
    for each in page.locator("summary").all()[:3]:
        each.hover()
    assert page.evaluate("window.injected") is None
    assert (page.requested, page.said, was_asked(listener)) == ([page.url], [], False)
    allowed = "html head meta title style body a header h1 h2 h3 p code nav ul li main section dl dt dd div span time"
    allowed += " table caption thead tbody tr th td details summary svg g rect pre"
    tags = page.evaluate("[...new Set([...document.querySelectorAll('*')].map(each => each.localName))]")
    assert set(tags) <= set(allowed.split())
    attributes = page.evaluate(
        "[...new Set([...document.querySelectorAll('body *')].flatMap(each => each.getAttributeNames()))]"
    )
    assert not [name for name in attributes if name.startswith("on") or name in ("style", "src")]
    assert page.title() == "Your usage data"
    headings = page.locator("h2").all_inner_texts()
    assert len(headings) == 8


def test_every_text_is_shown_as_it_is(injected: Path, open_page: Open, listener: socket.socket) -> None:
    """Each character, and an escape for each that does not print or turns the text around."""
    page = open_page(injected)
    shown = set(
        page.evaluate("[...document.querySelectorAll('.fields th code')].map(each => each.textContent)")
    )
    for text in injections(url_of(listener)):
        assert as_shown(text) in shown
    content = page.evaluate("document.documentElement.textContent")
    assert not set(content) & set(
        "\u202e\u202c\u2066\u2069\u200e\u200f\u061c\u200b\u200d\ufeff\x1b\x00\x07\u2028"
    )


@pytest.mark.parametrize("protected", [True, False], ids=["with its policy", "without its policy"])
def test_the_policy_stops_a_script_that_came_in(
    folder: Path, open_page: Open, listener: socket.socket, protected: bool
) -> None:
    """The second line of defence: with a script in the page, none runs, and nothing is loaded."""
    url = url_of(listener)
    hostile = (
        f"<script>window.injected = 1</script><style>h1 {{ display: none }} body {{ background: url({url}) }}</style>"
        f"<p style='display:none' id='styled'>x</p><img src=x: onerror='window.injected=1'>"
    )

    def change(content: str) -> str:
        return (str if protected else without_policy)(content).replace("<main>", f"<main>{hostile}")

    page = open_page(folder, change=change, wait_until="load" if protected else "domcontentloaded")
    assert page.evaluate("window.injected") == (None if protected else 1)
    assert page.locator("h1").is_visible() is protected
    assert page.locator("#styled").is_visible() is protected
    assert was_asked(listener, 0.0 if protected else PATIENCE_SECONDS) is not protected


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_it_is_readable(folder: Path, open_page: Open, scheme: str, size: tuple[int, int]) -> None:
    """The page is no wider than the window, and every text stands out from what is behind it."""
    page = open_page(folder, size=size, scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    colours = page.evaluate(
        """[...document.querySelectorAll('main *, header *')]
            .filter(each => [...each.childNodes].some(node => node.nodeType == 3 && node.data.trim()))
            .map(each => {
                let behind = each;
                while (getComputedStyle(behind).backgroundColor == 'rgba(0, 0, 0, 0)') behind = behind.parentElement;
                return [getComputedStyle(each).color, getComputedStyle(behind).backgroundColor];
            }).map(pair => pair.join(' on '))"""
    )
    assert len(set(colours)) > 3
    for pair in set(colours):
        assert contrast(*pair.split(" on ")) >= CONTRAST, pair
    assert (
        luminance(colours[0].split(" on ")[1]) > 0.9
        if scheme == "light"
        else luminance(colours[0].split(" on ")[1]) < 0.1
    )


def test_all_is_reached_by_keyboard(folder: Path, open_page: Open) -> None:
    """The first stop leads past the navigation; links, tables that scroll and events follow; Enter opens one."""
    page = open_page(folder)
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = false)")
    stops = []
    for _ in range(20):
        page.keyboard.press("Tab")
        stops.append(page.evaluate("document.activeElement.textContent.trim().slice(0, 30)"))
        if page.evaluate("document.activeElement.matches('.events summary')"):
            break
    assert stops[0] == "Skip to the content"
    assert {"On or off", "Every event", "The numbers"} <= set(stops)
    page.keyboard.press("Enter")
    assert page.locator(".events > details").first.evaluate("each => each.open")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_a_screen_reader_finds_its_way(folder: Path, open_page: Open) -> None:
    """Landmarks, headings in order, regions and tables with names, and a text for the chart."""
    page = open_page(folder)
    tree = page.locator("body").aria_snapshot()
    for expected in (
        "- banner:", '- navigation "Sections":', "- main:", '- region "On or off, and why":',
        '- heading "Every event, as it was on the wire" [level=2]', '- table "3 of 3 failed commands, newest first.',
        '- columnheader "why it is sent"', '- rowheader "command_name"', 'img "Commands of the last 30 days',
    ):  # fmt: skip
        assert expected in tree, expected
    levels = [
        int(name[1])
        for name in page.evaluate("[...document.querySelectorAll('h1,h2,h3')].map(e => e.localName)")
    ]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert page.evaluate(
        "[...document.querySelectorAll('table')].every(each => each.caption.textContent.trim())"
    )


def test_500_events_are_rendered(tmp_path: Path, open_page: Open) -> None:
    """All of them, and no more: the page says where the others are."""
    for start in range(0, 510, 30):
        messages: list[dict[str, object]] = [
            {
                "event": "CLI execution succeeded",
                "distinct_id": "a",
                "uuid": str(number),
                "properties": {"command_name": "build"},
            }
            for number in range(start, start + 30)
        ]
        keep_messages(tmp_path / "config", messages, time.time())
    page = open_page(tmp_path / "config")
    assert page.locator(".events > details").count() == 500
    assert "The newest 500 of 510 events" in page.locator("main").inner_text()
    assert page.locator(".events > details").last.locator("td").count() > 4
