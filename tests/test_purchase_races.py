"""Many processes that buy at once: one at a time for each profile, and never more than needed or allowed."""

from collections.abc import Iterator

import pytest

from buying import Driver, driving, fault, requests, sold
from program import World
from smsacct.sandbox.server import SandboxServer

BUY = ("credits", "buy", "1000", "--card=4242", "--yes", "--max-per-day=5000", "--json")
PURCHASE = "path=/v1/credits/purchase"
BALANCE = "path=/v1/credits"


@pytest.fixture(scope="module")
def driver() -> Iterator[Driver]:
    with driving() as started:
        yield started


def test_twenty_at_once_make_one_purchase_and_the_others_are_not_needed(
    wired: World, server: SandboxServer
) -> None:
    wired.config.write_text('[profiles.eztexting]\ncard = "4242"\n')
    fault(server, f"{BALANCE},latency=0.3")  # long enough for several to read before one has bought
    command = ("credits", "buy", "1000", "--if-below", "500", "--yes", "--max-per-day", "5000")
    started = [wired.start(*command, "--field", "outcome") for _ in range(20)]
    ended = [(*process.communicate(timeout=60), process.returncode) for process in started]
    assert sorted(ended) == [("confirmed\n", "", 0), *[("not-needed\n", "", 0)] * 19]
    assert (sold(server), requests(server, "POST")) == (1, 1)


def test_twenty_at_once_without_a_need_stay_under_the_cap(wired: World, server: SandboxServer) -> None:
    started = [
        wired.start("credits", "buy", "1000", "--card=4242", "--yes", "--max-per-day=3000") for _ in range(20)
    ]
    codes = [process.wait(timeout=60) for process in started]
    for process in started:
        process.communicate()
    assert sorted(codes) == [0] * 3 + [5] * 17
    assert sold(server) == 3


def test_who_waits_for_another_gives_up_at_the_deadline(
    wired: World, server: SandboxServer, driver: Driver
) -> None:
    fault(server, "latency=4,times=1")
    slow = wired.start(*BUY)
    while not (wired.state / "purchase-eztexting.lock").exists() or not requests(server, "GET"):
        assert slow.poll() is None
    late = driver.run(wired, *BUY, "--timeout=0.5")
    assert (late.code, late.out) == (6, "")
    assert "another process" in late.error["message"]
    assert slow.wait(timeout=30) == 0
    slow.communicate()
    assert sold(server) == 1


def test_profiles_do_not_wait_for_each_other(wired: World, server: SandboxServer, driver: Driver) -> None:
    wired.config.write_text(
        f'[profiles.other]\nprovider = "eztexting"\nbase_url = "{server.url}/eztexting"\n'
    )
    wired.environ |= {"SMSACCT_OTHER_USERNAME": "your_username", "SMSACCT_OTHER_PASSWORD": "your_password"}
    fault(server, f"{PURCHASE},status=500,times=1")
    assert driver.run(wired, *BUY, "-P", "eztexting").code == 9
    assert driver.run(wired, *BUY, "-P", "other").code == 0
    assert driver.run(wired, *BUY, "-P", "eztexting").code == 9
