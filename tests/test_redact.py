"""No secret is shown, however it is spelled, and no character that steers a terminal."""

import base64
import json
import sys
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smsacct.redact import (
    MASK,
    SECRET_NAMES,
    escaped,
    hint_of,
    masked_members,
    masked_reply,
    printable,
    without,
)

SECRET = 'pl+nted/k\u00e9y"\\='
SPELLINGS = [
    SECRET,
    json.dumps(SECRET)[1:-1],
    json.dumps(SECRET, ensure_ascii=False)[1:-1],
    json.dumps(SECRET)[1:-1].replace("/", "\\/"),
    "pl%2Bnted%2Fk%C3%A9y%22%5C%3D",
]


def steering() -> set[str]:
    """Give every character that controls, reorders or hides: Cc, Cf, Cs, Zl, Zp of this Python's Unicode."""
    categories = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    return {chr(code) for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code)) in categories}


def test_no_steering_character_is_printable_and_every_one_is_escaped() -> None:
    for character in steering():
        assert printable(f"a{character}b") in {"ab", "a b"}, hex(ord(character))
        text = escaped(f'"a{character}b"')
        assert text.isascii()
        assert json.loads(text, strict=True) == f"a{character}b"


def test_what_people_write_is_left_alone() -> None:
    text = "Rendez-vous confirm\u00e9 \u0417\u0430\u043a \u4f60\u597d \u05e9 e\u0301 \U0001f600 [red]x[/x]"
    assert printable(text) == text
    assert escaped(text) == text


@pytest.mark.parametrize("gap", ["\t", "\n", "\r", "\v", "\f", "\x85", "\u2028", "\u2029"])
def test_a_break_becomes_a_space(gap: str) -> None:
    assert printable(f"a{gap}b") == "a b"


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),
        ("\x1b]8;;https://a.example\x1b\\link\x1b]8;;\x1b\\", "]8;;https://a.example\\link]8;;\\"),
        ("\x1b]52;c;cGxhbnRlZA==\x07", "]52;c;cGxhbnRlZA=="),
        ("\x9b31mred", "31mred"),
        ("\x9d52;c;x\x9c", "52;c;x"),
        ("abc\u202edef\u2066ghi\u2069", "abcdefghi"),
        ("a\u200bb\u200dc\ufeffd\u00ade", "abcde"),
        ("\U000e0041\U000e0042x", "x"),
        ("\x08\x08\x08x\x7f", "x"),
    ],
)
def test_what_steers_a_terminal_does_nothing(hostile: str, shown: str) -> None:
    assert printable(hostile) == shown


@settings(deadline=None)
@given(st.text(st.characters() | st.sampled_from("\x1b\x9b\u202e\u200b\ud800")))
def test_any_text_is_made_printable(text: str) -> None:
    assert not steering_in(printable(text))
    assert printable(printable(text)) == printable(text)


def steering_in(text: str) -> list[str]:
    return [
        character for character in text if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"}
    ]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_secret_is_masked_however_it_is_spelled(spelling: str) -> None:
    assert without(f"before {spelling} after", [SECRET]) == f"before {MASK} after"
    assert masked_reply(f"before {spelling} after".encode(), [SECRET]) == b"before *** after"


def test_the_longer_of_two_secrets_goes_first() -> None:
    assert without("planted-key-2 planted-key", ["planted-key", "planted-key-2"]) == "*** ***"


def test_what_is_too_short_to_be_a_secret_stays() -> None:
    assert without("a cat on a mat", ["a", "", "cat"]) == "a cat on a mat"


@pytest.mark.parametrize(
    "pair", ["someone:planted", "someone:", "\u00e9t\u00e9:planted-password", "a:b/?>>>"]
)
@pytest.mark.parametrize("word", ["Basic", "basic", "BASIC"])
def test_what_basic_carries_is_masked(pair: str, word: str) -> None:
    coded = base64.b64encode(pair.encode()).decode()
    for shown in (coded, coded.rstrip("="), coded.replace("/", "\\/")):
        text = f'{{"seen": "Authorization: {word} {shown}", "ok": 1}}'
        assert coded.rstrip("=") not in without(text, []).replace("\\", "")
        assert json.loads(masked_reply(text.encode(), []))["seen"] in {
            f"Authorization: {word} ***",
            f"Authorization: {word} ***=",
        }


@pytest.mark.parametrize(
    "text", ["Basic authentication is required", "a basic account", "BASIC", "basic planABCD1"]
)
def test_the_word_basic_is_an_ordinary_one(text: str) -> None:
    assert without(text, []) == text


@pytest.mark.parametrize("name", [*SECRET_NAMES, "ACCESSTOKEN", "Password"])
@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ('"planted"', '"***"'),
        ('"plan\\"ted"', '"***"'),
        ('"plan\\\\"', '"***"'),
        ("12345678", '"***"'),
        ('"plan\nted"', '"***"'),
        ('"plan\\\nted"', '"***"'),
        ("null", '"***"'),
    ],
)
def test_a_member_that_holds_a_secret_is_masked(name: str, value: str, shown: str) -> None:
    reply = f'{{"balance": 10.50, "{name}" : {value}, "name": "x"}}'
    assert masked_members(reply.encode()).decode() == f'{{"balance": 10.50, "{name}" : {shown}, "name": "x"}}'


def test_a_member_is_masked_in_half_a_reply_and_in_what_is_no_text() -> None:
    assert masked_members(b'{"accessToken": "plan') == b'{"accessToken": "***"'
    assert (
        masked_members(b'\xff\xfe{"accessToken":"planted\xff"}\x00') == b'\xff\xfe{"accessToken":"***"}\x00'
    )


@settings(deadline=None)
@given(st.binary(max_size=80), st.binary(max_size=80))
def test_a_reply_keeps_every_other_byte(before: bytes, after: bytes) -> None:
    assert masked_reply(before, ["planted-key"]) == masked_members(before)
    assert b"planted-key" not in masked_reply(before + b"planted-key" + after, ["planted-key"])


def test_a_large_reply_is_masked_in_no_time() -> None:
    hostile = b'"token"' * 200_000 + b'"token":' + b" " * 2_000_000 + b'"' + b"\\" * 2_000_000
    assert masked_members(hostile).endswith(b'"***"')


@pytest.mark.parametrize(
    ("token", "shown"),
    [
        ("ab12cdef34567890", "ab12\u2026"),
        ("ab12cdef345", "\u2026"),
        ("", "\u2026"),
        ("\x1b[3" + "a" * 20, "[3a\u2026"),
    ],
)
def test_the_hint_of_a_token(token: str, shown: str) -> None:
    assert hint_of(token) == shown
