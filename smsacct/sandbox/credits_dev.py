"""Credits' twin: customer accounts and their balances, as https://www.credits.dev/docs/api/accounts has them.

The document shows two accounts, acc_abc123 (500) and acc_123 (1000, 150 of it reserved), and `user_123` as
the external id of both; so a look-up by that id answers as each of its samples does: acc_abc123 for `get`,
acc_123 for `balance`. Envelopes differ as documented: create `{success, account}`, list `{accounts}`, get
and balance bare. Metadata is echoed.

Assumed, since the document says nothing of errors: the body `{"error": text}`; 401, 404 for an unknown
account, 400 for a missing or second id and for unknown fields, 409 for an external id that is taken; the
other fields of acc_123; that only `name` is required.

Options: `create_status` (201, assumed); `refusals` `status`, or `success_false` (200 with `"success":
false`).
"""

import re
import secrets
from collections.abc import Iterable, Mapping
from decimal import Decimal

from smsacct.sandbox.base import RefusalError, Reply, Request, Twin, route
from smsacct.sandbox.jsontext import JSON
from smsacct.sandbox.store import State, rows

_SAMPLE_TIME = "2024-01-15T10:00:00Z"
_SAMPLE: Mapping[str, JSON] = {"externalId": "user_123", "name": "John Doe", "email": "john@example.com"}
_BAD_REQUESTS = range(400, 500)


class Credits(Twin):
    """The accounts of Credits."""

    id = "credits-dev"
    credentials = {"api_key": {"api_key": "YOUR_API_KEY"}}
    options = {"create_status": "201", "refusals": "status"}

    def answer(self, request: Request) -> Reply:
        """Answer one request, with refusals as the option says."""
        reply = super().answer(request)
        if reply.status not in _BAD_REQUESTS or self.option("refusals", request, self.read()) == "status":
            return reply
        return Reply(200, b'{"success": false, ' + reply.body[1:], reply.headers)

    @route("GET", "/v1/accounts")
    def accounts(self, request: Request) -> Reply:
        """List every account."""
        request.parameters()
        return self.json(200, {"accounts": [_shown(account) for account in _accounts(self.read())]})

    @route("GET", "/v1/accounts/get")
    def get_account(self, request: Request) -> Reply:
        """Give one account, by either id."""
        return self.json(200, _shown(_find(_accounts(self.read()), request)))

    @route("GET", "/v1/accounts/balance")
    def balance(self, request: Request) -> Reply:
        """Give one account's balance, by either id."""
        account = _find(reversed(_accounts(self.read())), request)
        balance, reserved = Decimal(str(account["balance"])), Decimal(str(account["reserved"]))
        return self.json(
            200,
            {
                "accountId": account["id"],
                "externalId": account["externalId"],
                "balance": balance,
                "reserved": reserved,
                "available": balance - reserved,
            },
        )

    @route("POST", "/v1/accounts/create")
    def create_account(self, request: Request) -> Reply:
        """Create an account with a balance of 0."""
        body = request.json("name", "externalId", "email", "metadata")
        account = _new(body, self.clock().strftime("%Y-%m-%dT%H:%M:%SZ"))
        with self.change() as state:
            known = _accounts(state)
            if account["externalId"] and any(one["externalId"] == account["externalId"] for one in known):
                raise RefusalError(409, "an account with this externalId exists already")
            rows(state, "accounts").append(account)
            status = int(self.option("create_status", request, state))
        return self.json(status, {"success": True, "account": _shown(account)})

    def authenticate(self, request: Request) -> None:
        """Take the key in X-API-Key."""
        if request.headers.get("x-api-key") != self.credentials["api_key"]["api_key"]:
            raise RefusalError(401, "Invalid or missing API key")

    def error(self, status: int, problem: str, code: str = "") -> Reply:
        """Give the problem, and a code where a fault asks for one."""
        return self.json(status, {"error": problem, "code": code} if code else {"error": problem})


def _accounts(state: State) -> list[dict[str, JSON]]:
    """Give the accounts in the order of their creation: the document's two, then those of the state."""
    samples = [
        _account("acc_abc123", _SAMPLE, _SAMPLE_TIME, "500"),
        _account("acc_123", _SAMPLE, _SAMPLE_TIME, "1000", "150"),
    ]
    return [*samples, *[account for account in rows(state, "accounts") if isinstance(account, dict)]]


def _account(
    account_id: str, fields: Mapping[str, JSON], created: str, balance: str = "0", reserved: str = "0"
) -> dict[str, JSON]:
    return {
        "id": account_id,
        "developerId": "dev_xxx",
        "externalId": fields.get("externalId"),
        "name": fields.get("name"),
        "email": fields.get("email"),
        "balance": balance,
        "metadata": fields.get("metadata"),
        "createdAt": created,
        "updatedAt": created,
        "reserved": reserved,
    }


def _shown(account: Mapping[str, JSON]) -> dict[str, JSON]:
    shown = {name: value for name, value in account.items() if name != "reserved"}
    return {**shown, "balance": Decimal(str(account["balance"]))}


def _find(accounts: Iterable[dict[str, JSON]], request: Request) -> dict[str, JSON]:
    given = request.parameters("accountId", "externalId")
    if len(given) != 1 or not all(given.values()):
        raise RefusalError(400, "either accountId or externalId is needed")
    name = "id" if "accountId" in given else "externalId"
    for account in accounts:
        if account[name] in given.values():
            return account
    raise RefusalError(404, "account not found")


def _new(body: Mapping[str, JSON], now: str) -> dict[str, JSON]:
    for name in ("name", "externalId", "email"):
        value = body.get(name)
        if not (isinstance(value, str) and value.strip()) and (name == "name" or value is not None):
            raise RefusalError(400, f"{name} must be a string that is not empty")
    email = body.get("email")
    if isinstance(email, str) and not re.fullmatch(r"[^@\s]+@[^@\s]+", email):
        raise RefusalError(400, "email must be an e-mail address")
    metadata = body.get("metadata")
    if metadata is not None and not isinstance(metadata, dict):
        raise RefusalError(400, "metadata must be an object")
    return _account(f"acc_{secrets.token_hex(6)}", body, now)
