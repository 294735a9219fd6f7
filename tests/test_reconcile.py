"""Settling an unknown purchase: by the balance, by hand, and what cannot be told."""

from collections.abc import Iterator

import pytest

from buying import QUARTER, Driver, Run, driving, fault, no_faults, requests, set_balance, sold
from program import World
from smsacct.sandbox.server import SandboxServer

BUY = ("credits", "buy", "1000", "--card=4242", "--yes", "--max-per-day=5000", "--json")
LOST = "path=/v1/credits/purchase,status=500"
MINUTE = 60.0


@pytest.fixture(scope="module")
def driver() -> Iterator[Driver]:
    with driving() as started:
        yield started


@pytest.fixture
def lost(wired: World, server: SandboxServer, driver: Driver) -> str:
    """Give the id of a purchase whose reply told nothing; the balance before it was 153."""
    fault(server, LOST)
    unknown = driver.run(wired, *BUY)
    assert unknown.code == 9, unknown.err
    no_faults(server)
    purchase: str = unknown.json["purchase_id"]
    return purchase


def reconcile(driver: Driver, world: World, purchase: str, *options: str, later: float = 0) -> Run:
    return driver.run(world, "credits", "reconcile", purchase, "--json", *options, later=later)


SETTLED = {
    "risen by all": (1153, 0, "confirmed", "it was made"),
    "risen by more": (99153, 0, "confirmed", "it was made"),
    "risen by just half": (653, 0, "confirmed", "it was made"),
    "unchanged after 15 minutes": (153, 15 * MINUTE + 1, "refused", "it was not charged"),
    "unchanged after a year": (153, 365 * 24 * 60 * MINUTE, "refused", "it was not charged"),
    "risen, whatever the time": (653, -365 * 24 * 60 * MINUTE, "confirmed", "it was made"),
}


@pytest.mark.parametrize("case", SETTLED.values(), ids=SETTLED)
def test_the_balance_settles_it(
    wired: World, server: SandboxServer, driver: Driver, lost: str, case: tuple[int, float, str, str]
) -> None:
    now, later, outcome, says = case
    set_balance(server, now)
    settled = reconcile(driver, wired, lost, later=later)
    assert settled.code == 0, settled.err
    row = settled.json
    created = row.pop("created_at")
    assert created.endswith("Z")
    assert row == {
        "provider": "eztexting",
        "profile": "eztexting",
        "purchase_id": lost,
        "credits": 1000,
        "outcome": outcome,
        "balance_before": 153,
        "balance_after": now,
        "unit": "credits",
        "card": "4242",
    }
    assert all(part in settled.err for part in ("was 153", f"is {now}", says))
    assert driver.run(wired, "credits", "purchases", "--json").json == [{**row, "created_at": created}]
    assert driver.run(wired, *BUY).code == 0


UNTOLD = {
    "fallen": (152, 0, "cannot tell"),
    "fallen, and late": (0, 60 * MINUTE, "cannot tell"),
    "risen by a little": (154, 0, "cannot tell"),
    "risen by less than half, and late": (652, 60 * MINUTE, "cannot tell"),
    "unchanged, and early": (153, 0, "too early to tell"),
    "unchanged, and nearly late": (153, 14 * MINUTE, "too early to tell"),
    "unchanged, and the clock set back": (153, -60 * MINUTE, "too early to tell"),
}


@pytest.mark.parametrize("case", UNTOLD.values(), ids=UNTOLD)
def test_what_the_balance_does_not_tell_stays_unknown(
    wired: World, server: SandboxServer, driver: Driver, lost: str, case: tuple[int, float, str]
) -> None:
    now, later, says = case
    set_balance(server, now)
    untold = reconcile(driver, wired, lost, later=later)
    assert untold.code == 9
    assert (untold.json["outcome"], untold.json["balance_after"]) == ("unknown", now)
    error = untold.error
    assert (error["kind"], error["provider"], error["profile"]) == (
        "outcome-unknown",
        "eztexting",
        "eztexting",
    )
    assert all(part in error["message"] for part in ("was 153", f"is {now}", says, lost))
    if says == "cannot tell":
        assert "https://app.eztexting.com" in error["hint"]
        assert f"credits reconcile {lost} --assume confirmed" in error["hint"]
    else:
        assert "try again after 20" in error["hint"]
    assert driver.run(wired, *BUY).code == 9
    assert sold(server) == 0


@pytest.mark.parametrize("outcome", ["confirmed", "refused"])
def test_a_person_settles_it_without_the_network(
    wired: World, server: SandboxServer, driver: Driver, lost: str, outcome: str
) -> None:
    reads = requests(server, "GET")
    settled = reconcile(driver, wired, lost, "--assume", outcome)
    assert (settled.code, settled.json["outcome"]) == (0, outcome)
    assert "as you say" in settled.err
    assert requests(server, "GET") == reads
    assert driver.run(wired, *BUY, "--max-per-day=1000").code == (5 if outcome == "confirmed" else 0)


def test_what_is_settled_stays_so(wired: World, server: SandboxServer, driver: Driver, lost: str) -> None:
    assert reconcile(driver, wired, lost, "--assume=refused").code == 0
    before = driver.run(wired, "credits", "purchases", "--json").json
    reads = requests(server, "GET")
    for options in ([], ["--assume=confirmed"]):
        again = reconcile(driver, wired, lost, *options)
        assert (again.code, again.json["outcome"]) == (0, "refused")
        assert "refused already; nothing was changed" in again.err
    assert driver.run(wired, "credits", "purchases", "--json").json == before
    assert requests(server, "GET") == reads


def test_an_unknown_id_is_told_with_near_ones(wired: World, driver: Driver, lost: str) -> None:
    near = reconcile(driver, wired, lost[:-1])
    assert (near.code, near.error["kind"], near.out) == (2, "usage", "")
    assert lost in near.error["hint"]
    far = reconcile(driver, wired, "\x1b[2Jxyz")
    assert far.code == 2
    assert "credits purchases" in far.error["hint"]
    assert "\x1b" not in far.error["message"]


@pytest.mark.parametrize("assumed", ["maybe", "unknown", "pending", ""])
def test_only_two_things_can_be_assumed(wired: World, driver: Driver, lost: str, assumed: str) -> None:
    assert reconcile(driver, wired, lost, f"--assume={assumed}").code == 2


@pytest.mark.parametrize("spec", ["status=500", "status=401", "html", "drop=request"])
def test_a_balance_that_cannot_be_read_settles_nothing(
    wired: World, server: SandboxServer, driver: Driver, lost: str, spec: str
) -> None:
    fault(server, f"path=/v1/credits,{spec}")
    failed = reconcile(driver, wired, lost, "--timeout=2", later=QUARTER)
    assert (failed.code, failed.out) == (4 if "401" in spec else 6, "")
    [row] = driver.run(wired, "credits", "purchases", "--json").json
    assert row["outcome"] == "unknown"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"1{'0' * 40}.00", f"1{'0' * 40}.01"),  # a binary float calls it unchanged
        ("153", f"652.{'9' * 40}"),  # the 28 digits that decimals have by default call it half
    ],
)
def test_amounts_are_held_against_each_other_exactly(
    wired: World, server: SandboxServer, driver: Driver, before: str, after: str
) -> None:
    fault(server, f'path=/v1/credits,times=1,body={{"totalCredits": {before}}}', LOST)
    purchase = driver.run(wired, *BUY).json["purchase_id"]
    no_faults(server)
    fault(server, f'path=/v1/credits,body={{"totalCredits": {after}}}')
    untold = reconcile(driver, wired, purchase, later=QUARTER)
    assert untold.code == 9
    assert all(figure in untold.error["message"] for figure in (before, after, "cannot tell"))


def test_a_purchase_of_a_profile_that_is_gone_is_settled(
    wired: World, server: SandboxServer, driver: Driver
) -> None:
    wired.environ |= {"SMSACCT_OLD_USERNAME": "your_username", "SMSACCT_OLD_PASSWORD": "your_password"}
    wired.config.write_text(f'[profiles.old]\nprovider = "eztexting"\nbase_url = "{server.url}/eztexting"')
    fault(server, LOST)
    purchase = driver.run(wired, *BUY, "-P", "old").json["purchase_id"]
    wired.config.unlink()
    settled = reconcile(driver, wired, purchase, later=QUARTER)
    assert (settled.code, settled.json["profile"]) == (0, "old"), settled.err


def test_a_profile_that_has_moved_is_told(
    wired: World, server: SandboxServer, driver: Driver, lost: str
) -> None:
    wired.environ["SMSACCT_EZTEXTING_BASE_URL"] = f"{server.url.replace('127.0.0.1', 'localhost')}/eztexting"
    settled = reconcile(driver, wired, lost, later=QUARTER)
    assert settled.code == 0
    assert f"warning: purchase {lost} went to {server.url}/eztexting" in settled.err


def test_the_answer_is_one_object_in_the_sandbox_too(wired: World, driver: Driver) -> None:
    killed = driver.run(wired, *BUY, "--sandbox", kill="after journal COMMIT#2")
    assert killed.code == -9
    [row] = driver.run(wired, "credits", "purchases", "--sandbox", "--json").json
    assert row["outcome"] == "pending"
    stopped = driver.run(wired, *BUY, "--sandbox")
    assert f"credits reconcile {row['purchase_id']} --sandbox" in stopped.error["hint"]
    settled = reconcile(driver, wired, row["purchase_id"], "--sandbox", later=QUARTER)
    assert (settled.code, settled.json["outcome"]) == (0, "refused")
