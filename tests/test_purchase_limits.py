"""What stops a purchase before it is sent: the command line, caps, a balance that is enough, a dry run."""

from collections.abc import Iterator

import pytest

from buying import Driver, driving, fault, requests, set_balance, sold
from program import World
from smsacct.sandbox.server import SandboxServer

DAY = 24 * 3600.0
UNCAPPED = ("credits", "buy", "1000", "--card=4242", "--yes", "--json")
BUY = (*UNCAPPED, "--max-per-day=5000")


@pytest.fixture(scope="module")
def driver() -> Iterator[Driver]:
    with driving() as started:
        yield started


def capped(world: World, caps: str) -> None:
    """Give the implicit profile these settings."""
    world.config.write_text(f"[profiles.eztexting]\n{caps}\n")


USAGE = {
    "nan": ("nan", "--card=4242"),
    "an exponent": ("1e400", "--card=4242"),
    "nothing": ("0", "--card=4242"),
    "underscores": ("1_000", "--card=4242"),
    "a fraction": ("1.5", "--card=4242"),
    "other digits": ("\u0661\u0660\u0660", "--card=4242"),
    "no number of credits": ("--card=4242",),
    "a short card": ("1000", "--card=424"),
    "a whole card": ("1000", "--card=4242424242424242"),
    "letters": ("1000", "--card=abcd"),
    "no card": ("1000",),
    "a coupon that steers": ("1000", "--card=4242", "--coupon=\x1b[2J"),
    "an empty coupon": ("1000", "--card=4242", "--coupon="),
    "a threshold that is none": ("1000", "--card=4242", "--if-below=nan"),
    "a cap that is none": ("1000", "--card=4242", "--max-per-day=0"),
}


@pytest.mark.parametrize("arguments", USAGE.values(), ids=USAGE)
def test_a_wrong_command_line_asks_nobody(
    wired: World, server: SandboxServer, driver: Driver, arguments: tuple[str, ...]
) -> None:
    failed = driver.run(wired, "credits", "buy", "--max-per-day=5000", *arguments, "--yes", "--json")
    assert (failed.code, failed.out, failed.error["kind"]) == (2, "", "usage")
    assert failed.error["hint"] or "see `" in failed.err
    assert requests(server, "GET") + requests(server, "POST") == 0
    assert not wired.state.exists()


def test_a_negative_number_is_no_number_of_credits(wired: World, driver: Driver) -> None:
    assert driver.run(wired, "credits", "buy", "-5", "--card=4242", "--yes").code == 2


@pytest.mark.parametrize("card", [(), ("--card=4242",)])
def test_a_provider_without_purchases_says_so_first(
    wired: World, server: SandboxServer, driver: Driver, card: tuple[str, ...]
) -> None:
    failed = driver.run(wired, "credits", "buy", "1000", *card, "-p", "messagebird", "--json")
    assert (failed.code, failed.error["kind"]) == (10, "unsupported")
    assert "https://" in failed.error["hint"]
    assert requests(server, "GET") == 0


def test_without_a_terminal_and_without_yes_nothing_is_bought(
    wired: World, server: SandboxServer, driver: Driver
) -> None:
    failed = driver.run(wired, "credits", "buy", "1000", "--card=4242", "--max-per-day=5000", "--json")
    assert (failed.code, failed.out) == (2, "")
    assert "--yes" in failed.error["hint"]
    assert requests(server, "GET") == 0


def test_yes_without_a_terminal_needs_a_cap(wired: World, server: SandboxServer, driver: Driver) -> None:
    failed = driver.run(wired, *UNCAPPED)
    assert (failed.code, failed.out) == (2, "")
    assert "--max-per-day" in failed.error["hint"]
    assert requests(server, "GET") == 0
    capped(wired, "max_credits_per_day = 1000")
    assert driver.run(wired, *UNCAPPED).code == 0


def test_a_cap_per_purchase_refuses_before_anything_is_sent(
    wired: World, server: SandboxServer, driver: Driver
) -> None:
    capped(wired, "max_credits_per_purchase = 999")
    refused = driver.run(wired, *BUY)
    assert (refused.code, refused.out, refused.error["kind"]) == (5, "", "refused")
    assert "999" in refused.error["message"]
    assert requests(server, "GET") + requests(server, "POST") == 0
    capped(wired, "max_credits_per_purchase = 1000")
    assert driver.run(wired, *UNCAPPED).code == 0


@pytest.mark.parametrize(
    ("caps", "made"),
    [((2000, 0), 2), ((None, 2000), 2), ((2000, 1000), 1), ((1000, 5000), 1), ((0, 5000), 0), ((2999, 0), 2)],
)
def test_a_day_has_the_lower_of_its_caps(
    wired: World, server: SandboxServer, driver: Driver, caps: tuple[int | None, int], made: int
) -> None:
    configured, given = caps
    capped(wired, "" if configured is None else f"max_credits_per_day = {configured}")
    option = (f"--max-per-day={given}",) if given else ()
    codes = [driver.run(wired, *UNCAPPED, *option).code for _ in range(3)]
    assert codes == [0] * made + [5] * (3 - made)
    reads = requests(server, "GET")
    refused = driver.run(wired, *UNCAPPED, *option)
    assert (refused.code, refused.out) == (5, "")
    assert "24 hours" in refused.error["message"]
    assert (sold(server), requests(server, "POST"), requests(server, "GET")) == (made, made, reads)


def test_the_day_rolls(wired: World, server: SandboxServer, driver: Driver) -> None:
    assert driver.run(wired, *UNCAPPED, "--max-per-day=1000").code == 0
    assert driver.run(wired, *UNCAPPED, "--max-per-day=1000", later=DAY - 60).code == 5
    assert driver.run(wired, *UNCAPPED, "--max-per-day=1000", later=DAY + 60).code == 0
    assert sold(server) == 2


def test_a_clock_that_was_set_back_frees_nothing(wired: World, server: SandboxServer, driver: Driver) -> None:
    assert driver.run(wired, *UNCAPPED, "--max-per-day=1000", later=300 * DAY).code == 0
    assert driver.run(wired, *UNCAPPED, "--max-per-day=1000").code == 5
    assert driver.run(wired, *UNCAPPED, "--max-per-day=1000", later=-300 * DAY).code == 5
    assert sold(server) == 1


def test_refused_purchases_free_the_day_and_other_profiles_have_their_own(
    wired: World, server: SandboxServer, driver: Driver
) -> None:
    fault(server, "path=/v1/credits/purchase,status=402,times=1")
    assert driver.run(wired, *UNCAPPED, "--max-per-day=1000").code == 5
    assert driver.run(wired, *UNCAPPED, "--max-per-day=1000").code == 0
    wired.environ |= {"SMSACCT_TWO_USERNAME": "your_username", "SMSACCT_TWO_PASSWORD": "your_password"}
    wired.config.write_text(f'[profiles.two]\nprovider = "eztexting"\nbase_url = "{server.url}/eztexting"')
    assert driver.run(wired, *UNCAPPED, "--max-per-day=1000", "-P", "two").code == 0
    assert sold(server) == 2


def test_an_unknown_purchase_that_was_settled_as_made_counts(
    wired: World, server: SandboxServer, driver: Driver
) -> None:
    fault(server, "path=/v1/credits/purchase,status=500,times=1")
    purchase = driver.run(wired, *UNCAPPED, "--max-per-day=1000").json["purchase_id"]
    assert driver.run(wired, "credits", "reconcile", purchase, "--assume=confirmed").code == 0
    assert driver.run(wired, *UNCAPPED, "--max-per-day=1000").code == 5


def test_enough_is_not_bought(wired: World, server: SandboxServer, driver: Driver) -> None:
    enough = driver.run(wired, *BUY, "--if-below=153")
    assert (enough.code, enough.err) == (0, "")
    assert enough.json == {
        "provider": "eztexting",
        "profile": "eztexting",
        "credits": 1000,
        "outcome": "not-needed",
        "balance_before": 153,
        "balance_after": 153,
        "unit": "credits",
    }
    assert (requests(server, "GET"), requests(server, "POST")) == (1, 0)
    assert driver.run(wired, "credits", "purchases", "--json").json == []
    assert driver.run(wired, *BUY, "--if-below=153.01").json["outcome"] == "confirmed"


def test_a_full_day_is_no_failure_where_nothing_is_needed(
    wired: World, server: SandboxServer, driver: Driver
) -> None:
    cron = (*UNCAPPED, "--max-per-day=1000", "--if-below=500")
    assert driver.run(wired, *cron).json["outcome"] == "confirmed"
    assert driver.run(wired, *cron).json["outcome"] == "not-needed"
    set_balance(server, 0)
    refused = driver.run(wired, *cron)
    assert (refused.code, refused.out) == (5, "")
    assert sold(server) == 1


def test_a_negative_balance_is_below(wired: World, server: SandboxServer, driver: Driver) -> None:
    set_balance(server, -40)
    bought = driver.run(wired, *BUY, "--if-below=0")
    assert (bought.json["balance_before"], bought.json["balance_after"]) == (-40, 960)


@pytest.mark.parametrize("unasked", [(), ("--yes", "--max-per-day=5000")])
def test_a_dry_run_says_what_would_happen(
    wired: World, server: SandboxServer, driver: Driver, unasked: tuple[str, ...]
) -> None:
    dry = driver.run(wired, "credits", "buy", "1000", "--card=4242", "--dry-run", "--json", *unasked)
    assert (dry.code, dry.err) == (0, "")
    assert dry.json == {
        "provider": "eztexting",
        "profile": "eztexting",
        "credits": 1000,
        "outcome": "dry-run",
        "balance_before": 153,
        "balance_after": None,
        "unit": "credits",
    }
    assert requests(server, "POST") == 0
    assert driver.run(wired, "credits", "purchases", "--json").json == []


def test_a_dry_run_holds_to_the_same_rules(wired: World, server: SandboxServer, driver: Driver) -> None:
    dry = (*UNCAPPED, "--dry-run")
    assert driver.run(wired, *dry, "--max-per-day=999").code == 5
    assert driver.run(wired, *dry, "--max-per-day=1000", "--if-below=1").json["outcome"] == "not-needed"
    assert driver.run(wired, *dry, "--max-per-day=1000", "--if-below=500").json["outcome"] == "dry-run"
    assert driver.run(wired, *dry).code == 2
    fault(server, "path=/v1/credits/purchase,status=500,times=1")
    assert driver.run(wired, *BUY).code == 9
    assert driver.run(wired, *dry, "--max-per-day=9000").code == 9
    assert requests(server, "POST") == 1


@pytest.mark.parametrize("style", ["table", "jsonl", "csv", "tsv"])
def test_every_format_tells_the_outcome(wired: World, style: str) -> None:
    bought = wired.run(*BUY[:-2], "--max-per-day=5000", "--format", style)
    assert bought.code == 0, bought.err
    assert all(word in bought.out for word in ("confirmed", "153", "1153"))
    assert wired.run(*BUY[:-2], "--max-per-day=5000", "--field", "balance_after").out == "2153\n"


def test_the_sandbox_has_a_journal_of_its_own(wired: World, server: SandboxServer, driver: Driver) -> None:
    assert driver.run(wired, *BUY, "--sandbox").json["balance_after"] == 1153
    assert (sold(server), requests(server, "GET")) == (0, 0)
    assert driver.run(wired, "credits", "purchases", "--json").json == []
    [row] = driver.run(wired, "credits", "purchases", "--sandbox", "--json").json
    assert row["outcome"] == "confirmed"
    assert driver.run(wired, *BUY, "--max-per-day=1000").code == 0
