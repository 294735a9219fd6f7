import json
import threading
from collections.abc import Callable
from decimal import Decimal

import pytest

from smsacct.sandbox.base import Twin
from smsacct.sandbox.jsontext import JSON
from smsacct.sandbox.store import table

from .client import AS_JSON, GOOD, Answer, call
from .conftest import Clock

Make = Callable[[str], Twin]

_BASIC = GOOD["eztexting"]
_LOGIN: dict[str, JSON] = {"username": "your_username", "password": "your_password"}
_APP: dict[str, JSON] = {"appKey": "your_username", "appSecret": "your_password"}


@pytest.fixture
def ez(twin: Make) -> Twin:
    return twin("eztexting")


def _set(ez: Twin, **options: str) -> None:
    with ez.change() as state:
        table(state, "options").update(options)


def _credits(ez: Twin, headers: dict[str, str] | None = None) -> Answer:
    return call(ez, "/v1/credits", headers or _BASIC)


def _post(ez: Twin, path: str, body: JSON, headers: dict[str, str] | None = None) -> Answer:
    return call(ez, path, {**(headers or {}), **AS_JSON}, "POST", json.dumps(body))


def _buy(ez: Twin, **fields: JSON) -> Answer:
    body: dict[str, JSON] = {"credits": 1000, "creditCardLastFour": "4242", **fields}
    return _post(ez, "/v1/credits/purchase", body, dict(_BASIC))


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _token(ez: Twin) -> Answer:
    return _post(ez, "/v1/tokens/create", _LOGIN)


def test_the_balance_is_the_documents(ez: Twin) -> None:
    assert _credits(ez).body == b'{"planCredits": 15, "anytimeCredits": 138, "totalCredits": 153}'


def test_a_purchase_adds_to_the_anytime_credits_and_is_logged(ez: Twin) -> None:
    bought = _buy(ez)
    assert bought.status == 201
    assert bought.json == {
        "boughtCredits": 1000,
        "amount": Decimal("10.00"),
        "discount": Decimal("0.00"),
        "planCredits": 15,
        "anytimeCredits": 1138,
        "totalCredits": 1153,
    }
    _buy(ez, credits=1)
    assert _credits(ez).json == {"planCredits": 15, "anytimeCredits": 1139, "totalCredits": 1154}
    log = table(ez.read(), "purchases")
    assert (log["count"], log["credits"]) == (2, 1001)


def test_a_coupon_takes_ten_percent(ez: Twin) -> None:
    bought = _buy(ez, couponCode="WELCOME10").json
    assert (bought["amount"], bought["discount"]) == (Decimal("9.00"), Decimal("1.00"))


@pytest.mark.parametrize(
    "fields",
    [
        {"credits": 0},
        {"credits": -5},
        {"credits": True},
        {"credits": "1000"},
        {"credits": 1.5},
        {"credits": None},
        {"creditCardLastFour": 4242},
        {"creditCardLastFour": "1111"},
        {"creditCardLastFour": "42424242"},
        {"creditCardLastFour": "0002"},
        {"couponCode": "OTHER"},
        {"couponCode": None},
        {"card": "4242"},
    ],
)
def test_a_wrong_purchase_is_refused_and_buys_nothing(ez: Twin, fields: dict[str, JSON]) -> None:
    refused = _buy(ez, **fields)
    assert (refused.status, refused.json["status"]) == (400, 400)
    assert _credits(ez).number("totalCredits") == 153
    assert "purchases" not in ez.read()


def test_the_declined_card_says_so(ez: Twin) -> None:
    assert _buy(ez, creditCardLastFour="0002").text("title") == "Payment Declined"


@pytest.mark.parametrize(("style", "status", "empty"), [("ok", 200, False), ("empty", 200, True)])
def test_the_purchases_reply_can_be_another(ez: Twin, style: str, status: int, *, empty: bool) -> None:
    _set(ez, purchase_reply=style)
    bought = _buy(ez)
    assert (bought.status, bought.body == b"") == (status, empty)
    assert _credits(ez).number("totalCredits") == 1153


def test_the_balance_can_lag(ez: Twin) -> None:
    _set(ez, balance_lag="2")
    assert _buy(ez).number("totalCredits") == 153
    assert [_credits(ez).number("totalCredits") for _ in range(4)] == [153, 153, 1153, 1153]


def test_purchases_at_once_are_all_counted(ez: Twin) -> None:
    threads = [threading.Thread(target=_buy, args=(ez,), kwargs={"credits": 1}) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert _credits(ez).number("anytimeCredits") == 158


def test_a_token_opens_the_account_until_it_ends(ez: Twin, clock: Clock) -> None:
    made = _token(ez)
    assert made.number("expiresInSeconds") == 5400
    bearer = _bearer(made.text("accessToken"))
    clock.forward(5399)
    assert _credits(ez, bearer).status == 200
    clock.forward(1)
    ended = _credits(ez, bearer)
    said = "Invalid or expired access token"
    assert ended.json == {"status": 401, "title": said, "errors": [{"code": "401", "message": said}]}


@pytest.mark.parametrize(
    ("accepted", "body", "status"),
    [
        ("both", _LOGIN, 200),
        ("both", _APP, 200),
        ("document", _LOGIN, 200),
        ("document", _APP, 400),
        ("app", _APP, 200),
        ("app", _LOGIN, 400),
        ("both", {**_LOGIN, **_APP}, 400),
        ("both", {"username": "your_username"}, 400),
        ("both", {**_LOGIN, "password": "wrong"}, 401),
        ("both", {**_APP, "appSecret": "wrong"}, 401),
        ("both", {**_LOGIN, "password": 5}, 400),
    ],
)
def test_which_fields_make_a_token(ez: Twin, accepted: str, body: JSON, status: int) -> None:
    _set(ez, token_fields=accepted)
    assert _post(ez, "/v1/tokens/create", body).status == status


def test_a_refresh_rotates(ez: Twin, clock: Clock) -> None:
    first = _token(ez)
    clock.forward(60 * 24 * 3600 - 1)
    second = _post(ez, "/v1/tokens/refresh", {"refreshToken": first.text("refreshToken")})
    assert second.status == 200
    assert second.text("refreshToken") != first.text("refreshToken")
    assert _credits(ez, _bearer(second.text("accessToken"))).status == 200
    again = _post(ez, "/v1/tokens/refresh", {"refreshToken": first.text("refreshToken")})
    assert again.status == 401
    clock.forward(60 * 24 * 3600)
    late = _post(ez, "/v1/tokens/refresh", {"refreshToken": second.text("refreshToken")})
    assert late.status == 401


def test_a_refresh_token_opens_no_account_and_an_access_token_refreshes_nothing(ez: Twin) -> None:
    made = _token(ez)
    assert _credits(ez, _bearer(made.text("refreshToken"))).status == 401
    assert _post(ez, "/v1/tokens/refresh", {"refreshToken": made.text("accessToken")}).status == 401


@pytest.mark.parametrize(
    ("scope", "kind", "field", "left"),
    [
        ("one", "ACCESS_TOKEN", "accessToken", (401, 200)),
        ("one", "REFRESH_TOKEN", "refreshToken", (200, 401)),
        ("pair", "ACCESS_TOKEN", "accessToken", (401, 401)),
        ("pair", "REFRESH_TOKEN", "refreshToken", (401, 401)),
    ],
)
def test_a_revoked_token_is_dead(ez: Twin, scope: str, kind: str, field: str, left: tuple[int, int]) -> None:
    _set(ez, revoke=scope)
    made = _token(ez)
    revoked = _post(ez, "/v1/tokens/revoke", {"token": made.text(field), "type": kind})
    assert (revoked.status, revoked.body) == (200, b"")
    access = _credits(ez, _bearer(made.text("accessToken"))).status
    refresh = _post(ez, "/v1/tokens/refresh", {"refreshToken": made.text("refreshToken")}).status
    assert (access, refresh) == left
    assert _post(ez, "/v1/tokens/revoke", {"token": made.text(field), "type": kind}).status == 400


@pytest.mark.parametrize("body", [{"token": "x"}, {"token": "x", "type": "OTHER"}, {"type": "ACCESS_TOKEN"}])
def test_a_wrong_revocation_is_refused(ez: Twin, body: JSON) -> None:
    assert _post(ez, "/v1/tokens/revoke", body).status == 400


def test_the_state_holds_no_token(ez: Twin) -> None:
    made = _token(ez)
    kept = json.dumps(ez.read())
    assert made.text("accessToken") not in kept
    assert made.text("refreshToken") not in kept


def test_the_rate_limit_counts_by_the_minute(ez: Twin, clock: Clock) -> None:
    _set(ez, rate_limit="2")
    clock.forward(58.5)
    asked = [_credits(ez) for _ in range(3)]
    assert [answer.status for answer in asked] == [200, 200, 429]
    assert asked[2].headers["x-rate-limit-retry-after-milliseconds"] == "2000"
    assert asked[2].json["title"] == "Too Many Requests"
    clock.forward(2)
    assert _credits(ez).status == 200
