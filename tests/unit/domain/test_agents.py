"""Which coding agent drives the tool, and whether its sandbox has a network."""

import re

import pytest

from arcade_usage.domain.agents import AGENTS, SANDBOXES, find_agent, find_sandbox

VARIABLES = [(agent, variable) for agent, variables in AGENTS.items() for variable in variables]

# What editors set in every terminal, and what users set, by the values that were seen.
AMBIENT = {
    "AI_AGENT": "github_copilot_vscode_agent",
    "AGENT": "1",
    "CLAUDECODE": "1",
    "CLAUDE_CODE": "1",
    "CLAUDE_CODE_ENTRYPOINT": "claude-vscode",
    "CLAUDE_CODE_SSE_PORT": "51234",
    "CODEX_HOME": "/home/dana/.codex",
    "COPILOT_MODEL": "some-model",
    "COPILOT_ALLOW_ALL": "1",
    "CURSOR_TRACE_ID": "0123456789abcdef",
    "CURSOR_EXTENSION_HOST_ROLE": "user",
    "GEMINI_API_KEY": "key",
    "GOOSE_PROVIDER": "some-provider",
    "OPENCODE_CLIENT": "desktop",
    "PI_CODING_AGENT_DIR": "/home/dana/.pi",
    "REPL_ID": "0123",
    "SANDBOX": "1",
    "TERM_PROGRAM": "vscode",
    "VSCODE_GIT_IPC_HANDLE": "/run/vscode-git.sock",
    "ZED_TERM": "true",
}


def environment(variable: str) -> dict[str, str]:
    name, has_value, value = variable.partition("=")
    return {name: value if has_value else "1"}


@pytest.mark.parametrize(("agent", "variable"), VARIABLES)
def test_each_variable_names_its_agent(agent: str, variable: str) -> None:
    """Beside everything that an editor sets, and in the environment that the agent gives to its commands."""
    assert find_agent(environment(variable)) == agent
    assert find_agent({**AMBIENT, **environment(variable)}) == agent


def test_ambient_variables_name_none() -> None:
    """Neither alone nor together: a person who types in an editor's terminal is no agent."""
    assert find_agent({}) is None
    assert [name for name, value in AMBIENT.items() if find_agent({name: value}) is not None] == []
    assert find_agent(AMBIENT) is None
    assert find_sandbox(AMBIENT) is None


@pytest.mark.parametrize("value", ["", " ", "0", "false", "False"])
def test_a_variable_that_says_no_is_not_set(value: str) -> None:
    """As an agent's user may set it to hide the agent."""
    named = {variable: value for _, variable in VARIABLES if "=" not in variable}
    assert find_agent(named) is None
    assert find_sandbox(dict.fromkeys(SANDBOXES, value)) is None


def test_a_value_is_compared_exactly() -> None:
    """AGENT is a common name: only a known value counts."""
    assert find_agent({"AGENT": "goose"}) == "goose"
    assert find_agent({"AGENT": "smith"}) is None


def test_the_list_is_closed() -> None:
    """Each value of `agent` is an identifier, and no variable names two agents."""
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", agent) for agent in AGENTS)
    variables = [variable for _, variable in VARIABLES]
    assert len(variables) == len(set(variables))


@pytest.mark.parametrize("name", SANDBOXES)
def test_a_sandbox_says_so(name: str) -> None:
    """The variable is named, for `status`."""
    assert find_sandbox({**AMBIENT, name: "1"}) == name
