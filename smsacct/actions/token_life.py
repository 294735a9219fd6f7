"""How a profile's token is renewed and made anew: one process at a time, and what follows a failure."""

from smsacct.actions.token_calls import TokenCalls
from smsacct.actions.token_store import Kept, TokenStore
from smsacct.context import Context
from smsacct.credentials import Credential, given_by_environment
from smsacct.errors import AuthError, ConfigError, RateLimitedError, SmsacctError, UnavailableError
from smsacct.http import Http, NoReplyError
from smsacct.providers.base import Provider
from smsacct.settings import Profile
from smsacct.token_note import FailureKind


class NotKeptError(ConfigError):
    """A token was made and could be neither stored nor revoked; ``kept`` holds what is still alive of it."""

    def __init__(self, message: str, *, hint: str, kept: Kept) -> None:
        super().__init__(message, hint=hint)
        self.kept = kept


class TokenLife:
    """The token of one profile within one command; ``http`` is as ``TokenCalls`` has it."""

    def __init__(
        self, context: Context, profile: Profile, adapter: type[Provider], http: Http | None = None
    ) -> None:
        self.context = context
        self.profile = profile
        self.adapter = adapter
        self.store = TokenStore(context, profile, adapter.refresh_days)
        self.calls = TokenCalls(context, profile, adapter, self.store, http)
        self._credential: Credential | None = None
        self._looked = False

    def stored(self) -> Kept | None:
        """Give the stored token, where there is one that was made for this base URL and username.

        One that was made for another is told. Raises ``ConfigError`` where the keyring fails.
        """
        kept = self.store.read()
        if kept is None:
            return None
        if self.is_ours(kept):
            return kept
        self.context.warn(
            f"the stored token of {self.profile.name} was made for another username or base URL and is not "
            f"sent; `smsacct token create -P {self.profile.name}` replaces it"
        )
        return None

    def is_ours(self, kept: Kept) -> bool:
        """Whether ``kept`` was made for the base URL and, as far as it is known, the username in force."""
        credential = self.credential()
        return self.store.is_for(kept, credential.fields.get("username") if credential else None)

    def credential(self) -> Credential | None:
        """Give the stored username and password, ``None`` where there are none; looked up once.

        Raises ``ConfigError`` where the environment gives half of one.
        """
        if not self._looked:
            try:
                self._credential = self.context.credential(self.profile)
            except ConfigError:
                if self._from_environment():
                    raise
            self._looked = True
        return self._credential

    def instead(self, error: SmsacctError) -> Credential:
        """Give the credential to use where ``error`` bars the way to the token, and warn.

        Raises ``error`` where none is at hand; a keyring that has just failed is not asked for one.
        """
        at_hand = self._looked or self.context.sandbox or self._from_environment()
        credential = self.credential() if at_hand else None
        if credential is None:
            raise error
        self.context.warn(f"{error.message}; username and password are used instead of the stored token")
        return credential

    def renew(self, seen: Kept | None, *, fallback: bool = False) -> Kept | None:
        """Replace the token ``seen``, unless another process has done so; ``None`` where it is gone.

        A refresh is tried, then a new token. With ``fallback`` a token that still lives is given back where
        nothing was changed. Raises ``AuthError`` where a person has to mend it, and takes over the
        ``AuthError`` of the process that was waited for.
        """
        failures = self.store.note().failures
        with self.store.locked(self.calls.deadline):
            kept = self.stored()
            if kept is None:
                return None
            if seen is not None and kept.access not in {None, seen.access} and self._is_alive(kept):
                return kept
            self._take_over(failures)
            return self._refreshed(kept, fallback=fallback)

    def make(self, *, unless_stored: bool = False) -> Kept:
        """Make a token with username and password and store it; raises ``NotKeptError`` and what that meets.

        With ``unless_stored`` the token that another process has made meanwhile is taken.
        """
        failures = self.store.note().failures
        with self.store.locked(self.calls.deadline):
            kept = self.stored() if unless_stored else None
            if kept is not None and self._is_alive(kept):
                return kept
            self._take_over(failures)
            return self._made(self.context.credential(self.profile))

    def _refreshed(self, kept: Kept, *, fallback: bool) -> Kept:
        self.store.probe()
        if kept.refresh is None:
            failure: SmsacctError = AuthError(f"there is no refresh token for {self.profile.name}")
            return self._made_instead(failure)
        asked_at = self.context.now()
        try:
            pair = self.calls.refresh(kept)
        except SmsacctError as error:
            hopeless = _is_later(error) and self.credential() is None
            if not hopeless and not _did_nothing(error):
                return self._made_instead(error)
            if not fallback or not self._is_alive(kept):
                raise
            self.context.detail(f"{error.message}; the access token still lives")
            return kept
        return self._kept(self.store.minted(pair, asked_at, kept.made_for))

    def _made_instead(self, error: SmsacctError) -> Kept:
        """Make a new token after a refresh of which it is not known what it did to the old one."""
        credential = self.credential()
        if credential is not None:
            self.context.detail(f"{error.message}; a new token is made with username and password")
            return self._made(credential)
        self.context.detail(error.message)
        self.store.record_failure("token")
        raise self._failure("token", error.http_status)

    def _made(self, credential: Credential) -> Kept:
        self.store.probe()
        before = self.store.announce()
        asked_at = self.context.now()
        try:
            pair = self.calls.create(credential)
        except SmsacctError as error:
            self.store.retract(before)
            raise self._rejected(error, credential) from None
        made_for = self.store.made_for(credential.fields["username"])
        return self._kept(self.store.minted(pair, asked_at, made_for))

    def _rejected(self, error: SmsacctError, credential: Credential) -> SmsacctError:
        if error.http_status == 401:
            error.hint = self._mend(credential)
            self.store.record_failure("password")
        return error

    def _kept(self, kept: Kept) -> Kept:
        """Store ``kept``; where that fails it is revoked, and told where that fails too."""
        try:
            self.store.write(kept)
        except ConfigError as error:
            raise self._unkept(kept, error) from None
        return kept

    def _unkept(self, kept: Kept, error: ConfigError) -> ConfigError:
        left = {"refresh": kept.refresh, "access": kept.access}
        for kind, token in list(left.items()):
            try:
                self.calls.kill(token or "", kind)
                left[kind] = None
            except SmsacctError as trouble:
                self.context.detail(trouble.message)
        if not any(left.values()):
            return ConfigError(f"{error.message}; the token just made was revoked", hint=error.hint)
        return NotKeptError(
            f"{error.message}, and the token just made could not be revoked",
            hint="mend the keyring; `smsacct token create --reveal` shows in full what it cannot keep, once",
            kept=kept._replace(access=left["access"], refresh=left["refresh"]),
        )

    def _take_over(self, failures: int) -> None:
        """Raise the failure that the lock's holder has left since ``failures`` were counted."""
        note = self.store.note()
        if note.failures > failures and note.failure is not None:
            raise self._failure(note.failure, 401)

    def _failure(self, kind: FailureKind, status: int | None) -> AuthError:
        if kind == "password":
            message = f"{self.adapter.name} has just rejected the username and password"
            return AuthError(message, hint=self._mend(self.credential()), http_status=status)
        message = f"the stored token of {self.profile.name} could not be renewed, and there is no password"
        return AuthError(message, hint=self._mend(None), http_status=status)

    def _mend(self, credential: Credential | None) -> str:
        places = sorted(set(credential.sources.values()) - {"keyring"}) if credential else []
        if places:
            command = f"smsacct token create -P {self.profile.name}"
            return f"correct {' and '.join(places)}, then run `{command}`"
        return f"store username and password with `smsacct auth login {self.profile.name}`"

    def _is_alive(self, kept: Kept) -> bool:
        return kept.alive(self.context.now())

    def _from_environment(self) -> bool:
        return given_by_environment(self.profile, self.adapter.auth_methods, self.context.environ)


def _did_nothing(error: SmsacctError) -> bool:
    """Whether the request that met ``error`` cannot have used up the refresh token."""
    if isinstance(error, NoReplyError):
        return not error.departed
    return isinstance(error, RateLimitedError)


def _is_later(error: SmsacctError) -> bool:
    """Whether the provider itself said to come back later, rather than lose its reply."""
    return isinstance(error, UnavailableError) and error.http_status is not None
