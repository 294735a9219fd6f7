"""Runs `smsacct` on a terminal of its own, and types what a person would."""

import os
import pty
import select
import subprocess
import sys
import termios
import time
from collections.abc import Mapping, Sequence

from program import PROGRAM, World

# Makes the terminal the process's own, so that /dev/tty and Ctrl-C work as they do for a person.
_OWN = (
    "import fcntl, os, sys, termios\n"
    "os.setsid()\n"
    "fcntl.ioctl(0, termios.TIOCSCTTY, 0)\n"
    "os.execv(sys.argv[1], sys.argv[1:])\n"
)
_SECONDS = 20.0


def on_terminal(
    world: World,
    *arguments: str,
    typed: Sequence[tuple[str, str]] = (),
    env: Mapping[str, str] | None = None,
    size: tuple[int, int] = (40, 200),
) -> tuple[int, str]:
    """Run ``smsacct``; once each text of ``typed`` is seen, type what stands beside it.

    Gives the exit code and everything that the terminal was sent, what was echoed included.
    """
    ours, its = pty.openpty()
    try:
        termios.tcsetwinsize(its, size)
        with subprocess.Popen(
            [sys.executable, "-c", _OWN, PROGRAM, *arguments],
            env={**world.environ, "TERM": "xterm-256color", **(env or {})},
            stdin=its,
            stdout=its,
            stderr=its,
        ) as process:
            os.close(its)
            its = -1
            shown = _talk(ours, process, list(typed))
            return process.wait(_SECONDS), shown
    finally:
        os.close(ours)
        if its >= 0:
            os.close(its)


def _talk(terminal: int, process: "subprocess.Popen[bytes]", typed: list[tuple[str, str]]) -> str:
    shown, seen, end = b"", 0, time.monotonic() + _SECONDS
    while True:
        if time.monotonic() > end:
            process.kill()
            raise AssertionError(f"the program does not end; it showed {shown.decode()!r}")
        if typed and typed[0][0].encode() in shown[seen:]:
            seen = len(shown)
            time.sleep(0.05)  # the prompt comes a moment before the echo goes
            os.write(terminal, typed.pop(0)[1].encode())
        ready, _, _ = select.select([terminal], [], [], 0.05)
        if not ready:
            continue
        try:
            data = os.read(terminal, 65536)
        except OSError:  # how Linux says that the other end is closed
            data = b""
        if not data:
            return shown.decode()
        shown += data
