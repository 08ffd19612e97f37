"""What tracking costs, beside a bare spawn, the bare SDK, and what others do: `python -m verification.benchmarks`.

Each subject runs in an environment of its own, in real processes against receivers on this machine. Linux only.
"""
