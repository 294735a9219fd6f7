"""What a provider answers: frozen records without behaviour.

Amounts are exact decimals in the unit that stands beside them (an ISO 4217 code or ``credits``);
times are aware UTC datetimes. ``None`` is absent, which is neither zero nor unreadable.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Generic, NamedTuple, TypeVar

Json = None | bool | int | Decimal | str | Sequence["Json"] | Mapping[str, "Json"]
"""A JSON value that is written exactly: numbers are ``int`` or ``Decimal``, never ``float``."""

Row = Mapping[str, Json]
"""One item of an answer, as ``jsonl`` has it."""

CREDITS = "credits"
"""The unit of an amount that is no currency."""


class Balance(NamedTuple):
    """What is left in one account. ``available`` and ``reserved`` only where the provider tells them."""

    amount: Decimal
    unit: str
    account: str | None = None
    external_id: str | None = None
    available: Decimal | None = None
    reserved: Decimal | None = None
    payment: str | None = None
    parts: Mapping[str, Decimal] = {}


class Summary(NamedTuple):
    """Deposited, consumed and remaining, in ``unit``; the order total is the provider's estimate."""

    unit: str
    total_deposits: Decimal
    total_consumed: Decimal
    credit_remaining: Decimal
    message_count: int
    message_total: Decimal


class Deposit(NamedTuple):
    """Money that came in; its unit may differ from the account's."""

    amount: Decimal
    unit: str
    created_at: datetime


class Message(NamedTuple):
    """One message order and what it cost."""

    id: str
    recipient: str
    text: str | None
    amount: Decimal
    unit: str
    status: str | None
    created_at: datetime


class Pagination(NamedTuple):
    """Where a page stands in its list; ``limit`` is what the provider applied, not what was asked."""

    page: int
    limit: int | None
    total: int
    total_pages: int


_Item = TypeVar("_Item")


class Page(NamedTuple, Generic[_Item]):
    """One page of a list."""

    items: Sequence[_Item]
    pagination: Pagination


class Account(NamedTuple):
    """A customer account of a ledger; ``balance`` is in credits."""

    id: str
    external_id: str | None
    developer_id: str | None
    name: str | None
    email: str | None
    balance: Decimal
    metadata: Mapping[str, Json] | None
    created_at: datetime | None
    updated_at: datetime | None


class NewAccount(NamedTuple):
    """What is sent to create a customer account."""

    name: str
    external_id: str | None = None
    email: str | None = None
    metadata: Mapping[str, str] = {}


class TokenPair(NamedTuple):
    """An access token, the refresh token that renews it, and the access token's life in seconds."""

    access_token: str
    refresh_token: str
    expires_in: int


class PurchaseOrder(NamedTuple):
    """What is bought: whole credits, paid with the stored card that ends in ``card``."""

    credits: int
    card: str
    coupon: str | None = None


class Receipt(NamedTuple):
    """That a purchase was accepted: the reply's HTTP status and the SHA-256 of its bytes."""

    status: int
    digest: str
