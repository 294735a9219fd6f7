import time
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

import pytest

from smsacct.sandbox.base import Twin
from smsacct.sandbox.jsontext import JSON
from smsacct.sandbox.store import table

from .client import GOOD, Answer, ask, call
from .conftest import Serve

Make = Callable[[str], Twin]


@pytest.fixture
def gosms(twin: Make) -> Twin:
    return twin("gosms-ro")


def _get(gosms: Twin, path: str) -> Answer:
    return call(gosms, f"/v1/account{path}", GOOD["gosms-ro"])


def _rows(answer: Answer) -> list[dict[str, JSON]]:
    data = answer.json["data"]
    assert isinstance(data, list)
    return [row for row in data if isinstance(row, dict)]


def test_summary_and_balance_are_the_documents(gosms: Twin) -> None:
    assert _get(gosms, "").json == {
        "currency": "EUR",
        "totalDeposits": 0,
        "totalConsumed": Decimal("1689.51"),
        "creditRemaining": Decimal("-1689.51"),
        "orderSummary": {"messages": {"count": 49000, "totalAmount": Decimal("1686.84")}},
    }
    assert _get(gosms, "/balance").body == b'{"balance": 1179.45, "currency": "EUR"}'


def test_the_first_deposit_is_the_documents(gosms: Twin) -> None:
    answer = _get(gosms, "/deposits")
    assert _rows(answer)[0] == {"amount": 5000, "currency": "RON", "created_at": "2026-03-16T06:55:13.000Z"}
    assert answer.json["pagination"] == {"page": 1, "limit": 20, "total": 2, "total_pages": 1}
    assert len(_rows(answer)) == 2
    assert _rows(_get(gosms, "/deposits?limit=1&page=2")) == _rows(answer)[1:]


def test_the_newest_message_is_the_documents(gosms: Twin) -> None:
    answer = _get(gosms, "/messages")
    assert _rows(answer)[0] == {
        "message_uuid": "392b08a2-...",
        "recipient": "40712345678",
        "message": "<message>",
        "amount": Decimal("0.03"),
        "currency": "EUR",
        "external_status": "delivered",
        "created_at": "2026-03-29T17:32:20.000Z",
    }
    assert len(_rows(answer)) == 20
    assert answer.json["pagination"] == {"page": 1, "limit": 20, "total": 101595, "total_pages": 5080}


def test_all_messages_are_different_and_in_order(gosms: Twin) -> None:
    seen: set[str] = set()
    statuses: set[str] = set()
    last = "9"
    for page in range(1, 1017):
        for row in _rows(_get(gosms, f"/messages?limit=100&page={page}")):
            seen.add(str(row["message_uuid"]))
            statuses.add(str(row["external_status"]))
            created = str(row["created_at"])
            assert created < last
            last = created
    assert len(seen) == 101595
    assert statuses == {"delivered", "sent", "failed", "expired"}
    assert datetime.fromisoformat(last).year == 2024


def test_a_page_of_a_hundred_is_made_quickly(gosms: Twin) -> None:
    started = time.process_time()
    for page in range(1, 51):
        _get(gosms, f"/messages?limit=100&page={page}")
    assert (time.process_time() - started) / 50 < 0.01


@pytest.mark.parametrize(
    ("query", "limit", "rows", "total_pages"),
    [
        ("?limit=100", 100, 100, 1016),
        ("?limit=1000", 100, 100, 1016),
        ("?limit=100&page=1016", 100, 95, 1016),
        ("?limit=100&page=1017", 100, 0, 1016),
        ("?limit=1&page=101595", 1, 1, 101595),
        ("?page=999999999999999", 20, 0, 5080),
    ],
)
def test_pages(gosms: Twin, query: str, limit: int, rows: int, total_pages: int) -> None:
    answer = _get(gosms, f"/messages{query}")
    pagination = answer.json["pagination"]
    assert isinstance(pagination, dict)
    assert (len(_rows(answer)), pagination["limit"], pagination["total_pages"]) == (rows, limit, total_pages)


@pytest.mark.parametrize(
    "query",
    ["page=0", "page=-1", "page=x", "page=", "limit=0", "page=1&page=2", "page=%D9%A1", "status=sent"],
)
def test_wrong_pages_are_refused(gosms: Twin, query: str) -> None:
    answer = _get(gosms, f"/messages?{query}")
    assert (answer.status, answer.json["error"]) == (400, "INVALID_DATA")


def test_the_total_can_be_set(gosms: Twin) -> None:
    with gosms.change() as state:
        table(state, "options")["messages_total"] = "0"
    empty = _get(gosms, "/messages")
    assert _rows(empty) == []
    assert empty.json["pagination"] == {"page": 1, "limit": 20, "total": 0, "total_pages": 0}


def test_new_messages_arrive_on_top_and_move_the_others_down(serve: Serve) -> None:
    server = serve("gosms-ro:grow=3,after=1,times=2")
    pages = [ask(server, "/gosms-ro/v1/account/messages?limit=10", GOOD["gosms-ro"]) for _ in range(4)]
    ids = [[row["message_uuid"] for row in _rows(page)] for page in pages]
    assert ids[1][3:] == ids[0][:7]
    assert ids[2][3:] == ids[1][:7]
    assert ids[3] == ids[2]
    assert len(set(map(str, ids[2])) | set(map(str, ids[0]))) == 16
    times = [str(row["created_at"]) for row in _rows(pages[2])]
    assert times == sorted(times, reverse=True)
