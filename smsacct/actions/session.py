"""A provider ready to be asked: the adapter over its connection, signed with a credential or a token."""

from collections.abc import Iterator
from contextlib import contextmanager

from smsacct.context import Context
from smsacct.errors import SmsacctError
from smsacct.http import Http
from smsacct.providers.base import Login, Provider
from smsacct.settings import Profile


@contextmanager
def session(context: Context, profile: Profile, operation: str) -> Iterator[Provider]:
    """Open ``profile``'s provider for ``operation``; failures inside say whom they concern.

    Raises ``UnsupportedError`` before anything is looked up where the provider has no such operation, and
    ``ConfigError`` where there is no credential.
    """
    try:
        adapter = context.adapter(profile)
        if not adapter.supports(operation):
            raise adapter.unsupported(operation)
        http = context.http(profile)
        asked = context.seconds_asking
        try:
            found = login(context, profile, adapter, http)
            # A person who unlocks the keyring is not the provider's delay.
            http.deadline.extend(context.seconds_asking - asked)
            yield adapter(http, found)
        finally:
            http.close()
    except SmsacctError as error:
        raise error.about(profile.provider, profile.name) from None


def login(context: Context, profile: Profile, adapter: type[Provider], http: Http) -> Login:
    """Choose how requests are signed: by a live token where there is one, else by the credential."""
    if adapter.supports("token create"):
        from smsacct.actions.tokens import token_login

        found = token_login(context, profile, adapter, http)
        if found is not None:
            return found
    return credential_login(context, profile, adapter)


def credential_login(context: Context, profile: Profile, adapter: type[Provider]) -> Login:
    """Sign with the profile's stored credential."""
    credential = context.credential(profile)
    method = next(method for method in adapter.auth_methods if method.id == credential.method)
    return Login(method.sign(credential.fields), tuple(credential.fields.values()))
