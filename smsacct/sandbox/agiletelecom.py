"""Agile Telecom's twin: `GET /services/sms/credit` (https://agiletelecom.com/documentation/credit-check).

Takes the key in X-Api-Key, Basic, or OAuth 1.0a in the Authorization header (HMAC-SHA1, with or without a
token, nonces and times checked); the page prints no OAuth samples, so these are placeholders in its style.
Errors have the documented form `{"status": "error", "message", "code"}`. Assumed: the statuses 401 (codes
1, 11), 402 (2), 403 (100), 500 (8), 503 (9); JSend's `{"status": "fail", "data": {...}}` for 400, 404, 405,
408, 415 and 429; two methods at once are refused.

Options: `credit`, the balance in euros (a number; anything else is sent as a JSON string).
"""

from smsacct.sandbox.base import RefusalError, Reply, Request, Twin, basic_login, route
from smsacct.sandbox.jsontext import number_or_text

_CODES = {401: 1, 402: 2, 403: 100, 504: 9}
_SERVER_ERROR = 8


class AgileTelecom(Twin):
    """The credit check of Agile Telecom."""

    id = "agiletelecom"
    credentials = {
        "api_key": {"api_key": "YOUR_API_KEY"},
        "oauth1": {
            "consumer_key": "YOUR_CONSUMER_KEY",
            "consumer_secret": "YOUR_CONSUMER_SECRET",
            "token": "YOUR_TOKEN",
            "token_secret": "YOUR_TOKEN_SECRET",
        },
        "basic": {"username": "username", "password": "password"},
    }
    options = {"credit": "10.324"}
    code_statuses = {
        "1": 401,
        "2": 402,
        "8": 500,
        "9": 503,
        "11": 401,
        "100": 403,
    }

    @route("GET", "/services/sms/credit")
    def credit(self, request: Request) -> Reply:
        """Give the credit, in euros."""
        request.parameters()
        return self.json(200, {"credit": number_or_text(self.option("credit", request, self.read()))})

    def authenticate(self, request: Request) -> None:
        """Take one of the three methods."""
        header = request.headers.get("authorization")
        key = request.headers.get("x-api-key")
        if (header is None) == (key is None):
            raise RefusalError(401, "Wrong credentials")
        if header is None:
            good = key == self.credentials["api_key"]["api_key"]
        elif header.lower().startswith("oauth "):
            good = self._signed(request)
        else:
            good = basic_login(header) == ":".join(self.credentials["basic"].values())
        if not good:
            raise RefusalError(401, "Wrong credentials")

    def error(self, status: int, problem: str, code: str = "") -> Reply:
        """Give a JSend reply: `error` with a code, or `fail` for a bad request without one."""
        number = int(code) if code.isdecimal() else _CODES.get(status)
        if number is None and status >= 500:
            number = _SERVER_ERROR
        if number is None:
            return self.json(status, {"status": "fail", "data": {"request": problem}})
        return self.json(status, {"status": "error", "message": problem, "code": number})

    def _signed(self, request: Request) -> bool:
        # Here, since oauthlib is slow to import and rarely needed.
        from smsacct.sandbox.oauth import is_signed

        with self.change() as state:
            return is_signed(request, self.credentials["oauth1"], state, int(self.clock().timestamp()))
