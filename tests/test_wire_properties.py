"""What nobody thought of in a reply gives a value or a failure, and what was read is written exactly."""

import json
import unicodedata
from decimal import Decimal
from typing import NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsacct.errors import UnavailableError
from smsacct.exact import digits, to_json
from smsacct.models import Json
from smsacct.wire import Body, parse
from test_wire import LOOKS

numbers = st.decimals(allow_nan=False, allow_infinity=False, places=None).map(
    lambda number: number if abs(number.adjusted()) < 900 else Decimal(number.adjusted())
)
texts = st.text(st.characters(exclude_categories=["Cs"])) | st.text(
    st.sampled_from(
        '\x00\x1b\x07\x7f\x80\x9b\x9d\u200b\u200d\u202e\u2066\u2028\ufeff\ud800\u00ad\U000e0041a<"\\/='
    )
)
values: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**70), 10**70) | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)


def every_look(data: bytes) -> list[str]:
    """Look at every field in every way; gives what was said of those that are not there."""
    try:
        body = Body.read(data)
    except UnavailableError as error:
        return [error.message]
    said = []
    for look in LOOKS.values():
        for name in ("amount", "a", ""):
            try:
                look(body, name)
            except UnavailableError as error:
                said.append(error.message)
    return said


@given(st.binary(max_size=200))
def test_arbitrary_bytes_give_a_value_or_a_failure(data: bytes) -> None:
    assert all(message.isprintable() for message in every_look(data))


@given(values, st.sampled_from(["amount", "a", "b"]), st.integers(0, 400), st.binary(max_size=3))
def test_arbitrary_json_also_mutilated_gives_a_value_or_a_failure(
    value: Json, name: str, cut: int, inserted: bytes
) -> None:
    whole = to_json({name: value}).encode()
    broken = whole[:cut] + inserted + whole[cut + 1 :]
    assert all(message.isprintable() for message in [*every_look(whole), *every_look(broken)])


def is_steering(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"}


def no_float(_text: str) -> NoReturn:
    raise AssertionError("NaN or Infinity was written")


@given(values, st.sampled_from([None, 2]))
def test_json_goes_out_exactly_and_without_a_steering_character(value: Json, indent: int | None) -> None:
    text = to_json(value, indent)
    assert not [character for character in text if character != "\n" and is_steering(character)]
    assert indent is not None or "\n" not in text
    text.encode()  # there is no lone surrogate in it
    back = json.loads(text, parse_int=Decimal, parse_float=Decimal, parse_constant=no_float)
    assert _numerically(back) == _numerically(value)


def _numerically(value: object) -> object:
    """Compare numbers by value and by the digits after the point; 1E+3 and 1000 are one."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int | Decimal):
        return ("number", digits(Decimal(value)))
    if isinstance(value, list | tuple):
        return [_numerically(item) for item in value]
    assert isinstance(value, dict)
    return {key: _numerically(item) for key, item in value.items()}


@given(values)
def test_what_was_read_is_written_as_it_was(value: Json) -> None:
    text = to_json({"it": value})
    assert to_json(parse(text.encode())) == text


def test_what_is_no_json_value_is_a_bug() -> None:
    with pytest.raises(TypeError, match="float is no JSON value"):
        to_json(1.5)  # type: ignore[arg-type]  # what a careless caller would do
