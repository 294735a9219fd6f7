"""What there is: providers and what each can do, computed from the adapters, and the profiles configured."""

from collections.abc import Iterator, Sequence

from smsacct import registry
from smsacct.actions.select import Wanted, every
from smsacct.context import Context
from smsacct.models import Json, Row
from smsacct.providers.base import OPERATIONS, Provider
from smsacct.settings import Profile


def providers(context: Context, wanted: Sequence[str]) -> Iterator[Row]:
    """Give each provider of ``wanted`` (all where it is empty): the company and what it can do."""
    for provider in wanted or list(context.providers):
        yield _provider_row(registry.find(provider))


def profiles(context: Context, wanted: Wanted) -> Iterator[Row]:
    """Give every configured profile, or those that are named, and what configures each."""
    for profile in every(context, wanted):
        yield {
            "profile": profile.name,
            "provider": profile.provider,
            "default": profile.name == context.settings.default_profile,
            "configured_by": list(_configured_by(context, profile)),
        }


def _configured_by(context: Context, profile: Profile) -> Iterator[str]:
    from smsacct.credentials import given_by_environment

    if context.sandbox:
        yield "sandbox"
    if profile.declared:
        yield "config"
    methods = context.adapter(profile).auth_methods
    if not context.sandbox and given_by_environment(profile, methods, context.environ):
        yield "environment"


def _provider_row(adapter: type[Provider]) -> Row:
    return {
        "id": adapter.id,
        "name": adapter.name,
        "country": adapter.country,
        "documentation": adapter.documentation,
        "console": adapter.console,
        "notes": list(adapter.notes),
        "auth_methods": [
            {"id": method.id, "fields": list(method.fields), "optional": list(method.optional)}
            for method in adapter.auth_methods
        ],
        "operations": {operation: _operation(adapter, operation) for operation in OPERATIONS},
    }


def _operation(adapter: type[Provider], operation: str) -> Json:
    source = adapter.source(operation) if adapter.supports(operation) else None
    return {
        "supported": adapter.supports(operation),
        "checked_against": source.against if source else None,
        "checked_on": source.on.isoformat() if source else None,
        "source": source.url if source else None,
    }
