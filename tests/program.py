"""Runs the program as a process of its own, in a home, a state and a network that are nobody's."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

PROGRAM = str(Path(sys.executable).with_name("smsacct"))


class Result(NamedTuple):
    """How a process ended: its exit code and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Stdout as JSON, numbers as exact decimals."""
        return json.loads(self.out, parse_float=Decimal)

    @property
    def error(self) -> Any:
        """The error object on stderr's last line."""
        return json.loads(self.err.splitlines()[-1])["error"]


class World:
    """A home of its own; ``environ`` holds what every process in it is given."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.home.mkdir()
        self.config = folder / "config.toml"
        self.state = self.home / ".local" / "state" / "smsacct"
        self.environ: dict[str, str] = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "SMSACCT_CONFIG": str(self.config),
            # No test asks the user's own keyring; those that need one name it.
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
            "PYTHONWARNINGS": "error",
            "COLUMNS": "80",
        }

    def run(
        self,
        *arguments: str,
        env: Mapping[str, str] | None = None,
        stdin: str | None = None,
        timeout: float = 60,
    ) -> Result:
        """Run ``smsacct`` with ``arguments`` off a terminal, and wait for its end."""
        done = subprocess.run(
            [PROGRAM, *arguments],
            env={**self.environ, **(env or {})},
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            encoding="utf-8",
            timeout=timeout,
            check=False,
        )
        return Result(done.returncode, done.stdout, done.stderr)

    def start(self, *arguments: str, env: Mapping[str, str] | None = None) -> "subprocess.Popen[str]":
        """Start ``smsacct`` and give the process, for tests that kill it or run many at once."""
        return subprocess.Popen(
            [PROGRAM, *arguments],
            env={**self.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
