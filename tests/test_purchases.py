"""Buying credits over real sockets: what each reply, and each missing one, is told as, and what is sold."""

import re
import socket
import threading
from collections.abc import Iterator
from decimal import Decimal

import pytest

from buying import QUARTER, Driver, driving, fault, no_faults, requests, set_balance, sold
from program import World
from smsacct.sandbox.server import SandboxServer

BUY = ("credits", "buy", "1000", "--card=4242", "--yes", "--max-per-day=5000", "--json")
PURCHASE = "path=/v1/credits/purchase"
BALANCE = "path=/v1/credits"


def tell(server: SandboxServer, figure: str, when: str) -> None:
    """Let the provider tell this balance, with just these digits."""
    fault(server, f'{BALANCE},{when},body={{"totalCredits": {figure}}}')


@pytest.fixture(scope="module")
def driver() -> Iterator[Driver]:
    with driving() as started:
        yield started


def test_a_purchase_is_told_with_the_balance_before_and_after(wired: World, server: SandboxServer) -> None:
    bought = wired.run(*BUY)
    assert (bought.code, bought.err) == (0, "")
    row = bought.json
    assert re.fullmatch(r"p_[0-9a-f]{12}", row.pop("purchase_id"))
    assert row == {
        "provider": "eztexting",
        "profile": "eztexting",
        "credits": 1000,
        "outcome": "confirmed",
        "balance_before": 153,
        "balance_after": 1153,
        "unit": "credits",
    }
    assert (sold(server), requests(server, "POST")) == (1, 1)


def test_a_profile_buys_with_its_own_card(wired: World, server: SandboxServer, driver: Driver) -> None:
    wired.config.write_text(
        '[profiles.marketing]\nprovider = "eztexting"\ncard = "4242"\nmax_credits_per_day = 5000\n'
        f'base_url = "{server.url}/eztexting"\n'
    )
    wired.environ |= {
        "SMSACCT_MARKETING_USERNAME": "your_username",
        "SMSACCT_MARKETING_PASSWORD": "your_password",
    }
    bought = driver.run(wired, "credits", "buy", "100", "-P", "marketing", "--yes", "--json")
    assert bought.json["profile"] == "marketing"
    [row] = driver.run(wired, "credits", "purchases", "-P", "marketing", "--json").json
    assert (row["card"], row["outcome"]) == ("4242", "confirmed")
    declined = driver.run(wired, "credits", "buy", "100", "-P", "marketing", "--card=0002", "--yes", "--json")
    assert declined.code == 5


def test_a_coupon_is_sent(wired: World, server: SandboxServer, driver: Driver) -> None:
    assert driver.run(wired, *BUY, "--coupon", "WELCOME10").code == 0
    refused = driver.run(wired, *BUY, "--coupon", "no such coupon")
    assert (refused.code, refused.json["outcome"]) == (5, "refused")
    assert "Invalid coupon code" in refused.error["message"]
    assert sold(server) == 1


REFUSED = {
    "a declined card": (f"{PURCHASE},status=400", 5),
    "no money": (f"{PURCHASE},status=402", 5),
    "a conflict": (f"{PURCHASE},status=409", 5),
    "the credentials": (f"{PURCHASE},status=401", 4),
    "the address": (f"{PURCHASE},status=403", 4),
    "the rate": (f"{PURCHASE},rate_limit=1", 7),
}


@pytest.mark.parametrize(("spec", "code"), REFUSED.values(), ids=REFUSED)
def test_a_4xx_is_refused_with_its_own_exit_code(
    wired: World, server: SandboxServer, driver: Driver, spec: str, code: int
) -> None:
    fault(server, f"{spec},times=1")
    refused = driver.run(wired, *BUY)
    assert refused.code == code
    assert "nothing was bought" in refused.error["message"]
    assert (refused.out == "") == (code != 5)
    if code == 5:
        assert (refused.json["outcome"], refused.json["balance_after"]) == ("refused", None)
    assert (sold(server), requests(server, "POST")) == (0, 1)
    assert driver.run(wired, *BUY).code == 0
    listed = driver.run(wired, "credits", "purchases", "--json").json
    assert [row["outcome"] for row in listed] == ["confirmed", "refused"]


UNKNOWN = {
    "a redirect": (f"{PURCHASE},status=302,location=https://example.com/", 0),
    "a request timeout": (f"{PURCHASE},status=408", 0),
    "500": (f"{PURCHASE},status=500", 0),
    "503 that took effect": (f"{PURCHASE},status=503,processed", 1),
    "dropped before it took effect": (f"{PURCHASE},drop=request", 0),
    "dropped before the reply": (f"{PURCHASE},drop=before", 1),
    "dropped in the middle": (f"{PURCHASE},drop=middle", 1),
    "no answer in time": (f"{PURCHASE},latency=3", 1),
    "half a reply": (f"{PURCHASE},truncated", 1),
    "HTML": (f"{PURCHASE},html", 1),
    "NaN": (f"{PURCHASE},nan", 1),
    "deep nesting": (f"{PURCHASE},deep", 1),
    "invalid UTF-8": (f"{PURCHASE},invalid_utf8", 1),
    "a huge reply": (f"{PURCHASE},oversized", 1),
    "the balance not readable after": (f"{BALANCE},after=1,status=500", 1),
    "the balance dropped after": (f"{BALANCE},after=1,drop=request", 1),
    "the balance nonsense after": (f"{BALANCE},after=1,html", 1),
    "the balance not risen in time": (f"{PURCHASE},option=balance_lag:50", 1),
}


@pytest.mark.parametrize(("spec", "made"), UNKNOWN.values(), ids=UNKNOWN)
def test_what_cannot_be_told_is_unknown_and_stops_the_next(
    wired: World, server: SandboxServer, driver: Driver, spec: str, made: int
) -> None:
    fault(server, spec)
    unknown = driver.run(wired, *BUY, "--timeout=2")
    assert unknown.code == 9
    purchase = unknown.json["purchase_id"]
    assert (unknown.json["outcome"], unknown.error["kind"]) == ("unknown", "outcome-unknown")
    assert all(part in unknown.error["message"] for part in (purchase, "1000 credits"))
    assert f"`smsacct credits reconcile {purchase}`" in unknown.error["hint"]
    assert (sold(server), requests(server, "POST")) == (made, 1)

    no_faults(server)
    reads = requests(server, "GET")
    stopped = driver.run(wired, *BUY, "--if-below=1")
    assert (stopped.code, stopped.out) == (9, "")
    assert purchase in stopped.error["message"]
    assert f"credits reconcile {purchase}" in stopped.error["hint"]
    assert driver.run(wired, *BUY, "--dry-run").code == 9
    assert requests(server, "GET") == reads
    assert (sold(server), requests(server, "POST")) == (made, 1)


ACCEPTED = {
    "an empty 200": f"{PURCHASE},option=purchase_reply:empty",
    "a 200": f"{PURCHASE},option=purchase_reply:ok",
    "white space": f"{PURCHASE},body=  ",
    "JSON of another shape": f"{PURCHASE},body=[null]",
    "JSON by another name": f"{PURCHASE},content_type=text/plain",
    "a connection closed after": f"{PURCHASE},drop=after",
    "a vendor that lags": f"{PURCHASE},option=balance_lag:2",
    "a slow vendor": "latency=0.3",
}


@pytest.mark.parametrize("spec", ACCEPTED.values(), ids=ACCEPTED)
def test_a_2xx_that_is_empty_or_json_and_a_risen_balance_confirm(
    wired: World, server: SandboxServer, driver: Driver, spec: str
) -> None:
    fault(server, spec)
    bought = driver.run(wired, *BUY)
    assert bought.code == 0, bought.err
    assert (bought.json["outcome"], bought.json["balance_after"]) == ("confirmed", 1153)
    assert (sold(server), requests(server, "POST")) == (1, 1)


def test_a_campaign_that_spends_meanwhile_does_not_hide_the_rise(
    wired: World, server: SandboxServer, driver: Driver
) -> None:
    fault(server, f'{BALANCE},after=1,body={{"totalCredits": 153.5}}')
    bought = driver.run(wired, *BUY)
    assert (bought.code, bought.json["balance_after"]) == (0, Decimal("153.5"))
    assert sold(server) == 1


@pytest.mark.parametrize(("after", "says"), [("153", "is 153"), ("150", "is 150")])
def test_an_accepted_purchase_that_does_not_show_names_both_figures(
    wired: World, server: SandboxServer, driver: Driver, after: str, says: str
) -> None:
    fault(server, f'{BALANCE},after=1,body={{"totalCredits": %s}}' % after)
    unknown = driver.run(wired, *BUY, "--timeout=2.5")
    assert unknown.code == 9
    assert "was 153" in unknown.error["message"]
    assert says in unknown.error["message"]
    assert unknown.json["balance_after"] == int(after)


def test_the_rise_is_told_exactly_however_many_digits(
    wired: World, server: SandboxServer, driver: Driver
) -> None:
    digits = "1" + "0" * 40
    fault(server, f'{BALANCE},times=1,body={{"totalCredits": %s.25}}' % digits)
    fault(server, f'{BALANCE},body={{"totalCredits": %s.26}}' % digits)
    bought = driver.run(wired, *BUY)
    assert bought.code == 0, bought.err
    assert f'"balance_before": {digits}.25,' in bought.out
    assert f'"balance_after": {digits}.26,' in bought.out
    [row] = driver.run(wired, "credits", "purchases", "--json").json
    assert str(row["balance_before"]) == f"{digits}.25"


def test_a_later_reading_that_fails_leaves_the_earlier_one(
    wired: World, server: SandboxServer, driver: Driver
) -> None:
    tell(server, "153", "after=1,times=1")
    fault(server, f"{BALANCE},after=2,status=500")
    unknown = driver.run(wired, *BUY)
    assert (unknown.code, unknown.json["balance_after"]) == (9, 153)
    assert "is 153" in unknown.error["message"]


@pytest.mark.parametrize("spec", ["status=500", "status=401", "html", "drop=request", "nan"])
def test_a_balance_that_cannot_be_read_before_buys_nothing(
    wired: World, server: SandboxServer, driver: Driver, spec: str
) -> None:
    fault(server, f"{BALANCE},{spec}")
    failed = driver.run(wired, *BUY, "--timeout=3")
    assert (failed.code, failed.out) == (4 if "401" in spec else 6, "")
    assert (requests(server, "POST"), sold(server)) == (0, 0)
    assert driver.run(wired, "credits", "purchases", "--json").json == []


def test_a_connection_that_was_never_made_is_refused(wired: World, driver: Driver) -> None:
    body = b'{"totalCredits": 153}'
    with socket.create_server(("127.0.0.1", 0)) as listening:
        wired.environ["SMSACCT_EZTEXTING_BASE_URL"] = f"http://127.0.0.1:{listening.getsockname()[1]}"

        def answer_once() -> None:
            connection, _ = listening.accept()
            listening.close()  # whoever comes next is refused
            with connection:
                connection.recv(65536)
                head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
                connection.sendall(head.encode() + body)

        answering = threading.Thread(target=answer_once)
        answering.start()
        failed = driver.run(wired, *BUY, "--timeout=5")
        answering.join()
    assert (failed.code, failed.out) == (6, "")
    assert "refused the connection; nothing was bought" in failed.error["message"]
    [row] = driver.run(wired, "credits", "purchases", "--json").json
    assert row["outcome"] == "refused"


def test_what_comes_after_is_reconciled_and_buying_goes_on(
    wired: World, server: SandboxServer, driver: Driver
) -> None:
    fault(server, f"{PURCHASE},status=500,times=1")
    purchase = driver.run(wired, *BUY).json["purchase_id"]
    settled = driver.run(wired, "credits", "reconcile", purchase, "--json", later=QUARTER)
    assert (settled.code, settled.json["outcome"]) == (0, "refused")
    set_balance(server, 0)
    assert driver.run(wired, *BUY).json["balance_after"] == 1000
    assert sold(server) == 1
