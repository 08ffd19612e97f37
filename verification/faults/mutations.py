"""Mutations of valid inputs, reproducible from a seed."""

import json
from collections.abc import Callable
from copy import deepcopy
from random import Random
from typing import Any

DEEP = 3000  # levels of nesting; exceeds the recursion limit
YAML_LIMIT = 2000  # bytes; PyYAML needs quadratic time for nested input, and look-ups end after 2 s
BYTES = (
    b"\x00",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b"\xef\xbb\xbf",
    b"{",
    b"}",
    b"[",
    b'"',
    b"\\u0000",
    b"\\ud800",
    b"\n",
    b"-",
    b"1e999",
)
ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 5, 1.5, 10**400, -(2**63), float("nan"), float("inf"), "", " ", "x", "0", "null", "None",
    "anonymous", "guest", "undefined", "[object Object]", "00000000-0000-0000-0000-000000000000", "\ud800", "\x00",
    "x" * 300, "é" * 100, "../../etc", "file:///etc/passwd", [], {}, [[]], {"": {}}, ["x"], {"anon_id": "x"},
)  # fmt: skip
YAML = (
    b"!!python/object/apply:os.system ['false']", b"!!int ''", b"!!bool maybe", b"!!binary '='", b"!!timestamp x",
    b"&a [*a]", b"*nowhere", b"2026-99-99", b"1:59:59", b"0o9", b".nan", b"? [a]\n: b", b"|\n x", b"<<: *a", b"!secret x",
    b"- ", b"---\n", b"%YAML 9.9\n---\n", b"\t",
)  # fmt: skip


def mutate(random: Random, sample: bytes) -> bytes:
    """A mutation of valid JSON. Occasionally equal to the sample."""
    way = random.choice(_WAYS)
    mutated = way(random, sample)
    return mutated if random.random() < 0.8 else random.choice(_WAYS)(random, mutated)


def mutate_yaml(random: Random, sample: bytes) -> bytes:
    """Like `mutate`, with syntax that only YAML has."""
    if random.random() < 0.5:
        return mutate(random, sample)[:YAML_LIMIT]
    values = [start for start in range(len(sample) - 1) if sample[start : start + 2] == b": "]
    at = random.choice(values) + 2 if values else 0
    end = min((end for end in (sample.find(mark, at) for mark in b",}") if end >= 0), default=len(sample))
    return sample[:at] + random.choice(YAML) + sample[end:]


def _odd(random: Random) -> Any:
    """A copy of an unexpected value, so that later mutations do not change the table."""
    return deepcopy(random.choice(ODD))


def _flip(random: Random, sample: bytes) -> bytes:
    flipped = bytearray(sample)
    for _ in range(random.choice((1, 1, 2, 8)) if flipped else 0):
        flipped[random.randrange(len(flipped))] ^= 1 << random.randrange(8)
    return bytes(flipped)


def _truncate(random: Random, sample: bytes) -> bytes:
    return sample[: random.randint(0, len(sample))]


def _insert(random: Random, sample: bytes) -> bytes:
    at = random.randint(0, len(sample))
    return sample[:at] + random.choice(BYTES) * random.choice((1,) * 9 + (DEEP,)) + sample[at:]


def _cut(random: Random, sample: bytes) -> bytes:
    start, end = sorted(random.randint(0, len(sample)) for _ in range(2))
    return sample[:start] + sample[end:]


def _repeat(random: Random, sample: bytes) -> bytes:
    start, end = sorted(random.randint(0, len(sample)) for _ in range(2))
    return sample[:end] + sample[start:]


def _restructure(random: Random, sample: bytes) -> bytes:
    """Replace, remove, add or nest values."""
    try:
        tree = json.loads(sample)
    except (ValueError, RecursionError):
        return _flip(random, sample)
    for _ in range(random.choice((1, 1, 1, 2, 4))):
        tree = _change_within(random, tree)
    try:
        return json.dumps(tree).encode()
    except (ValueError, RecursionError):  # a value that contains itself
        return sample


def _change_within(random: Random, tree: Any) -> Any:
    if isinstance(tree, str) and tree.startswith("{") and random.random() < 0.8:  # JSON within a string
        return _restructure(random, tree.encode("utf-8", "replace")).decode("utf-8", "replace")
    if not isinstance(tree, dict | list) or not tree or random.random() < 0.05:
        return random.choice((lambda: _odd(random), lambda: [tree], lambda: {"x": tree}, lambda: str(tree)))()
    key: Any = random.choice(list(tree) if isinstance(tree, dict) else range(len(tree)))
    action = random.random()
    if action < 0.1:
        del tree[key]
    elif action < 0.2 and isinstance(tree, dict):
        tree[str(_odd(random))] = tree[key]
    elif action < 0.5:
        tree[key] = _odd(random)
    else:
        tree[key] = _change_within(random, tree[key])
    return tree


def _double_a_key(random: Random, sample: bytes) -> bytes:
    """Repeat a key; parsers use the last one."""
    start = sample.find(b"{") + 1
    key = random.choice([part for part in sample.split(b'"') if part.isalnum()] or [b"x"])
    return sample[:start] + b'"%s": %s, ' % (key, json.dumps(_odd(random)).encode()) + sample[start:]


def _nest(random: Random, sample: bytes) -> bytes:
    depth = random.choice((2, 20, 990, DEEP))
    opening, closing = random.choice(((b"[", b"]"), (b'{"a":', b"}")))
    return opening * depth + sample + closing * depth


_WAYS: tuple[Callable[[Random, bytes], bytes], ...] = (
    _flip, _truncate, _insert, _cut, _repeat, _double_a_key, _nest, *[_restructure] * 6,
)  # fmt: skip
