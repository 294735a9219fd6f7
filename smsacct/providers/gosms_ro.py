"""GoSMS.ro: account summary, balance, deposits, and message orders with cost and status."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from smsacct.models import Balance, Deposit, Message, Page, Pagination, Summary
from smsacct.providers.auth import header
from smsacct.providers.base import ListRules, Provider, checked
from smsacct.records import page_of
from smsacct.wire import Body

_DOCUMENT = "https://docs.gosms.ro/account"
_Item = TypeVar("_Item")
_NAMES = {"id": "message_uuid", "text": "message", "unit": "currency", "status": "external_status"}


class GoSms(Provider):
    """https://docs.gosms.ro/account.

    The header carries the bare key (https://docs.gosms.ro/messages). The amounts of the order summary are
    estimates, and the samples of the document do not agree with each other. That
    ``external_status`` may be null, and that a limit over the maximum is clamped, is assumed.
    """

    id = "gosms-ro"
    name = "GoSMS.ro"
    country = "RO"
    origin = "https://api.gosms.ro"
    documentation = _DOCUMENT
    console = "https://gosms.ro"
    notes = ("the order total of a summary is the provider's estimate; messages have the exact costs",)
    auth_methods = (header("X-Authorization", "api_key"),)
    lists = {
        "deposits": ListRules(20, 100, newest_first=False),
        "messages": ListRules(20, 100, newest_first=True),
    }

    @checked("documentation", "2026-11-20", _DOCUMENT)
    def balance(self) -> Sequence[Balance]:
        """Read ``GET /v1/account/balance``; it may be negative."""
        body = self.get("/v1/account/balance")
        return [Balance(body.decimal("balance"), _unit(body))]

    @checked("documentation", "2026-11-20", _DOCUMENT)
    def summary(self) -> Summary:
        """Read ``GET /v1/account``."""
        body = self.get("/v1/account")
        orders = body.child("orderSummary").child("messages")
        return Summary(
            _unit(body),
            body.decimal("totalDeposits"),
            body.decimal("totalConsumed"),
            body.decimal("creditRemaining"),
            orders.integer("count"),
            orders.decimal("totalAmount"),
        )

    @checked("documentation", "2026-11-20", _DOCUMENT)
    def deposits(self, page: int, limit: int) -> Page[Deposit]:
        """Read ``GET /v1/account/deposits``; a deposit may be in another currency than the account."""
        body = self.get("/v1/account/deposits", {"page": str(page), "limit": str(limit)})
        return _page(body, _deposit)

    @checked("documentation", "2026-11-20", _DOCUMENT)
    def messages(self, page: int, limit: int) -> Page[Message]:
        """Read ``GET /v1/account/messages``, the newest first."""
        reply = self.reply("/v1/account/messages", {"page": str(page), "limit": str(limit)})
        fast = page_of(reply.body, "data", Message, _NAMES, self.secrets)
        if fast is not None and all(message.unit.isupper() for message in fast.items):
            return fast
        return _page(Body.read(reply.body, self.secrets), _message)


def _page(body: Body, item: Callable[[Body], _Item]) -> Page[_Item]:
    told = body.child("pagination")
    pagination = Pagination(
        told.integer("page"), told.integer("limit"), told.integer("total"), told.integer("total_pages")
    )
    return Page([item(each) for each in body.items("data")], pagination)


def _unit(body: Body) -> str:
    return body.text("currency").upper()


def _deposit(body: Body) -> Deposit:
    return Deposit(body.decimal("amount"), _unit(body), body.time("created_at"))


def _message(body: Body) -> Message:
    return Message(
        body.text("message_uuid"),
        body.text("recipient"),
        body.text_or_none("message"),
        body.decimal("amount"),
        _unit(body),
        body.text_or_none("external_status"),
        body.time("created_at"),
    )
