"""What is peculiar to MessageBird: payment types, postpaid, and error codes that go before the status."""

from decimal import Decimal

import pytest

from providers.asking import asked
from smsacct.errors import AuthError, RefusedError, SmsacctError, UnavailableError
from smsacct.sandbox.server import SandboxServer


@pytest.mark.parametrize(
    ("kind", "unit"),
    [
        ("euros", "EUR"),
        ("pounds", "GBP"),
        ("dollars", "USD"),
        ("credits", "credits"),
        ("ron", "RON"),
        ("CHF", "CHF"),
        ("gold", "GOLD"),
    ],
)
def test_every_type_becomes_its_unit(server: SandboxServer, kind: str, unit: str) -> None:
    with asked(server, "messagebird", f"option=type:{kind}") as provider:
        assert provider.balance()[0].unit == unit


@pytest.mark.parametrize(
    "amount", ["103", "9.2", "12.34", "-0.01", "0", "42.50", "0.1000000000000000055511151"]
)
def test_the_amount_keeps_the_providers_digits(server: SandboxServer, amount: str) -> None:
    with asked(
        server, "messagebird", f'body={{"payment":"prepaid","type":"euros","amount":{amount}}}'
    ) as provider:
        assert str(provider.balance()[0].amount) == amount


def test_a_postpaid_account_says_so(server: SandboxServer) -> None:
    with asked(server, "messagebird", "option=payment:postpaid") as provider:
        balance = provider.balance()[0]
    assert (balance.payment, balance.amount) == ("postpaid", Decimal(0))


@pytest.mark.parametrize("status", [200, 401, 422, 500])
@pytest.mark.parametrize(
    ("code", "kind"), [(2, AuthError), (20, RefusedError), (21, RefusedError), (25, RefusedError)]
)
def test_a_code_goes_before_the_status(
    server: SandboxServer, status: int, code: int, kind: type[SmsacctError]
) -> None:
    body = f'{{"errors":[{{"code":{code},"description":"no","parameter":null}}]}}'
    with (
        asked(server, "messagebird", f"status={status},body={body}") as provider,
        pytest.raises(kind) as caught,
    ):
        provider.balance()
    assert caught.value.provider_code == str(code)


def test_the_code_that_matters_is_found_among_several(server: SandboxServer) -> None:
    body = (
        '{"errors":[{"code":9,"description":"a"},{"code":10,"description":"b"},{"code":2,"description":"c"}]}'
    )
    with (
        asked(server, "messagebird", f"status=401,body={body}") as provider,
        pytest.raises(AuthError) as caught,
    ):
        provider.balance()
    assert caught.value.provider_code == "2"


def test_a_rejected_key_is_told_of_new_keys_and_the_end_of_old_ones(server: SandboxServer) -> None:
    with asked(server, "messagebird", "status=401") as provider, pytest.raises(AuthError) as caught:
        provider.balance()
    hint = str(caught.value.hint)
    assert "new app" in hint
    assert "2026-12-31" in hint


@pytest.mark.parametrize("missing", ["payment", "type", "amount"])
def test_a_missing_field_is_no_balance(server: SandboxServer, missing: str) -> None:
    members = {"payment": '"prepaid"', "type": '"euros"', "amount": "103"}
    members.pop(missing)
    body = "{" + ",".join(f'"{name}":{value}' for name, value in members.items()) + "}"
    with (
        asked(server, "messagebird", f"body={body}") as provider,
        pytest.raises(UnavailableError, match=missing),
    ):
        provider.balance()
