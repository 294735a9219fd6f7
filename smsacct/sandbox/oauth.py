"""Checks OAuth 1.0a signatures for a twin: HMAC-SHA1 in the Authorization header, with oauthlib."""

from collections.abc import Mapping

from oauthlib.oauth1 import RequestValidator, SignatureOnlyEndpoint

from smsacct.sandbox.base import Request
from smsacct.sandbox.jsontext import JSON
from smsacct.sandbox.store import State, table

LIFETIME_SECONDS = 600


def is_signed(request: Request, fields: Mapping[str, str], state: State, now: int) -> bool:
    """Whether a request bears a good signature, new, and made within ten minutes of `now` (epoch seconds).

    fields: consumer_key, consumer_secret, token, token_secret; a request without a token is good too. Used
    nonces are kept in the state under `nonces`.
    """
    endpoint = SignatureOnlyEndpoint(_Validator(fields, table(state, "nonces"), now))
    headers = {"Authorization": request.headers["authorization"]}
    valid, _ = endpoint.validate_request(request.url, request.method, None, headers)
    return bool(valid)


class _Validator(RequestValidator):
    enforce_ssl = False  # loopback
    allowed_signature_methods = ("HMAC-SHA1",)
    timestamp_lifetime = (
        10**10
    )  # oauthlib would ask the machine's clock; validate_timestamp_and_nonce asks ours
    dummy_client = "unknown"

    def __init__(self, fields: Mapping[str, str], nonces: dict[str, JSON], now: int) -> None:
        super().__init__()
        self._fields = fields
        self._nonces = nonces
        self._now = now

    def check_client_key(self, client_key: str) -> bool:
        return bool(client_key)

    def check_nonce(self, nonce: str) -> bool:
        return bool(nonce)

    def validate_client_key(self, client_key: str, _request: object) -> bool:
        return client_key == self._fields["consumer_key"]

    def get_client_secret(self, _client_key: str, _request: object) -> str:
        return self._fields["consumer_secret"]

    def get_access_token_secret(self, _client_key: str, token: str, _request: object) -> str:
        return self._fields["token_secret"] if token == self._fields["token"] else "unknown"

    def validate_timestamp_and_nonce(
        self,
        client_key: str,
        timestamp: str,
        nonce: str,
        _request: object,
        request_token: str | None = None,
        access_token: str | None = None,
    ) -> bool:
        del request_token, access_token  # a nonce is used once, whatever the token
        if abs(self._now - int(timestamp)) > LIFETIME_SECONDS:
            return False
        for name in [
            name for name, until in self._nonces.items() if isinstance(until, int) and until < self._now
        ]:
            del self._nonces[name]
        mark = f"{client_key} {timestamp} {nonce}"
        fresh = mark not in self._nonces
        self._nonces[mark] = int(timestamp) + LIFETIME_SECONDS
        return fresh
