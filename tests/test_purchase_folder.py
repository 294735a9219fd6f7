"""The journal on this machine: how it is listed, and that nothing is bought where it cannot be written."""

import csv
import io
import json
import subprocess
import sys
from collections.abc import Iterator

import pytest

from buying import QUARTER, Driver, driving, fault, no_faults, requests, sold
from program import PROGRAM, Result, World
from smsacct.sandbox.server import SandboxServer

BUY = ("credits", "buy", "1000", "--card=4242", "--yes", "--max-per-day=5000", "--json")
LIST = ("credits", "purchases")


@pytest.fixture(scope="module")
def driver() -> Iterator[Driver]:
    with driving() as started:
        yield started


def test_an_empty_journal_is_an_empty_array_without_any_profile(world: World) -> None:
    listed = world.run(*LIST, "--json")
    assert (listed.code, listed.out, listed.err) == (0, "[]\n", "")
    assert not world.state.exists()


def test_the_journal_is_listed_in_every_format_the_newest_first(wired: World, driver: Driver) -> None:
    for _ in range(2):
        assert driver.run(wired, *BUY).code == 0
    rows = wired.run(*LIST, "--json").json
    assert [row["balance_after"] for row in rows] == [2153, 1153]
    assert set(rows[0]) == {
        *("provider", "profile", "purchase_id", "credits", "outcome", "balance_before", "balance_after"),
        *("unit", "card", "created_at"),
    }
    lines = wired.run(*LIST, "--format", "jsonl").out.splitlines()
    assert [json.loads(line)["purchase_id"] for line in lines] == [row["purchase_id"] for row in rows]
    sheet = list(csv.DictReader(io.StringIO(wired.run(*LIST, "--format", "csv").out)))
    assert [line["card"] for line in sheet] == ["4242", "4242"]
    assert wired.run(*LIST, "--field", "balance_before").out == "1153\n153\n"
    table = wired.run(*LIST).out
    assert all(row["purchase_id"] in table for row in rows)


def test_the_journal_is_listed_for_the_profiles_and_providers_that_are_named(
    wired: World, server: SandboxServer, driver: Driver
) -> None:
    wired.environ |= {"SMSACCT_OLD_USERNAME": "your_username", "SMSACCT_OLD_PASSWORD": "your_password"}
    wired.config.write_text(f'[profiles.old]\nprovider = "eztexting"\nbase_url = "{server.url}/eztexting"')
    assert driver.run(wired, *BUY, "-P", "old").code == 0
    assert driver.run(wired, *BUY, "-P", "eztexting").code == 0
    wired.config.unlink()

    def profiles(*options: str) -> list[str]:
        return [row["profile"] for row in driver.run(wired, *LIST, "--json", *options).json]

    assert profiles() == profiles("--all") == profiles("-p", "eztexting") == ["eztexting", "old"]
    assert profiles("-P", "old") == ["old"]
    assert profiles("-P", "eztexting", "-P", "old") == ["eztexting", "old"]
    assert profiles("-p", "messagebird") == []
    unknown = driver.run(wired, *LIST, "-P", "olf", "--json")
    assert (unknown.code, unknown.error["hint"]) == (2, "did you mean old?")
    assert driver.run(wired, *LIST, "-p", "eztextin").code == 2
    assert driver.run(wired, *LIST, "-p", "eztexting", "--all").code == 2


def test_a_purchase_whose_process_is_gone_is_listed_as_pending(wired: World, driver: Driver) -> None:
    assert driver.run(wired, *BUY, kill="before send POST#1").code == -9
    [row] = driver.run(wired, *LIST, "--json").json
    assert (row["outcome"], row["balance_after"]) == ("pending", None)


def test_no_secret_comes_into_the_journal(wired: World, server: SandboxServer, driver: Driver) -> None:
    fault(server, "path=/v1/credits/purchase,status=400,times=1")
    assert driver.run(wired, *BUY).code == 5
    assert driver.run(wired, *BUY).code == 0
    for path in wired.state.rglob("*"):
        held = path.read_bytes()
        assert b"your_password" not in held
        assert b"your_username" not in held
        assert path.stat().st_mode & 0o077 == 0


def spoilt(wired: World, driver: Driver) -> None:
    assert driver.run(wired, *BUY).code == 0
    (wired.state / "purchases.sqlite3").write_bytes(b"this is no database\n" * 100)


def blocked(wired: World, driver: Driver) -> None:
    del driver
    wired.state.parent.mkdir(parents=True)
    wired.state.write_text("a file is in the way")


def no_file(wired: World, driver: Driver) -> None:
    del driver
    (wired.state / "purchases.sqlite3").mkdir(parents=True)


@pytest.mark.parametrize("spoil", [spoilt, blocked, no_file])
def test_without_a_journal_nothing_is_bought(
    wired: World, server: SandboxServer, driver: Driver, spoil: object
) -> None:
    assert callable(spoil)
    spoil(wired, driver)
    made, posts = sold(server), requests(server, "POST")
    failed = driver.run(wired, *BUY)
    assert (failed.code, failed.out, failed.error["kind"]) == (3, "", "config")
    assert failed.error["message"].endswith("nothing was bought")
    assert str(wired.state) in failed.error["message"]
    assert failed.error["hint"]
    assert (sold(server), requests(server, "POST")) == (made, posts)


def limited(world: World, room: int, *arguments: str) -> Result:
    """Run with no file allowed to grow over ``room`` bytes, as on a disk that is full."""
    script = "import os, resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2); "
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            f"{script} os.execv(sys.argv[2], sys.argv[2:])",
            str(room),
            PROGRAM,
            *arguments,
        ],
        env=world.environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return Result(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize("room", [0, 5000])
def test_where_the_journal_cannot_be_made_for_want_of_room_nothing_is_bought(
    wired: World, server: SandboxServer, room: int
) -> None:
    failed = limited(wired, room, *BUY)
    assert (failed.code, failed.error["kind"]) == (3, "config"), failed.err
    assert failed.error["message"].endswith("nothing was bought")
    assert (sold(server), requests(server, "POST")) == (0, 0)


def test_where_one_more_row_does_not_fit_nothing_is_bought(
    wired: World, server: SandboxServer, driver: Driver
) -> None:
    assert driver.run(wired, *BUY).code == 0
    size = (wired.state / "purchases.sqlite3").stat().st_size
    failed = limited(wired, size, *BUY, f"--coupon={'C' * 9000}")
    assert (failed.code, failed.error["kind"]) == (3, "config"), failed.err
    assert failed.error["message"].endswith("nothing was bought")
    assert (sold(server), requests(server, "POST")) == (1, 1)
    assert len(driver.run(wired, *LIST, "--json").json) == 1


@pytest.mark.parametrize(
    ("spec", "code"), [("latency=1", 9), ("latency=1,status=402", 5), ("drop=request", 9)]
)
def test_an_outcome_that_cannot_be_written_down_is_told_and_settled_later(
    wired: World, server: SandboxServer, driver: Driver, spec: str, code: int
) -> None:
    """The state folder is away from the moment the purchase has arrived until after the answer."""
    away = wired.state.with_name("away")
    fault(server, "latency=1,path=/v1/credits/purchase", f"path=/v1/credits/purchase,{spec}")
    buying = wired.start(*BUY)
    while not requests(server, "POST"):
        assert buying.poll() is None
    wired.state.rename(away)
    out, err = buying.communicate(timeout=30)
    away.rename(wired.state)
    assert buying.returncode == code, err
    assert "is not written down" in err
    purchase = json.loads(out)["purchase_id"]
    [row] = driver.run(wired, *LIST, "--json").json
    assert (row["purchase_id"], row["outcome"]) == (purchase, "pending")
    no_faults(server)
    assert driver.run(wired, *BUY).code == 9
    settled = driver.run(wired, "credits", "reconcile", purchase, "--json", later=QUARTER)
    assert settled.json["outcome"] == ("confirmed" if sold(server) else "refused")


def test_a_read_only_folder_can_still_be_listed(wired: World, driver: Driver) -> None:
    assert driver.run(wired, *BUY).code == 0
    (wired.state / "purchases.sqlite3").chmod(0o400)
    wired.state.chmod(0o500)
    try:
        assert len(driver.run(wired, *LIST, "--json").json) == 1
    finally:
        wired.state.chmod(0o700)
