"""The switch, as it is now: the environment, and the choice that a user stored. Runs on the command path.

The choice is a file named `off`, whose being there is all it says. Owns the invariant that one that can't be
read means off.
"""

import os
from collections.abc import Iterable

from arcade_usage.adapters import layout as layouts
from arcade_usage.adapters.layout import Layout
from arcade_usage.domain.consent import find_reasons


def is_on(layout: Layout, project_token: str) -> bool:
    """Whether anything is tracked. Blocks: not; one or two lstats."""
    return not reasons_off(layout, project_token)


def reasons_off(layout: Layout, project_token: str | None) -> tuple[str, ...]:
    """Everything that turns tracking off; empty where it is on. Blocks: not; one or two lstats."""
    return find_reasons(os.environ, chose_off(choice_layouts(layout)), project_token)


def choice_layouts(layout: Layout) -> list[Layout]:
    """The folders whose stored choice counts: the config folder itself, and the default one."""
    default = os.path.expanduser(layouts.DEFAULT_FOLDER)
    return [layout] if default == layout.config_dir else [layout, Layout(default)]


def chose_off(folders: Iterable[Layout]) -> bool:
    """Whether a choice is stored in one of these folders, or it can't be told. One lstat each."""
    return any(_may_be_there(folder.choice_off) for folder in folders)


def _may_be_there(path: str) -> bool:
    try:
        os.lstat(path)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return True
