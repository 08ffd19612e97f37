"""Renders the page of `view`: one HTML file without scripts that loads nothing.

Owns the invariants that every text from elsewhere is escaped, and that characters that do not print, such as
those that reverse a text, are shown as escapes. A Content-Security-Policy forbids everything but the page's
own style sheet, by its hash.
"""

import base64
import hashlib
import json
import shlex
from collections.abc import Mapping, Sequence
from itertools import accumulate

from attrs import frozen
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from arcade_usage.application.console.fields import explain_message
from arcade_usage.application.console.overview import Overview, ShownEvent
from arcade_usage.cli import words
from arcade_usage.cli.status import consent_facts, delivery_facts, identity_facts
from arcade_usage.domain.consent import DEBUG_VARIABLE
from arcade_usage.domain.status import ProjectStatus, Status
from arcade_usage.domain.usage_statistics import Day, Driver

MARK = "<!doctype html><!-- arcade-usage view -->"  # how a page of ours begins

_CHART_HEIGHT = 100  # units of the chart's picture; a day is 10 wide, 8 of it the bar
_NAMES = {Driver.PEOPLE: "people", Driver.AGENTS: "coding agents", Driver.CI: "CI"}


@frozen
class Bar:
    """A part of a day's bar: the runs of one driver."""

    driver: str
    x: int
    y: float
    height: float


def render(overview: Overview, declared: Mapping[str, str], program: str, config_dir: str | None) -> str:
    """The page. `declared`: reasons for the tool's own properties, by name.

    program: how the commands are called. config_dir: the folder that these need to be given, if any.
    """
    environment = Environment(
        loader=PackageLoader("arcade_usage.cli"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_printable,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "local": words.local,
        "iso": words.iso,
        "ms": words.milliseconds,
        "count": words.count,
        "json": lambda value: json.dumps(value, ensure_ascii=False, default=str),
        "loss": words.loss,
    }
    source = environment.loader.get_source(environment, "view.css")[0] if environment.loader else ""
    style = source.strip()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    where = f" --config-dir {shlex.quote(config_dir)}" if config_dir is not None else ""
    most = max((day.summary.runs for day in overview.days), default=0)
    return environment.get_template("view.html").render(
        mark=Markup(MARK),  # noqa: S704 - a constant
        style=Markup(style),  # noqa: S704 - a file of this package
        policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
        overview=overview,
        status=overview.status,
        tracking=words.tracking(overview.status.reasons),
        consents=[(name, str(value)) for name, value in consent_facts(overview.status)],
        warnings=warnings(overview.status),
        identity=[(name, str(value)) for name, value in identity_facts(overview.status)],
        projects=[_project(each, overview.status.now) for each in overview.status.projects],
        bars=[bars(day, index, most) for index, day in enumerate(overview.days)],
        most=most,
        drivers=_NAMES,
        fields=lambda event: explain_message(event.copy, declared),
        result=_result,
        program=program,
        command=lambda words: f"{program} {words}{where}",
    )


def warnings(status: Status) -> list[str]:
    """Everything that keeps tracking from working, in words."""
    texts = [f"{DEBUG_VARIABLE} is set: events are shown on stderr and not sent"] if status.debugging else []
    texts += [trouble.text for trouble in status.troubles]
    texts += [*status.not_owned, *status.newer, *status.unusable_locks]
    return texts + [each for each in (status.sdk_problem, status.adapters_problem) if each is not None]


def next_attempt(project: ProjectStatus, now: float) -> str | None:
    """When the waiting events are sent and why not before; None if none waits."""
    if not project.waiting:
        return None
    due_at = project.due_at(now)
    if due_at is None:
        return "with the next command"
    failed = project.logbook.failed
    why = f": {failed.reason}" if failed is not None else ""
    return f"{words.ahead(due_at, now)}, after {words.count(project.failures, 'failed attempt')}{why}"


def bars(day: Day, index: int, most: int) -> list[Bar]:
    """A day's stacked bar in a chart whose longest bar has `most` runs."""
    unit = _CHART_HEIGHT / max(most, 1)
    heights = [day.drivers[driver] * unit for driver in Driver]
    return [
        Bar(driver.value, index * 10 + 1, round(_CHART_HEIGHT - top, 2), round(height, 2))
        for driver, height, top in zip(Driver, heights, accumulate(heights), strict=True)
        if height
    ]


def _project(project: ProjectStatus, now: float) -> tuple[ProjectStatus, Sequence[tuple[str, str]]]:
    """A project with its delivery in words; the next attempt also says why."""
    rows = [(name, str(value)) for name, value in delivery_facts(project, now) if name != "dropped"]
    attempt = next_attempt(project, now)
    return project, [(name, attempt if name == "next attempt" and attempt else text) for name, text in rows]


def _result(event: ShownEvent) -> str:
    """What an event says in one line, besides its name."""
    if event.copy.link is not None:
        return f"{event.copy.link[0]} to {event.copy.link[1]}"
    properties = event.copy.properties
    said = [properties.get(name) for name in ("outcome", "error_type", "error_message")]
    return ": ".join(str(each) for each in said if each is not None)


def _printable(value: object) -> object:
    """A text with escapes in place of characters that do not print; line breaks stay."""
    if not isinstance(value, str) or isinstance(value, Markup) or value.isprintable():
        return value
    return "".join(each if each.isprintable() or each == "\n" else _escape(each) for each in value)


def _escape(character: str) -> str:
    return character.encode("unicode_escape", "backslashreplace").decode()
