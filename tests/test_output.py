"""Every format: what it writes for one object, an array, a page and a failure; nothing in it does harm."""

import csv
import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from importlib import import_module
from io import StringIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smsacct.models import Row
from smsacct.output.base import Answer, Sheet, columns, formats
from smsacct.redact import printable
from smsacct.shapes import ALL, BALANCE, MESSAGES

SIXTY = Decimal("123456789012345678901234567890123456789012345678901234567.890")


def balance(name: str = "messagebird", amount: Decimal = Decimal("10.30"), **more: object) -> Row:
    row: dict[str, object] = {
        "provider": name,
        "profile": name,
        "account": None,
        "amount": amount,
        "available": None,
        "reserved": None,
        "unit": "EUR",
        "payment": None,
        "parts": {},
        "as_of": "2026-11-20T22:45:00Z",
    }
    return {**row, **more}  # type: ignore[dict-item]  # rows of JSON values


FAILED: Row = {
    "provider": "gosms-ro",
    "profile": "shop",
    "error": {
        "kind": "auth",
        "message": "GoSMS.ro rejects the credentials, twice",
        "hint": None,
        "provider": "gosms-ro",
        "profile": "shop",
        "http_status": 401,
        "provider_code": None,
        "retryable": False,
    },
}


def message(text: str | None = "Hello", **more: object) -> Row:
    row: dict[str, object] = {
        "id": "m1",
        "recipient": "+40712345678",
        "text": text,
        "amount": Decimal("0.03"),
        "unit": "EUR",
        "status": "delivered",
        "created_at": "2026-11-20T22:45:00Z",
    }
    return {**row, **more}  # type: ignore[dict-item]  # rows of JSON values


def written(name: str, answer: Answer) -> str:
    out = StringIO()
    import_module(f"smsacct.output.{name}").write(answer, Sheet(out))
    return out.getvalue()


def messages(*rows: Row) -> Answer:
    pagination = {"page": 1, "limit": 20, "total": 101595, "total_pages": 5080}
    return Answer(
        MESSAGES,
        rows,
        envelope=lambda: {"provider": "gosms-ro", "profile": "gosms-ro", "pagination": pagination},
    )


def test_the_formats_are_the_files() -> None:
    assert formats() == ["csv", "json", "jsonl", "table", "tsv"]


def test_json_of_one_of_several_and_of_a_page() -> None:
    one = written("json", Answer(BALANCE, [balance()], single=True))
    assert '"amount": 10.30,' in one
    assert json.loads(one)["as_of"] == "2026-11-20T22:45:00Z"
    several = json.loads(written("json", Answer(BALANCE, [balance(), FAILED])))
    assert [row.get("amount", "none") for row in several] == [10.3, "none"]
    assert several[1] == json.loads(json.dumps(FAILED))
    assert json.loads(written("json", Answer(BALANCE, [balance()]))) == [json.loads(one)]
    assert written("json", Answer(BALANCE, [])) == "[]\n"
    page = json.loads(written("json", messages(message(), message(None))))
    assert list(page) == ["provider", "profile", "items", "pagination"]
    assert [row["text"] for row in page["items"]] == ["Hello", None]
    assert page["pagination"]["total"] == 101595


def test_jsonl_is_an_item_a_line() -> None:
    lines = written("jsonl", messages(message("a\nb\u2028c"), message())).splitlines()
    assert [json.loads(line)["text"] for line in lines] == ["a\nb\u2028c", "Hello"]


def test_csv_has_a_header_and_quotes() -> None:
    rows = [balance(parts={"plan": Decimal(15), "anytime": Decimal(138)}), FAILED]
    lines = list(csv.DictReader(StringIO(written("csv", Answer(BALANCE, rows)))))
    assert lines[0]["amount"] == "10.30"
    assert json.loads(lines[0]["parts"]) == {"plan": 15, "anytime": 138}
    assert (lines[1]["amount"], lines[1]["error.kind"]) == ("", "auth")
    assert lines[1]["error.message"] == "GoSMS.ro rejects the credentials, twice"


@pytest.mark.parametrize(
    "start", ["=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", " =", "\t=", "\r\n@", "\u200b="]
)
def test_text_cannot_start_a_formula(start: str) -> None:
    text = f'{start}HYPERLINK("https://a.example")'
    answer = messages(message(text))
    (row,) = csv.DictReader(StringIO(written("csv", answer)))
    assert row["text"] == f"'{printable(text)}"
    assert written("tsv", answer).split("\n")[1].split("\t")[2] == f"'{printable(text)}"


def test_numbers_and_recipients_stay_bare() -> None:
    text = written("csv", messages(message("-", amount=Decimal("-1.50"))))
    (row,) = csv.DictReader(StringIO(text))
    assert (row["amount"], row["recipient"], row["text"]) == ("-1.50", "+40712345678", "'-")


def test_tsv_is_an_item_a_line_whatever_the_text() -> None:
    text = written("tsv", messages(message("a\tb\nc\r\nd\x1b\u2028e"), message('say "x"')))
    lines = [line.split("\t") for line in text.split("\n")]
    assert [len(line) for line in lines] == [7, 7, 7, 1]
    assert [line[2] for line in lines[:3]] == ["text", "a b c  d e", 'say "x"']


@pytest.mark.parametrize("name", ["csv", "tsv", "jsonl"])
def test_rows_leave_as_they_come(name: str) -> None:
    out = StringIO()

    def rows() -> Iterator[Row]:
        yield message("first")
        assert "first" in out.getvalue()
        yield message("second")

    import_module(f"smsacct.output.{name}").write(Answer(MESSAGES, rows()), Sheet(out))
    assert "second" in out.getvalue()


def test_a_piped_table_is_aligned_and_never_cut() -> None:
    long = "word " * 100 + "end"
    text = written(
        "table", messages(message(long, amount=SIXTY), message("\u4f60\u597d", amount=Decimal(-1)))
    )
    head, *lines = text.splitlines()
    assert head.split() == ["ID", "RECIPIENT", "TEXT", "AMOUNT", "UNIT", "STATUS", "CREATED", "AT"]
    assert long in lines[0]
    assert str(SIXTY) in lines[0]
    assert "\x1b" not in text
    end = head.index("AMOUNT") + len("AMOUNT")  # numbers end in one column; a wide character takes two
    assert lines[0][:end].endswith("7.890")
    assert lines[1][: end - 2].endswith(" -1")


def test_a_piped_table_of_accounts_leaves_out_what_is_empty() -> None:
    text = written("table", Answer(BALANCE, [balance(), balance("eztexting", Decimal(0))]))
    assert text.splitlines() == [
        "PROVIDER     PROFILE      AMOUNT  UNIT  AS OF",
        "messagebird  messagebird   10.30  EUR   2026-11-20T22:45:00Z",
        "eztexting    eztexting         0  EUR   2026-11-20T22:45:00Z",
    ]
    failed = written("table", Answer(BALANCE, [balance(), FAILED])).splitlines()
    assert failed[0].split()[-2:] == ["KIND", "MESSAGE"]
    assert failed[2].split() == [
        "gosms-ro",
        "shop",
        "auth",
        *["GoSMS.ro", "rejects", "the", "credentials,", "twice"],
    ]


HOSTILE: Sequence[str] = (
    "\x1b[31mred",
    "\x1b]8;;https://a.example\x1b\\x",
    "\x1b]52;c;cGxhbnRlZA==\x07",
    "\x9b31m",
    "\x9d52;c;x\x9c",
    *["\u202e", "\u2066", "\u200b", "�", "\x00", "\x7f"],
    "\U000e0041",
    "\r",
    "\n",
    "[red]x[/red]",
    "[/x]",
    ":smile:",
)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("name", formats())
def test_hostile_text_is_harmless_and_exact_in_json(name: str, text: str) -> None:
    shown = written(name, messages(message(f"a{text}b")))
    shown.encode()
    assert printable(shown.replace("\n", "").replace("\t", "")) == shown.replace("\n", "").replace("\t", "")
    if name == "json":
        assert json.loads(shown)["items"][0]["text"] == f"a{text}b"
    elif name == "jsonl":
        assert json.loads(shown)["text"] == f"a{text}b"
    else:
        assert printable(f"a{text}b") in shown


@settings(deadline=None)
@given(
    st.text(),
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20, places=4),
)
def test_any_text_is_a_cell_of_its_own(text: str, amount: Decimal) -> None:
    answer = messages(message(text, amount=amount), message("after"))
    rows = list(csv.reader(StringIO(written("csv", answer))))
    assert [len(row) for row in rows] == [7, 7, 7]
    assert Decimal(rows[1][3]) == amount
    assert rows[1][2].removeprefix("'") == printable(text).removeprefix("'")
    assert [line.count("\t") for line in written("tsv", answer).split("\n")[:-1]] == [6, 6, 6]
    assert len(written("table", answer).split("\n")) == 4


@pytest.mark.parametrize("shape", ALL.values(), ids=ALL)
def test_every_shape_has_columns_and_is_drawn_when_empty(shape: object) -> None:
    found = next(each for each in ALL.values() if each is shape)
    names = [name for name, _ in columns(found)]
    assert len(names) == len(set(names))
    for name in ("csv", "tsv", "table", "jsonl"):
        written(name, Answer(found, []))
