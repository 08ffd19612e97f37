"""The choice that a user stored: a file named `off`, whose being there is all it says.

Owns the invariant that a choice that can't be read means off. Runs on the command path.
"""

import os
from collections.abc import Iterable

from arcade_usage.adapters.layout import Layout


def chose_off(layouts: Iterable[Layout]) -> bool:
    """Whether a choice is stored in one of these folders, or it can't be told. One lstat each."""
    return any(_may_be_there(layout.choice_off) for layout in layouts)


def _may_be_there(path: str) -> bool:
    try:
        os.lstat(path)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return True
