"""What every twin refuses alike, each in its vendor's own error shape."""

from collections.abc import Callable

import pytest

from smsacct.sandbox.base import Twin
from smsacct.sandbox.catalogue import twin_ids
from smsacct.sandbox.jsontext import JSON

from .client import AS_JSON, GOOD, READ_PATHS, Answer, basic, call

Make = Callable[[str], Twin]

_BAD_HEADERS: dict[str, list[dict[str, str]]] = {
    "messagebird": [
        {},
        {"Authorization": "test_gshuPaZoeEG6ovbc8M79w0QyM"},
        {"Authorization": "Bearer test_gshuPaZoeEG6ovbc8M79w0QyM"},
        {"Authorization": "AccessKey test_other"},
    ],
    "eztexting": [
        {},
        basic("your_username", "wrong"),
        {"Authorization": "Basic your_username:your_password"},
        {"Authorization": "Basic é"},
        {"Authorization": "Bearer 0123"},
        {"Authorization": "Digest x"},
        {"X-Api-Key": "YOUR_API_KEY"},
    ],
    "agiletelecom": [
        {},
        {"X-Api-Key": "wrong"},
        {"Authorization": "Api-Key YOUR_API_KEY"},
        basic("username", "wrong"),
        {"Authorization": "Basic !"},
        {"Authorization": "OAuth oauth_consumer_key=YOUR_CONSUMER_KEY"},
        {"X-Api-Key": "YOUR_API_KEY", **basic("username", "password")},
    ],
    "gosms-ro": [
        {},
        {"X-Authorization": "[YOUR_API_KEY]"},
        {"X-Authorization": "Bearer YOUR_API_KEY"},
        {"Authorization": "YOUR_API_KEY"},
    ],
    "credits-dev": [{}, {"X-API-Key": "wrong"}, {"Authorization": "Bearer YOUR_API_KEY"}],
}


def _is_shaped(provider_id: str, answer: Answer) -> bool:
    shapes: dict[str, set[str]] = {
        "messagebird": {"errors"},
        "eztexting": {"status", "title", "errors"},
        "agiletelecom": {"status"},
        "gosms-ro": {"error", "message"},
        "credits-dev": {"error"},
    }
    return shapes[provider_id] <= answer.json.keys() and answer.headers["content-type"].startswith(
        "application/json"
    )


@pytest.mark.parametrize("provider_id", twin_ids())
def test_its_documents_credentials_are_taken(twin: Make, provider_id: str) -> None:
    assert call(twin(provider_id), READ_PATHS[provider_id], GOOD[provider_id]).status == 200


@pytest.mark.parametrize(
    ("provider_id", "headers"), [(name, headers) for name, many in _BAD_HEADERS.items() for headers in many]
)
def test_any_other_credentials_are_refused(twin: Make, provider_id: str, headers: dict[str, str]) -> None:
    answer = call(twin(provider_id), READ_PATHS[provider_id], headers)
    assert answer.status == 401
    assert _is_shaped(provider_id, answer)


@pytest.mark.parametrize("provider_id", twin_ids())
def test_unknown_paths_methods_bodies_and_parameters_are_refused(twin: Make, provider_id: str) -> None:
    path, good = READ_PATHS[provider_id], GOOD[provider_id]
    asked = [
        (404, call(twin(provider_id), f"{path}/", good)),
        (404, call(twin(provider_id), f"/{path}", good)),
        (404, call(twin(provider_id), "/", good)),
        (405, call(twin(provider_id), path, {**good, **AS_JSON}, "POST", "{}")),
        (400, call(twin(provider_id), path, {**good, **AS_JSON}, "GET", "{}")),
        (400, call(twin(provider_id), f"{path}?access_key=x", good)),
    ]
    for status, answer in asked:
        assert answer.status == status
        assert _is_shaped(provider_id, answer)
    assert asked[3][1].headers["allow"] == "GET"
    assert call(twin(provider_id), path, good, "HEAD").body == b""


_WRITES = {"eztexting": "/v1/credits/purchase", "credits-dev": "/v1/accounts/create"}
_OTHER_TYPES = ["", "text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin-1"]
_MALFORMED: list[str | bytes] = [
    "",
    "{",
    "[]",
    "null",
    "5",
    '{"credits": NaN}',
    '{"name": "a", "name": "b"}',
    '{"unknown": 1}',
    b"\xff\xfe",
    b"[" * 9000,
]


@pytest.mark.parametrize("provider_id", _WRITES)
@pytest.mark.parametrize("content_type", _OTHER_TYPES)
def test_another_content_type_is_refused(twin: Make, provider_id: str, content_type: str) -> None:
    headers = {**GOOD[provider_id], "Content-Type": content_type}
    answer = call(twin(provider_id), _WRITES[provider_id], headers, "POST", "{}")
    assert answer.status == 415
    assert _is_shaped(provider_id, answer)


@pytest.mark.parametrize("provider_id", _WRITES)
@pytest.mark.parametrize("body", _MALFORMED, ids=range(len(_MALFORMED)))
def test_a_malformed_body_is_refused(twin: Make, provider_id: str, body: str | bytes) -> None:
    headers = {**GOOD[provider_id], **AS_JSON}
    answer = call(twin(provider_id), _WRITES[provider_id], headers, "POST", body)
    assert answer.status == 400
    assert _is_shaped(provider_id, answer)


_SEEN: JSON = {"code": "401", "message": "Unauthorized"}
_FAILURES: list[tuple[str, int, JSON]] = [
    ("messagebird", 401, {"errors": [{"code": 2, "description": "Unauthorized", "parameter": "access_key"}]}),
    ("messagebird", 503, {"errors": []}),
    ("eztexting", 401, {"status": 401, "title": "Unauthorized", "errors": [_SEEN]}),
    ("agiletelecom", 503, {"status": "error", "message": "Service Unavailable", "code": 8}),
    ("agiletelecom", 403, {"status": "error", "message": "Forbidden", "code": 100}),
    ("agiletelecom", 429, {"status": "fail", "data": {"request": "Too Many Requests"}}),
    ("gosms-ro", 402, {"error": "TOP_UP_NEEDED", "message": "Payment Required"}),
    ("credits-dev", 500, {"error": "Internal Server Error"}),
]


@pytest.mark.parametrize(("provider_id", "status", "body"), _FAILURES)
def test_failures_have_the_vendors_shape(twin: Make, provider_id: str, status: int, body: JSON) -> None:
    reply = twin(provider_id).failure(status)
    assert (reply.status, Answer(reply.status, {}, reply.body).json) == (status, body)


@pytest.mark.parametrize(
    ("provider_id", "code", "status"),
    [
        ("agiletelecom", "9", 503),
        ("agiletelecom", "1", 401),
        ("agiletelecom", "100", 403),
        ("messagebird", "25", 402),
    ],
)
def test_a_code_brings_its_status(twin: Make, provider_id: str, code: str, status: int) -> None:
    assert twin(provider_id).failure(None, code).status == status
    assert twin(provider_id).failure(200, code).status == 200
