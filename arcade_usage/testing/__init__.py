"""Test kit: records the events that a tool would send. Sends nothing and touches none of the user's files.

With pytest, add one line to the tool's conftest.py; each test then has a fixture `usage`:

    pytest_plugins = ["arcade_usage.testing.pytest_plugin"]

With another test runner, import this package and use `with arcade_usage.testing.recording() as usage:`.
"""

from arcade_usage.testing.trackers import recording
from arcade_usage.testing.usage import RecordedEvent, Usage

__all__ = ["RecordedEvent", "Usage", "recording"]
