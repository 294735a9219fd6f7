"""Purchases under random faults, kills and interrupts: as many are made as were wanted, always.

Each purchase that is wanted meets one mishap; then the tool's own instructions are followed (run it again,
or reconcile what is unknown) until it says that the credits are there.
"""

import random
from collections.abc import Iterator
from typing import Final, NamedTuple

import pytest

from buying import (
    QUARTER,
    Driver,
    Run,
    driving,
    fault,
    no_faults,
    read_balance,
    requests,
    set_balance,
    sold,
    used_faults,
)
from program import World
from smsacct.sandbox.server import SandboxServer

PURCHASE: Final = "path=/v1/credits/purchase,times=1"
BEFORE: Final = "path=/v1/credits,times=1"
AFTER: Final = "path=/v1/credits,after=1,times=1"
REPLIES: Final = ("truncated", "html", "nan", "deep", "empty", "invalid_utf8", "list", "oversized")
FAULTS: Final = (
    *(f"{PURCHASE},status={status}" for status in (302, 400, 401, 402, 403, 404, 408, 429, 500, 503)),
    *(f"{PURCHASE},status={status},processed" for status in (302, 500, 502, 504)),
    *(f"{PURCHASE},drop={when}" for when in ("request", "before", "middle", "after")),
    *(f"{PURCHASE},{reply}" for reply in REPLIES),
    f"{PURCHASE},latency=0.6",
    f"{PURCHASE},option=balance_lag:1",
    f"{PURCHASE},option=balance_lag:9",
    *(f"{BEFORE},{what}" for what in ("status=500", "status=503", "drop=request", "drop=middle", "html")),
    *(f"{AFTER},{what}" for what in ("status=500", "status=401", "drop=request", "drop=middle", "nan")),
)
STEPS: Final = (
    *(f"{when} journal {what}" for what in ("BEGIN", "UPDATE", "COMMIT") for when in ("before", "after")),
    *(f"{when} {what}" for what in ("send GET", "send body", "receive") for when in ("before", "after")),
    *(f"{when} {what}" for what in ("journal INSERT", "send POST") for when in ("before", "after")),
)
ONCE: Final = ("INSERT", "POST")
CAMPAIGN: Final = "a campaign spends, and the reply is lost"
NOTHING: Final = "no fault"
WANTED: Final = 10  # credits of each purchase
SPENT: Final = 3  # credits that the campaign takes meanwhile


class Tally(NamedTuple):
    """What came of the purchases that met one mishap."""

    injected: int = 0
    wanted: int = 0
    made: int = 0


class Soak:
    """Buys on and on; the clock is set forward where a person would have waited."""

    def __init__(self, world: World, server: SandboxServer, driver: Driver, seed: int) -> None:
        self.world = world
        self.server = server
        self.driver = driver
        self.seed = seed
        self.random = random.Random(seed)  # noqa: S311 - a mishap is no secret
        self.later = 0.0
        self.tallies: dict[str, Tally] = {}

    def want_one(self) -> None:
        mishap = self.random.choice(("fault", "fault", "kill", "interrupt", CAMPAIGN, NOTHING))
        step = self.random.choice(STEPS)
        step += f"#{1 if step.endswith(ONCE) else self.random.randint(1, 3)}"
        made, enough = sold(self.server), read_balance(self.server) + WANTED
        signals = {mishap: step} if mishap in {"kill", "interrupt"} else {}
        if mishap == "fault":
            mishap = self.random.choice(FAULTS)
            fault(self.server, mishap)
        elif mishap == CAMPAIGN:
            lost = self.random.choice(("drop=before", "drop=request", "status=500"))
            fault(self.server, f"{PURCHASE},{lost}")
        hurried = "latency" in mishap or "balance_lag:9" in mishap
        first = self.buy(enough, "0.5" if hurried else "10", **signals)
        met = int(first.code in {-9, 130}) if signals else used_faults(self.server)
        no_faults(self.server)
        if mishap == CAMPAIGN:
            set_balance(self.server, read_balance(self.server) - SPENT)
            enough -= SPENT
        self.follow(first, enough, made)
        self.count(
            f"{mishap} at {step.partition('#')[0]}" if signals else mishap, met, sold(self.server) - made
        )

    def buy(self, enough: int, timeout: str = "10", **signals: str) -> Run:
        return self.driver.run(
            self.world,
            *("credits", "buy", str(WANTED), "--card=4242", "--yes", "--max-per-day=999999999", "--json"),
            *("--timeout", timeout, f"--if-below={enough}"),
            later=self.later,
            **signals,
        )

    def follow(self, run: Run, enough: int, made: int) -> None:
        """Do what the tool says until the credits are there."""
        for _ in range(6):
            if run.code == 0:
                return
            assert run.code in {4, 5, 6, 7, 9, 130, -9}, run
            for row in self.journal()[:1]:
                if row["outcome"] in {"pending", "unknown"}:
                    self.settle(row["purchase_id"], made)
            run = self.buy(enough)
        pytest.fail(f"the credits never came: {run.err}")

    def settle(self, purchase: str, made: int) -> None:
        self.later += QUARTER
        for _ in range(10):
            read_balance(self.server)  # a vendor that lags shows what was bought after some reads
        command = ("credits", "reconcile", purchase, "--json")
        settled = self.driver.run(self.world, *command, later=self.later)
        if settled.code == 9 and "cannot tell" in settled.error["message"]:
            truth = "confirmed" if sold(self.server) > made else "refused"
            settled = self.driver.run(self.world, *command, f"--assume={truth}", later=self.later)
        assert settled.code == 0, settled.err
        assert settled.json["outcome"] == ("confirmed" if sold(self.server) > made else "refused")

    def journal(self) -> list[dict[str, str]]:
        rows: list[dict[str, str]] = self.driver.run(self.world, "credits", "purchases", "--json").json
        return rows

    def count(self, mishap: str, met: int, made: int) -> None:
        known = self.tallies.get(mishap, Tally())
        self.tallies[mishap] = Tally(known.injected + met, known.wanted + 1, known.made + made)

    def report(self) -> str:
        """Give the table of faults: how often injected, purchases made against purchases wanted."""
        names = sorted(self.tallies)
        whole = [sum(column) for column in zip(*self.tallies.values(), strict=True)]
        rows = [(name, *self.tallies[name]) for name in names] + [("in all", *whole)]
        lines = [f"{name:<58} {met:>8} {wanted:>7} {made:>6}" for name, met, wanted, made in rows]
        head = f"{f'fault (seed {self.seed})':<58} {'injected':>8} {'wanted':>7} {'made':>6}"
        return "\n".join([head, *lines])


@pytest.fixture(scope="module")
def driver() -> Iterator[Driver]:
    with driving() as started:
        yield started


def soak(purchases: int, tools: tuple[World, SandboxServer, Driver], seed: int) -> Soak:
    run = Soak(*tools, seed)
    for _ in range(purchases):
        run.want_one()
    for tally in run.tallies.values():
        assert tally.made == tally.wanted, run.report()
    confirmed = [row for row in run.journal() if row["outcome"] == "confirmed"]
    assert sold(run.server) == len(confirmed) == purchases
    assert requests(run.server, "POST") <= len(run.journal())
    return run


def test_fifty_purchases(
    wired: World, server: SandboxServer, driver: Driver, capsys: pytest.CaptureFixture[str]
) -> None:
    run = soak(50, (wired, server, driver), seed=50)
    with capsys.disabled():
        head, *_, whole = run.report().splitlines()
        print(f"\n{head}\n{whole}")


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_a_thousand_purchases(
    wired: World, server: SandboxServer, driver: Driver, capsys: pytest.CaptureFixture[str]
) -> None:
    run = soak(1000, (wired, server, driver), seed=random.SystemRandom().randrange(10**9))
    with capsys.disabled():
        print(f"\n{run.report()}")
