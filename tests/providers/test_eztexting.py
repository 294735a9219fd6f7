"""What is peculiar to EZ Texting: a balance in two parts, purchases sent once, tokens that rotate."""

from decimal import Decimal

import pytest

from providers.asking import asked
from smsacct.errors import (
    AuthError,
    OutcomeUnknownError,
    RateLimitedError,
    RefusedError,
    UnavailableError,
)
from smsacct.models import PurchaseOrder
from smsacct.providers.auth import bearer
from smsacct.sandbox.server import SandboxServer

ORDER = PurchaseOrder(1000, "4242")


def test_the_balance_is_the_total_with_its_parts(server: SandboxServer) -> None:
    with asked(server, "eztexting") as provider:
        balance = provider.balance()[0]
    assert (balance.amount, balance.unit) == (Decimal(153), "credits")
    assert balance.parts == {"plan": Decimal(15), "anytime": Decimal(138)}


@pytest.mark.parametrize("reply", ["created", "ok", "empty"])
def test_a_purchase_is_accepted_by_any_success(server: SandboxServer, reply: str) -> None:
    with asked(server, "eztexting", f"option=purchase_reply:{reply}") as provider:
        assert provider.buy_credits(ORDER).status in {200, 201}
        assert provider.balance()[0].amount == Decimal(1153)


def test_a_declined_card_is_a_refusal_in_the_vendors_words(server: SandboxServer) -> None:
    with asked(server, "eztexting") as provider, pytest.raises(RefusedError, match=r"(?i)declined") as caught:
        provider.buy_credits(PurchaseOrder(1000, "0002"))
    assert caught.value.http_status == 400


@pytest.mark.parametrize(
    "fault",
    [
        "status=302",
        "status=408",
        "status=500",
        "status=503",
        "drop=before",
        "drop=middle",
        "processed,status=500",
        "html",
        "truncated",
        "invalid_utf8",
        "oversized",
        "latency=2",
    ],
)
def test_what_no_4xx_denies_is_unknown(server: SandboxServer, fault: str) -> None:
    with (
        asked(server, "eztexting", f"method=POST,{fault}", seconds=1) as provider,
        pytest.raises(OutcomeUnknownError),
    ):
        provider.buy_credits(ORDER)


@pytest.mark.parametrize(
    ("status", "kind"), [(400, RefusedError), (401, AuthError), (403, AuthError), (429, RateLimitedError)]
)
def test_a_4xx_is_a_refusal_of_its_own_kind(
    server: SandboxServer, status: int, kind: type[Exception]
) -> None:
    with asked(server, "eztexting", f"method=POST,status={status}") as provider, pytest.raises(kind):
        provider.buy_credits(ORDER)


def sent_purchases(server: SandboxServer) -> list[object]:
    return [seen["status"] for seen in server.app._requests if seen["path"] == "/v1/credits/purchase"]


def test_a_purchase_is_repeated_once_after_a_401_that_was_mended(server: SandboxServer) -> None:
    with asked(server, "eztexting") as provider:
        good, provider._sign = provider._sign, bearer("a-token-that-is-dead")
        provider._renew = lambda: good
        assert provider.buy_credits(ORDER).status == 201
        assert provider.balance()[0].amount == Decimal(1153)
    assert sent_purchases(server) == [401, 201]


def test_a_401_that_could_not_be_mended_is_a_refusal_and_nothing_unknown(server: SandboxServer) -> None:
    def renew() -> None:
        raise UnavailableError("the token cannot be renewed", http_status=503)

    with asked(server, "eztexting") as provider:
        good, provider._sign = provider._sign, bearer("a-token-that-is-dead")
        provider._renew = renew
        with pytest.raises(UnavailableError) as caught:
            provider.buy_credits(ORDER)
        assert caught.value.http_status == 401  # what the purchase itself was answered: nothing was done
        provider._sign = good
        assert provider.balance()[0].amount == Decimal(153)
    assert sent_purchases(server) == [401]


def test_a_purchase_is_not_repeated_after_a_second_401(server: SandboxServer) -> None:
    with asked(server, "eztexting") as provider:
        provider._sign = bearer("a-token-that-is-dead")
        provider._renew = lambda: bearer("another-dead-token")
        with pytest.raises(AuthError):
            provider.buy_credits(ORDER)
    assert sent_purchases(server) == [401, 401]


def test_a_refresh_gives_a_new_refresh_token(server: SandboxServer) -> None:
    with asked(server, "eztexting") as provider:
        first = provider.create_token("your_username", "your_password", ("username", "password"))
        second = provider.refresh_token(first.refresh_token)
        assert first.expires_in == 5400
        assert second.refresh_token != first.refresh_token
        with pytest.raises((AuthError, RefusedError)):
            provider.refresh_token(first.refresh_token)
        provider.revoke_token(second.refresh_token, "refresh")
        provider.revoke_token(second.access_token, "access")
