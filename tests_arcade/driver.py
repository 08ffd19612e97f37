"""The real Arcade CLI, as its console script runs it; with TRACKED set, tracked.

Its own tracking is switched off here, since the variable that does so is ours as well. A login gets its answer
from here instead of a browser; what comes of it, the CLI stores by itself.
"""

import os
import sys
from typing import Any

import arcade_cli.main as arcade
from arcade_cli.authn import OAuthLoginResult, TokenResponse, WhoAmIResponse
from arcade_cli.usage.command_tracker import command_tracker as their_tracker


def log_in(*_: object, **__: object) -> Any:
    """What a browser would have brought about."""
    tokens = TokenResponse(
        access_token=os.environ["LOGIN_TOKEN"], refresh_token="x", expires_in=3600, token_type="Bearer"
    )
    return OAuthLoginResult(tokens, WhoAmIResponse(account_id="account", email="me@example.org"))


their_tracker.track_command_execution = lambda *_, **__: None
arcade.perform_oauth_login = log_in

if os.environ.get("TRACKED"):
    import arcade_usage
    from arcade_usage.adapters.frameworks.typer_app import track

    tracker = arcade_usage.command_tracker(
        distribution="arcade-mcp", project_token="phc_of_the_tests", host=os.environ["POSTHOG_URL"]
    )
    track(arcade.cli, tracker)

sys.argv[0] = "arcade"
sys.exit(arcade.cli())
