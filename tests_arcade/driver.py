"""The Arcade CLI as its console script runs it, today's or the migrated one, with PostHog on this machine."""

import os
import sys

import arcade_cli.usage as usage
from arcade_cli import authn

if hasattr(usage, "tool"):  # the migrated CLI
    usage.tool.host = os.environ["POSTHOG_URL"]
else:
    from arcade_cli.usage.command_tracker import command_tracker

    command_tracker.usage_service.host = os.environ["POSTHOG_URL"]

authn.oauth_callback_server.__wrapped__.__defaults__ = (0,)  # any free port, for several logins at once

from arcade_cli.main import cli  # noqa: E402 - it builds the tracker

sys.argv[0] = "arcade"
sys.exit(cli())
