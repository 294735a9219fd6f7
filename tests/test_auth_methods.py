"""What each auth method sends, and what an error reply is taken to say."""

from base64 import b64decode
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smsacct.errors import ConfigError
from smsacct.models import Json
from smsacct.providers.auth import AuthMethod, basic, bearer, header, oauth1
from smsacct.providers.said import Said, what_is_said
from smsacct.redact import printable
from smsacct.wire import parse


def sent(method: AuthMethod, **fields: str) -> dict[str, str]:
    return dict(method.sign(fields)("GET", "https://a.example/x"))


def test_a_header_with_and_without_a_scheme() -> None:
    assert sent(header("Authorization", "access_key", "AccessKey"), access_key="k1") == {
        "Authorization": "AccessKey k1"
    }
    assert sent(header("X-Api-Key", "api_key"), api_key="k2") == {"X-Api-Key": "k2"}
    assert dict(bearer("t3")("GET", "")) == {"Authorization": "Bearer t3"}


def test_basic_is_utf_8_and_never_broken_into_lines() -> None:
    value = sent(basic(), username="jos\u00e9", password="p:w" * 100)["Authorization"]
    assert b64decode(value.removeprefix("Basic ")).decode() == "jos\u00e9:" + "p:w" * 100
    assert "\n" not in value


@pytest.mark.parametrize(
    "value", ["a\r\nX-Injected: 1", "a\nb", "a\0", " a", "a ", "\u00e9", "a\x7f", "\ud800", "a\tb"]
)
def test_what_no_header_can_carry_is_told_without_showing_it(value: str) -> None:
    with pytest.raises(ConfigError, match="the api_key holds a character that no header can carry") as caught:
        header("X-Api-Key", "api_key").sign({"api_key": value})
    assert caught.value.hint
    with pytest.raises(ConfigError, match="the access token holds a character that no header can carry"):
        bearer(value)


@pytest.mark.parametrize(("username", "password"), [("a:b", "c"), ("\udcff", "c"), ("a", "\ud800")])
def test_what_basic_cannot_carry(username: str, password: str) -> None:
    with pytest.raises(ConfigError):
        basic().sign({"username": username, "password": password})


@settings(deadline=None)
@given(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
)
def test_oauth_sends_one_clean_line_whatever_the_key(key: str, secret: str) -> None:
    value = sent(oauth1(), consumer_key=key, consumer_secret=secret)["Authorization"]
    assert value.startswith("OAuth ")
    assert value.isascii()
    assert value.isprintable()
    assert "oauth_signature=" in value


def test_oauth_wants_both_halves_of_a_token() -> None:
    with pytest.raises(ConfigError, match="token is there without token_secret"):
        oauth1().sign({"consumer_key": "k", "consumer_secret": "s", "token": "t"})


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ('{"errors":[{"code":2,"description":"Request not allowed","parameter":"access_key"}]}',
         Said(("2",), "Request not allowed")),
        ('{"status":401,"title":"Invalid","errors":[{"code":"401","message":"Wrong password"}]}',
         Said(("401",), "Wrong password")),
        ('{"status":"error","message":"IP not allowed","code":100}', Said(("100",), "IP not allowed")),
        ('{"success":false,"error":"account not found"}', Said((), "account not found")),
        ('{"error":"invalid_token","error_description":"expired"}', Said(("invalid_token",), "expired")),
        ('{"error":{"code":"E1","message":"no"}}', Said(("E1",), "no")),
        ('{"errors":["Access Forbidden"]}', Said((), "Access Forbidden")),
        ('{"detail":"  two\\nlines "}', Said((), "two lines")),
        ('{"code": true, "message": ""}', Said()),
        ("[]", Said()),
        ("null", Said()),
        ('"text"', Said()),
    ],
)  # fmt: skip
def test_what_an_error_reply_says(reply: str, said: Said) -> None:
    assert what_is_said(parse(reply.encode()), ()) == said


def test_what_is_said_is_short_and_holds_no_secret() -> None:
    said = what_is_said({"error": "wrong:planted-key", "message": "x" * 1000}, ["planted-key"])
    assert said.codes == ("wrong:***",)
    assert len(said.text or "") <= 301
    hidden = what_is_said(
        {"message": "bad plan\u200bted-\x1bkey", "code": "planted\u202e-key"}, ["planted-key"]
    )
    assert hidden == Said(("***",), "bad ***")


JSON = st.recursive(
    st.none() | st.booleans() | st.decimals(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["errors", "error", "code", "message", "title", "x"]), inner, max_size=4
        )
    ),
)


@settings(deadline=None)
@given(JSON)
def test_any_reply_says_something_printable_or_nothing(reply: object) -> None:
    said = what_is_said(cast("Json", reply), ())
    assert said.text is None or (said.text == printable(said.text) and len(said.text) <= 301)
    assert all(len(code) <= 40 for code in said.codes)
