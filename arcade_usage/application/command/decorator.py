"""`@tool.command(...)`: reports each call of a function as a command."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from arcade_usage.application.command.tracking import Function, TrackedCommand


def decorate(function: Function, begin: Callable[[], TrackedCommand]) -> Function:
    """Wrap `function` so that each call runs in a context that `begin` makes.

    A coroutine function is reported when its coroutine ends.
    """
    if inspect.iscoroutinefunction(function):

        @wraps(function)
        async def run_async(*arguments: Any, **named: Any) -> Any:
            async with begin():
                return await function(*arguments, **named)

        return cast("Function", run_async)

    @wraps(function)
    def run(*arguments: Any, **named: Any) -> Any:
        with begin():
            return function(*arguments, **named)

    return cast("Function", run)
