import json
import re
from collections.abc import Callable
from decimal import Decimal

import pytest

from smsacct.sandbox.base import Twin
from smsacct.sandbox.jsontext import JSON
from smsacct.sandbox.store import table

from .client import AS_JSON, GOOD, Answer, call

Make = Callable[[str], Twin]

_SAMPLE: JSON = {
    "id": "acc_abc123",
    "developerId": "dev_xxx",
    "externalId": "user_123",
    "name": "John Doe",
    "email": "john@example.com",
    "balance": 500,
    "metadata": None,
    "createdAt": "2024-01-15T10:00:00Z",
    "updatedAt": "2024-01-15T10:00:00Z",
}


@pytest.fixture
def accounts(twin: Make) -> Twin:
    return twin("credits-dev")


def _get(accounts: Twin, path: str) -> Answer:
    return call(accounts, f"/v1/accounts{path}", GOOD["credits-dev"])


def _create(accounts: Twin, **fields: JSON) -> Answer:
    headers = {**GOOD["credits-dev"], **AS_JSON}
    return call(accounts, "/v1/accounts/create", headers, "POST", json.dumps(fields))


def _created(answer: Answer) -> dict[str, JSON]:
    account = answer.json["account"]
    assert isinstance(account, dict)
    return account


def test_the_samples_are_the_documents(accounts: Twin) -> None:
    assert _get(accounts, "/get?accountId=acc_abc123").json == _SAMPLE
    balance = {
        "accountId": "acc_123",
        "externalId": "user_123",
        "balance": 1000,
        "reserved": 150,
        "available": 850,
    }
    assert _get(accounts, "/balance?accountId=acc_123").json == balance
    listed = _get(accounts, "").json["accounts"]
    assert isinstance(listed, list)
    assert listed[0] == _SAMPLE
    assert len(listed) == 2


def test_the_shared_external_id_answers_as_each_sample_does(accounts: Twin) -> None:
    assert _get(accounts, "/get?externalId=user_123").json == _SAMPLE
    assert _get(accounts, "/balance?externalId=user_123").text("accountId") == "acc_123"
    assert _get(accounts, "/balance?accountId=acc_abc123").number("available") == 500


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400),
        ("?accountId=", 400),
        ("?accountId=acc_123&externalId=user_123", 400),
        ("?id=acc_123", 400),
        ("?accountId=acc_none", 404),
        ("?externalId=acc_123", 404),
    ],
)
@pytest.mark.parametrize("path", ["/get", "/balance"])
def test_wrong_look_ups_are_refused(accounts: Twin, path: str, query: str, status: int) -> None:
    answer = _get(accounts, f"{path}{query}")
    assert answer.status == status
    assert answer.text("error")


def test_a_new_account_is_there_for_the_next(accounts: Twin) -> None:
    metadata: JSON = {"plan": "premium", "seats": [1, None]}
    made = _create(accounts, name="Ana", externalId="user_9", email="ana@example.com", metadata=metadata)
    account = _created(made)
    assert (made.status, made.json["success"]) == (201, True)
    assert re.fullmatch(r"acc_[0-9a-f]{12}", str(account["id"]))
    assert account == {
        "id": account["id"],
        "developerId": "dev_xxx",
        "externalId": "user_9",
        "name": "Ana",
        "email": "ana@example.com",
        "balance": 0,
        "metadata": metadata,
        "createdAt": "2026-11-20T22:45:00Z",
        "updatedAt": "2026-11-20T22:45:00Z",
    }
    assert _get(accounts, "/get?externalId=user_9").json == account
    assert _get(accounts, f"/balance?accountId={account['id']}").number("available") == Decimal(0)


def test_only_the_name_is_needed_and_an_external_id_is_taken_once(accounts: Twin) -> None:
    assert _created(_create(accounts, name="A"))["externalId"] is None
    assert _create(accounts, name="A").status == 201
    assert _create(accounts, name="B", externalId="b").status == 201
    assert _create(accounts, name="C", externalId="b").status == 409
    assert _create(accounts, name="D", externalId="user_123").status == 409


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"name": ""},
        {"name": 5},
        {"name": "A", "email": "nobody"},
        {"name": "A", "externalId": ""},
        {"name": "A", "metadata": "x"},
    ],
)
def test_a_wrong_account_is_refused(accounts: Twin, fields: dict[str, JSON]) -> None:
    assert _create(accounts, **fields).status == 400


def test_refusals_can_come_with_success_false(accounts: Twin) -> None:
    with accounts.change() as state:
        table(state, "options")["refusals"] = "success_false"
    refused = _create(accounts, name="")
    assert (refused.status, refused.json["success"]) == (200, False)
    assert "name" in refused.text("error")
