"""Builds object graphs and does nothing else."""
