"""The adapters of one config folder and one PostHog project."""

from attrs import frozen

from arcade_usage.application.ports import (
    AnalyticsSink,
    Clock,
    Copies,
    ErasableIdentityStore,
    IdGenerator,
    Outbox,
    PrincipalApi,
    Switch,
)


@frozen
class Adapters:
    """One adapter for each port. A delivery, a server and the console are each built from one Adapters.

    A tool's factory (`Tool(adapters="module:function")`) gets the default adapters and returns its own:
    `attrs.evolve` replaces some and keeps the others.
    """

    identity_store: ErasableIdentityStore
    principal_api: PrincipalApi
    analytics_sink: AnalyticsSink
    outbox: Outbox
    copies: Copies
    switch: Switch
    clock: Clock
    ids: IdGenerator
