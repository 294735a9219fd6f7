"""MessageBird (Bird's classic API): the balance, prepaid and postpaid, in every payment type."""

from collections.abc import Sequence

from smsacct.errors import AuthError, RefusedError
from smsacct.models import CREDITS, Balance
from smsacct.providers.auth import header
from smsacct.providers.base import Provider, checked
from smsacct.providers.said import Meaning

_UNITS = {"credits": CREDITS, "euros": "EUR", "pounds": "GBP", "dollars": "USD"}
_KEYS = (
    "keys made in the vendor's new app (app.bird.com) do not work here: use a classic one; "
    "classic keys end on 2026-12-31"
)


class MessageBird(Provider):
    """https://developers.messagebird.com/api/balance.

    The codes of ``errors[]`` are those of the official clients; a code goes before its text,
    which has changed.
    """

    id = "messagebird"
    name = "MessageBird"
    country = "NL"
    origin = "https://rest.messagebird.com"
    documentation = "https://developers.messagebird.com/api/balance"
    console = "https://dashboard.messagebird.com"
    notes = (_KEYS, "a postpaid account answers 0, which is no low balance")
    auth_methods = (header("Authorization", "access_key", "AccessKey"),)
    auth_hint = _KEYS
    codes = {
        "2": Meaning(AuthError, "the access key is not allowed to do this", _KEYS),
        "20": Meaning(RefusedError, "not found", "check base_url"),
        "21": Meaning(RefusedError, "bad request", "check base_url, and whether a newer version is out"),
        "25": Meaning(RefusedError, "not enough balance", f"top up at {console}"),
    }

    @checked("documentation", "2026-11-20", documentation)
    def balance(self) -> Sequence[Balance]:
        """Read ``GET /balance``; that its dollars are US dollars is assumed."""
        body = self.get("/balance")
        kind = body.text("type")
        amount = body.decimal("amount")
        return [Balance(amount, _UNITS.get(kind, kind.upper()), payment=body.text("payment"))]
