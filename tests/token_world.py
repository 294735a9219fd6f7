"""A world with a keyring and the sandbox's eztexting over HTTP, for the tests of tokens."""

import atexit
import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from keyring_file import Folder
from program import Result, World
from smsacct.sandbox.faults import parse
from smsacct.sandbox.server import SandboxServer, environment
from token_worker import Worker

TESTS = Path(__file__).parent
ENTRY = "smsacct/eztexting/token"
NAME, WORD = "SMSACCT_EZTEXTING_USERNAME", "SMSACCT_EZTEXTING_PASSWORD"
REFRESH, CREATE, REVOKE = "/v1/tokens/refresh", "/v1/tokens/create", "/v1/tokens/revoke"


@cache
def worker() -> Worker:
    """Give the one process in which the commands of all tests run, which spares each of them a start."""
    started = Worker()
    atexit.register(started.stop)
    return started


class TokenWorld:
    """``world`` has username and password in its environment, until they are taken away."""

    def __init__(self, world: World, server: SandboxServer, folder: Path) -> None:
        self.world = world
        self.server = server
        self.keyring = Folder(folder)
        folder.mkdir()
        own = {name: text for name, text in environment(server.url).items() if "EZTEXTING" in name}
        world.environ |= own | {
            "PYTHON_KEYRING_BACKEND": "keyring_file.FileKeyring",
            "PYTHONPATH": str(TESTS),
            "TEST_KEYRING": str(folder),
        }

    def run(self, *arguments: str, env: Mapping[str, str] | None = None, stdin: str | None = None) -> Result:
        worker().tell(arguments, {**self.world.environ, **(env or {})}, stdin=stdin)
        ended = worker().answer()
        assert ended is not None
        return ended

    def killed_at(self, boundary: str, *arguments: str, passes: int = 0) -> None:
        """Run ``arguments`` until the process kills itself there."""
        worker().tell(arguments, self.world.environ, kill=boundary, passes=passes)
        assert worker().answer() is None, boundary

    def create(self) -> None:
        assert self.run("token", "create").code == 0

    def without_password(self) -> None:
        for name in (NAME, WORD):
            self.world.environ.pop(name, None)

    def with_password(self, word: str = "your_password") -> None:
        self.world.environ |= {NAME: "your_username", WORD: word}

    @property
    def entry(self) -> Any:
        """The stored token."""
        return json.loads(self.keyring.entries[ENTRY])

    def change_entry(self, **members: object) -> None:
        self.keyring.entries = {**self.keyring.entries, ENTRY: json.dumps(self.entry | members)}

    def age(self, seconds_left: float) -> None:
        """Let the stored access token have that many seconds left."""
        now = datetime.now(UTC)
        ends = now + timedelta(seconds=seconds_left)
        self.change_entry(
            expires_at=ends.isoformat(timespec="seconds"),
            issued_at=(ends - timedelta(seconds=5400)).isoformat(timespec="seconds"),
        )

    @property
    def note(self) -> Any:
        return json.loads((self.world.state / "tokens" / "token-eztexting.json").read_text())

    def fault(self, *specs: str) -> None:
        self.server.app.add_faults([parse(f"eztexting:{spec}") for spec in specs])

    def no_faults(self) -> None:
        self._control("DELETE", "_faults")

    def faults_met(self) -> list[str]:
        """Name the faults in force that a request has met."""
        listed = self._control("GET", "_faults")["faults"]
        return [one["fault"].partition(":")[2] for one in listed if one["used"]]

    def asked(self, path: str) -> int:
        """How often ``path`` was asked since the last ``forget_requests``."""
        return int(self._control("GET", f"_requests?provider=eztexting&path={path}")["total"])

    def forget_requests(self) -> None:
        self._control("DELETE", "_requests")

    def revoke_behind(self, *kinds: str) -> None:
        """Let the provider forget the tokens of ``kinds``, and the tool know nothing of it."""
        with self.server.app.store.transaction("eztexting") as state:
            for kind in kinds:
                state[kind] = {}

    def is_known(self, kind: str, token: str) -> bool:
        """Whether the provider knows ``token``."""
        known = self.server.app.store.read("eztexting").get(kind)
        return isinstance(known, dict) and hashlib.sha256(token.encode()).hexdigest() in known

    @property
    def purchases(self) -> int:
        log = self.server.app.store.read("eztexting").get("purchases")
        return int(str(log["count"])) if isinstance(log, dict) else 0

    def files(self) -> str:
        """Everything that the tool wrote outside the keyring."""
        return "\n".join(path.read_text() for path in self.world.home.rglob("*") if path.is_file())

    def _control(self, method: str, path: str) -> Any:
        with urlopen(Request(f"{self.server.url}/{path}", method=method)) as reply:
            return json.loads(reply.read())
