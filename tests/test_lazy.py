"""Nothing is imported that the command at hand does not use, each command in a fresh interpreter."""

import subprocess
import sys

import pytest

from program import World

HEAVY = {
    "asyncio",
    "cheroot",
    "concurrent.futures",
    "filelock",
    "hashlib",
    "importlib.metadata",
    "keyring",
    "msgspec",
    "oauthlib",
    "pydantic",
    "rich",
    "smsacct.journal",
    "smsacct.sandbox",
    "sqlite3",
    "tomlkit",
    "tomllib",
    "truststore",
}
ADAPTERS = {f"smsacct.providers.{name}" for name in ("agiletelecom", "credits_dev", "eztexting", "gosms_ro")}
NOT_OURS = {"hashlib", "asyncio"}  # httpx brings hashlib itself


DRIVER = """
import os, sys
end = os._exit
def leave(code):
    sys.stderr.write("MODULES " + " ".join(sys.modules) + chr(10))
    sys.stderr.flush()
    end(code)
os._exit = leave
from smsacct.entry import main
main()
"""


def imported(world: World, *arguments: str) -> set[str]:
    """Give the modules that the command line has imported by its end."""
    done = subprocess.run(
        [sys.executable, "-c", DRIVER, *arguments],
        env=world.environ,
        capture_output=True,
        text=True,
        check=False,
    )
    told = done.stderr.splitlines()[-1]
    assert told.startswith("MODULES ")
    return set(told.split()[1:])


def heavy(found: set[str]) -> set[str]:
    return {
        name
        for name in HEAVY - NOT_OURS
        if any(module == name or module.startswith(f"{name}.") for module in found)
    }


def test_a_balance_as_json_imports_its_adapter_and_no_other(wired: World) -> None:
    found = imported(wired, "balance", "-p", "messagebird", "--json")
    assert "smsacct.providers.messagebird" in found
    assert "asyncio" not in found
    assert heavy(found) == set()
    assert found.isdisjoint(ADAPTERS)


def test_a_table_in_a_pipe_brings_no_more_of_rich_than_it_needs(wired: World) -> None:
    found = imported(wired, "balance", "-p", "messagebird")
    assert heavy(found) <= {"rich"}
    assert "rich.console" not in found


@pytest.mark.parametrize("word", ["--version", "--help"])
def test_version_and_help_import_nothing(world: World, word: str) -> None:
    found = imported(world, word)
    ours = {name for name in found if name.startswith("smsacct")}
    assert ours <= {"smsacct", "smsacct.entry"}
    assert found.isdisjoint({"typer", "httpx", "re", "json"})


def test_messages_bring_the_fast_decoder_alone(wired: World) -> None:
    found = imported(wired, "messages", "-p", "gosms-ro", "--format", "jsonl")
    assert heavy(found) <= {"msgspec", "hashlib"}


def test_a_purchase_brings_the_journal_and_the_lock(wired: World) -> None:
    order = ["credits", "buy", "10", "-p", "eztexting", "--card", "4242", "--yes", "--max-per-day", "10"]
    found = imported(wired, *order, "--json")
    assert heavy(found) <= {"smsacct.journal", "sqlite3", "filelock", "concurrent.futures", "tomllib"}


def test_a_wrong_command_line_asks_nobody(world: World) -> None:
    found = imported(world, "balance", "--format", "xml")
    assert heavy(found) == set()


def test_the_sandbox_reads_no_keyring_and_opens_no_trust_store(world: World) -> None:
    found = imported(world, "balance", "-p", "messagebird", "--sandbox", "--json")
    assert heavy(found) <= {"smsacct.sandbox", "sqlite3", "importlib.metadata"}
