"""EZ Texting: credits left, credits bought with a stored card, and the life of access tokens."""

from collections.abc import Sequence

from smsacct.models import CREDITS, Balance, Json, PurchaseOrder, Receipt, TokenPair
from smsacct.providers.auth import basic
from smsacct.providers.base import Provider, checked
from smsacct.wire import Body

_DOCUMENT = "https://ab-ez-new-docs.pages.dev/docs/account-management"
_REFERENCE = "https://developers.eztexting.com/reference/creditbalance-1"
_KINDS = {"access": "ACCESS_TOKEN", "refresh": "REFRESH_TOKEN"}


class EzTexting(Provider):
    """https://ab-ez-new-docs.pages.dev/docs/account-management.

    The body of a purchase's reply is documented nowhere, and some writes answer with none.
    """

    id = "eztexting"
    name = "EZ Texting"
    country = "US"
    origin = "https://a.eztexting.com"
    documentation = _DOCUMENT
    console = "https://app.eztexting.com"
    notes = (
        "a purchase charges a card that is stored on the account",
        "tokens/create is sent username and password as the document says, then appKey and appSecret",
    )
    auth_methods = (basic(),)
    refresh_days = 60
    token_fields = (("username", "password"), ("appKey", "appSecret"))

    @checked("documentation", "2026-11-20", _REFERENCE)
    def balance(self) -> Sequence[Balance]:
        """Read ``GET /v1/credits``; the fields are those of the vendor's reference."""
        body = self.get("/v1/credits")
        parts = {
            part: amount
            for part, field in (("plan", "planCredits"), ("anytime", "anytimeCredits"))
            if (amount := body.decimal_or_none(field)) is not None
        }
        return [Balance(body.decimal("totalCredits"), CREDITS, parts=parts)]

    @checked("documentation", "2026-11-20", _DOCUMENT)
    def buy_credits(self, order: PurchaseOrder) -> Receipt:
        """Send ``POST /v1/credits/purchase``; it knows no idempotency key, so it is sent once."""
        payload: dict[str, Json] = {"credits": order.credits, "creditCardLastFour": order.card}
        if order.coupon is not None:
            payload["couponCode"] = order.coupon
        return self.spend("/v1/credits/purchase", payload)

    @checked("documentation", "2026-11-20", _DOCUMENT)
    def create_token(self, username: str, password: str, names: tuple[str, str]) -> TokenPair:
        """Send ``POST /v1/tokens/create``; ``names`` are the two members that carry the credentials.

        The document names ``username`` and ``password``, other pages of the vendor ``appKey`` and
        ``appSecret`` (https://developers.eztexting.com/docs/authentication).
        """
        payload = dict(zip(names, (username, password), strict=True))
        return _pair(Body.read(self.post("/v1/tokens/create", payload, signed=False).body))

    @checked("documentation", "2026-11-20", _DOCUMENT)
    def refresh_token(self, refresh_token: str) -> TokenPair:
        """Send ``POST /v1/tokens/refresh``; the reply's refresh token replaces the one that was sent."""
        reply = self.post("/v1/tokens/refresh", {"refreshToken": refresh_token}, signed=False)
        return _pair(Body.read(reply.body))

    @checked("documentation", "2026-11-20", _DOCUMENT)
    def revoke_token(self, token: str, kind: str) -> None:
        """Send ``POST /v1/tokens/revoke``; whether one token kills the other is not stated."""
        self.post("/v1/tokens/revoke", {"token": token, "type": _KINDS[kind]}, signed=False)


def _pair(body: Body) -> TokenPair:
    return TokenPair(
        body.secret("accessToken"), body.secret("refreshToken"), body.integer("expiresInSeconds")
    )
