"""A tool with argparse: commands, a login, a command that becomes another program, and the mounted commands.

Acme's token is public, and ACME_POSTHOG names another PostHog, for example `arcade-usage receive`.
"""

import argparse
import os
import sys

import arcade_usage

tool = arcade_usage.Tool(
    distribution="acme",
    version="1.4.0",
    project_token="phc_local",
    host=os.environ.get("ACME_POSTHOG"),
)


def build(target: str) -> int:
    print(f"building {target}")
    return 0 if target == "docs" else 3


def log_in() -> int:
    print("logged in")
    return 0


def run(given: argparse.Namespace) -> int:
    return log_in() if given.command == "login" else build(given.target)


def parse(arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    parser = argparse.ArgumentParser(prog="acme")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("build").add_argument("target")
    commands.add_parser("login")
    commands.add_parser("shell")
    commands.add_parser("usage", add_help=False)  # its options are those of the mounted commands
    given, rest = parser.parse_known_args(arguments)
    if rest and given.command != "usage":
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    return given, rest


def main() -> None:
    given, rest = parse(sys.argv[1:])  # help and a wrong command line end here and are not reported
    if given.command == "usage":
        sys.exit(tool.usage_main(rest))
    if given.command == "shell":
        with tool.command("shell"):
            os.environ["ACME"] = "1"
        os.execv(sys.executable, [sys.executable, "-c", "print('in the shell')"])  # after the block
    with tool.command(given.command, is_login=given.command == "login"):
        sys.exit(run(given))  # inside the block: the exit code shows how the command ended


if __name__ == "__main__":
    main()
