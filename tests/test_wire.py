"""An untrusted reply: exact values come out of it, or a failure that names the path."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from smsacct.errors import UnavailableError
from smsacct.exact import digits, to_json
from smsacct.wire import Body, parse

SIXTY = "123456789012345678901234567890123456789012345678901234567.890"

Look = Callable[[Body, str], object]
LOOKS: dict[str, Look] = {
    "decimal": Body.decimal,
    "integer": Body.integer,
    "decimal_or_none": Body.decimal_or_none,
    "text": Body.text,
    "text_or_none": Body.text_or_none,
    "secret": Body.secret,
    "time": Body.time,
    "time_or_none": Body.time_or_none,
    "mapping_or_none": Body.mapping_or_none,
    "child": Body.child,
    "optional": Body.optional,
    "items": lambda body, name: list(body.items(name)),
}
MAY_BE_ABSENT = {name for name in LOOKS if name.endswith("_or_none")} | {"optional"}


def failure_of(look: Callable[[], object]) -> str:
    with pytest.raises(UnavailableError) as caught:
        look()
    assert caught.value.hint
    return caught.value.message


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("103", "103"),
        ("10.324", "10.324"),
        ("1.50", "1.50"),
        ("0", "0"),
        ("0.00", "0.00"),
        ("-0", "-0"),
        ("-0.0", "-0.0"),
        ("-17.25", "-17.25"),
        ("1e3", "1000"),
        ("1E+2", "100"),
        ("1.5e-3", "0.0015"),
        ("1e-9", "0.000000001"),
        ("0.1", "0.1"),
        ("10.324000000000001", "10.324000000000001"),
        (SIXTY, SIXTY),
        ("1e300", "1E+300"),
    ],
)
def test_a_number_keeps_its_digits(written: str, shown: str) -> None:
    amount = Body.read(f'{{"amount": {written}}}'.encode()).decimal("amount")
    assert amount == Decimal(written)
    assert digits(amount) == shown
    assert json.loads(digits(amount), parse_int=Decimal, parse_float=Decimal) == Decimal(written)


@pytest.mark.parametrize(
    ("reply", "problem"),
    [
        ("{}", "'amount' in the reply is missing"),
        ('{"amount": null}', "'amount' in the reply is null where a number is due"),
        ('{"amount": "10"}', "'amount' in the reply is text where a number is due"),
        ('{"amount": true}', "'amount' in the reply is a boolean where a number is due"),
        ('{"amount": [1]}', "'amount' in the reply is a list where a number is due"),
        ('{"amount": {"a": 1}}', "'amount' in the reply is an object where a number is due"),
        ("[1]", "the reply is a list where an object is due"),
        ('"a"', "the reply is text where an object is due"),
        ("null", "the reply is null where an object is due"),
        ("7", "the reply is a number where an object is due"),
    ],
)
def test_what_is_no_number_is_told_by_its_path(reply: str, problem: str) -> None:
    assert failure_of(lambda: Body.read(reply.encode()).decimal("amount")) == problem


@pytest.mark.parametrize("name", sorted(set(LOOKS) - MAY_BE_ABSENT))
@pytest.mark.parametrize("reply", ['{"other": 1}', '{"it": null}'])
def test_what_must_be_there_is_missed(name: str, reply: str) -> None:
    if name == "child" and "null" in reply:
        assert Body.read(reply.encode()).child("it") is not None  # it is there, and says so when it is read
        return
    assert failure_of(lambda: LOOKS[name](Body.read(reply.encode()), "it")).startswith(
        "'it' in the reply is "
    )


@pytest.mark.parametrize("name", sorted(MAY_BE_ABSENT))
def test_what_may_be_absent_is_none_and_never_zero(name: str) -> None:
    for reply in (b"{}", b'{"it": null}'):
        assert LOOKS[name](Body.read(reply), "it") is None


def test_the_path_leads_to_the_place() -> None:
    body = Body.read(b'{"data": [{"cost": {"amount": 1}}, {"cost": {"amount": "2"}}]}')
    second = list(body.items("data"))[1].child("cost")
    assert failure_of(lambda: second.decimal("amount")) == (
        "'data[1].cost.amount' in the reply is text where a number is due"
    )
    assert failure_of(lambda: body.items("data[0]")) == "'data[0]' in the reply is missing"
    assert failure_of(lambda: next(iter(body.items("data"))).items()) == (
        "'data[0]' in the reply is an object where a list is due"
    )


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        ("NaN", "the reply holds NaN, which is no number"),
        ("Infinity", "the reply holds Infinity, which is no number"),
        ("-Infinity", "the reply holds -Infinity, which is no number"),
        ("1e999999999", "the reply holds a number beyond reason"),
        ("1e-999999999", "the reply holds a number beyond reason"),
        ("1e99999999999999999999", "the reply holds a number beyond reason"),
        ("9" * 5000, "the reply holds a number beyond reason"),
        ("0." + "1" * 5000, "the reply holds a number beyond reason"),
        ("1_000", "the reply is not JSON"),
        ("0x10", "the reply is not JSON"),
        ("+1", "the reply is not JSON"),
        (".5", "the reply is not JSON"),
        ("01", "the reply is not JSON"),
        ("1,5", "the reply is not JSON"),
        ("\u0661", "the reply is not JSON"),
    ],
)
def test_what_json_knows_no_number_for(number: str, problem: str) -> None:
    assert failure_of(lambda: parse(f'{{"amount": {number}}}'.encode())) == problem


@pytest.mark.parametrize(
    ("reply", "problem"),
    [
        (b"", "the reply is empty where JSON is due"),
        (b" \r\n\t", "the reply is empty where JSON is due"),
        (b'{"amount": 1', "the reply is not JSON"),
        (b'{"amount": 1} {"amount": 2}', "the reply is not JSON"),
        (b"<!DOCTYPE html><html></html>", "the reply is not JSON but an HTML page"),
        (b"\n  <html lang='en'>", "the reply is not JSON but an HTML page"),
        (b'{"name": "\xff\xfe"}', "the reply is not valid UTF-8"),
        (b"\x1f\x8b\x08\x00", "the reply is not valid UTF-8"),
        ('{"amount": 1}'.encode("utf-16"), "the reply is not valid UTF-8"),
        (b'{"name": "a\nb"}', "the reply is not JSON"),
        (b"[" * 1_000_000, "the reply is nested without end"),
        (b'{"a":' * 1_000_000, "the reply is nested without end"),
        (b"[" * 100_000 + b"]" * 100_000, "the reply is nested without end"),
    ],
)
def test_what_is_no_json(reply: bytes, problem: str) -> None:
    assert failure_of(lambda: parse(reply)) == problem


def test_a_byte_order_mark_is_no_reason_to_fail() -> None:
    assert Body.read(b'\xef\xbb\xbf{"amount": 10.30}').decimal("amount") == Decimal("10.30")


def test_unknown_fields_are_ignored_and_the_last_of_two_counts() -> None:
    body = Body.read(b'{"new": {"deep": [1]}, "amount": 1, "amount": 2}')
    assert body.decimal("amount") == Decimal(2)


def test_a_free_object_is_not_followed_without_end() -> None:
    def nested(depth: int) -> bytes:
        return b'{"metadata": {"a": ' + b"[" * depth + b"1" + b"]" * depth + b"}}"

    whole = Body.read(nested(20)).mapping_or_none("metadata")
    assert to_json(whole or {}) == '{"a":' + "[" * 20 + "1" + "]" * 20 + "}"
    assert failure_of(lambda: Body.read(nested(300)).mapping_or_none("metadata")) == (
        "'metadata' in the reply is nested without end"
    )


@pytest.mark.parametrize(("number", "whole"), [("5400", 5400), ("5.4e3", 5400), ("7.00", 7), ("-3", -3)])
def test_whole_numbers(number: str, whole: int) -> None:
    assert Body.read(f'{{"n": {number}}}'.encode()).integer("n") == whole


@pytest.mark.parametrize(
    ("number", "problem"),
    [("1.5", "is no whole number"), ("1e19", "is beyond reason"), ("1e900", "is beyond reason")],
)
def test_what_is_no_whole_number(number: str, problem: str) -> None:
    message = failure_of(lambda: Body.read(f'{{"n": {number}}}'.encode()).integer("n"))
    assert message == f"'n' in the reply {problem}"


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-11-20T22:45:00Z", datetime(2026, 11, 20, 22, 45, tzinfo=UTC)),
        ("2026-11-21T00:45:00+02:00", datetime(2026, 11, 20, 22, 45, tzinfo=UTC)),
        ("2026-11-20T22:45:00", datetime(2026, 11, 20, 22, 45, tzinfo=UTC)),
        ("2026-11-20 22:45:00.123456", datetime(2026, 11, 20, 22, 45, 0, 123456, tzinfo=UTC)),
        ("2026-11-20T22:45:00.123456789Z", datetime(2026, 11, 20, 22, 45, 0, 123456, tzinfo=UTC)),
        ("2026-10-25T02:30:00+02:00", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("2026-10-25T02:30:00+01:00", datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
        ("2026-11-20", datetime(2026, 11, 20, tzinfo=UTC)),
    ],
)
def test_times_are_utc(written: str, moment: datetime) -> None:
    found = Body.read(json.dumps({"at": written}).encode()).time("at")
    assert (found, found.tzinfo) == (moment, UTC)


@pytest.mark.parametrize(
    "written",
    ["", "yesterday", "2026-13-01T00:00:00Z", "2026-02-30", "1763678700", "0001-01-01T00:00:00+05:00",
     "9999-12-31T23:59:59-05:00", "2026-11-20T25:00:00Z", "\ud800"],
)  # fmt: skip
def test_what_is_no_time(written: str) -> None:
    body = Body.read(json.dumps({"at": written}).encode())
    assert failure_of(lambda: body.time("at")) == "'at' in the reply is no ISO 8601 time"


@pytest.mark.parametrize("token", ["", "a b", "a\nb", "\u00e9t\u00e9", "\ud800", "tab\t", "nul\0"])
def test_what_is_no_token(token: str) -> None:
    body = Body.read(json.dumps({"accessToken": token}).encode())
    assert failure_of(lambda: body.secret("accessToken")) == "'accessToken' in the reply is no token"


def test_text_echoes_no_credential_and_a_token_is_kept_whole() -> None:
    body = Body.read(
        b'{"text": "key planted-key", "token": "planted-key", "map": {"planted-key": ["planted-key"]}}',
        ("planted-key",),
    )
    assert body.text("text") == "key ***"
    assert body.secret("token") == "planted-key"
    assert body.mapping_or_none("map") == {"***": ["***"]}
