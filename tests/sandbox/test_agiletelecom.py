from collections.abc import Callable

import pytest
from oauthlib.oauth1 import Client

from smsacct.sandbox.base import Twin
from smsacct.sandbox.store import table

from .client import GOOD, ask, basic, call
from .conftest import Clock, Serve

Make = Callable[[str], Twin]

_PATH = "/services/sms/credit"
_CONSUMER = {"client_key": "YOUR_CONSUMER_KEY", "client_secret": "YOUR_CONSUMER_SECRET"}
_TOKEN = {"resource_owner_key": "YOUR_TOKEN", "resource_owner_secret": "YOUR_TOKEN_SECRET"}


def _signed(url: str, at: float, **fields: str) -> dict[str, str]:
    client = Client(timestamp=str(int(at)), **fields)
    _, headers, _ = client.sign(url)
    return dict(headers)


@pytest.fixture
def agile(twin: Make) -> Twin:
    return twin("agiletelecom")


def test_the_credit_is_the_documents(agile: Twin) -> None:
    assert call(agile, _PATH, GOOD["agiletelecom"]).body == b'{"credit": 10.324}'
    assert call(agile, _PATH, basic("username", "password")).body == b'{"credit": 10.324}'


@pytest.mark.parametrize(("credit", "body"), [("-0.500", b"-0.500"), ("10", b"10"), ("none", b'"none"')])
def test_the_credit_can_be_set(agile: Twin, credit: str, body: bytes) -> None:
    with agile.change() as state:
        table(state, "options")["credit"] = credit
    assert call(agile, _PATH, GOOD["agiletelecom"]).body == b'{"credit": ' + body + b"}"


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({**_CONSUMER, **_TOKEN}, 200),
        (_CONSUMER, 200),
        ({**_CONSUMER, "client_secret": "wrong"}, 401),
        ({**_CONSUMER, "client_key": "OTHER"}, 401),
        ({**_CONSUMER, **_TOKEN, "resource_owner_secret": "wrong"}, 401),
        ({**_CONSUMER, **_TOKEN, "resource_owner_key": "OTHER"}, 401),
        ({**_CONSUMER, "signature_method": "HMAC-SHA256"}, 401),
        ({**_CONSUMER, "signature_method": "PLAINTEXT"}, 401),
    ],
)
def test_oauth_signatures_are_verified(
    agile: Twin, clock: Clock, fields: dict[str, str], status: int
) -> None:
    headers = _signed(f"http://api.example.com{_PATH}", clock().timestamp(), **fields)
    answer = call(agile, _PATH, headers)
    assert answer.status == status
    if status == 401:
        assert answer.json == {"status": "error", "message": "Wrong credentials", "code": 1}


def test_a_signature_is_good_once_and_for_its_own_address(agile: Twin, clock: Clock) -> None:
    headers = _signed(f"http://api.example.com{_PATH}", clock().timestamp(), **_CONSUMER)
    assert [call(agile, _PATH, headers).status for _ in range(2)] == [200, 401]
    elsewhere = _signed(f"http://other.example.com{_PATH}", clock().timestamp(), **_CONSUMER)
    assert call(agile, _PATH, elsewhere).status == 401


@pytest.mark.parametrize(("age", "status"), [(599, 200), (-599, 200), (601, 401), (-601, 401)])
def test_an_old_signature_is_refused(agile: Twin, clock: Clock, age: int, status: int) -> None:
    headers = _signed(f"http://api.example.com{_PATH}", clock().timestamp() - age, **_CONSUMER)
    assert call(agile, _PATH, headers).status == status


def test_old_nonces_are_forgotten(agile: Twin, clock: Clock) -> None:
    for _ in range(3):
        call(agile, _PATH, _signed(f"http://api.example.com{_PATH}", clock().timestamp(), **_CONSUMER))
        clock.forward(400)
    assert len(table(agile.read(), "nonces")) == 2


def test_the_signed_address_is_the_one_under_the_prefix(serve: Serve) -> None:
    server = serve()
    client = Client(**_CONSUMER)
    _, headers, _ = client.sign(f"{server.url}/agiletelecom{_PATH}")
    assert ask(server, f"/agiletelecom{_PATH}", headers).status == 200
    _, headers, _ = client.sign(f"{server.url}{_PATH}")
    assert ask(server, f"/agiletelecom{_PATH}", headers).status == 401
