"""Finds the events for which a batch was refused in words that are not known to be PostHog's.

A proxy refuses every request, PostHog only those with an event that it can't take. So such an event is
refused for what it is if others are accepted meanwhile.
"""

from collections.abc import Callable, Sequence
from typing import Any

from arcade_usage.adapters.posthog.wire import Answer
from arcade_usage.application.errors import NotAcceptedError, RefusedError

REQUESTS_LIMIT = 16  # for one batch; 14 find one event of 100

Message = dict[str, Any]


class UnclearRefusalError(NotAcceptedError):
    """A 400 or 413 in other words than PostHog's. is_page: it is HTML, so a proxy's or a sign-in page's."""

    def __init__(self, message: str, retry_after: float, *, is_page: bool) -> None:
        super().__init__(message, retry_after)
        self.is_page = is_page


def send_halves(batch: Sequence[Message], ask: Callable[[list[Message]], Answer]) -> Answer:
    """Send the refused batch in ever smaller parts; an empty answer if none of them is accepted.

    ask: sends a part; raises NotAcceptedError, RefusedError. Blocks: REQUESTS_LIMIT times as long as `ask`.
    """
    accepted: set[str] = set()
    refused: dict[str, str] = {}
    parts, requests = _halves(batch), 0
    while parts and requests < REQUESTS_LIMIT:
        part, requests = parts.pop(), requests + 1
        try:
            answer = ask(part)
        except (RefusedError, UnclearRefusalError) as error:
            if len(part) > 1:
                parts += _halves(part)
            elif not (isinstance(error, UnclearRefusalError) and error.is_page):
                refused[part[0]["uuid"]] = "no reason given"
        except NotAcceptedError:
            break
        else:
            accepted |= answer.accepted
            refused.update(answer.refused)
    return Answer(frozenset(accepted), refused) if accepted else Answer()


def _halves(batch: Sequence[Message]) -> list[list[Message]]:
    """Both halves, the older events last, so that they are sent first."""
    half = len(batch) // 2
    return [part for part in (list(batch[half:]), list(batch[:half])) if part]
