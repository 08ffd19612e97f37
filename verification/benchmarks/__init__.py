"""Costs of tracking, next to the lowest possible cost and to other libraries: `python -m verification.benchmarks`.

Each subject has its own environment and runs in real processes, against receivers on this machine. Linux only.
"""
