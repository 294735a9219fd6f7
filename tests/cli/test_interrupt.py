"""Ctrl-C: the command ends at once, with exit 130 and without a traceback, and says what came so far."""

import json
import re
import signal
import subprocess
import time

import pytest

from cli.faulty import fail, requests
from cli.terminal import on_terminal
from program import World
from smsacct.sandbox.server import SandboxServer

ALL_PAGES = ("messages", "-p", "gosms-ro", "--all-pages")
PROMPT_SECONDS = 1.0


def until_asked(server: SandboxServer, count: int) -> None:
    """Wait until the sandbox has been asked ``count`` times."""
    end = time.monotonic() + 20
    while len(requests(server)) < count:
        assert time.monotonic() < end
        time.sleep(0.02)


def interrupted(running: "subprocess.Popen[str]") -> tuple[str, str]:
    """Press Ctrl-C; give what the program wrote, which has to end at once."""
    started = time.monotonic()
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=10)
    took = time.monotonic() - started
    assert running.returncode == 130, err
    assert took < PROMPT_SECONDS
    assert "Traceback" not in err
    return out, err


@pytest.mark.parametrize(
    "line",
    [
        ("balance", "-p", "messagebird"),
        ("balance", "--all"),
        ("balance", "--all", "--json"),
        ("accounts", "create", "-p", "credits-dev", "--name", "John Doe"),
        ("auth", "status"),
        ALL_PAGES,
    ],
)
def test_in_the_middle_of_a_slow_request(wired: World, server: SandboxServer, line: tuple[str, ...]) -> None:
    fail(server, "messagebird:latency=30", "credits-dev:latency=30", "gosms-ro:latency=30")
    running = wired.start(*line)
    until_asked(server, 3 if line[-1] in {"--all", "--json", "status"} else 1)
    out, err = interrupted(running)
    assert out == ""
    if "--json" in line:
        assert json.loads(err)["error"]["kind"] == "interrupted"
    else:
        assert err.splitlines() == ["error: interrupted", "hint: nothing more was sent"]


@pytest.mark.parametrize("form", ["jsonl", "csv", "json", "table"])
def test_in_the_middle_of_a_list(wired: World, server: SandboxServer, form: str) -> None:
    fail(server, "gosms-ro:latency=30,after=2")
    running = wired.start(*ALL_PAGES, "--format", form)
    until_asked(server, 3)
    out, err = interrupted(running)
    if form in {"jsonl", "csv"}:
        assert len(out.splitlines()) == 200 + (form == "csv")
        assert "200 rows came; go on with --all-pages --page 3 --limit 100" in err
    else:
        assert out == ""
        assert "nothing more was sent" in err


@pytest.mark.parametrize("limit", [5, 100])
def test_while_nobody_reads_what_it_writes(wired: World, server: SandboxServer, limit: int) -> None:
    running = wired.start(*ALL_PAGES, "--format", "jsonl", "--limit", str(limit))
    assert running.stderr is not None
    asked = -1
    while asked != len(requests(server)):  # until the pipe is full: a pager shows the first screen
        asked = len(requests(server))
        time.sleep(0.5)
    assert 0 < asked < 200
    started = time.monotonic()
    running.send_signal(signal.SIGINT)
    assert running.wait(timeout=10) == 130
    assert time.monotonic() - started < PROMPT_SECONDS
    said = re.search(r"(\d+) rows came; go on with --all-pages --page (\d+) --limit", running.stderr.read())
    assert said is not None
    rows, page = map(int, said.groups())
    assert page == rows // limit + 1
    out, _ = running.communicate()
    assert rows - limit <= len(out.splitlines()) <= rows + limit


def test_while_it_waits_to_try_again(wired: World, server: SandboxServer) -> None:
    fail(server, "messagebird:rate_limit=20")
    running = wired.start("balance", "-p", "messagebird")
    until_asked(server, 1)
    time.sleep(0.3)
    interrupted(running)


def test_twice_is_no_traceback_either(wired: World, server: SandboxServer) -> None:
    fail(server, "messagebird:latency=30")
    running = wired.start("balance", "-p", "messagebird")
    until_asked(server, 1)
    end = time.monotonic() + 0.2
    while time.monotonic() < end and running.poll() is None:
        running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=10)
    assert "Traceback" not in err
    assert running.returncode == 130


@pytest.mark.parametrize("after", [0.06, 0.09, 0.12, 0.15, 0.2, 0.3])
def test_at_any_moment(world: World, after: float) -> None:
    running = world.start("messages", "-p", "gosms-ro", "--sandbox", "--all-pages", "--format", "csv")
    time.sleep(after)
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=10)
    # Before the program's own first line it is Python that is interrupted, and nothing has happened yet.
    assert running.returncode in {130, -signal.SIGINT}
    assert "Traceback" not in err or "sys.exit(main())" not in err


def test_key_of_the_terminal(wired: World, server: SandboxServer) -> None:
    fail(server, "messagebird:latency=30")
    wired.config.write_text("colour = 'blue'\n")
    code, shown = on_terminal(wired, "balance", "-p", "messagebird", typed=[("warning: ", "\x03")])
    assert code == 130
    assert "error: interrupted" in shown
    assert "Traceback" not in shown
