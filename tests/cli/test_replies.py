"""Replies that are no good, over real HTTP: each has its exit code, and is told in full."""

import time
from decimal import Decimal

import pytest

from cli.faulty import fail, requests
from cli.told import told, told_in_json
from program import World
from smsacct.sandbox.server import SandboxServer

PROVIDERS = ("agiletelecom", "credits-dev", "eztexting", "gosms-ro", "messagebird")
AUTH, REFUSED, UNAVAILABLE, LIMITED = (4, "auth"), (5, "refused"), (6, "unavailable"), (7, "rate-limited")
DUE = {401: AUTH, 403: AUTH, 404: REFUSED, 429: LIMITED, 500: UNAVAILABLE}
# What each vendor's own error shape says; credits-dev has words, and none of the others' codes.
CODES: dict[tuple[str, int], str] = {
    ("messagebird", 401): "2",
    ("messagebird", 403): "2",
    ("messagebird", 404): "98",
    ("messagebird", 500): "99",
    ("eztexting", 401): "401",
    ("agiletelecom", 401): "1",
    ("agiletelecom", 403): "100",
    ("agiletelecom", 500): "8",
    ("gosms-ro", 401): "INVALID_API_KEY",
    ("gosms-ro", 404): "NOT_FOUND",
}
MEANINGS = [
    ("messagebird", "2", AUTH),
    ("messagebird", "20", REFUSED),
    ("messagebird", "21", REFUSED),
    ("messagebird", "25", REFUSED),
    ("agiletelecom", "1", AUTH),
    ("agiletelecom", "2", REFUSED),
    ("agiletelecom", "8", UNAVAILABLE),
    ("agiletelecom", "9", UNAVAILABLE),
    ("agiletelecom", "11", AUTH),
    ("agiletelecom", "100", AUTH),
]
SHAPES = {
    "messagebird": '{"errors": [{"code": %s, "description": "no", "parameter": null}]}',
    "agiletelecom": '{"status": "error", "message": "no", "code": %s}',
}
SPOILT = {
    "empty": "empty",
    "html": "HTML page",
    "truncated": "not JSON",
    "oversized": "8 MiB",
    "list": "a list where an object is due",
    "nan": "NaN",
    "deep": "nested without end",
    "invalid_utf8": "not valid UTF-8",
    "body=null": "null where an object is due",
    "body=103": "a number where an object is due",
    'body={"amount": 1} {"amount": 2}': "not JSON",
}
GOOD = {
    "messagebird": '{"payment": "prepaid", "type": "euros", "amount": %s}',
    "eztexting": '{"planCredits": 1, "anytimeCredits": 2, "totalCredits": %s}',
    "agiletelecom": '{"credit": %s}',
    "gosms-ro": '{"currency": "EUR", "balance": %s}',
    "credits-dev": '{"accounts": [{"id": "acc_1", "balance": %s}]}',
}
OLD = {name: (body % 1).replace('": 1', '_was": 1') for name, body in GOOD.items()}
NO_NUMBERS = {
    '"103"': "text where a number is due",
    "null": "null where",
    "true": "a boolean where",
    "[1]": "a list",
}
EXACT = ["-5.25", "-0", "0.00", "9" * 60, f"1.{'0' * 58}1", f"-{'1' * 30}.{'2' * 30}"]
STATUSES = {
    **dict.fromkeys((400, 402, 405, 409, 415, 422), REFUSED),
    **dict.fromkeys((301, 304, 307, 408, 500, 501, 505), UNAVAILABLE),
}


@pytest.mark.parametrize("status", DUE)
def test_errors_in_the_vendors_own_shapes(wired: World, server: SandboxServer, status: int) -> None:
    fail(server, *[f"{provider}:status={status},header=Retry-After:600" for provider in PROVIDERS])
    result = wired.run("balance", "--all", "--json")
    assert result.code == 11
    assert [entry["provider"] for entry in result.json] == list(PROVIDERS)
    code, kind = DUE[status]
    for entry in result.json:
        error, provider = entry["error"], entry["provider"]
        assert set(entry) == {"provider", "profile", "error"}
        assert (error["kind"], error["http_status"], error["provider"]) == (kind, status, provider)
        assert error["retryable"] is (code in {6, 7})
        assert error["message"]
        assert error["hint"]
        if (provider, status) in CODES:
            assert error["provider_code"] == CODES[provider, status]


@pytest.mark.parametrize("status", DUE)
def test_exit_code_of_each(wired: World, server: SandboxServer, status: int) -> None:
    fail(server, f"messagebird:status={status},header=Retry-After:600")
    told(wired.run("balance", "-p", "messagebird"), DUE[status][0], "MessageBird")


@pytest.mark.parametrize(("provider", "code", "due"), MEANINGS)
def test_providers_own_code_goes_before_the_status(
    wired: World, server: SandboxServer, provider: str, code: str, due: tuple[int, str]
) -> None:
    for http in (200, 500) if code in {"2", "25", "11"} else (200,):
        fail(server, f"{provider}:status={http},times=1,body={SHAPES[provider] % code}")
        result = wired.run("balance", "-p", provider, "--json")
        told_in_json(result, *due)
        assert (result.error["provider_code"], result.error["http_status"]) == (code, http)


def test_success_false_is_a_refusal(wired: World, server: SandboxServer) -> None:
    fail(server, 'credits-dev:body={"success": false, "error": "Account is closed"}')
    result = wired.run("balance", "-p", "credits-dev", "--json")
    told_in_json(result, *REFUSED)
    assert "Account is closed" in result.error["message"]


def test_rejected_key_of_messagebird_says_which_keys_work(wired: World) -> None:
    result = wired.run("balance", "-p", "messagebird", env={"SMSACCT_MESSAGEBIRD_ACCESS_KEY": "live_new"})
    told(result, 4, "app.bird.com", "classic", "2026-12-31")


@pytest.mark.parametrize("status", STATUSES)
def test_status_says_what_failed(wired: World, server: SandboxServer, status: int) -> None:
    fail(server, f"gosms-ro:status={status},body={{}}")
    result = wired.run("summary", "-p", "gosms-ro", "--json")
    told_in_json(result, *STATUSES[status])
    assert result.error["http_status"] == status
    assert len(requests(server)) == 1


@pytest.mark.parametrize("spoilt", SPOILT)
def test_reply_that_is_no_balance(wired: World, server: SandboxServer, spoilt: str) -> None:
    fail(server, f"messagebird:{spoilt}")
    told(wired.run("balance", "-p", "messagebird"), 6, SPOILT[spoilt])


@pytest.mark.parametrize("number", NO_NUMBERS)
def test_amount_that_is_no_number(wired: World, server: SandboxServer, number: str) -> None:
    fail(server, *[f"{provider}:body={GOOD[provider] % number}" for provider in PROVIDERS])
    told_by_all(wired, NO_NUMBERS[number])


def test_amount_that_is_missing(wired: World, server: SandboxServer) -> None:
    fail(server, *[f"{provider}:body={OLD[provider]}" for provider in PROVIDERS])
    told_by_all(wired, "' in the reply is missing")


def told_by_all(wired: World, words: str) -> None:
    """Check that every provider's balance fails, and says so with ``words``."""
    result = wired.run("balance", "--all", "--json")
    assert (result.code, len(result.json)) == (11, len(PROVIDERS))
    for entry in result.json:
        assert entry["error"]["kind"] == "unavailable"
        assert words in entry["error"]["message"]
        assert "amount" not in entry


@pytest.mark.parametrize("number", EXACT)
def test_amount_keeps_the_providers_own_digits(wired: World, server: SandboxServer, number: str) -> None:
    for provider in PROVIDERS:
        fail(server, f"{provider}:body={GOOD[provider] % number}")
    result = wired.run("balance", "--format", "jsonl")
    assert (result.code, result.err) == (0, "")
    assert result.out.replace(": ", ":").count(f'"amount":{number},') == len(PROVIDERS)
    for form in ("csv", "table"):
        shown = wired.run("balance", "--format", form).out
        assert shown.replace(",", " ").split().count(number) == len(PROVIDERS)


def test_exponents_are_written_out(wired: World, server: SandboxServer) -> None:
    fail(server, 'agiletelecom:body={"credit": 1.20E+3}')
    assert wired.run("balance", "-p", "agiletelecom", "--field", "amount").out == "1200\n"
    assert wired.run("balance", "-p", "agiletelecom", "--json").json["amount"] == Decimal(1200)


def test_number_beyond_reason_is_no_amount(wired: World, server: SandboxServer) -> None:
    for number in ("1e999999999", "-1e-999999999", "9" * 5000):
        server.app._faults.clear()
        fail(server, f"agiletelecom:body={GOOD['agiletelecom'] % number}")
        told(wired.run("balance", "-p", "agiletelecom"), 6, "beyond reason")


@pytest.mark.parametrize("fault", ["latency=30", "status=503"])
def test_timeout_ends_it_retries_and_waits_included(wired: World, server: SandboxServer, fault: str) -> None:
    started = time.monotonic()
    wired.run("balance", "-p", "messagebird")
    usual = time.monotonic() - started
    fail(server, f"messagebird:{fault}")
    started = time.monotonic()
    result = wired.run("balance", "-p", "messagebird", "--timeout", "1", "--json")
    took = time.monotonic() - started
    told_in_json(result, *UNAVAILABLE)
    assert took < 2 + usual
    if fault == "latency=30":
        assert "within 1 s" in result.error["message"]
        assert took >= 1
    else:
        assert len(requests(server)) > 2


def test_rate_limit_in_both_dialects_is_waited_out(wired: World, server: SandboxServer) -> None:
    fail(server, "messagebird:rate_limit=1,times=1", "eztexting:rate_limit=900ms,times=1")
    started = time.monotonic()
    result = wired.run("balance", "-p", "messagebird", "-p", "eztexting", "--field", "amount")
    assert (result.code, result.out, result.err) == (0, "103\n153\n", "")
    assert time.monotonic() - started >= 0.9
