"""What ``auth login --stdin`` may be given, and what it answers to anything else."""

import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smsacct.credentials import parse_login
from smsacct.errors import UsageError
from smsacct.providers.auth import basic, header, oauth1

KEY = (header("Authorization", "access_key", "AccessKey"),)
AGILE = (header("X-Api-Key", "api_key"), oauth1(), basic())


@pytest.mark.parametrize(
    ("text", "wanted", "method", "fields"),
    [
        ("key", None, "api_key", {"api_key": "key"}),
        ("key\n", None, "api_key", {"api_key": "key"}),
        ("key\r\n", "api_key", "api_key", {"api_key": "key"}),
        (" key ", None, "api_key", {"api_key": " key "}),
        ("12345", None, "api_key", {"api_key": "12345"}),
        ("null", None, "api_key", {"api_key": "null"}),
        ('{"api_key": "{"}\n', None, "api_key", {"api_key": "{"}),
        ('{"password": "p", "username": "u"}', None, "basic", {"username": "u", "password": "p"}),
        ('{"password": "p", "username": "u"}', "basic", "basic", {"username": "u", "password": "p"}),
        (
            '{"consumer_key": "k", "consumer_secret": "s", "token": "t"}',
            None,
            "oauth1",
            {"consumer_key": "k", "consumer_secret": "s", "token": "t"},
        ),
    ],
)
def test_login_is_read(text: str, wanted: str | None, method: str, fields: dict[str, str]) -> None:
    found, given = parse_login(text, AGILE, wanted)
    assert (found.id, given) == (method, fields)


@pytest.mark.parametrize(
    ("text", "wanted", "message"),
    [
        ("", None, "nothing came on standard input"),
        (" \n", None, "nothing came on standard input"),
        ("hidden", "basic", "what came on standard input is no JSON object"),
        ("[1]", "basic", "what came on standard input is no JSON object"),
        ('{"api_key": "hidden', None, "what came on standard input is no JSON object"),
        ('{"a":' * 100_000, None, "what came on standard input is no JSON object"),
        ("hidden\nhidden", None, "the secret on standard input has more than one line"),
        ("{}", None, "there is no api_key"),
        ('{"username": "hidden"}', None, "there is no password"),
        ('{"token": "hidden"}', None, "there is no consumer_key and no consumer_secret"),
        ('{"api_key": ""}', None, "the field 'api_key' is empty or no text"),
        ('{"api_key": 7}', None, "the field 'api_key' is empty or no text"),
        ('{"api_key": ["hidden"]}', None, "the field 'api_key' is empty or no text"),
        ('{"api_key": "hidden\\udc00"}', None, "the field 'api_key' is empty or no text"),
        ('{"api_key": "hidden", "pin\\u001b": "hidden"}', None, "the method 'api_key' has no field 'pin'"),
        ('{"api_key": "hidden"}', "basic", "the method 'basic' has no field 'api_key'"),
        ("hidden", "b\x1basic", "there is no method 'basic'"),
    ],
)
def test_login_that_is_wrong_says_how_without_a_value(text: str, wanted: str | None, message: str) -> None:
    with pytest.raises(UsageError) as raised:
        parse_login(text, AGILE, wanted)
    assert raised.value.message == message
    assert raised.value.hint
    assert "hidden" not in f"{raised.value.hint}"


def test_object_is_for_the_method_that_has_all_its_fields() -> None:
    methods = (header("X-User", "username"), basic())
    assert parse_login('{"username": "u", "password": "p"}', methods, None)[0].id == "basic"
    assert parse_login('{"username": "u"}', methods, None)[0].id == "username"


def test_hint_shows_what_to_give() -> None:
    with pytest.raises(UsageError) as raised:
        parse_login("hidden", (basic(),), None)
    assert raised.value.hint == 'give {"username": "…", "password": "…"}'


@settings(deadline=None)  # a busy machine is no failure
@given(
    st.text() | st.dictionaries(st.text() | st.just("api_key"), st.text() | st.integers()).map(json.dumps),
    st.sampled_from([None, "api_key", "basic", "oauth1"]),
)
def test_any_text_gives_fields_or_a_usage_error(text: str, wanted: str | None) -> None:
    with suppress(UsageError):
        method, fields = parse_login(text, AGILE, wanted)
        assert set(method.fields) <= fields.keys()
        assert all(value.encode() for value in fields.values())


@settings(deadline=None)  # a busy machine is no failure
@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]), min_size=1))
def test_bare_secret_comes_through_whole(secret: str) -> None:
    if secret.strip() and not secret.lstrip().startswith("{"):
        assert parse_login(f"{secret}\n", KEY, None)[1] == {"access_key": secret}
