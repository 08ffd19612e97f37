"""The MCP servers of the official SDK with its releases 1.x; tests/e2e/test_mcp.py runs with the newest."""

from tests.e2e.test_mcp import *  # noqa: F403 - the tests and their fixture
