"""What a person sees: tables on terminals of several widths, hostile text, colour, and single fields."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import pytest
from rich.cells import cell_len

from program import World
from raw_server import RawServer, always
from smsacct.exact import to_json
from smsacct.models import Json
from smsacct.redact import printable
from terminal import on_terminal

SIXTY = "123456789012345678901234567890123456789012345678901234567.890"
LONG = "word " * 99 + "ended"
HOSTILE = (
    "\x1b[2J\x1b]0;title\x07 \x1b]8;;https://a.example\x1b\\link\x1b]8;;\x1b\\ \x1b]52;c;cGxhbnRlZA==\x07 "
    "\x9b31m \x9d52;c;x\x9c \u202egpj.exe \u2066x\u2069 a\u200bb [red]x[/red] [/x] :smile: \r\n\tend"
)


def item(text: str | None, amount: str = "0.03", number: int = 1) -> dict[str, Json]:
    return {
        "message_uuid": f"8b8898dd-9d56-465a-a31a-ef9b1475022{number}",
        "recipient": "+40750442786",
        "message": text,
        "amount": Decimal(amount),
        "currency": "EUR",
        "external_status": "delivered",
        "created_at": "2026-03-29T17:20:25Z",
    }


@contextmanager
def gosms(world: World, *items: dict[str, Json]) -> Iterator[World]:
    """Let gosms-ro answer ``messages`` with ``items``."""
    told: Json = {"page": 1, "limit": 20, "total": len(items), "total_pages": 1}
    body = to_json({"data": items, "pagination": told}).encode()
    with RawServer(always(body=body)) as server:
        world.environ |= {"SMSACCT_GOSMS_RO_BASE_URL": server.url, "SMSACCT_GOSMS_RO_API_KEY": "planted-key"}
        yield world


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_amounts_are_whole_and_text_is_folded_at_every_width(world: World, columns: int) -> None:
    with gosms(world, item(LONG, SIXTY), item("short", "-12.50", 2)) as wired:
        screen = on_terminal(wired, "messages", columns=columns)
        piped = wired.run("messages", env={"COLUMNS": str(columns)})
    assert screen.code == 0
    assert SIXTY in screen.text
    assert "-12.50" in screen.text
    assert LONG.replace(" ", "") in screen.flat
    assert "…" not in screen.text
    assert "2 of 2, page 1 of 1" in screen.text
    assert SIXTY in piped.out
    assert LONG in piped.out
    assert "\x1b" not in piped.out


@pytest.mark.parametrize("columns", [40, 80, 100, 200])
def test_the_balances_fit_the_terminal(world: World, columns: int) -> None:
    screen = on_terminal(world, "balance", "--sandbox", columns=columns)
    assert screen.code == 0
    assert max(map(cell_len, screen.lines)) <= columns
    for told in (
        "10.324",
        "1179.45",
        "153",
        "103",
        "plan 15",
        "anytime 138",
        "prepaid",
        "acc_abc123",
        "as of 2",
    ):
        assert told in screen.text
    assert ("╭" in screen.text) is (columns >= 100)  # a box where there is room
    assert len(screen.widths) <= 1
    if columns >= 80:
        assert sum("agiletelecom" in line for line in screen.lines) == 1
        assert len(screen.lines) < 14


def test_wide_characters_stay_in_their_columns(world: World) -> None:
    texts = [
        "\u4f60\u597d\u4e16\u754c",
        "\U0001f600 hi",
        "e\u0301te\u0301",
        "\u0627\u0644\u0633\u0644\u0627\u0645",
        "plain",
    ]
    with gosms(world, *[item(text, number=index) for index, text in enumerate(texts)]) as wired:
        screen = on_terminal(wired, "messages", columns=160)
        piped = wired.run("messages").out.splitlines()
    assert len(screen.widths) == 1
    assert len({cell_len(line) for line in piped[1:]}) == 1


@pytest.mark.parametrize("columns", [40, 80, 200])
@pytest.mark.parametrize("text", [HOSTILE, "\x1b[31m" * 50 + "x", "\u202e" * 100, ""])
def test_hostile_text_does_nothing_to_a_terminal(world: World, columns: int, text: str) -> None:
    with gosms(world, item(text), item("after", number=2)) as wired:
        screen = on_terminal(wired, "messages", columns=columns)
    assert screen.code == 0
    assert [line for line in screen.lines if line != printable(line)] == []
    assert printable(text).replace(" ", "") in screen.flat
    assert len(screen.widths) <= 1


def test_hostile_text_is_exact_in_json_and_harmless_raw(world: World) -> None:
    with gosms(world, item(HOSTILE)) as wired:
        plain = wired.run("messages", "--json")
        screens = [on_terminal(wired, "messages", flag) for flag in ("--json", "--raw")]
        field = on_terminal(wired, "messages", "--field", "text")
    for shown in (plain.out, screens[0].raw):
        assert json.loads(shown)["items"][0]["text"] == HOSTILE
    for screen in (*screens, field):
        assert [line for line in screen.raw.splitlines() if line != printable(line)] == []
    assert field.raw == printable(HOSTILE) + "\n"


def test_an_error_that_a_provider_words_does_nothing_either(world: World) -> None:
    body = to_json({"errors": [{"code": "E\x1b[31m1", "message": HOSTILE}]}).encode()
    with RawServer(always(403, body)) as server:
        world.environ |= {
            "SMSACCT_MESSAGEBIRD_BASE_URL": server.url,
            "SMSACCT_MESSAGEBIRD_ACCESS_KEY": "planted-key",
        }
        for arguments in (["-p", "messagebird"], ["-p", "messagebird", "-v"], ["--all"], ["--all", "--json"]):
            screen = on_terminal(world, "balance", *arguments)
            assert screen.code in {4, 11}
            assert [line for line in screen.lines if line != printable(line)] == []


COLOURLESS = [({"NO_COLOR": "1"}, ()), ({"TERM": "dumb"}, ()), ({}, ("--no-color",))]


@pytest.mark.parametrize(("env", "arguments"), COLOURLESS)
def test_no_colour_where_it_is_not_wanted(
    world: World, env: dict[str, str], arguments: tuple[str, ...]
) -> None:
    screen = on_terminal(world, "balance", "--sandbox", *arguments, env=env, columns=120)
    assert screen.code == 0
    assert "\x1b" not in screen.raw
    assert "10.324" in screen.raw


def test_colour_on_a_terminal_alone(world: World) -> None:
    assert "\x1b[" in on_terminal(world, "balance", "--sandbox").raw
    assert "\x1b[" in on_terminal(world, "balance", "--sandbox", env={"NO_COLOR": ""}).raw
    forced = {"FORCE_COLOR": "1", "CLICOLOR_FORCE": "1", "TTY_COMPATIBLE": "1", "TERM": "xterm-256color"}
    assert "\x1b" not in world.run("balance", "--sandbox", env=forced).out


def test_profiles_that_fail_have_their_own_rows(world: World) -> None:
    with RawServer(always(body=b'{"balance": -5.10, "currency": "RON"}')) as server:
        world.environ |= {
            "SMSACCT_GOSMS_RO_BASE_URL": server.url,
            "SMSACCT_GOSMS_RO_API_KEY": "planted-key",
            "SMSACCT_MESSAGEBIRD_BASE_URL": server.url,
            "SMSACCT_MESSAGEBIRD_ACCESS_KEY": "planted-key",
        }
        screen = on_terminal(world, "balance", columns=80)
    assert screen.code == 11
    assert "-5.10" in screen.text
    (row,) = [line for line in screen.lines if "messagebird" in line and "unavailable" in line]
    assert "'type' in the reply is missing" in screen.text
    assert "-5.10" not in row


def test_a_terminal_of_no_known_width(world: World) -> None:
    for columns in (0, 1):
        assert "10.324" in on_terminal(world, "balance", "--sandbox", columns=columns).text


# Single fields.


@pytest.mark.parametrize(
    ("arguments", "lines"),
    [
        (("balance", "-p", "eztexting", "--field", "amount"), ["153"]),
        (("balance", "-p", "eztexting", "--field", "parts.plan"), ["15"]),
        (("balance", "-p", "eztexting", "--field", "parts.nothing"), [""]),
        (("balance", "-p", "eztexting", "--field", "available"), [""]),
        (("balance", "-p", "eztexting", "--field", "parts"), ['{"plan":15,"anytime":138}']),
        (("balance", "-p", "eztexting", "-p", "messagebird", "--field", "unit"), ["credits", "EUR"]),
        (("balance", "-p", "credits-dev", "--field", "account"), ["acc_abc123", "acc_123"]),
        (("balance", "-p", "eztexting", "--field", "error.kind"), [""]),
        (("summary", "--field", "orders.messages.estimated"), ["true"]),
        (("messages", "--limit", "2", "--field", "recipient"), ["40712345678", "40750442786"]),
    ],
)
def test_a_field_is_a_bare_value_a_line(world: World, arguments: tuple[str, ...], lines: list[str]) -> None:
    result = world.run(*arguments, "--sandbox")
    assert (result.code, result.err, result.out.split("\n")) == (0, "", [*lines, ""])


@pytest.mark.parametrize(
    "field", ["amounts", "", ".", "amount.x", "unit.", "error.nothing", "items", "Amount"]
)
def test_a_field_that_no_item_can_have(world: World, field: str) -> None:
    result = world.run("balance", "--sandbox", "-p", "eztexting", "--field", field)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("error: the answer has no field")
    assert "hint: it has provider, profile" in result.err
