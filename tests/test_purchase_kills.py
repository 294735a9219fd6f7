"""SIGKILL and Ctrl-C at every boundary of a purchase: one is made, and the next run understands the journal.

The boundaries, each before and after: every statement to the journal (making it, reading it, BEGIN, INSERT,
UPDATE, COMMIT), every piece of a request that is sent, and every piece of a reply that is received.
"""

import itertools
import shutil
from collections.abc import Callable, Iterator, Sequence

import pytest

from buying import QUARTER, Driver, Run, driving, fault, no_faults, sold
from program import World
from smsacct.sandbox.server import SandboxServer

pytestmark = pytest.mark.slow

BUY = ("credits", "buy", "1000", "--card=4242", "--if-below=500", "--yes", "--max-per-day=5000", "--json")
TO_THE_JOURNAL = ("CREATE", "SELECT", "BEGIN", "INSERT", "UPDATE", "COMMIT")
ON_THE_WIRE = ("send GET", "send POST", "send body", "receive")
BOUNDARIES = [
    f"{when} {what}"
    for what in (*(f"journal {word}" for word in TO_THE_JOURNAL), *ON_THE_WIRE)
    for when in ("before", "after")
]


@pytest.fixture(scope="module")
def driver() -> Iterator[Driver]:
    with driving() as started:
        yield started


def start_over(world: World, server: SandboxServer) -> None:
    """Forget the journal and what the twin has sold."""
    shutil.rmtree(world.state, ignore_errors=True)
    server.app.store.reset()
    no_faults(server)


def journal(world: World, driver: Driver) -> list[tuple[str, str]]:
    """Give the ids and outcomes of the journal, the newest first."""
    listed = driver.run(world, "credits", "purchases", "--json")
    assert listed.code == 0, listed.err
    return [(row["purchase_id"], row["outcome"]) for row in listed.json]


def follow(world: World, driver: Driver) -> None:
    """Do what the tool says until the credits are there: buy, or reconcile and buy."""
    for _ in range(4):
        again = driver.run(world, *BUY, later=QUARTER)
        if again.code == 0:
            return
        assert again.code == 9, again.err
        unknown = next(found for found, outcome in journal(world, driver) if outcome == "unknown")
        assert unknown in again.error["message"]
        assert f"credits reconcile {unknown}" in again.error["hint"]
        settled = driver.run(world, "credits", "reconcile", unknown, "--json", later=QUARTER)
        assert settled.code == 0, settled.err
    pytest.fail("the credits never came")


def check_private(world: World) -> None:
    """Nothing of the state can be read by anybody else, what SQLite left beside the journal included."""
    for place in [world.state, *world.state.rglob("*")]:
        assert place.stat().st_mode & 0o077 == 0, place


def every_boundary(run: Callable[[str], Run], among: Sequence[str] = BOUNDARIES) -> Iterator[tuple[str, Run]]:
    """Run with a signal at the first, second … of each boundary, until a run meets no such one."""
    for name in among:
        for number in itertools.count(1):
            done = run(f"{name}#{number}")
            if done.code == 0:
                assert number > 1, f"no run meets {name!r}"
                break
            yield f"{name}#{number}", done


def test_the_row_is_committed_before_the_first_byte_is_sent(
    wired: World, server: SandboxServer, driver: Driver
) -> None:
    whole = driver.run(wired, *BUY)
    assert whole.code == 0, whole.err
    steps = [step.partition("#")[0] for step in whole.steps]
    assert {step for step in steps if not step.endswith("PRAGMA")} == set(BOUNDARIES)
    inserted, sent = steps.index("after journal INSERT"), steps.index("before send POST")
    assert steps[inserted:sent] == ["after journal INSERT", "before journal COMMIT", "after journal COMMIT"]
    assert sold(server) == 1


def test_sigkill_at_every_boundary_makes_one_purchase(
    wired: World, server: SandboxServer, driver: Driver
) -> None:
    def killed_at(step: str) -> Run:
        start_over(wired, server)
        return driver.run(wired, *BUY, kill=step)

    for step, killed in every_boundary(killed_at):
        assert (killed.code, killed.steps[-1]) == (-9, step), killed.err
        check_private(wired)
        if "after send POST#1" not in killed.steps:
            assert sold(server) == 0, step
        follow(wired, driver)
        assert sold(server) == 1, step
        outcomes = [outcome for _, outcome in journal(wired, driver)]
        assert sorted(outcomes) in (["confirmed"], ["confirmed", "refused"]), step


def test_ctrl_c_at_every_boundary_makes_one_purchase(
    wired: World, server: SandboxServer, driver: Driver
) -> None:
    def stopped_at(step: str) -> Run:
        start_over(wired, server)
        return driver.run(wired, *BUY, interrupt=step)

    for step, stopped in every_boundary(stopped_at):
        assert (stopped.code, stopped.out) == (130, ""), (step, stopped)
        check_told(stopped, journal(wired, driver))
        follow(wired, driver)
        assert sold(server) == 1, step


def check_told(stopped: Run, journaled: list[tuple[str, str]]) -> None:
    """Nothing stays pending after Ctrl-C, and the person is told what is known."""
    error = stopped.error
    assert error["kind"] == "interrupted"
    if not journaled:
        assert "before send POST#1" not in stopped.steps
        assert "nothing" in error["message"] + error["hint"]
        return
    [(purchase, outcome)] = journaled
    assert purchase in error["message"]
    assert outcome in {"unknown", "confirmed"}
    if outcome == "unknown":
        assert f"credits reconcile {purchase}" in error["hint"]
    else:
        assert "after" in error["message"]


def test_sigkill_at_every_boundary_of_reconciling_leaves_it_to_the_next(
    wired: World, server: SandboxServer, driver: Driver
) -> None:
    def lose() -> str:
        start_over(wired, server)
        fault(server, "path=/v1/credits,after=1,status=500,times=1")
        lost = driver.run(wired, *BUY)
        assert lost.code == 9, lost.err
        purchase: str = lost.json["purchase_id"]
        return purchase

    def killed_at(step: str) -> Run:
        lost.append(lose())
        return driver.run(wired, "credits", "reconcile", lost[-1], "--json", kill=step)

    lost: list[str] = []
    bought_only = ("CREATE", "INSERT", "POST")
    of_reconciling = [name for name in BOUNDARIES if not name.endswith(bought_only)]
    for step, killed in every_boundary(killed_at, of_reconciling):
        assert (killed.code, killed.steps[-1]) == (-9, step), killed.err
        settled = driver.run(wired, "credits", "reconcile", lost[-1], "--json")
        assert settled.code == 0, settled.err
        assert settled.json["outcome"] == "confirmed"
        assert driver.run(wired, *BUY).json["outcome"] == "not-needed"
        assert sold(server) == 1
