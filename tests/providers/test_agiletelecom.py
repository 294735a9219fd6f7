"""What is peculiar to Agile Telecom: its codes by their meaning, and the signed OAuth header."""

from decimal import Decimal

import pytest

from providers.asking import asked
from smsacct.errors import AuthError, ConfigError, RefusedError, SmsacctError, UnavailableError
from smsacct.providers.agiletelecom import AgileTelecom
from smsacct.sandbox.server import SandboxServer


def test_the_credit_is_in_euros_with_three_decimals(server: SandboxServer) -> None:
    with asked(server, "agiletelecom") as provider:
        balance = provider.balance()[0]
    assert (balance.amount, balance.unit) == (Decimal("10.324"), "EUR")


@pytest.mark.parametrize("status", [200, 400, 500, 503])
@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        (1, AuthError, "wrong credentials"),
        (2, RefusedError, "insufficient credit"),
        (8, UnavailableError, "server error"),
        (9, UnavailableError, "timed out"),
        (11, AuthError, "user not found"),
        (100, AuthError, "address is not allowed"),
    ],
)
def test_each_code_is_told_by_its_meaning(
    server: SandboxServer, status: int, code: int, kind: type[SmsacctError], words: str
) -> None:
    body = f'{{"status":"error","message":"Number check service unavailable","code":{code}}}'
    fault = f"status={status},body={body}"
    with asked(server, "agiletelecom", fault, seconds=0.5) as provider, pytest.raises(kind) as caught:
        provider.balance()
    assert words in caught.value.message
    assert caught.value.provider_code == str(code)
    assert caught.value.http_status == status


def test_the_twin_verifies_the_signature_of_the_oauth_header(server: SandboxServer) -> None:
    with asked(server, "agiletelecom", method="oauth1") as provider:
        assert provider.balance()[0].amount == Decimal("10.324")


def test_two_legged_oauth_needs_no_token() -> None:
    method = AgileTelecom.auth_methods[1]
    fields = {"consumer_key": "YOUR_CONSUMER_KEY", "consumer_secret": "YOUR_CONSUMER_SECRET"}
    header = method.sign(fields)("GET", "https://secure.agiletelecom.com/services/sms/credit")[
        "Authorization"
    ]
    assert header.startswith("OAuth ")
    assert 'oauth_signature_method="HMAC-SHA1"' in header
    assert "YOUR_CONSUMER_SECRET" not in header
    with pytest.raises(ConfigError):
        method.sign({**fields, "token": "YOUR_TOKEN"})


def test_the_methods_are_preferred_in_the_order_of_the_contract() -> None:
    assert [method.id for method in AgileTelecom.auth_methods] == ["api_key", "oauth1", "basic"]
