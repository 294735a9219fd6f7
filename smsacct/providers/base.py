"""What every provider shares: an adapter names the nouns and codes the verbs, the rest is done here once.

An adapter declares its company and its auth methods as class attributes and maps one reply to one model in
each verb that the provider has. A verb that it does not override is unsupported; the table of what a provider
can do is computed from that.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import ClassVar, Final, NamedTuple, NoReturn, TypeVar

from smsacct.errors import (
    AuthError,
    OutcomeUnknownError,
    RateLimitedError,
    RefusedError,
    SmsacctError,
    UnavailableError,
    UnsupportedError,
)
from smsacct.http import Http, NoReplyError, Reply, Sign
from smsacct.models import (
    Account,
    Balance,
    Deposit,
    Json,
    Message,
    NewAccount,
    Page,
    PurchaseOrder,
    Receipt,
    Summary,
    TokenPair,
)
from smsacct.providers.auth import AuthMethod, nobody
from smsacct.providers.said import Meaning, Said, what_is_said
from smsacct.wire import Body, parse

_Verb = TypeVar("_Verb", bound=Callable[..., object])

OPERATIONS: Final[Mapping[str, str]] = {
    "balance": "balance",
    "summary": "summary",
    "deposits": "deposits",
    "messages": "messages",
    "credits buy": "buy_credits",
    "token create": "create_token",
    "token refresh": "refresh_token",
    "token revoke": "revoke_token",
    "accounts list": "accounts",
    "accounts get": "account",
    "accounts balance": "account_balance",
    "accounts create": "create_account",
}
"""Each operation by the command that asks for it, and the verb that answers."""


class Source(NamedTuple):
    """What an operation was checked against, on which day, and where that stands."""

    against: str
    on: date
    url: str


class ListRules(NamedTuple):
    """How a list is paged: the page size by default and at most, and whether the newest comes first.

    ``at_once`` is how many pages are read side by side: few enough to be polite.
    """

    default_limit: int
    largest_limit: int
    newest_first: bool
    at_once: int = 8


class Login(NamedTuple):
    """How requests are signed, the values that must never show, and what may follow a 401 (once)."""

    sign: Sign
    secrets: Sequence[str] = ()
    renew: Callable[[], Sign | None] = lambda: None


def checked(against: str, on: str, source: str) -> Callable[[_Verb], _Verb]:
    """Say of a verb what it was checked against, on which day (ISO 8601), and where that stands."""
    note = Source(against, date.fromisoformat(on), source)

    def mark(verb: _Verb) -> _Verb:
        verb.__dict__["source"] = note
        return verb

    return mark


class Provider:
    """One provider, asked over one ``Http``. Subclasses declare the nouns and code the verbs.

    Every verb raises ``AuthError``, ``RefusedError``, ``RateLimitedError`` or ``UnavailableError``, and
    ``UnsupportedError`` where the provider has no such operation.
    """

    id: ClassVar[str]
    name: ClassVar[str]
    country: ClassVar[str]  # ISO 3166-1 alpha-2 of the company
    origin: ClassVar[str]
    documentation: ClassVar[str]
    console: ClassVar[str]  # where its users do by hand what it has no operation for
    notes: ClassVar[tuple[str, ...]] = ()
    auth_methods: ClassVar[tuple[AuthMethod, ...]]  # in order of preference
    auth_hint: ClassVar[str] = "check the credential, then store it with `smsacct auth login`"
    address_hint: ClassVar[str] = "ask whether this credential, and this machine's address, may do that"
    codes: ClassVar[Mapping[str, Meaning]] = {}  # its own codes, which go before the HTTP status
    lists: ClassVar[Mapping[str, ListRules]] = {}
    has_accounts: ClassVar[bool] = False  # a balance is that of one of several customer accounts
    token_fields: ClassVar[tuple[tuple[str, str], ...]] = ()  # names that a token request may go by, in order
    refresh_days: ClassVar[int] = 0  # how long a refresh token lives

    def __init__(self, http: Http, login: Login) -> None:
        self.http = http
        self.secrets = login.secrets
        self._sign = login.sign
        self._renew = login.renew

    @classmethod
    def supports(cls, operation: str) -> bool:
        """Whether the verb behind ``operation`` (see ``OPERATIONS``) is coded."""
        verb = OPERATIONS[operation]
        return getattr(cls, verb) is not getattr(Provider, verb)

    @classmethod
    def source(cls, operation: str) -> Source | None:
        """What ``operation`` was checked against, where it is supported."""
        note: Source | None = getattr(getattr(cls, OPERATIONS[operation]), "source", None)
        return note

    @classmethod
    def unsupported(cls, operation: str) -> UnsupportedError:
        """Give the failure that says so, and where the provider's users do it."""
        return UnsupportedError(
            f"{cls.name} has no {operation!r}", hint=f"its users find it at {cls.console}", provider=cls.id
        )

    # The verbs: what a provider can be asked.

    def balance(self) -> Sequence[Balance]:
        """Give what is left, one entry for each account."""
        self._lacks("balance")

    def summary(self) -> Summary:
        """Give what was deposited and consumed."""
        self._lacks("summary")

    def deposits(self, page: int, limit: int) -> Page[Deposit]:
        """Give one page of deposits."""
        self._lacks("deposits")

    def messages(self, page: int, limit: int) -> Page[Message]:
        """Give one page of message orders."""
        self._lacks("messages")

    def buy_credits(self, order: PurchaseOrder) -> Receipt:
        """Buy once; raises ``OutcomeUnknownError`` where the purchase may have happened."""
        self._lacks("credits buy")

    def create_token(self, username: str, password: str, names: tuple[str, str]) -> TokenPair:
        """Make an access token; ``names`` is one of ``token_fields``."""
        self._lacks("token create")

    def refresh_token(self, refresh_token: str) -> TokenPair:
        """Trade a refresh token for a new pair; the old one may be dead afterwards."""
        self._lacks("token refresh")

    def revoke_token(self, token: str, kind: str) -> None:
        """Kill the token; ``kind`` is ``access`` or ``refresh``."""
        self._lacks("token revoke")

    def accounts(self) -> Sequence[Account]:
        """Give every customer account."""
        self._lacks("accounts list")

    def account(self, account: str | None, external_id: str | None) -> Account:
        """Give one customer account, by either id."""
        self._lacks("accounts get")

    def account_balance(self, account: str | None, external_id: str | None) -> Balance:
        """Give what is left in one customer account, by either id."""
        self._lacks("accounts balance")

    def create_account(self, account: NewAccount) -> Account:
        """Make a customer account."""
        self._lacks("accounts create")

    def _lacks(self, operation: str) -> NoReturn:
        raise self.unsupported(operation)

    # What the verbs are coded with.

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Body:
        """Read ``path``, repeated as reads are, and give its JSON."""
        return Body.read(self.reply(path, query).body, self.secrets)

    def reply(self, path: str, query: Mapping[str, str] | None = None) -> Reply:
        """Read ``path``, repeated as reads are, and give the success reply itself."""
        try:
            return self.http.read(path, query, self._sign, self.judge)
        except AuthError as error:
            if not self._renewed(error):
                raise
            return self.http.read(path, query, self._sign, self.judge)

    def post(self, path: str, payload: Mapping[str, Json], *, signed: bool = True) -> Reply:
        """Send ``payload`` once (again only after a 401 that could be mended), and give a success reply.

        Raises ``NoReplyError`` where no reply tells whether it arrived.
        """
        body = json.dumps(payload).encode()
        reply = self.http.write(path, body, self._sign if signed else nobody)
        failure = self.judge(reply)
        if signed and isinstance(failure, AuthError) and self._renewed(failure):
            reply = self.http.write(path, body, self._sign)
            failure = self.judge(reply)
        if failure is not None:
            raise failure
        return reply

    def spend(self, path: str, payload: Mapping[str, Json]) -> Receipt:
        """Send a purchase: accepted only by a 2xx that is empty or JSON; what no 4xx denies is unknown."""
        try:
            reply = self.post(path, payload)
            if reply.body.strip():
                parse(reply.body)
        except NoReplyError as error:
            if not error.departed:
                raise
            raise OutcomeUnknownError(error.message) from None
        except SmsacctError as error:
            status = error.http_status
            if status is not None and 400 <= status < 500 and status != 408:
                raise
            raise OutcomeUnknownError(error.message, http_status=status) from None
        from hashlib import sha256

        return Receipt(reply.status, sha256(reply.body).hexdigest())

    def judge(self, reply: Reply) -> SmsacctError | None:
        """Say what is wrong with ``reply``: the provider's own code first, then the HTTP status."""
        success = 200 <= reply.status < 300
        if success and not self.codes:
            return None
        said = self._said(reply)
        code = next((code for code in said.codes if code in self.codes), None)
        if code is None and success:
            return None
        if code is not None:
            meaning = self.codes[code]
            failure = meaning.error(f"{self.name}: {meaning.text} (code {code})", hint=meaning.hint)
        else:
            failure = self._by_status(reply.status, said.text)
        failure.hint = failure.hint or (self.auth_hint if isinstance(failure, AuthError) else None)
        failure.http_status = reply.status
        failure.provider_code = code or next(iter(said.codes), None)
        return failure

    def _said(self, reply: Reply) -> Said:
        try:
            return what_is_said(parse(reply.body), self.secrets)
        except UnavailableError:
            return Said()

    def _by_status(self, status: int, text: str | None) -> SmsacctError:
        words = f": {text}" if text else f" (HTTP {status})"
        if status == 401:
            return AuthError(f"{self.name} rejects the credentials{words}")
        if status == 403:
            return AuthError(f"{self.name} forbids this{words}", hint=self.address_hint)
        if status == 429:
            return RateLimitedError(f"{self.name} limits the rate{words}", hint="wait, then try again")
        if 400 <= status < 500 and status != 408:
            return RefusedError(f"{self.name} refuses{words}", hint="check what was asked for")
        if 300 <= status < 400:
            hint = "redirects are never followed; check base_url"
            return UnavailableError(f"{self.name} redirects elsewhere (HTTP {status})", hint=hint)
        return UnavailableError(f"{self.name} is out of order{words}", hint="try again later")

    def _renewed(self, failure: AuthError) -> bool:
        if failure.http_status != 401:
            return False
        renew, self._renew = self._renew, lambda: None
        try:
            sign = renew()
        except SmsacctError as error:
            error.http_status = failure.http_status  # what was asked for was answered 401: nothing was done
            raise
        self._sign = sign or self._sign
        return sign is not None
