"""`balance --fail-below N`: a gate for scripts, which shows the balance all the same."""

import pytest

from cli.faulty import fail
from cli.told import told, told_beside_answer
from program import World
from smsacct.sandbox.server import SandboxServer

BIRD = ("balance", "-p", "messagebird")
EUROS = ("balance", "-p", "messagebird", "-p", "agiletelecom", "-p", "gosms-ro")


@pytest.mark.parametrize(
    ("least", "below"),
    [("103", False), ("102.99", False), ("103.0000000000000000000001", True), ("104", True), ("-1", False)],
)
def test_below_is_less_and_not_equal(wired: World, least: str, *, below: bool) -> None:
    result = wired.run(*BIRD, "--fail-below", least, "--field", "amount")
    assert result.out == "103\n"
    assert result.code == (8 if below else 0)
    if below:
        told_beside_answer(result, f"below {least}", "messagebird has 103 EUR")


def test_json_of_the_balance_and_of_the_failure(wired: World) -> None:
    result = wired.run(*BIRD, "--fail-below", "104", "--json")
    assert (result.code, result.json["amount"], result.error["kind"]) == (8, 103, "below")
    assert result.error["retryable"] is False


def test_available_goes_before_the_amount(wired: World) -> None:
    line = ("balance", "-p", "credits-dev", "--account", "acc_123", "--fail-below")
    assert wired.run(*line, "850").code == 0
    told_beside_answer(wired.run(*line, "851"), "acc_123 has 850 credits")


def test_each_account_of_a_ledger_is_held_against_it(wired: World) -> None:
    result = wired.run("balance", "-p", "credits-dev", "--fail-below", "501", "--json")
    assert (result.code, len(result.json)) == (8, 2)
    assert "acc_abc123 has 500 credits" in result.error["message"]
    assert "acc_123 " not in result.error["message"]


def test_several_profiles_of_one_unit(wired: World) -> None:
    assert wired.run(*EUROS, "--fail-below", "10").code == 0
    result = wired.run(*EUROS, "--fail-below", "103.5")
    assert result.code == 8
    told_beside_answer(result, "messagebird has 103 EUR; agiletelecom has 10.324 EUR")


def test_several_units_are_a_wrong_question(wired: World) -> None:
    for line in (("balance",), ("balance", "--all"), (*BIRD, "-p", "eztexting")):
        told(wired.run(*line, "--fail-below", "5"), 2, "EUR, credits")


def test_some_that_fail_win_over_some_that_are_low(wired: World, server: SandboxServer) -> None:
    fail(server, "gosms-ro:status=401")
    result = wired.run(*EUROS, "--fail-below", "50", "--json")
    assert (result.code, result.error["kind"], len(result.json)) == (11, "partial", 3)


def test_the_only_one_that_fails_is_no_low_balance(wired: World, server: SandboxServer) -> None:
    fail(server, "messagebird:status=401")
    told(wired.run(*BIRD, "--fail-below", "50"), 4)


@pytest.mark.parametrize(("payment", "code"), [("postpaid", 0), ("prepaid", 8)])
def test_nothing_left_is_low_only_where_it_was_paid_before(
    wired: World, server: SandboxServer, payment: str, code: int
) -> None:
    fail(server, f"messagebird:option=payment:{payment},option=amount:0")
    result = wired.run(*BIRD, "--fail-below", "5", "--json")
    assert (result.code, result.json["amount"], result.json["payment"]) == (code, 0, payment)


def test_negative_balance_is_below_zero(wired: World, server: SandboxServer) -> None:
    fail(server, 'gosms-ro:body={"balance": -0.01, "currency": "EUR"}')
    assert wired.run("balance", "-p", "gosms-ro", "--fail-below", "0").code == 8
    assert wired.run("balance", "-p", "gosms-ro", "--fail-below", "-0.01").code == 0
