"""The life of access tokens: made, renewed, revoked and shown, and how a stored one signs other requests."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final, Literal

from smsacct.actions.times import iso
from smsacct.actions.token_life import NotKeptError, TokenLife
from smsacct.actions.token_store import Kept
from smsacct.context import Context
from smsacct.credentials import Credential
from smsacct.errors import ConfigError, RefusedError, SmsacctError
from smsacct.http import Http, Sign
from smsacct.models import Row
from smsacct.providers.auth import bearer
from smsacct.providers.base import Login, Provider
from smsacct.redact import hint_of
from smsacct.settings import Profile

__all__ = [
    "BOTH",
    "Kind",
    "NotKeptError",
    "create",
    "forget_token",
    "refresh",
    "revoke",
    "revoke_given",
    "row",
    "status",
    "token_login",
    "valid",
]

Kind = Literal["refresh", "access"]
BOTH: Final[tuple[Kind, ...]] = ("refresh", "access")
"""What a revocation kills by default: first that which could make a new one of the other."""


def token_login(
    context: Context, profile: Profile, adapter: type[Provider], http: Http | None = None
) -> Login | None:
    """Sign with the profile's stored token, renewed first where it is about to end; ``None`` to use Basic.

    ``http`` is the connection of the answer at hand, whose deadline then counts. Raises ``AuthError`` where
    the token is dead and nothing can replace it, ``ConfigError`` where the keyring fails and no password
    stands in for it.
    """
    life = TokenLife(context, profile, adapter, http)
    kept = None
    try:
        kept = life.stored()
        if kept is not None and kept.due(context.now()):
            kept = _renewed(life, kept)
    except (ConfigError, RefusedError) as error:
        if kept is None or not kept.alive(context.now()):
            life.instead(error)
            return None
        context.warn(f"{error.message}; the stored token is used as long as it lives")
    if kept is None or kept.access is None:
        return None
    return _login(life, kept, kept.access)


def _renewed(life: TokenLife, kept: Kept) -> Kept | None:
    """Renew a token that is about to end; one whose refresh token the user revoked is used to its end."""
    if kept.refresh is None:
        return kept if kept.alive(life.context.now()) else None
    return life.renew(kept, fallback=True)


def _login(life: TokenLife, kept: Kept, access: str) -> Login:
    credential = life.credential()
    secrets = [*kept.tokens, *(credential.fields.values() if credential else ())]

    def renew() -> Sign | None:
        """Answer a 401: with the token that replaces this one, else with the password."""
        life.calls.start_again()
        try:
            newer = life.renew(kept) if kept.refresh is not None else None
        except (ConfigError, RefusedError) as error:
            life.instead(error)
            newer = None
        if newer is None or newer.access is None:
            return None if credential is None else _basic(life.adapter, credential)
        secrets.extend(newer.tokens)
        return bearer(newer.access)

    return Login(bearer(access), secrets, renew)


def _basic(adapter: type[Provider], credential: Credential) -> Sign:
    method = next(method for method in adapter.auth_methods if method.id == credential.method)
    return method.sign(credential.fields)


def create(context: Context, profile: Profile) -> Kept:
    """Make a token with the stored username and password, store it and read it back.

    Whether it can be stored is tried first. A token that was stored before is replaced, not revoked: it ends
    by itself. Raises ``ConfigError`` where it cannot be stored (nothing is left alive then, but for
    ``NotKeptError``), ``AuthError``, ``RefusedError``, ``RateLimitedError`` and ``UnavailableError``.
    """
    with _life(context, profile, "token create") as life:
        return life.make()


def refresh(context: Context, profile: Profile) -> Kept:
    """Renew the stored token now, whatever is left of it; raises as ``create`` does."""
    with _life(context, profile, "token refresh") as life:
        kept = life.stored()
        newer = None if kept is None else life.renew(kept)
        if newer is None:
            raise _none_stored(profile)
        return newer


def valid(context: Context, profile: Profile) -> Kept:
    """Give a token that can be used: the stored one, renewed where that is due, else one made now.

    Raises as ``create`` does.
    """
    with _life(context, profile, "token create") as life:
        kept = life.stored()
        if kept is not None and kept.due(context.now()):
            kept = _renewed(life, kept)
        return life.make(unless_stored=True) if kept is None else kept


def status(context: Context, profile: Profile) -> Kept | None:
    """Give the stored token without asking the provider, ``None`` where none is stored; ``ConfigError``."""
    with _life(context, profile, "token create") as life:
        kept = life.store.read()
        if kept is not None and not life.is_ours(kept):
            context.warn(_foreign(profile).message)
        return kept


def revoke(context: Context, profile: Profile, kinds: Sequence[Kind] = BOTH) -> list[Kind]:
    """Kill the stored tokens of ``kinds``, the refresh token first, and forget each; gives those killed.

    Whether one token kills the other is documented nowhere, so each is revoked; one that the provider does
    not know any more counts as killed. What could not be revoked stays stored: raises what was met there.
    """
    with _life(context, profile, "token revoke") as life, life.store.locked(life.calls.deadline):
        kept = life.store.read()
        if kept is not None and not life.is_ours(kept):
            raise _foreign(profile)
        killed: list[Kind] = []
        for kind in [kind for kind in BOTH if kind in kinds]:
            token = None if kept is None else _half(kept, kind)
            if kept is not None and token is not None:
                life.calls.kill(token, kind)
                kept = _forgotten(life, kept, kind)
                killed.append(kind)
        return killed


def revoke_given(context: Context, profile: Profile, token: str, kind: Kind) -> list[Kind]:
    """Kill ``token``, wherever it comes from, and forget it where it is the stored one; gives ``[kind]``."""
    with _life(context, profile, "token revoke") as life, life.store.locked(life.calls.deadline):
        life.calls.kill(token, kind)
        kept = life.store.read()
        if kept is not None and _half(kept, kind) == token:
            _forgotten(life, kept, kind)
        return [kind]


def forget_token(context: Context, profile: Profile) -> bool:
    """Revoke the stored token where that can be done, and remove its entry and its note, for ``auth logout``.

    Gives whether there was one. What the provider says against it is a warning. Raises ``ConfigError`` where
    the keyring fails.
    """
    with _life(context, profile, "token revoke") as life, life.store.locked(life.calls.deadline):
        there = life.store.read() is not None
        kept = life.stored() if there else None
        for kind in BOTH:
            token = None if kept is None else _half(kept, kind)
            if token is None:
                continue
            try:
                life.calls.kill(token, kind)
            except SmsacctError as error:
                context.warn(f"the {kind} token was not revoked: {error.message}")
        life.store.forget_all()
        return there


def row(
    context: Context, profile: Profile, kept: Kept | None, *, reveal: Sequence[Kind] = (), stored: bool = True
) -> Row:
    """Give the answer of the token commands; only the halves in ``reveal`` are shown in full."""
    halves: dict[Kind, str | None] = {kind: None if kept is None else _half(kept, kind) for kind in BOTH}
    shown = {
        kind: token if token is None or kind in reveal else hint_of(token) for kind, token in halves.items()
    }
    return {
        "provider": profile.provider,
        "profile": profile.name,
        "access_token": shown["access"],
        "refresh_token": shown["refresh"],
        "expires_at": iso(kept.expires_at) if kept and kept.access else None,
        "refresh_expires_at": iso(kept.refresh_expires_at) if kept and kept.refresh else None,
        "stored_in": context.keyring.place if stored and kept else None,
    }


@contextmanager
def _life(context: Context, profile: Profile, operation: str) -> Iterator[TokenLife]:
    """Open the life of the profile's token for ``operation``; failures inside say whom they concern."""
    try:
        adapter = context.adapter(profile)
        if not adapter.supports(operation):
            raise adapter.unsupported(operation)
        yield TokenLife(context, profile, adapter)
    except SmsacctError as error:
        raise error.about(profile.provider, profile.name) from None


def _half(kept: Kept, kind: Kind) -> str | None:
    return kept.refresh if kind == "refresh" else kept.access


def _forgotten(life: TokenLife, kept: Kept, kind: Kind) -> Kept:
    """Forget one half, and the whole entry with the last of them."""
    left = kept._replace(refresh=None) if kind == "refresh" else kept._replace(access=None)
    if left.tokens:
        life.store.write(left)
    else:
        life.store.forget()
    return left


def _none_stored(profile: Profile) -> ConfigError:
    return ConfigError(
        f"no token is stored for {profile.name}",
        hint=f"make one with `smsacct token create -P {profile.name}`",
    )


def _foreign(profile: Profile) -> ConfigError:
    return ConfigError(
        f"the stored token of {profile.name} was made for another username or base URL and is not sent",
        hint="set those back to revoke it, or remove it with `smsacct auth logout`",
    )
