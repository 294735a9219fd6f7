"""GoSMS.ro's twin: summary, balance, deposits, messages, as its document has them (docs.gosms.ro/account).

The 101,595 messages are computed from their numbers, not stored: the newest is the document's own row, the
older ones have decreasing times, unique ids and exact amounts. New ones (`grow`) arrive on top and move the
others down.

Assumed: the error body `{"error": CODE, "message"}`; a limit above 100 counts as 100; a page past the end
is empty; a page or limit that is no positive number, and unknown parameters, are 400; the second deposit;
404 and 405; the statuses `sent`, `failed` and `expired` (an expired message costs 0).

Options: `messages_total` (before any growth); `grow` N (N new messages arrive before each request of
messages that has this option; they stay).
"""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from smsacct.sandbox.base import RefusalError, Reply, Request, Twin, route, whole
from smsacct.sandbox.jsontext import JSON, dumps
from smsacct.sandbox.store import number

MESSAGES_TOTAL = 101_595

_CODES = {400: "INVALID_DATA", 401: "INVALID_API_KEY", 402: "TOP_UP_NEEDED", 404: "NOT_FOUND"}
_NEWEST_TIME = datetime(2026, 3, 29, 17, 32, 20, tzinfo=UTC)
_SECONDS_APART = 433
_ROUTES = (
    ("407", "0.03"),
    ("407", "0.03"),
    ("407", "0.031"),
    ("336", "0.0451"),
    ("491", "0.075"),
    ("3538", "0.0622"),
)
_STATUSES = {0: "failed", 17: "expired", 31: "sent"}
_TEXTS = [
    json.dumps(text, ensure_ascii=False)[1:-1]
    for text in (
        "Codul tău de verificare este {code}",
        "Comanda {code} a fost expediată. Mulțumim!",
        "Your parcel {code} arrives today, 14:00-16:00",
        "Rendez-vous confirmé : {code}",
        'Reminder: "{code}" is due tomorrow',
        "-20% today, code {code}\nReply STOP to opt out",
    )
]
_DOCUMENT_ROW = (
    '{"message_uuid": "392b08a2-...", "recipient": "40712345678", "message": "<message>", "amount": 0.03, '
    '"currency": "EUR", "external_status": "delivered", "created_at": "2026-03-29T17:32:20.000Z"}'
)
_DEPOSITS: list[JSON] = [
    {"amount": 5000, "currency": "RON", "created_at": "2026-03-16T06:55:13.000Z"},
    {"amount": Decimal("250.50"), "currency": "EUR", "created_at": "2026-01-12T09:20:41.000Z"},
]


class GoSms(Twin):
    """The account pages of GoSMS.ro."""

    id = "gosms-ro"
    credentials = {"api_key": {"api_key": "YOUR_API_KEY"}}
    options = {"messages_total": str(MESSAGES_TOTAL), "grow": "0"}

    @route("GET", "/v1/account")
    def summary(self, request: Request) -> Reply:
        """Give what was deposited, consumed and is left."""
        request.parameters()
        messages: JSON = {"count": 49000, "totalAmount": Decimal("1686.84")}
        return self.json(
            200,
            {
                "currency": "EUR",
                "totalDeposits": 0,
                "totalConsumed": Decimal("1689.51"),
                "creditRemaining": Decimal("-1689.51"),
                "orderSummary": {"messages": messages},
            },
        )

    @route("GET", "/v1/account/balance")
    def balance(self, request: Request) -> Reply:
        """Give what is left."""
        request.parameters()
        return self.json(200, {"balance": Decimal("1179.45"), "currency": "EUR"})

    @route("GET", "/v1/account/deposits")
    def deposits(self, request: Request) -> Reply:
        """Give a page of deposits."""
        page, limit = _paging(request)
        chosen = _DEPOSITS[(page - 1) * limit : page * limit]
        return self._page(dumps(chosen), page, limit, len(_DEPOSITS))

    @route("GET", "/v1/account/messages")
    def messages(self, request: Request) -> Reply:
        """Give a page of message orders, the newest first."""
        page, limit = _paging(request)
        total = self._messages_total(request)
        newest = total - (page - 1) * limit
        found = [_row(count) for count in range(newest, max(newest - limit, 0), -1)]
        return self._page(f"[{', '.join(found)}]", page, limit, total)

    def authenticate(self, request: Request) -> None:
        """Take the bare key in X-Authorization."""
        if request.headers.get("x-authorization") != self.credentials["api_key"]["api_key"]:
            raise RefusalError(401, "Invalid API key")

    def error(self, status: int, problem: str, code: str = "") -> Reply:
        """Give a code and a message."""
        return self.json(status, {"error": code or _CODES.get(status, "ERROR"), "message": problem})

    def _messages_total(self, request: Request) -> int:
        grown = int(request.options.get("grow", "0"))
        if grown:
            with self.change() as state:
                state["grown"] = number(state, "grown") + grown
        state = self.read()
        return int(self.option("messages_total", request, state)) + number(state, "grown")

    def _page(self, data: str, page: int, limit: int, total: int) -> Reply:
        pagination: JSON = {"page": page, "limit": limit, "total": total, "total_pages": -(-total // limit)}
        return self.text(200, f'{{"data": {data}, "pagination": {dumps(pagination)}}}')


def _paging(request: Request) -> tuple[int, int]:
    given = request.parameters("page", "limit")
    page, limit = whole(given.get("page", "1")), whole(given.get("limit", "20"))
    if page is None or limit is None:
        raise RefusalError(400, "page and limit must be positive numbers")
    return page, min(limit, 100)


def _row(count: int) -> str:
    """Give one message as JSON text; `count` numbers them from the oldest, 1."""
    if count == MESSAGES_TOTAL:
        return _DOCUMENT_ROW
    # Odd factors make both halves run through all their values before one comes again.
    first = count * 0x9E3779B97F4A7C1 & 0xFFFFFFFFFFFFFFF
    second = count * 0xC2B2AE3D27D4EB5 & 0xFFFFFFFFFFFFFFF
    high, low = f"{first:015x}", f"{second:015x}"
    prefix, price = _ROUTES[first % len(_ROUTES)]
    status = _STATUSES.get(first >> 8 & 63, "delivered")
    amount = "0" if status == "expired" else price
    text = _TEXTS[second % len(_TEXTS)].replace("{code}", f"{second % 900_000 + 100_000}")
    jitter = 0 if count > MESSAGES_TOTAL else first % 300
    sent = _NEWEST_TIME + timedelta(seconds=(count - MESSAGES_TOTAL) * _SECONDS_APART - jitter)
    return (
        f'{{"message_uuid": "{high[:8]}-{high[8:12]}-4{high[12:]}-a{low[:3]}-{low[3:]}", '
        f'"recipient": "{prefix}{second % 90_000_000 + 10_000_000}", "message": "{text}", '
        f'"amount": {amount}, "currency": "EUR", "external_status": "{status}", '
        f'"created_at": "{sent:%Y-%m-%dT%H:%M:%S}.000Z"}}'
    )
