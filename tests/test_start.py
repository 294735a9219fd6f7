"""The first look: version, help, and a balance from the sandbox."""

from decimal import Decimal

from program import World


def test_version_is_one_line(world: World) -> None:
    result = world.run("--version")
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("smsacct ")


def test_balance_of_the_sandbox(world: World) -> None:
    result = world.run("balance", "--sandbox", "-p", "messagebird", "--json")
    assert (result.code, result.err) == (0, "")
    assert result.json["amount"] == Decimal(103)


def test_balance_over_http(wired: World) -> None:
    result = wired.run("balance", "-p", "agiletelecom", "--field", "amount")
    assert (result.code, result.out) == (0, "10.324\n")
