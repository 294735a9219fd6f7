"""Refreshes under random faults, kills and rivals: the tool works on, and what it stores is always alive."""

import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from program import Result, World
from smsacct.sandbox.server import SandboxServer
from token_driver import BOUNDARIES
from token_worker import Worker
from token_world import CREATE, ENTRY, NAME, REFRESH, WORD, TokenWorld

FAULTS = ["drop=request", "drop=before", "drop=middle", "drop=after", "truncated", "html", "empty"]
FAULTS += ["status=500", "status=502", "status=503", "status=401", "status=403", "rate_limit=1", "nan"]
KILLS = [name for name in BOUNDARIES if name != "entry removed"]
RIVALS = 2
MENDS = "`smsacct auth login eztexting`"


class Soak:
    """Round after round; ``injected`` counts the faults and kills, ``lost`` the tokens stored dead."""

    def __init__(self, tokens: TokenWorld, seed: int) -> None:
        self.tokens = tokens
        self.chance = random.Random(seed)  # noqa: S311 - the same rounds at every run
        self.workers = [Worker() for _ in range(RIVALS)]
        self.injected: Counter[str] = Counter()
        self.refreshes = 0
        self.lost = 0

    def round(self) -> None:
        """Make the token due, or dead, behind the tool's back; then let two processes meet it and a fault."""
        arguments, dead = self._prepared()
        faults = self._faults()
        kill = self.chance.choice([*KILLS, *[None] * len(KILLS)])
        has_password = self.chance.random() < 0.7
        if not has_password:
            self.tokens.without_password()
        environ = self.tokens.world.environ
        self.workers[0].tell(arguments, environ, kill=kill, passes=self.chance.choice([0, 0, 1]))
        self.workers[1].tell(arguments, environ)
        ended = [worker.answer() for worker in self.workers]
        for end in ended:
            self._judge(end, undisturbed=not faults and not dead, has_password=has_password)
        self.injected[f"killed: {kill}"] += ended[0] is None
        self.injected.update(self.tokens.faults_met())
        self.tokens.no_faults()
        self.tokens.with_password()
        refreshed = self.tokens.asked(REFRESH)
        self.refreshes += refreshed
        if not faults and kill is None and (has_password or not dead):
            assert refreshed == 1, ended
            assert all(end is not None and end.code == 0 for end in ended), ended
        self._recover()

    def _faults(self) -> list[str]:
        """Put faults in force, for the refresh, for the new token that may follow it, or for neither."""
        chosen = [(path, self.chance.choice([*FAULTS, *[None] * 10])) for path in (REFRESH, CREATE)]
        faults = [f"path={path},times=1,{fault}" for path, fault in chosen if fault is not None]
        self.tokens.fault(*faults)
        return faults

    def _prepared(self) -> tuple[tuple[str, ...], bool]:
        """Choose what is wrong with the token, and what meets it; also gives whether the token is dead."""
        self.tokens.forget_requests()
        balance = ("balance", "-p", "eztexting", "--timeout", "10")
        way = self.chance.choice(["due", "ended", "rejected", "dead", "show"])
        self.tokens.age({"due": 120, "ended": -5, "show": 60}.get(way, 5400))
        if way in {"rejected", "dead"}:
            self.tokens.revoke_behind("access")
        if way == "dead":
            self.tokens.revoke_behind("refresh")
        shown = ("token", "show", "-p", "eztexting", "--timeout", "10")
        return shown if way == "show" else balance, way == "dead"

    def _judge(self, end: Result | None, *, undisturbed: bool, has_password: bool) -> None:
        """See that a command that was not killed answered, or said what a person is to do."""
        if end is None or end.code == 0:
            return
        assert end.out == "", end
        assert end.code in {4, 6, 7}, end
        assert "error: " in end.err, end
        assert "hint: " in end.err, end
        if not has_password and end.code == 4:
            assert MENDS in end.err or "forbids" in end.err, end
        assert not undisturbed or not has_password, end

    def _recover(self) -> None:
        """See that the tool works at once where nothing is in its way, and that its token is alive."""
        ended = self.tokens.run("balance", "-p", "eztexting")
        assert ended.code == 0, ended
        if ENTRY not in self.tokens.keyring.entries:
            self.lost += 1
            return
        entry = self.tokens.entry
        self.lost += not self.tokens.is_known("refresh", entry["refresh_token"])
        self.lost += not self.tokens.is_known("access", entry["access_token"])

    def report(self) -> str:
        lines = [f"{count:6d}  {name}" for name, count in sorted(self.injected.items()) if count]
        lines += [f"{self.refreshes:6d}  refreshes sent", f"{self.lost:6d}  tokens lost"]
        return "\n".join(lines)

    def stop(self) -> None:
        for worker in self.workers:
            worker.stop()


@pytest.fixture
def tokens(world: World, server: SandboxServer, tmp_path: Path) -> TokenWorld:
    tokens = TokenWorld(world, server, tmp_path / "keyring")
    tokens.create()
    return tokens


@pytest.fixture
def soak(tokens: TokenWorld, request: pytest.FixtureRequest) -> Iterator[Soak]:
    soaking = Soak(tokens, request.param)
    yield soaking
    soaking.stop()


def run(soak: Soak, refreshes: int) -> None:
    while soak.refreshes < refreshes:
        soak.round()
    print(soak.report())
    assert soak.lost == 0
    assert (NAME in soak.tokens.world.environ, WORD in soak.tokens.world.environ) == (True, True)


@pytest.mark.parametrize("soak", [1], indirect=True)
def test_fifty_refreshes_lose_no_token(soak: Soak) -> None:
    run(soak, 50)


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("soak", [2], indirect=True)
def test_a_thousand_refreshes_lose_no_token(soak: Soak) -> None:
    run(soak, 1000)
