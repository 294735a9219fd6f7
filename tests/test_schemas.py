"""Every JSON answer, as the program really prints it, is held to its schema; a spoiled one is refused."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from importlib.resources import files
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from program import Result, World
from smsacct.cli._completion import read_table
from smsacct.errors import SmsacctError
from smsacct.sandbox.catalogue import load_twin
from smsacct.shapes import ALL

FORMATS = FormatChecker(formats=("date",))
CREDENTIAL = json.dumps(load_twin("messagebird").credentials["access_key"])
BUY = "credits buy 1000 -p eztexting --card 4242 --yes --max-per-day 9000"
# What is asked of the sandbox, one after the other: the schema, then the command lines.
ASKED: Mapping[str, Sequence[str]] = {
    "balance": (
        "balance",
        "balance -p messagebird",
        "balance -p eztexting -p agiletelecom",
        "balance -p credits-dev",
        "balance -p credits-dev --account acc_123",
        "accounts balance -p credits-dev --external-id user_123",
    ),
    "summary": ("summary", "summary -p gosms-ro"),
    "deposits": ("deposits", "deposits --all-pages"),
    "messages": ("messages", "messages --limit 1 --page 2"),
    "purchase": (BUY, f"{BUY} --dry-run", f"{BUY} --if-below 5"),
    "purchases": ("credits purchases",),
    "token": (
        "token status -p eztexting",
        "token create -p eztexting",
        "token status -p eztexting",
        "token show -p eztexting",
        "token refresh -p eztexting --reveal",
    ),
    "revoked": ("token revoke -p eztexting",),
    "account": (
        "accounts list",
        "accounts get --account acc_abc123",
        "accounts create --name Jo --external-id jo --email jo@example.com --metadata plan=premium",
        "accounts create --name Jo",
    ),
    "auth-status": ("auth status",),
    "login": ("auth login messagebird --stdin",),
    "logout": ("auth logout messagebird",),
    "profiles": ("profiles",),
    "providers": ("providers", "providers messagebird"),
    "settings": ("config show",),
    "setting": ("config set default_profile messagebird",),
    "path": ("config path",),
    "sandbox-reset": ("sandbox reset",),
}


# What has to happen before there is something to answer with.
BEFORE: Mapping[str, Sequence[str]] = {"purchases": (BUY,), "revoked": ("token create -p eztexting",)}


@FORMATS.checks("date-time", ValueError)
def is_time(value: object) -> bool:
    """Whether ``value`` is a point in time; the library's own check needs one more library."""
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


def schema(name: str) -> Any:
    """Give the schema that ships with the package."""
    return json.loads((files("smsacct") / "schemas" / f"{name}.json").read_text("utf-8"))


def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(schema(name), format_checker=FORMATS)


def hold(name: str, document: object) -> None:
    faults = [f"{fault.json_path}: {fault.message}" for fault in validator(name).iter_errors(document)]
    assert not faults, f"{name}: {document}"


def documents(world: World, name: str) -> list[Any]:
    """Give what the sandbox answers to the lines of one schema."""
    for line in BEFORE.get(name, ()):
        ask(world, line)
    return [ask(world, line) for line in ASKED[name]]


def ask(world: World, line: str) -> Any:
    sandbox = () if line == "sandbox reset" else ("--sandbox",)
    result = world.run(*line.split(), "--json", *sandbox, stdin=CREDENTIAL if "--stdin" in line else None)
    assert result.code == 0, f"{line}: {result.err}"
    return result.json


def test_every_answer_has_a_schema_that_is_one() -> None:
    there = {path.name.removesuffix(".json") for path in (files("smsacct") / "schemas").iterdir()}
    assert there == {*ALL, "error"}
    for name in there:
        Draft202012Validator.check_schema(schema(name))
        assert schema(name)["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_every_command_that_prints_json_is_asked() -> None:
    printing = {row[0] for row in read_table() if "--json" in row[1].split()}
    lines = [line for lines in ASKED.values() for line in lines]
    asked = {command for command in printing if any(f"{line} ".startswith(f"{command} ") for line in lines)}
    assert printing - asked == {"credits reconcile"}  # which has a test of its own


@pytest.mark.parametrize("name", ["balance", "messages", "account", "providers"])
def test_the_lines_of_jsonl(world: World, name: str) -> None:
    line = {"account": "accounts list"}.get(name, name)
    result = world.run(*line.split(), "--sandbox", "--format", "jsonl")
    item = {"$ref": "#/$defs/item", "$defs": schema(name).get("$defs", {})}
    rows = [json.loads(row, parse_float=Decimal) for row in result.out.splitlines()]
    assert rows
    for row in rows:
        assert not list(Draft202012Validator(item, format_checker=FORMATS).iter_errors(row))


def test_a_settled_purchase(world: World) -> None:
    bought = ask(world, BUY)
    hold("purchases", ask(world, f"credits reconcile {bought['purchase_id']} --assume confirmed"))


def test_failed_entries(wired: World) -> None:
    wired.environ["SMSACCT_MESSAGEBIRD_ACCESS_KEY"] = "no-key-of-anyone"
    for line in ("balance --all", "auth status"):
        result = wired.run(*line.split(), "--json")
        assert any(entry.get("error") for entry in result.json)
        hold(line.replace(" --all", "").replace(" ", "-"), result.json)
    hold_error(wired.run("balance", "--all", "--json"), "partial")


def hold_error(result: Result, kind: str) -> None:
    document = json.loads(result.err.splitlines()[-1])
    hold("error", document)
    assert document["error"]["kind"] == kind


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("balance -p messagebrid --sandbox --json", "usage"),
        ("no-such-command --json", "usage"),
        ("balance --json", "config"),
        ("deposits -p messagebird --sandbox --format jsonl", "unsupported"),
        ("accounts get -p credits-dev --account acc_none --sandbox --json", "refused"),
        ("balance -p messagebird --fail-below 1000 --sandbox --json", "below"),
    ],
)
def test_error_objects(world: World, line: str, kind: str) -> None:
    hold_error(world.run(*line.split()), kind)


def test_an_error_that_the_provider_tells(wired: World) -> None:
    wired.environ["SMSACCT_MESSAGEBIRD_ACCESS_KEY"] = "no-key-of-anyone"
    hold_error(wired.run("balance", "-p", "messagebird", "--json"), "auth")


def test_every_kind_of_failure_is_in_the_schema() -> None:
    kinds = schema("error")["properties"]["error"]["properties"]["kind"]["enum"]
    assert sorted(kinds) == sorted({failure.kind for failure in SmsacctError.__subclasses__()})


def spoiled(document: Any, *, inside: str = "") -> Iterator[tuple[str, Any]]:
    """Give ``document`` with one thing wrong, and what: each field once absent, once of another type."""
    if isinstance(document, list):
        for what, wrong in spoiled(document[0], inside=f"{inside}[0]") if document else ():
            yield what, [wrong, *document[1:]]
        return
    if not isinstance(document, dict) or inside.endswith(("parts", "metadata")):
        return
    for key, value in document.items():
        absent = {name: other for name, other in document.items() if name != key}
        yield f"without {inside}.{key}", absent
        yield f"{inside}.{key} of another type", {**document, key: another_type(value)}
        for what, wrong in spoiled(value, inside=f"{inside}.{key}"):
            yield what, {**document, key: wrong}


def another_type(value: object) -> object:
    """An amount as a string, a time without its zone, a text as a number …"""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int | Decimal):
        return str(value)
    if isinstance(value, str) and value.endswith("Z") and value[:2] == "20":
        return value.removesuffix("Z")
    return [False] if not isinstance(value, list) else {"not": "a list"}


@pytest.mark.parametrize("name", ASKED)
def test_real_answers_hold_and_spoiled_ones_are_refused(world: World, name: str) -> None:
    real = documents(world, name)
    for document in real:
        hold(name, document)
    wrong = list(spoiled(real[-1]))
    check = validator(name)
    assert len(wrong) > 1
    assert not [what for what, one in wrong if check.is_valid(one)]


def test_spoiled_errors_are_refused(world: World) -> None:
    document = json.loads(world.run("balance", "--json").err)
    check = validator("error")
    assert check.is_valid(document)
    assert not [what for what, one in spoiled(document) if check.is_valid(one)]


def test_a_purchase_has_an_id_exactly_where_one_was_made(world: World) -> None:
    bought, dry_run, not_needed = documents(world, "purchase")
    check = validator("purchase")
    assert [entry["outcome"] for entry in (bought, dry_run, not_needed)] == [
        "confirmed",
        "dry-run",
        "not-needed",
    ]
    for entry in (dry_run, not_needed):
        assert not check.is_valid({**entry, "purchase_id": "p_0123456789ab"})
        assert not check.is_valid({**entry, "outcome": "confirmed"})


def test_an_external_id_is_required_of_a_ledger_alone(world: World) -> None:
    check = validator("balance")
    entry = ask(world, "balance -p credits-dev --account acc_123")
    assert "external_id" in entry
    del entry["external_id"]
    assert not check.is_valid(entry)
    assert check.is_valid({**entry, "provider": "messagebird"})


def test_an_entry_is_a_balance_or_a_failure_not_both(world: World) -> None:
    error = {
        "kind": "auth",
        "message": "no",
        "hint": None,
        "provider": "messagebird",
        "profile": "messagebird",
        "http_status": 401,
        "provider_code": "2",
        "retryable": False,
    }
    failed = {"provider": "messagebird", "profile": "messagebird", "error": error}
    check = validator("balance")
    assert check.is_valid([failed])
    assert not check.is_valid([{**ask(world, "balance -p messagebird"), "error": error}])
    assert not check.is_valid([{**failed, "error": {**error, "kind": "no such kind"}}])
