"""Coding agents and their sandboxes, recognised by environment variables.

Invariant: a variable counts only if the agent sets it for the commands that it runs itself. Editors set
AI_AGENT, CLAUDECODE, CLAUDE_CODE, CLAUDE_CODE_ENTRYPOINT, CURSOR_TRACE_ID, REPL_ID, TERM_PROGRAM and ZED_TERM
where a person types. Users set an agent's options and keys (OPENCODE_CLIENT, COPILOT_MODEL). None of these
counts.

Imports nothing: an event is on disk only after its agent is known.
"""

TYPE_CHECKING = False  # importing typing is too slow here; see arcade_usage/__init__.py
if TYPE_CHECKING:
    from collections.abc import Mapping

# The values of `agent`, and each one's variables: "NAME" is set, or "NAME=value" has this value. The first
# match counts. Above each is a public source of its variables.
AGENTS: "Mapping[str, tuple[str, ...]]" = {
    # cli/cli internal/agents/detect.go; railwayapp/cli#883
    "amp": ("AGENT=amp", "AMP_CURRENT_THREAD_ID"),
    # vercel/vercel packages/detect-agent; microsoft/testfx LLMEnvironmentDetector.cs
    "antigravity": ("ANTIGRAVITY_AGENT",),
    # docs.augmentcode.com/cli/reference; microsoft/vscode#311734
    "augment": ("AUGMENT_AGENT",),
    # code.claude.com/docs/en/env-vars; rorkai/App-Store-Connect-CLI#1989
    "claude-code": ("CLAUDE_CODE_CHILD_SESSION",),
    # cline/cline#5366 (discussion); docs.cline.bot, "Disable terminal pagers"
    "cline": ("CLINE_ACTIVE",),
    # cli/cli internal/agents/detect.go, with the lines of openai/codex; openai/codex#879
    "codex": ("CODEX_SANDBOX", "CODEX_CI", "CODEX_THREAD_ID", "CODEX_SANDBOX_NETWORK_DISABLED"),
    # cli/cli internal/agents/detect.go; railwayapp/cli#883
    "copilot-cli": ("COPILOT_CLI",),
    # microsoft/vscode#316267: only in the terminals that the agent opens
    "copilot-vscode": ("COPILOT_AGENT",),
    # ascorbic/am-i-vibing 0.2.0
    "crush": ("CRUSH",),
    # databricks/cli#4287; auth0/auth0-cli#1639; vercel-labs/skills#1549
    "cursor": ("CURSOR_AGENT", "CURSOR_EXTENSION_HOST_ROLE=agent-exec"),
    # google-gemini/gemini-cli docs/tools/shell.md
    "gemini-cli": ("GEMINI_CLI",),
    # aaif-goose/goose#4205, #7017 and its documentation of environment variables
    "goose": ("GOOSE_TERMINAL", "AGENT=goose"),
    # anomalyco/opencode packages/opencode/src/index.ts; cli/cli internal/agents/detect.go
    "opencode": ("OPENCODE",),
    # railwayapp/cli#883
    "pi": ("PI_CODING_AGENT",),
    # QwenLM/qwen-code shellExecutionService.ts; microsoft/testfx LLMEnvironmentDetector.cs
    "qwen-code": ("QWEN_CODE",),
    # agentsmd/agents.md#136
    "trae": ("TRAE_AI_SHELL_ID",),
}

# Variables of sandboxes in which a request fails, or interrupts the agent's run to ask its user or to warn.
SANDBOXES = (
    "CODEX_SANDBOX_NETWORK_DISABLED",  # openai/codex#879: 1 if there is no network
    "SANDBOX_RUNTIME",  # anthropic-experimental/sandbox-runtime: a new host needs permission
    "COPILOT_AGENT_FIREWALL_RULESET_ALLOW_LIST",  # docs.github.com, "agent firewall": it warns of a request
)

_NOT_SET = ("", "0", "false")


def find_agent(environment: "Mapping[str, str]") -> "str | None":
    """The coding agent that drives the tool, one of AGENTS; None if none is recognised."""
    for agent, variables in AGENTS.items():
        if any(_matches(variable, environment) for variable in variables):
            return agent
    return None


def find_sandbox(environment: "Mapping[str, str]") -> "str | None":
    """The variable which says that this sandbox has no free network; None if there is none."""
    return next((name for name in SANDBOXES if _matches(name, environment)), None)


def _matches(variable: str, environment: "Mapping[str, str]") -> bool:
    name, has_value, wanted = variable.partition("=")
    value = environment.get(name, "")
    return value == wanted if has_value else value.strip().lower() not in _NOT_SET
