"""All families of experiments; a new module of them is named here."""

from tests.faults import wellness

__all__ = ["wellness"]
