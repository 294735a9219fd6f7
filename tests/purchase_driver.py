"""Runs the real program many times, each time in a process of its own that can be killed at a named boundary.

One request a line on stdin, one answer a line on stdout, both JSON. Each run is a fork with everything
imported already; what it does to the journal and on the wire is listed, each step before and after. `kill`
and `interrupt` name the step at which SIGKILL or SIGINT comes, as in `after send POST#1` for the first of its
name; `later` sets the clock forward, in seconds.
"""

import json
import os
import signal
import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, BinaryIO

import smsacct.actions.reconcile
import smsacct.actions.tokens
import smsacct.cli.credits.buy
import smsacct.cli.credits.purchases
import smsacct.cli.credits.reconcile
import smsacct.output.json  # noqa: F401 - these are imported so that no fork has to
from smsacct import network
from smsacct.cli import _run
from smsacct.context import Context
from smsacct.entry import main

_connect = sqlite3.connect


class Steps:
    """Counts what a run does, writes it down, and sends the signal when its turn has come."""

    def __init__(self, file: BinaryIO, kill: str | None, interrupt: str | None) -> None:
        self._file = file
        self._signals = {kill: signal.SIGKILL, interrupt: signal.SIGINT}
        self._counts: Counter[str] = Counter()

    def step(self, name: str) -> None:
        self._counts[name] += 1
        numbered = f"{name}#{self._counts[name]}"
        os.write(self._file.fileno(), f"{numbered}\n".encode())
        if numbered in self._signals:
            os.kill(os.getpid(), self._signals[numbered])

    def around(self, name: str, call: Callable[[], Any]) -> Any:
        self.step(f"before {name}")
        value = call()
        self.step(f"after {name}")
        return value


def watch(steps: Steps) -> None:
    """Put the steps round every statement of SQLite, and everything that is sent and received."""

    class Connection(sqlite3.Connection):
        def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
            cursor: sqlite3.Cursor = steps.around(
                f"journal {sql.split(maxsplit=1)[0]}", lambda: super(Connection, self).execute(sql, *values)
            )
            return cursor

    stream = network._Stream
    write, read = stream.write, stream.read

    def watched_write(self: Any, buffer: bytes, timeout: float | None = None) -> None:
        word = buffer.split(b" ", 1)[0].decode() if buffer[:1].isupper() else "body"
        steps.around(f"send {word}", lambda: write(self, buffer, timeout))

    def watched_read(self: Any, max_bytes: int, timeout: float | None = None) -> bytes:
        received: bytes = steps.around("receive", lambda: read(self, max_bytes, timeout))
        return received

    setattr(sqlite3, "connect", partial(_connect, factory=Connection))  # noqa: B010 - mypy forbids the other
    setattr(stream, "write", watched_write)  # noqa: B010
    setattr(stream, "read", watched_read)  # noqa: B010


def child(request: dict[str, Any], out: BinaryIO, err: BinaryIO, steps: BinaryIO) -> None:
    """Be the program, and never come back."""
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(out.fileno(), 1)
    os.dup2(err.fileno(), 2)
    os.environ.clear()
    os.environ.update(request["environ"])
    signal.signal(signal.SIGINT, signal.default_int_handler)
    watch(Steps(steps, request.get("kill"), request.get("interrupt")))
    ahead = timedelta(seconds=request.get("later", 0))
    setattr(_run, "Context", partial(Context, now=lambda: datetime.now(UTC) + ahead))  # noqa: B010
    sys.argv = ["smsacct", *request["arguments"]]
    try:
        main()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Run the program once, and tell how it ended, what it wrote, and the steps that it took."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, tempfile.TemporaryFile() as steps:
        process = os.fork()
        if process == 0:
            child(request, out, err, steps)
        _, status = os.waitpid(process, 0)
        texts = []
        for file in (out, err, steps):
            file.seek(0)
            texts.append(file.read().decode())
    return {
        "code": os.waitstatus_to_exitcode(status),
        "out": texts[0],
        "err": texts[1],
        "steps": texts[2].splitlines(),
    }


if __name__ == "__main__":
    for line in sys.stdin:
        sys.stdout.write(json.dumps(answer(json.loads(line))) + "\n")
        sys.stdout.flush()
