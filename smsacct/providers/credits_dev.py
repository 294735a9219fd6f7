"""Credits (credits.dev): customer accounts and their balances, by internal or external id."""

from collections.abc import Mapping, Sequence

from smsacct.errors import RefusedError, SmsacctError
from smsacct.http import Reply
from smsacct.models import CREDITS, Account, Balance, Json, NewAccount
from smsacct.providers.auth import header
from smsacct.providers.base import Provider, checked
from smsacct.wire import Body, parse

_DOCUMENT = "https://www.credits.dev/docs/api/accounts"


class Credits(Provider):
    """https://www.credits.dev/docs/api/accounts.

    No error is documented: that ``success: false`` is a refusal, whatever the status, is assumed, as is that
    an account made without an external id has none.
    """

    id = "credits-dev"
    name = "Credits"
    country = "US"
    origin = "https://api.credits.dev"
    documentation = _DOCUMENT
    console = "https://www.credits.dev"
    notes = ("a ledger of customer accounts, each with a balance of its own; it sends no messages",)
    auth_methods = (header("X-API-Key", "api_key"),)
    has_accounts = True

    @checked("documentation", "2026-11-20", _DOCUMENT)
    def balance(self) -> Sequence[Balance]:
        """Read ``GET /v1/accounts``: one call for all, which tells neither reserved nor available."""
        return [
            Balance(found.balance, CREDITS, account=found.id, external_id=found.external_id)
            for found in self.accounts()
        ]

    @checked("documentation", "2026-11-20", _DOCUMENT)
    def account_balance(self, account: str | None, external_id: str | None) -> Balance:
        """Read ``GET /v1/accounts/balance``; by external id: https://www.credits.dev/docs/api/credits."""
        body = self.get("/v1/accounts/balance", _either(account, external_id))
        return Balance(
            body.decimal("balance"),
            CREDITS,
            account=body.text("accountId"),
            external_id=body.text_or_none("externalId"),
            available=body.decimal("available"),
            reserved=body.decimal("reserved"),
        )

    @checked("documentation", "2026-11-20", _DOCUMENT)
    def accounts(self) -> Sequence[Account]:
        """Read ``GET /v1/accounts``; no paging is documented."""
        return [_account(each) for each in self.get("/v1/accounts").items("accounts")]

    @checked("documentation", "2026-11-20", _DOCUMENT)
    def account(self, account: str | None, external_id: str | None) -> Account:
        """Read ``GET /v1/accounts/get``, which answers with the bare account."""
        return _account(self.get("/v1/accounts/get", _either(account, external_id)))

    @checked("documentation", "2026-11-20", _DOCUMENT)
    def create_account(self, account: NewAccount) -> Account:
        """Send ``POST /v1/accounts/create``; 200 and 201 are both taken (the status is not documented)."""
        payload: dict[str, Json] = {"name": account.name}
        payload |= {"externalId": account.external_id} if account.external_id is not None else {}
        payload |= {"email": account.email} if account.email is not None else {}
        payload |= {"metadata": dict(account.metadata)} if account.metadata else {}
        reply = self.post("/v1/accounts/create", payload)
        return _account(Body.read(reply.body, self.secrets).child("account"))

    def judge(self, reply: Reply) -> SmsacctError | None:
        """Take ``success: false`` as a refusal, whatever the status; else see the base."""
        if not _is_refusal(reply.body):
            return super().judge(reply)
        text = self._said(reply).text
        return RefusedError(
            f"{self.name} refuses" + (f": {text}" if text else ""),
            hint="check what was asked for",
            http_status=reply.status,
        )


def _is_refusal(body: bytes) -> bool:
    if b'"success"' not in body:
        return False
    try:
        value = parse(body)
    except SmsacctError:
        return False
    return isinstance(value, dict) and value.get("success") is False


def _either(account: str | None, external_id: str | None) -> Mapping[str, str]:
    return {"accountId": account} if account is not None else {"externalId": external_id or ""}


def _account(body: Body) -> Account:
    return Account(
        body.text("id"),
        body.text_or_none("externalId"),
        body.text_or_none("developerId"),
        body.text_or_none("name"),
        body.text_or_none("email"),
        body.decimal("balance"),
        body.mapping_or_none("metadata"),
        body.time_or_none("createdAt"),
        body.time_or_none("updatedAt"),
    )
