"""`deposits` and `messages`: a page, all of them, filters; while rows arrive, and where a page fails."""

import json
from decimal import Decimal

import pytest

from cli.faulty import fail, requests
from cli.told import told
from program import Result, World
from smsacct.sandbox.server import SandboxServer

MESSAGES = ("messages", "-p", "gosms-ro")
DEPOSITS = ("deposits", "-p", "gosms-ro")
TOTAL = 101_595


def ids(result: Result) -> list[str]:
    assert result.code == 0, result.err
    return [json.loads(line)["id"] for line in result.out.splitlines()]


def test_page_as_the_document_has_it(wired: World) -> None:
    answer = wired.run(*MESSAGES, "--json").json
    assert (answer["provider"], answer["profile"], len(answer["items"])) == ("gosms-ro", "gosms-ro", 20)
    assert answer["pagination"] == {"page": 1, "limit": 20, "total": TOTAL, "total_pages": 5080}
    assert answer["items"][0] == {
        "id": "392b08a2-...",
        "recipient": "40712345678",
        "text": "<message>",
        "amount": Decimal("0.03"),
        "unit": "EUR",
        "status": "delivered",
        "created_at": "2026-03-29T17:32:20Z",
    }
    deposits = wired.run(*DEPOSITS, "--json").json
    assert deposits["items"] == [
        {"amount": 5000, "unit": "RON", "created_at": "2026-03-16T06:55:13Z"},
        {"amount": Decimal("250.50"), "unit": "EUR", "created_at": "2026-01-12T09:20:41Z"},
    ]
    assert deposits["pagination"] == {"page": 1, "limit": 20, "total": 2, "total_pages": 1}


@pytest.mark.parametrize(
    ("page", "limit", "rows"), [(1, 1, 1), (2, 100, 100), (1016, 100, 95), (1017, 100, 0)]
)
def test_page_and_limit(wired: World, server: SandboxServer, page: int, limit: int, rows: int) -> None:
    answer = wired.run(*MESSAGES, "--json", "--page", str(page), "--limit", str(limit)).json
    assert (len(answer["items"]), answer["pagination"]["page"]) == (rows, page)
    assert [entry["query"] for entry in requests(server)] == [f"page={page}&limit={limit}"]


def test_limit_that_the_provider_lowers_is_told(wired: World, server: SandboxServer) -> None:
    body = {"data": [], "pagination": {"page": 1, "limit": 50, "total": 0, "total_pages": 0}}
    fail(server, f"gosms-ro:body={json.dumps(body)}")
    assert wired.run(*MESSAGES, "--limit", "100", "--json").json["pagination"]["limit"] == 50


def test_all_pages_of_a_list_that_is_clamped(wired: World, server: SandboxServer) -> None:
    rows = [
        {
            "message_uuid": f"id-{count}",
            "recipient": "40712345678",
            "message": None,
            "amount": 0.1,
            "currency": "eur",
            "external_status": None,
            "created_at": f"2026-03-0{9 - count}T00:00:00Z",
        }
        for count in range(5)
    ]
    for page in (1, 2, 3):  # two rows a page, whatever was asked for
        body = {
            "data": rows[page * 2 - 2 : page * 2],
            "pagination": {"page": page, "limit": 2, "total": 5, "total_pages": 3},
        }
        fail(server, f"gosms-ro:times=1,body={json.dumps(body)}")
    answer = wired.run(*MESSAGES, "--all-pages", "--json").json
    assert [item["id"] for item in answer["items"]] == [f"id-{count}" for count in range(5)]
    assert answer["items"][0]["status"] is None
    assert answer["items"][0]["text"] is None
    assert answer["items"][0]["unit"] == "EUR"
    assert answer["pagination"] == {"page": 1, "limit": None, "total": 5, "total_pages": 1}


def test_all_of_a_hundred_thousand_rows_once_each(wired: World, server: SandboxServer) -> None:
    result = wired.run(*MESSAGES, "--all-pages", "--format", "jsonl", timeout=110)
    found = ids(result)
    assert len(found) == TOTAL
    assert len(set(found)) == TOTAL
    asked = requests(server)
    assert 1016 <= len(asked) < 1100
    assert asked[0]["query"] == "page=1&limit=100"


@pytest.mark.parametrize("arriving", [1, 37, 100, 250])
def test_rows_that_arrive_meanwhile_double_and_lose_none(
    wired: World, server: SandboxServer, arriving: int
) -> None:
    fail(server, "gosms-ro:option=messages_total:730")
    line = (*MESSAGES, "--all-pages", "--format", "jsonl")
    before = ids(wired.run(*line))
    assert len(before) == 730
    fail(server, f"gosms-ro:grow={arriving},after=1,times=6")  # the first page is there already
    found = ids(wired.run(*line))
    assert set(before) <= set(found)
    assert len(found) == len(set(found))


def test_since_stops_at_the_first_row_that_is_too_old(wired: World, server: SandboxServer) -> None:
    answer = wired.run(*MESSAGES, "--since", "2026-03-28", "--json").json
    assert {item["created_at"][:10] for item in answer["items"]} == {"2026-03-28", "2026-03-29"}
    assert len(requests(server)) < 20
    assert answer["pagination"] == {
        "page": 1,
        "limit": None,
        "total": len(answer["items"]),
        "total_pages": 1,
    }


def test_until_and_status_filter_here(wired: World) -> None:
    line = (*MESSAGES, "--since", "2026-03-28T00:00:00+02:00", "--until", "2026-03-28", "--format", "jsonl")
    rows = [json.loads(row) for row in wired.run(*line).out.splitlines()]
    assert rows
    assert all("2026-03-27T22:00:00Z" <= row["created_at"] < "2026-03-29" for row in rows)
    assert ids(wired.run(*line[:-4], "--until", "20260328", "--format", "jsonl")) == [
        row["id"] for row in rows
    ]
    delivered = ids(wired.run(*line, "--status", "delivered"))
    assert delivered == [row["id"] for row in rows if row["status"] == "delivered"]
    assert 0 < len(delivered) < len(rows)


@pytest.mark.parametrize("since", ["1d", "0d", "9999-12-30", "2026-04-01T00:00:00Z", "2026-03-29T17:32:21"])
def test_nothing_is_new_enough(wired: World, server: SandboxServer, since: str) -> None:
    answer = wired.run(*MESSAGES, "--since", since, "--json").json
    assert (answer["items"], answer["pagination"]["total"]) == ([], 0)
    assert len(requests(server)) == 1


def test_deposits_are_read_to_their_end(wired: World) -> None:
    answer = wired.run(*DEPOSITS, "--since", "2026-02-01", "--limit", "1", "--json").json
    assert [item["amount"] for item in answer["items"]] == [5000]
    older = wired.run(*DEPOSITS, "--until", "2026-02-01", "--limit", "1", "--field", "unit")
    assert older.out == "EUR\n"


def went_on(said: str, rows: int) -> bool:
    """Whether ``said`` tells that ``rows`` came, in whole pages of 100, and how the list goes on."""
    return f"{rows} rows came; go on with --all-pages --page {rows // 100 + 1} --limit 100" in said


def test_page_that_fails_in_the_middle(wired: World, server: SandboxServer) -> None:
    fail(server, "gosms-ro:status=500,after=3")
    result = wired.run(*MESSAGES, "--all-pages", "--format", "csv")
    assert result.code == 6
    rows = len(result.out.splitlines()) - 1
    assert rows in {100, 200, 300}
    assert result.err.startswith("error: GoSMS.ro is out of order")
    assert went_on(result.err.splitlines()[1], rows)
    server.app._faults.clear()
    rest = wired.run(*MESSAGES, "--all-pages", "--page", "1014", "--limit", "100", "--format", "jsonl")
    assert len(ids(rest)) == 295


@pytest.mark.parametrize(("form", "kind"), [("json", "auth"), ("table", "auth"), ("jsonl", "rate-limited")])
def test_failure_in_the_middle_leaves_half_an_answer_only_where_it_streams(
    wired: World, server: SandboxServer, form: str, kind: str
) -> None:
    status = "401" if kind == "auth" else "429,header=Retry-After:600"
    fail(server, f"gosms-ro:status={status},after=2")
    result = wired.run(*MESSAGES, "--all-pages", "--format", form)
    assert result.code == (4 if kind == "auth" else 7)
    rows = len(result.out.splitlines())
    assert rows in ({100, 200} if form == "jsonl" else {0})
    if form != "table":
        assert result.error["kind"] == kind
    assert went_on(result.err, rows) is (form == "jsonl")


def test_page_that_fails_for_a_moment_is_read_again(wired: World, server: SandboxServer) -> None:
    fail(server, "gosms-ro:option=messages_total:250", "gosms-ro:drop=middle,after=1,times=1")
    assert len(set(ids(wired.run(*MESSAGES, "--all-pages", "--format", "jsonl")))) == 250


def test_timeout_is_that_of_each_page(wired: World, server: SandboxServer) -> None:
    fail(server, "gosms-ro:option=messages_total:500,latency=0.6")
    assert len(ids(wired.run(*MESSAGES, "--all-pages", "--format", "jsonl", "--timeout", "2"))) == 500


def test_pages_that_lie_are_told(wired: World, server: SandboxServer) -> None:
    for pagination in (
        {"page": 1, "limit": 100, "total": 5, "total_pages": 3},
        {"page": 1, "limit": 100, "total": "5", "total_pages": 1},
        {"page": 1, "limit": 100, "total": 5},
    ):
        server.app._faults.clear()
        fail(server, f"gosms-ro:body={json.dumps({'data': [], 'pagination': pagination})}")
        told(wired.run(*MESSAGES, "--all-pages"), 6)


def test_raw_gives_every_page(wired: World) -> None:
    result = wired.run(*MESSAGES, "--since", "2026-03-29", "--raw")
    pages = [json.loads(line) for line in result.out.splitlines()]
    assert [page["pagination"]["page"] for page in pages] == list(range(1, len(pages) + 1))
    assert len(pages) > 1
