"""Runs one command line after another in a process, as told on stdin, which dies where that says so.

A line in: ``{"arguments": [...], "environ": {...}, "stdin": "", "kill": BOUNDARY or null, "passes": N}``. A
line out: ``{"code", "out", "err"}``. The other half, ``Worker``, starts such a process and talks to it.
"""

import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from program import Result

NEVER = -1


class Worker:
    """A process that runs the program again and again; it is started anew when it was killed."""

    def __init__(self) -> None:
        self.process = self._started()

    def tell(
        self,
        arguments: Sequence[str],
        environ: Mapping[str, str],
        *,
        stdin: str | None = None,
        kill: str | None = None,
        passes: int = 0,
    ) -> None:
        """Start a command; ``answer`` waits for its end."""
        told = {
            "arguments": arguments,
            "environ": environ,
            "stdin": stdin or "",
            "kill": kill,
            "passes": passes,
        }
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(told) + "\n")
        self.process.stdin.flush()

    def answer(self) -> Result | None:
        """Give how the command ended, ``None`` where its process was killed."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if line:
            return Result(**json.loads(line))
        assert self.process.wait() == -9
        self.stop()
        self.process = self._started()
        return None

    def stop(self) -> None:
        self.process.kill()
        self.process.communicate()

    def _started(self) -> "subprocess.Popen[str]":
        # The program leaves open connections to the end of its process, which this one outlives.
        warnings = "error,ignore::ResourceWarning"
        environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parent)}
        return subprocess.Popen(
            [sys.executable, __file__],
            env={**environ, "PYTHONWARNINGS": warnings},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )


def main() -> None:
    from smsacct.main import run
    from token_driver import BOUNDARIES, Killer

    killers = {name: Killer(NEVER) for name in BOUNDARIES}
    for name, killer in killers.items():
        killer.watch(BOUNDARIES[name])
    orders, answers = sys.stdin, sys.stdout
    for line in orders:
        told = json.loads(line)
        os.environ.clear()
        os.environ.update(told["environ"])
        for name, killer in killers.items():
            killer.left = told["passes"] if name == told["kill"] else NEVER
        out, err = io.StringIO(), io.StringIO()
        sys.stdin = io.StringIO(told["stdin"])
        with redirect_stdout(out), redirect_stderr(err):
            code = run(told["arguments"])
        print(
            json.dumps({"code": code, "out": out.getvalue(), "err": err.getvalue()}), file=answers, flush=True
        )


if __name__ == "__main__":
    main()
