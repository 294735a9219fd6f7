"""Long work says on a terminal how far it has come, and says nothing anywhere else."""

import pytest

from cli.faulty import fail
from cli.terminal import on_terminal
from program import World
from smsacct.sandbox.server import SandboxServer

LIST = ("messages", "-p", "gosms-ro", "--since", "2026-03-28T12:00:00Z")


@pytest.fixture
def slow(wired: World, server: SandboxServer) -> World:
    """Give a world in which each page takes its time."""
    fail(server, "gosms-ro:latency=1.1")
    return wired


def test_long_list_on_a_terminal_counts_its_rows(slow: World) -> None:
    code, shown = on_terminal(slow, *LIST)
    assert code == 0
    told = shown.partition(" rows\x1b[K")[0]
    assert told.rpartition("\r")[2].isdigit()
    # The line is gone before the table is drawn.
    assert shown.rindex(" rows\x1b[K") < shown.rindex("\r\x1b[K") < shown.index("RECIPIENT")


@pytest.mark.parametrize("quiet", [("-q",), ("--format", "jsonl")])
def test_quiet_and_streamed_lists_count_nothing(slow: World, quiet: tuple[str, ...]) -> None:
    code, shown = on_terminal(slow, *LIST, *quiet)
    assert code == 0
    assert " rows\x1b[K" not in shown


def test_no_terminal_no_progress(slow: World) -> None:
    result = slow.run(*LIST)
    assert (result.code, result.err) == (0, "")
