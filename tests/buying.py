"""What the tests of purchases share: a driver that runs the program quickly, and what the twin has sold."""

import base64
import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, NamedTuple

from program import World
from smsacct.sandbox.server import SandboxServer

DRIVER = str(Path(__file__).with_name("purchase_driver.py"))
QUARTER = 16 * 60.0
"""Seconds after which a balance that has not moved says that nothing was charged."""


class Run(NamedTuple):
    """How a run ended (-9: killed), what it wrote, and the steps that it took."""

    code: int
    out: str
    err: str
    steps: list[str]

    @property
    def json(self) -> Any:
        """Stdout as JSON, numbers as exact decimals."""
        return json.loads(self.out, parse_float=Decimal)

    @property
    def error(self) -> Any:
        """The error object on stderr's last line."""
        return json.loads(self.err.splitlines()[-1])["error"]


class Driver:
    """The program, run in forks of one process that has imported it once."""

    def __init__(self, process: "subprocess.Popen[str]", pipes: tuple[IO[str], IO[str]]) -> None:
        self._process = process
        self._stdin, self._stdout = pipes

    def run(
        self,
        world: World,
        *arguments: str,
        kill: str | None = None,
        interrupt: str | None = None,
        later: float = 0,
    ) -> Run:
        """Run ``smsacct`` with ``arguments`` in ``world`` and wait for its end."""
        request = {
            "arguments": arguments,
            "environ": world.environ,
            "kill": kill,
            "interrupt": interrupt,
            "later": later,
        }
        self._stdin.write(json.dumps(request) + "\n")
        self._stdin.flush()
        return Run(**json.loads(self._stdout.readline()))


@contextmanager
def driving() -> Iterator[Driver]:
    """Start a driver for as long as the block lasts."""
    with subprocess.Popen(
        [sys.executable, "-W", "error", DRIVER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("the driver has no pipes")
        yield Driver(process, (process.stdin, process.stdout))
        process.stdin.close()


def fault(server: SandboxServer, *specs: str) -> None:
    """Put faults of EZ Texting in force over HTTP, such as ``path=/v1/credits,status=503``."""
    lines = "\n".join(f"eztexting:{spec}" for spec in specs)
    _control(server, "POST", "_faults", lines.encode())


def no_faults(server: SandboxServer) -> None:
    """Put all faults out of force."""
    _control(server, "DELETE", "_faults")


def used_faults(server: SandboxServer) -> int:
    """Give how many requests met a fault."""
    listing = _control(server, "GET", "_faults")["faults"]
    return sum(int(entry["used"]) for entry in listing)


def requests(server: SandboxServer, method: str) -> int:
    """Give how many requests with ``method`` have come."""
    return int(_control(server, "GET", f"_requests?method={method}")["total"])


def sold(server: SandboxServer) -> int:
    """Give how many purchases the twin has really made."""
    log: Any = server.app.store.read("eztexting").get("purchases", {})
    return int(log.get("count", 0))


def set_balance(server: SandboxServer, credits_left: int) -> None:
    """Let the account hold this much, as if a campaign had spent or a colleague had bought."""
    with server.app.store.transaction("eztexting") as state:
        state |= {"plan": 0, "anytime": credits_left}


def read_balance(server: SandboxServer) -> int:
    """Read the balance as anybody could; a purchase that shows only after some reads comes nearer."""
    pair = base64.b64encode(b"your_username:your_password").decode()
    headers = {"Authorization": f"Basic {pair}"}
    request = urllib.request.Request(f"{server.url}/eztexting/v1/credits", headers=headers)
    with urllib.request.urlopen(request, timeout=10) as reply:
        return int(json.loads(reply.read())["totalCredits"])


def _control(server: SandboxServer, method: str, path: str, body: bytes | None = None) -> Any:
    request = urllib.request.Request(f"{server.url}/{path}", data=body, method=method)
    with urllib.request.urlopen(request, timeout=10) as reply:
        return json.loads(reply.read())
