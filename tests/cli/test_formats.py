"""The forms of an answer: bare values, sheets, JSON, the reply's own bytes; and what a shell does to them."""

import csv
import json
import time
from decimal import Decimal

import pytest

from cli.faulty import fail, requests
from cli.shell import shell
from cli.told import told
from program import World
from smsacct.sandbox.server import SandboxServer

BIRD = ("balance", "-p", "messagebird")
HEAD = (
    "provider,profile,account,external_id,amount,available,reserved,unit,payment,parts,as_of,"
    "error.kind,error.message"
)
ORDERS = "messages -p gosms-ro --all-pages"


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("balance -p eztexting --field parts.plan", ["15"]),
        ("balance -p messagebird --field parts.plan", [""]),
        ("balance -p messagebird --field account", [""]),
        ("balance -p messagebird --field error.kind", [""]),
        ("balance -p credits-dev --field account", ["acc_abc123", "acc_123"]),
        ("balance -p messagebird -p gosms-ro --field amount", ["103", "1179.45"]),
        ("summary -p gosms-ro --field orders.messages.count", ["49000"]),
        ("deposits -p gosms-ro --field unit", ["RON", "EUR"]),
        ("accounts get -p credits-dev --account acc_123 --field metadata", [""]),
        ("accounts get -p credits-dev --account acc_123 --field metadata.any", [""]),
        ("profiles -p messagebird --field configured_by", ["environment"]),
        ("providers gosms-ro --field operations.summary.supported", ["true"]),
    ],
)
def test_field_is_a_bare_value_a_line(wired: World, line: str, values: list[str]) -> None:
    result = wired.run(*line.split())
    assert (result.code, result.out.splitlines(), result.err) == (0, values, "")


def test_field_that_is_an_object_is_json(wired: World) -> None:
    assert wired.run("balance", "-p", "eztexting", "--field", "parts").json == {"plan": 15, "anytime": 138}


def test_field_of_a_failed_entry_is_an_empty_line(wired: World, server: SandboxServer) -> None:
    fail(server, "gosms-ro:status=401")
    result = wired.run("balance", "-p", "gosms-ro", "-p", "messagebird", "--field", "amount")
    assert (result.code, result.out) == (11, "\n103\n")


@pytest.mark.parametrize("name", ["amounts", "parts.plan.more.", "unit.code", "error.code", ""])
def test_field_that_no_item_has_is_refused_before_a_request(
    wired: World, server: SandboxServer, name: str
) -> None:
    result = wired.run(*BIRD, "--field", name)
    if name.startswith("parts."):
        assert (result.code, result.out) == (0, "\n")  # a map may hold any name
        return
    told(result, 2, "has no field", "it has provider, profile")
    assert requests(server) == []


def test_csv_and_tsv_begin_with_a_header(wired: World) -> None:
    rows = wired.run("balance", "--format", "csv").out.splitlines()
    assert rows[0] == HEAD
    assert len(rows) == 7
    assert wired.run("balance", "--format", "tsv").out.splitlines()[0] == HEAD.replace(",", "\t")
    empty = wired.run(
        "messages", "-p", "gosms-ro", "--status", "nothing", "--format", "csv", "--since", "2026-03-29"
    )
    assert (empty.code, empty.out) == (0, "id,recipient,text,amount,unit,status,created_at\n")


def test_every_form_says_the_same(wired: World) -> None:
    line = ("messages", "-p", "gosms-ro", "--limit", "50")
    items = json.loads(wired.run(*line, "--json").out, parse_float=str)["items"]
    lines = [
        json.loads(row, parse_float=str) for row in wired.run(*line, "--format", "jsonl").out.splitlines()
    ]
    assert lines == items
    sheet = list(csv.DictReader(wired.run(*line, "--format", "csv").out.splitlines(keepends=True)))
    assert [(row["id"], row["amount"]) for row in sheet] == [
        (item["id"], str(item["amount"])) for item in items
    ]
    tabbed = [row.split("\t") for row in wired.run(*line, "--format", "tsv").out.splitlines()]
    assert [row[0] for row in tabbed[1:]] == [item["id"] for item in items]
    assert {len(row) for row in tabbed} == {7}
    assert len(wired.run(*line).out.splitlines()) == 51


def test_raw_is_the_replys_own_bytes(wired: World, server: SandboxServer) -> None:
    body = (
        '{ "payment":"prepaid",\t"type":"euros","amount":1.50,"new":"\\u00e9é","access_key":"s3cr3t-s3cr3t" }'
    )
    fail(server, f"messagebird:body={body}")
    result = wired.run(*BIRD, "--raw")
    assert (result.code, result.out, result.err) == (0, body.replace("s3cr3t-s3cr3t", "***") + "\n", "")


def test_table_of_a_pipe_is_plain_and_never_cut(wired: World, server: SandboxServer) -> None:
    fail(server, f"agiletelecom:option=credit:{'7' * 200}")
    result = wired.run("balance", env={"COLUMNS": "20", "FORCE_COLOR": "1", "TERM": "xterm"})
    assert "7" * 200 in result.out
    assert result.out.isascii()
    assert "\x1b" not in result.out
    assert result.out.splitlines()[0].startswith("PROVIDER")


@pytest.mark.parametrize("form", ["--format jsonl", "--format csv", "--field id"])
def test_reader_that_goes_away_ends_the_requests(wired: World, server: SandboxServer, form: str) -> None:
    result = shell(wired, f"{{ smsacct {ORDERS} {form}; echo $? >&2; }} | head -1")
    assert len(result.out.splitlines()) == 1
    assert result.err == "0\n"
    assert len(requests(server)) < 20


def test_rows_leave_as_they_come(wired: World, server: SandboxServer) -> None:
    fail(server, "gosms-ro:latency=5,after=1")
    running = wired.start(*ORDERS.split(), "--format", "jsonl")
    assert running.stdout is not None
    started = time.monotonic()
    rows = [running.stdout.readline() for _ in range(100)]
    assert time.monotonic() - started < 4
    assert json.loads(rows[99])["id"]
    running.kill()
    running.communicate()


def test_stdout_that_is_full_says_so(wired: World) -> None:
    for line in (
        "balance",
        "balance --json",
        "--version",
        "--help",
        "completion bash",
        f"{ORDERS} --format csv",
    ):
        result = shell(wired, f"smsacct {line} >/dev/full")
        assert (result.code, result.out) == (6, ""), line
        assert "the answer could not be written: No space left on device" in result.err, line


def test_streams_that_are_closed_end_nothing(wired: World) -> None:
    for streams in (">&-", "2>&-", "<&-", ">&- 2>&-", "<&- >&- 2>&-"):
        for line in ("balance -p messagebird", "--version"):
            result = shell(wired, f"smsacct {line} {streams}")
            assert (result.code, result.err) == (0, ""), (line, streams)
    failed = shell(wired, "smsacct balance -p nobody >&-")
    told(failed, 2)
    assert shell(wired, "smsacct balance -p nobody 2>&-").code == 2
    assert shell(wired, "smsacct balance -p nobody 2>/dev/full").code == 2


@pytest.mark.parametrize("locale", ["C", "POSIX", "C.UTF-8", ""])
def test_text_is_utf8_whatever_the_locale_says(wired: World, server: SandboxServer, locale: str) -> None:
    fail(server, 'credits-dev:body={"accounts": [{"id": "a", "balance": 1, "name": "Jürgen 東京"}]}')
    env = {"LANG": locale, "LC_ALL": locale, "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    for form in ("table", "json", "csv"):
        result = wired.run("accounts", "list", "-p", "credits-dev", "--format", form, env=env)
        assert (result.code, result.err) == (0, "")
        assert "Jürgen 東京" in result.out


def test_number_of_json_is_a_number(wired: World) -> None:
    answer = wired.run("balance", "-p", "agiletelecom", "--json")
    assert '"amount":10.324,' in answer.out.replace(" ", "")
    assert answer.json["amount"] == Decimal("10.324")
    assert answer.json["as_of"].endswith("Z")
    assert set(answer.json) == {
        *(
            "provider",
            "profile",
            "account",
            "amount",
            "available",
            "reserved",
            "unit",
            "payment",
            "parts",
            "as_of",
        )
    }


def test_verbose_tells_of_requests_on_stderr_alone(wired: World) -> None:
    result = wired.run(*BIRD, "-v", "--field", "amount")
    assert result.out == "103\n"
    assert "GET http://127.0.0.1:" in result.err
    assert ": 200 in " in result.err


def test_standard_input_is_left_to_whoever_comes_next(wired: World) -> None:
    result = shell(wired, "printf 'mine\\n' | { smsacct balance >/dev/null; cat; }")
    assert (result.code, result.out) == (0, "mine\n")
