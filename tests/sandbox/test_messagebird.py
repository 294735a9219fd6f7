from collections.abc import Callable

import pytest

from smsacct.sandbox.base import Twin
from smsacct.sandbox.store import table

from .client import GOOD, call

Make = Callable[[str], Twin]


def test_the_balance_is_the_documents(twin: Make) -> None:
    answer = call(twin("messagebird"), "/balance", GOOD["messagebird"])
    assert answer.body == b'{"payment": "prepaid", "type": "euros", "amount": 103}'


@pytest.mark.parametrize(
    ("options", "body"),
    [
        ({"type": "credits", "amount": "9.20"}, b'{"payment": "prepaid", "type": "credits", "amount": 9.20}'),
        ({"payment": "postpaid"}, b'{"payment": "postpaid", "type": "euros", "amount": 0}'),
        ({"amount": "-0.01"}, b'{"payment": "prepaid", "type": "euros", "amount": -0.01}'),
        ({"amount": "NaN"}, b'{"payment": "prepaid", "type": "euros", "amount": "NaN"}'),
    ],
)
def test_the_balance_can_be_set(twin: Make, options: dict[str, str], body: bytes) -> None:
    bird = twin("messagebird")
    with bird.change() as state:
        table(state, "options").update(options)
    assert call(bird, "/balance", GOOD["messagebird"]).body == body


def test_wrong_credentials_have_code_2(twin: Make) -> None:
    answer = call(twin("messagebird"), "/balance", {"Authorization": "AccessKey wrong"})
    assert answer.status == 401
    assert answer.json == {
        "errors": [
            {
                "code": 2,
                "description": "Request not allowed (incorrect access_key)",
                "parameter": "access_key",
            }
        ]
    }
