"""For tests of hosts: what a tool would send, with nothing sent and no file of the user's touched.

With pytest, one line in the tool's conftest.py is enough: it gives each test a fixture `usage`.

    pytest_plugins = ["arcade_usage.testing.pytest_plugin"]

Anything else uses `with arcade_usage.testing.recording() as usage:`.
"""

from arcade_usage.testing.stage import recording
from arcade_usage.testing.usage import RecordedEvent, Usage

__all__ = ["RecordedEvent", "Usage", "recording"]
