"""Gives events to a user's own OpenTelemetry collector too: `Tool(adapters="arcade_usage.otlp:adapters")`."""

import os

from attrs import evolve

from arcade_usage.adapters.otlp.collector import find_collector
from arcade_usage.application.adapters import Adapters
from arcade_usage.composition import command


def adapters(default: Adapters) -> Adapters:
    """The default adapters; with a second sink where OTEL_EXPORTER_OTLP_ENDPOINT names a collector.

    A factory of your own can call it. Reads the environment; does not block.
    """
    collector = find_collector(os.environ)
    if collector is None or command.replacement is not None:  # in the test kit, nothing is sent
        return default
    from arcade_usage.adapters.otlp.sink import CollectorSink  # requests is slow to import

    sink = CollectorSink(default.analytics_sink, collector, default.switch, default.clock)
    return evolve(default, analytics_sink=sink)
