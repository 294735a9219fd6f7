"""The calls of a token's life to its provider: made, refreshed, revoked, and their replies checked."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from smsacct.actions.token_store import Kept, TokenStore
from smsacct.context import Context
from smsacct.credentials import Credential
from smsacct.deadline import Deadline
from smsacct.errors import AuthError, RefusedError, SmsacctError, UnavailableError
from smsacct.http import Http
from smsacct.models import TokenPair
from smsacct.providers.auth import nobody
from smsacct.providers.base import Login, Provider
from smsacct.settings import Profile

_LONGEST_LIFE: Final = 10 * 366 * 24 * 3600  # seconds; a token that lives longer is a mistake in the reply
_LONGEST_TOKEN: Final = 8192
_UNKNOWN_TOKEN: Final = frozenset({400, 401, 404})  # how a provider says that it does not know a token


class TokenCalls:
    """The calls for one profile's token.

    ``http`` is the connection, and the deadline, of the answer that the token is for. Without one the time
    starts here; ``start_again`` gives it anew.
    """

    def __init__(
        self,
        context: Context,
        profile: Profile,
        adapter: type[Provider],
        store: TokenStore,
        http: Http | None,
    ) -> None:
        self._context = context
        self._profile = profile
        self._adapter = adapter
        self._store = store
        self._http = http
        self._own_deadline = context.deadline()

    @property
    def deadline(self) -> Deadline:
        """When the answer is due."""
        return self._own_deadline if self._http is None else self._http.deadline

    def start_again(self) -> None:
        """Let the time of another answer start, where it is not that of a connection."""
        self._own_deadline = self._context.deadline()

    def create(self, credential: Credential) -> TokenPair:
        """Ask for a token under the names that worked last, then under the others that the vendor uses.

        Raises ``AuthError`` where the password is rejected, and what every provider raises.
        """
        username, password = credential.fields["username"], credential.fields["password"]
        remembered = self._store.note().fields
        names = sorted(self._adapter.token_fields, key=lambda pair: pair != remembered)
        with self._asked(username, password) as provider:
            for pair in names:
                try:
                    made = provider.create_token(username, password, pair)
                except (AuthError, RefusedError) as error:
                    if pair != names[-1] and self._may_repeat(error):
                        continue
                    raise
                self._hold(made)
                if pair != remembered:
                    self._store.remember_fields(pair)
                return made
        raise self._adapter.unsupported("token create")

    def refresh(self, kept: Kept) -> TokenPair:
        """Trade the refresh token of ``kept`` for a new pair."""
        with self._asked(*kept.tokens) as provider:
            pair = provider.refresh_token(kept.refresh or "")
        self._hold(pair)
        return pair

    def kill(self, token: str, kind: str) -> None:
        """Revoke ``token``; one that the provider does not know counts as revoked."""
        with self._asked(token) as provider:
            try:
                provider.revoke_token(token, kind)
            except (AuthError, RefusedError) as error:
                if error.http_status not in _UNKNOWN_TOKEN:
                    raise
                self._context.detail(f"the provider does not know the {kind} token any more")

    @contextmanager
    def _asked(self, *secrets: str) -> Iterator[Provider]:
        """Open the provider for a call whose body says who asks; ``secrets`` are masked in its replies."""
        login = Login(nobody, secrets)
        if self._http is not None:
            yield self._adapter(self._http, login)
            return
        http = self._context.http(self._profile)
        http.deadline = self.deadline
        try:
            yield self._adapter(http, login)
        finally:
            http.close()

    def _may_repeat(self, error: SmsacctError) -> bool:
        """Whether other names may be tried: after a 400; once ever after a 401, noted before it is sent."""
        if error.http_status != 401:
            return error.http_status == 400
        note = self._store.note()
        if note.repeated_after_401 or note.fields is not None:
            return False
        self._store.write_note(note._replace(repeated_after_401=True))
        return True

    def _hold(self, pair: TokenPair) -> None:
        """Keep the tokens of ``pair`` out of what is told, and make sure that they can be used."""
        tokens = (pair.access_token, pair.refresh_token)
        self._context.secrets.update(token for token in tokens if token)
        usable = all(_is_usable(token) for token in tokens)
        if usable and 0 < pair.expires_in <= _LONGEST_LIFE:
            return
        what = "a life beyond reason" if usable else "characters that no header can carry, or none"
        raise UnavailableError(
            f"the token that {self._adapter.name} sent has {what}", hint="try again later, or ask its support"
        )


def _is_usable(token: str) -> bool:
    return 0 < len(token) <= _LONGEST_TOKEN and token.isascii() and token.isprintable() and " " not in token
