"""Buying with somebody at the terminal: what is asked, where, and what each answer does."""

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from buying import fault, requests, sold
from program import PROGRAM, World
from smsacct.sandbox.server import SandboxServer

ASK = ("credits", "buy", "1000", "--card=4242", "--field", "outcome")
QUESTION = "[y/N]"
# A terminal sends Ctrl-C to those that it controls: the session whose leader opens it.
_WITH_ITS_TERMINAL = (
    "import os, sys; os.setsid(); os.close(os.open(os.ttyname(0), os.O_RDWR)); "
    "os.execv(sys.argv[1], sys.argv[1:])"
)


class Talk(NamedTuple):
    """What a run on a terminal wrote: stdout (a pipe), the terminal, and the exit code."""

    out: str
    screen: str
    code: int


def talk(world: World, *arguments: str, answer: str, after: float = 0, until: str = QUESTION) -> Talk:
    """Run with stdin and stderr on a terminal, and type ``answer`` once ``until`` is seen."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", _WITH_ITS_TERMINAL, PROGRAM, *arguments],
        env=world.environ,
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=theirs,
    ) as process:
        os.close(theirs)
        screen = ""
        for text in _screen(ours):
            screen += text
            if until in screen and answer:
                time.sleep(after)
                os.write(ours, answer.encode())
                answer = ""
        os.close(ours)
        out = process.stdout.read().decode() if process.stdout else ""
    return Talk(out, screen, process.returncode)


def _screen(terminal: int) -> Iterator[str]:
    while select.select([terminal], [], [], 30)[0]:
        try:
            data = os.read(terminal, 65536)
        except OSError:  # the last one that had it open is gone
            return
        if not data:
            return
        yield data.decode()


def test_the_question_names_everything_on_stderr(wired: World, server: SandboxServer) -> None:
    wired.config.write_text("[profiles.eztexting]\nmax_credits_per_day = 10000\n")
    assert wired.run("credits", "buy", "2000", "--card=4242", "--yes").code == 0
    said = talk(wired, *ASK, "--coupon=WELCOME10", answer="y\n")
    assert (said.code, said.out) == (0, "confirmed\n")
    question = said.screen.partition(QUESTION)[0]
    for named in ("eztexting", "EZ Texting", "1000 credits", "4242", "WELCOME10", "2153", "2000", "10000"):
        assert named in question, named
    assert "24 hours" in question
    assert sold(server) == 2


@pytest.mark.parametrize("answer", ["yes\n", "Y\n", " y \n"])
def test_yes_buys(wired: World, server: SandboxServer, answer: str) -> None:
    assert talk(wired, *ASK, answer=answer).out == "confirmed\n"
    assert sold(server) == 1


@pytest.mark.parametrize("answer", ["\n", "n\n", "yeah\n", "\x04", "ja\n", "\u00ff\n"])
def test_anything_else_buys_nothing(wired: World, server: SandboxServer, answer: str) -> None:
    said = talk(wired, *ASK, answer=answer)
    assert (said.code, said.out) == (5, "")
    assert "not bought: you said no" in said.screen
    assert requests(server, "POST") == 0
    assert wired.run("credits", "purchases", "--json").json == []


def test_ctrl_c_at_the_question_buys_nothing(wired: World, server: SandboxServer) -> None:
    said = talk(wired, *ASK, answer="\x03")
    assert (said.code, said.out) == (130, "")
    assert "nothing was bought" in said.screen
    assert "Traceback" not in said.screen
    assert requests(server, "POST") == 0


def test_ctrl_c_while_it_is_sent_says_what_is_not_known(wired: World, server: SandboxServer) -> None:
    fault(server, "path=/v1/credits/purchase,latency=20")
    said = talk(wired, *ASK, "--yes", "-v", answer="\x03", after=1, until="/v1/credits: 200")
    assert (said.code, said.out) == (130, "")
    [row] = wired.run("credits", "purchases", "--json").json
    assert row["outcome"] == "unknown"
    assert row["purchase_id"] in said.screen
    assert f"smsacct credits reconcile {row['purchase_id']}" in said.screen
    assert sold(server) == 1


def test_the_deadline_does_not_run_while_somebody_thinks(wired: World, server: SandboxServer) -> None:
    said = talk(wired, *ASK, "--timeout=2", answer="y\n", after=2.5)
    assert (said.code, said.out) == (0, "confirmed\n"), said.screen
    assert sold(server) == 1


def test_nobody_waits_for_somebody_who_thinks(wired: World, server: SandboxServer) -> None:
    """Another process buys meanwhile: the balance and the caps are looked at again after the answer."""
    wired.config.write_text("[profiles.eztexting]\nmax_credits_per_day = 1500\n")
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [PROGRAM, *ASK], env=wired.environ, stdin=theirs, stdout=subprocess.DEVNULL, stderr=theirs
    ) as process:
        os.close(theirs)
        screens = _screen(ours)
        while QUESTION not in next(screens):
            pass
        assert wired.run("credits", "buy", "1000", "--card=4242", "--yes").code == 0
        os.write(ours, b"y\n")
        screen = "".join(screens)
        os.close(ours)
    assert process.returncode == 5
    assert "over the cap of 1500" in screen
    assert sold(server) == 1


def test_nobody_is_asked_where_there_is_enough(wired: World, server: SandboxServer) -> None:
    said = talk(wired, *ASK, "--if-below=100", answer="y\n")
    assert (said.code, said.out, said.screen) == (0, "not-needed\n", "")
    assert requests(server, "POST") == 0


def test_yes_on_a_terminal_needs_no_cap(wired: World, server: SandboxServer) -> None:
    said = talk(wired, *ASK, "--yes", answer="")
    assert (said.code, said.out, said.screen) == (0, "confirmed\n", "")
    assert sold(server) == 1


@pytest.mark.parametrize("stdin", ["y\n", "yes\n" * 100])
def test_an_answer_that_is_piped_in_is_not_read(wired: World, server: SandboxServer, stdin: str) -> None:
    failed = wired.run(*ASK, stdin=stdin)
    assert (failed.code, failed.out) == (2, "")
    assert requests(server, "GET") == 0
