"""What is peculiar to Credits: accounts by either id, reserved and available, and refusals inside success."""

from decimal import Decimal

import pytest

from providers.asking import asked
from smsacct.errors import RefusedError
from smsacct.models import NewAccount
from smsacct.sandbox.server import SandboxServer


def test_the_balance_of_one_account_tells_reserved_and_available(server: SandboxServer) -> None:
    with asked(server, "credits-dev") as provider:
        found = provider.account_balance("acc_123", None)
    assert (found.amount, found.reserved, found.available) == (Decimal(1000), Decimal(150), Decimal(850))
    assert (found.account, found.external_id, found.unit) == ("acc_123", "user_123", "credits")


def test_either_id_finds_the_account(server: SandboxServer) -> None:
    with asked(server, "credits-dev") as provider:
        assert provider.account("acc_abc123", None) == provider.account(None, "user_123")
        assert provider.account_balance(None, "user_123").amount == Decimal(1000)


def test_all_balances_come_with_one_call(server: SandboxServer) -> None:
    with asked(server, "credits-dev") as provider:
        found = {balance.account: balance for balance in provider.balance()}
    assert found["acc_abc123"].amount == Decimal(500)
    assert found["acc_123"].available is None
    assert found["acc_123"].reserved is None


def test_an_account_that_was_made_is_listed(server: SandboxServer) -> None:
    with asked(server, "credits-dev") as provider:
        made = provider.create_account(NewAccount("Jane", "user_9", "jane@example.com", {"plan": "premium"}))
        assert made.metadata == {"plan": "premium"}
        assert made.id in {account.id for account in provider.accounts()}
        with pytest.raises(RefusedError):
            provider.create_account(NewAccount("Jane", "user_9"))


@pytest.mark.parametrize("status", [200, 201, 409, 500])
def test_success_false_is_a_refusal_whatever_the_status(server: SandboxServer, status: int) -> None:
    body = '{"success":false,"error":"account is closed"}'
    fault = f"status={status},body={body}"
    with (
        asked(server, "credits-dev", fault) as provider,
        pytest.raises(RefusedError, match="account is closed"),
    ):
        provider.balance()


def test_an_account_without_an_external_id_is_read(server: SandboxServer) -> None:
    body = '{"accounts":[{"id":"acc_1","balance":0.5,"metadata":{"n":1.10}}]}'
    with asked(server, "credits-dev", f"body={body}") as provider:
        found = provider.accounts()[0]
    assert (found.external_id, found.balance, found.metadata) == (
        None,
        Decimal("0.5"),
        {"n": Decimal("1.10")},
    )
