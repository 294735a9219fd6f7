"""Hostile text of a provider, through real commands: harmless on a terminal and in a sheet, exact in JSON."""

import csv
import io
import json
import re
import unicodedata

import pytest

from cli.faulty import fail
from cli.terminal import on_terminal
from program import World
from smsacct.sandbox.server import SandboxServer

HOSTILE = {
    "clears the screen": "a\x1b[2J\x1b[Hb",
    "sets the title": "\x1b]0;owned\x07",
    "OSC 8 link": "\x1b]8;;https://evil.example/\x1b\\click\x1b]8;;\x1b\\",
    "OSC 52 clipboard": "\x1b]52;c;cm0gLXJmIC8=\x07",
    "DCS": "\x1bP+q544e\x1b\\",
    "C1": "\x9b31m\x9d0;t\x9c\x85",
    "controls": "".join(map(chr, range(32))) + "\x7f",
    "backspaces": "1000\b\b\b\b9",
    "bidi": "\u202e0001\u202c \u2066x\u2069 \u200f",
    "zero width": "1\u200b0\u200d0\ufeff0\u2060",
    "line separators": "a\u2028b\u2029c",
    "tags": "x\U000e0041\U000e007f",
    "lone surrogate": "a\ud800b",
    "Rich markup": "[red]x[/red] [/] [/nothing] [link=https://evil.example]y",
    "emoji code": ":smile: :bomb:",
    "wide": "東京 e\u0301 🇷🇴",
    "long": "word " * 200,
}
FORMULAS = [
    "=cmd|'/c calc'!A1",
    "+1+cmd|'/c calc'!A1",
    "-2+3",
    "@SUM(1)",
    "\t=1",
    "\r\n=1",
    "\u200b=1",
    "＝1",  # noqa: RUF001 - a sheet takes it for the sign
    '="a","b"',
    "=1\n=2",
]
STYLE = re.compile(r"\x1b\[[0-9;]*m")
TEXTS = {**HOSTILE, **{f"formula {count}": text for count, text in enumerate(FORMULAS)}}


def account(text: str) -> str:
    """Give a ledger's reply in which every text is ``text``."""
    texts = dict.fromkeys(("id", "externalId", "developerId", "name", "email"), text)
    return json.dumps({"accounts": [{**texts, "balance": 7, "metadata": {text: [text, {"in": text}]}}]})


def messages(texts: list[str]) -> str:
    rows = [
        {
            "message_uuid": text,
            "recipient": "+40712345678",
            "message": text,
            "amount": -0.03,
            "currency": text,
            "external_status": text,
            "created_at": "2026-03-29T17:32:20.000Z",
        }
        for text in texts
    ]
    total = len(rows)
    page = {"page": 1, "limit": 100, "total": total, "total_pages": 1}
    return json.dumps({"data": rows, "pagination": page})


def harmless(shown: str) -> bool:
    """Whether ``shown`` steers nothing: no control, format character, separator or surrogate in it."""
    bad = {
        character for character in shown if unicodedata.category(character) in {"Cc", "Cf", "Zl", "Zp", "Cs"}
    }
    assert bad <= {"\n"}, sorted(map(ascii, bad))
    return True


@pytest.mark.parametrize("colour", [True, False])
def test_table_on_a_terminal(wired: World, server: SandboxServer, *, colour: bool) -> None:
    fail(server, f"gosms-ro:body={messages(list(TEXTS.values()))}")
    options = [] if colour else ["--no-color"]
    code, shown = on_terminal(wired, "messages", "-p", "gosms-ro", *options)
    assert code == 0, shown
    plain = STYLE.sub("", shown).replace("\r\n", "\n")
    assert harmless(plain)
    assert "[/nothing]" in plain
    assert ":smile:" in plain
    assert plain.count("-0.03") == len(TEXTS)


@pytest.mark.parametrize("name", ["OSC 8 link", "bidi", "Rich markup", "controls", "lone surrogate"])
def test_every_field_of_an_account_on_a_terminal(wired: World, server: SandboxServer, name: str) -> None:
    fail(server, f"credits-dev:body={account(HOSTILE[name])}")
    for line in (
        ("accounts", "list"),
        ("balance", "-p", "credits-dev"),
        ("accounts", "list", "--field", "metadata"),
    ):
        code, shown = on_terminal(wired, *line)
        assert code == 0, shown
        assert harmless(STYLE.sub("", shown).replace("\r\n", "\n"))


def test_raw_on_a_terminal_is_made_printable(wired: World, server: SandboxServer) -> None:
    body = json.dumps(
        {"payment": "prepaid", "type": HOSTILE["wide"], "amount": 1, "x": "\x9b\u202e"}, ensure_ascii=False
    )
    fail(server, f"messagebird:body={body}")
    code, shown = on_terminal(wired, "balance", "-p", "messagebird", "--raw")
    assert code == 0
    assert harmless(shown.replace("\r\n", "\n"))
    assert "東京" in shown


@pytest.mark.parametrize("name", HOSTILE)
def test_error_of_a_provider(wired: World, server: SandboxServer, name: str) -> None:
    text = json.dumps(HOSTILE[name] + " told")
    fail(server, f'credits-dev:status=400,body={{"error": {text}, "code": {text}}}')
    if name in {"OSC 52 clipboard", "Rich markup"}:
        _, shown = on_terminal(wired, "accounts", "list", "-v")
        assert harmless(shown.replace("\r\n", "\n"))
        assert harmless(wired.run("balance", "-A", "--format", "csv").out)
    result = wired.run("accounts", "list")
    assert result.code == 5
    assert harmless(result.err)
    assert len(result.err.splitlines()) == 2


@pytest.mark.parametrize("form", ["table", "csv", "tsv", "--field"])
def test_pipes_get_one_harmless_line_a_row(wired: World, server: SandboxServer, form: str) -> None:
    texts = list(TEXTS.values())
    fail(server, f"gosms-ro:body={messages(texts)}")
    options = ("--field", "text") if form == "--field" else ("--format", form)
    result = wired.run("messages", "-p", "gosms-ro", *options)
    assert (result.code, result.err) == (0, "")
    assert harmless(result.out.replace("\t", "") if form == "tsv" else result.out)
    lines = result.out.split("\n")[:-1]
    assert len(lines) == len(texts) + (form != "--field")
    if form == "tsv":
        assert {line.count("\t") for line in lines} == {6}


@pytest.mark.parametrize("form", ["csv", "tsv"])
def test_sheet_computes_nothing(wired: World, server: SandboxServer, form: str) -> None:
    fail(server, f"gosms-ro:body={messages(FORMULAS)}", f"credits-dev:body={account(FORMULAS[0])}")
    for line in (("messages",), ("accounts", "list"), ("balance", "-p", "credits-dev")):
        out = wired.run(*line, "--format", form).out
        dialect = {"delimiter": "\t", "quoting": csv.QUOTE_NONE} if form == "tsv" else {"delimiter": ","}
        rows = list(csv.DictReader(io.StringIO(out, newline=""), **dialect))
        assert rows
        for row in rows:
            for name, cell in row.items():
                bare = name in {"amount", "balance", "recipient"}
                assert bare or not cell.lstrip().startswith(("=", "+", "-", "@", "＝")), (name, cell)  # noqa: RUF001
    assert rows[0]["amount"] == "7"


def test_numbers_and_recipients_stay_bare(wired: World, server: SandboxServer) -> None:
    fail(server, f"gosms-ro:body={messages(['x'])}")
    row = wired.run("messages", "--format", "csv").out.splitlines()[1]
    assert row == "x,+40712345678,x,-0.03,X,x,2026-03-29T17:32:20Z"


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_json_is_exact_and_printable(wired: World, server: SandboxServer, form: str) -> None:
    texts = list(TEXTS.values())
    fail(server, f"gosms-ro:body={messages(texts)}")
    result = wired.run("messages", "-p", "gosms-ro", "--format", form)
    items = result.json["items"] if form == "json" else [json.loads(line) for line in result.out.splitlines()]
    assert [item["text"] for item in items] == texts
    assert harmless(result.out)
    fail(server, f"credits-dev:body={account(HOSTILE['controls'])}")
    assert wired.run("accounts", "list", "--json").json[0]["metadata"] == {
        HOSTILE["controls"]: [HOSTILE["controls"], {"in": HOSTILE["controls"]}]
    }


def test_narrow_terminal_cuts_no_amount(wired: World, server: SandboxServer) -> None:
    fail(server, f"agiletelecom:option=credit:{'7' * 60}")
    code, shown = on_terminal(wired, "balance", "--all", size=(24, 30))
    assert code == 0
    assert "7" * 60 in STYLE.sub("", shown)


def test_no_colour_where_it_is_not_wanted(wired: World) -> None:
    for options, env in ((["--no-color"], {}), ([], {"NO_COLOR": "1"}), ([], {"TERM": "dumb"})):
        _, shown = on_terminal(wired, "balance", "-p", "messagebird", *options, env=env)
        assert not re.search(r"\x1b\[[0-9;]*[34][0-7]", shown)
    _, shown = on_terminal(wired, "balance", "-A", env={"SMSACCT_GOSMS_RO_API_KEY": "wrong"})
    assert "\x1b[31m" in shown  # a failure is red
