"""EZ Texting's twin: credits, their purchase, and tokens (https://developers.eztexting.com/docs/authentication).

Values, paths and fields are those of the document and of the legacy fixtures (15 + 138 credits). The 401
has the shape seen on the real host, `{"status", "title", "errors": [{"code", "message"}]}`; every other
error the documented `{"status", "title", "detail", "errors": [{"title", "message"}]}`.

Assumed: the purchase's reply (the legacy names in camelCase, 1 cent a credit, 10% off with the coupon); 400
"Payment Declined" for the stored card 0002, 400 for a card that is not stored and for an unknown coupon;
405; unknown fields are refused; a refresh leaves the old access token alive until it ends; 401 for an
unknown refresh token; 400 where an unknown token is revoked.

Options: `purchase_reply` `created` (201 with a body), `ok` (200 with it) or `empty` (200 without);
`balance_lag` N (a purchase shows after N more reads of the balance); `token_fields` `both`, `document`
(username, password) or `app` (appKey, appSecret); `revoke` `one` (the token alone) or `pair`; `rate_limit`
N requests a minute (0: none).

The state's `purchases` holds `count`, `credits`, and the `last` hundred; tokens are kept as digests.
"""

import hashlib
import secrets
from collections.abc import Mapping
from decimal import Decimal

from smsacct.sandbox.base import RefusalError, Reply, Request, Twin, basic_login, phrase, route
from smsacct.sandbox.jsontext import JSON
from smsacct.sandbox.store import State, number, rows, table

ACCESS_SECONDS = 5400
REFRESH_SECONDS = 60 * 24 * 3600

_PLAN, _ANYTIME = 15, 138
_PRICE = Decimal("0.01")
_COUPONS = {"WELCOME10": Decimal("0.10")}
_STORED_CARD, _DECLINED_CARD = "4242", "0002"
_KEPT_PURCHASES = 100
_TOKEN_FIELDS = {"document": ("username", "password"), "app": ("appKey", "appSecret")}
_TOKEN_TYPES = {"ACCESS_TOKEN": "access", "REFRESH_TOKEN": "refresh"}
_BAD_LOGIN = "Invalid username or password"


class EzTexting(Twin):
    """The account management of EZ Texting."""

    id = "eztexting"
    credentials = {"basic": {"username": "your_username", "password": "your_password"}}
    options = {
        "purchase_reply": "created",
        "balance_lag": "0",
        "token_fields": "both",
        "revoke": "one",
        "rate_limit": "0",
    }

    def answer(self, request: Request) -> Reply:
        """Answer one request; over the limit, with the documented header that says how long to wait."""
        reply = super().answer(request)
        if reply.status != 429:
            return reply
        wait = ("X-Rate-Limit-Retry-After-Milliseconds", str((60 - self._now() % 60) * 1000))
        return Reply(reply.status, reply.body, (*reply.headers, wait))

    @route("GET", "/v1/credits")
    def balance(self, request: Request) -> Reply:
        """Give the credits of the plan, the bought ones, and their sum."""
        request.parameters()
        state = self.read()
        if state.get("unseen"):
            with self.change() as state:
                _show(state)
        return self.json(200, _credits(state))

    @route("POST", "/v1/credits/purchase")
    def purchase(self, request: Request) -> Reply:
        """Buy credits on a stored card."""
        body = request.json("credits", "creditCardLastFour", "couponCode")
        wanted, discount = _order(body)
        with self.change() as state:
            lag = int(self.option("balance_lag", request, state))
            style = self.option("purchase_reply", request, state)
            self._book(state, wanted, lag)
            after = _credits(state)
        if style == "empty":
            return self.text(200, "")
        price = wanted * _PRICE
        reduced = (price * discount).quantize(_PRICE)
        bought: dict[str, JSON] = {"boughtCredits": wanted, "amount": price - reduced, "discount": reduced}
        return self.json(200 if style == "ok" else 201, {**bought, **after})

    @route("POST", "/v1/tokens/create", public=True)
    def create_token(self, request: Request) -> Reply:
        """Give a pair of tokens for the username and password."""
        body = request.json(*_TOKEN_FIELDS["document"], *_TOKEN_FIELDS["app"])
        with self.change() as state:
            self._limit(request, state)
            given = self._login(body, self.option("token_fields", request, state))
            if given != tuple(self.credentials["basic"].values()):
                raise RefusalError(401, _BAD_LOGIN)
            return self._issue(state)

    @route("POST", "/v1/tokens/refresh", public=True)
    def refresh_token(self, request: Request) -> Reply:
        """Give a new pair for a refresh token, which is then known no more."""
        token = _text(request.json("refreshToken"), "refreshToken")
        with self.change() as state:
            self._limit(request, state)
            if not self._alive(state, "refresh", token):
                raise RefusalError(401, "Invalid or expired refresh token")
            del table(state, "refresh")[_digest(token)]
            return self._issue(state)

    @route("POST", "/v1/tokens/revoke", public=True)
    def revoke_token(self, request: Request) -> Reply:
        """Make a token unknown, and the other of its pair too where the option says so."""
        body = request.json("token", "type")
        kind = _TOKEN_TYPES.get(_text(body, "type"))
        token = _text(body, "token")
        if kind is None:
            raise RefusalError(400, "type must be ACCESS_TOKEN or REFRESH_TOKEN")
        with self.change() as state:
            self._limit(request, state)
            if not self._alive(state, kind, token):
                raise RefusalError(400, "Unknown token")
            known = table(state, kind).pop(_digest(token))
            if self.option("revoke", request, state) == "pair" and isinstance(known, dict):
                other = "refresh" if kind == "access" else "access"
                table(state, other).pop(str(known["pair"]), None)
        return self.text(200, "")

    def authenticate(self, request: Request) -> None:
        """Take Basic, or a Bearer token that is alive."""
        state = self.read()
        if self.option("rate_limit", request, state) != "0":
            with self.change() as state:
                self._limit(request, state)
        header = request.headers.get("authorization")
        if header is None:
            raise RefusalError(401, "Missing authorization header")
        scheme, _, value = header.partition(" ")
        if scheme.lower() == "bearer":
            if not self._alive(state, "access", value):
                raise RefusalError(401, "Invalid or expired access token")
        elif basic_login(header) != ":".join(self.credentials["basic"].values()):
            raise RefusalError(401, _BAD_LOGIN)

    def error(self, status: int, problem: str, code: str = "") -> Reply:
        """Give the error as seen (401) or as documented (the others)."""
        if status == 401:
            errors: list[JSON] = [{"code": code or "401", "message": problem}]
            return self.json(status, {"status": status, "title": problem, "errors": errors})
        errors = [{"code": code, "message": problem} if code else {"title": problem, "message": problem}]
        title = problem if problem == "Payment Declined" else phrase(status)
        return self.json(status, {"status": status, "title": title, "detail": problem, "errors": errors})

    def _login(self, body: Mapping[str, JSON], accepted: str) -> tuple[str, str]:
        for style, (user, word) in _TOKEN_FIELDS.items():
            if body.keys() == {user, word} and accepted in {style, "both"}:
                return _text(body, user), _text(body, word)
        raise RefusalError(400, "The request you made was malformed")

    def _issue(self, state: State) -> Reply:
        access, refresh = secrets.token_hex(16), secrets.token_hex(16)
        now = self._now()
        for kind, token, other, seconds in (
            ("access", access, refresh, ACCESS_SECONDS),
            ("refresh", refresh, access, REFRESH_SECONDS),
        ):
            known = table(state, kind)
            for name in [name for name, entry in known.items() if not _lives(entry, now)]:
                del known[name]
            known[_digest(token)] = {"until": now + seconds, "pair": _digest(other)}
        return self.json(
            200, {"accessToken": access, "refreshToken": refresh, "expiresInSeconds": ACCESS_SECONDS}
        )

    def _alive(self, state: State, kind: str, token: str) -> bool:
        return _lives(table(state, kind).get(_digest(token)), self._now())

    def _book(self, state: State, wanted: int, lag: int) -> None:
        log = table(state, "purchases")
        log["count"] = number(log, "count") + 1
        log["credits"] = number(log, "credits") + wanted
        last = rows(log, "last")
        last.append({"credits": wanted, "at": self._now()})
        del last[:-_KEPT_PURCHASES]
        if lag:
            rows(state, "unseen").append({"credits": wanted, "reads": lag})
        else:
            state["anytime"] = number(state, "anytime", _ANYTIME) + wanted

    def _limit(self, request: Request, state: State) -> None:
        allowed = int(self.option("rate_limit", request, state))
        if not allowed:
            return
        minute = self._now() // 60
        window = table(state, "window")
        if number(window, "minute") != minute:
            window |= {"minute": minute, "requests": 0}
        if number(window, "requests") >= allowed:
            raise RefusalError(429, "Too many requests")
        window["requests"] = number(window, "requests") + 1

    def _now(self) -> int:
        return int(self.clock().timestamp())


def _order(body: Mapping[str, JSON]) -> tuple[int, Decimal]:
    wanted = body.get("credits")
    if not isinstance(wanted, int) or isinstance(wanted, bool) or wanted <= 0:
        raise RefusalError(400, "credits must be a positive integer")
    card = _text(body, "creditCardLastFour")
    if card not in {_STORED_CARD, _DECLINED_CARD}:
        raise RefusalError(400, "No stored credit card ends in these four digits")
    coupon = _text(body, "couponCode") if "couponCode" in body else ""
    if coupon and coupon not in _COUPONS:
        raise RefusalError(400, "Invalid coupon code")
    if card == _DECLINED_CARD:
        raise RefusalError(400, "Payment Declined")
    return wanted, _COUPONS.get(coupon, Decimal(0))


def _credits(state: State) -> dict[str, JSON]:
    plan, anytime = number(state, "plan", _PLAN), number(state, "anytime", _ANYTIME)
    return {"planCredits": plan, "anytimeCredits": anytime, "totalCredits": plan + anytime}


def _show(state: State) -> None:
    """Count one read for each purchase that does not show yet, and show those that have waited enough."""
    waiting = [entry for entry in rows(state, "unseen") if isinstance(entry, dict)]
    for entry in waiting:
        entry["reads"] = number(entry, "reads") - 1
        if number(entry, "reads") < 0:
            state["anytime"] = number(state, "anytime", _ANYTIME) + number(entry, "credits")
    state["unseen"] = [entry for entry in waiting if number(entry, "reads") >= 0]


def _text(body: Mapping[str, JSON], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise RefusalError(400, f"{name} must be a string")
    return value


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _lives(entry: JSON, now: int) -> bool:
    return isinstance(entry, dict) and number(entry, "until") > now
