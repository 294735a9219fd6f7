"""How a provider is told who is asking: one auth method for each way that a document names."""

from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple

from smsacct.errors import ConfigError
from smsacct.http import Sign

Fields = Mapping[str, str]
"""Credential fields by name, as `SMSACCT_<PROFILE>_<FIELD>` has them in upper case."""


class AuthMethod(NamedTuple):
    """A set of credential fields and how they sign a request; ``optional`` fields may be left out."""

    id: str
    fields: tuple[str, ...]
    sign: Callable[[Fields], Sign]
    optional: tuple[str, ...] = ()


def header(name: str, field: str, scheme: str = "") -> AuthMethod:
    """Make the method that sends ``field`` in the header ``name``, behind ``scheme`` where there is one."""

    def sign(fields: Fields) -> Sign:
        value = f"{scheme} {_carried(field, fields[field])}".strip()
        return lambda _method, _url: {name: value}

    return AuthMethod(field, (field,), sign)


def basic() -> AuthMethod:
    """Make the method of RFC 7617 with ``username`` and ``password``, in UTF-8."""

    def sign(fields: Fields) -> Sign:
        if ":" in fields["username"]:
            raise ConfigError(
                "the username holds a colon, which Basic cannot carry", hint="check the username"
            )
        try:
            pair = f"{fields['username']}:{fields['password']}".encode()
        except UnicodeEncodeError:
            raise ConfigError("username and password are not UTF-8", hint="store them again") from None
        value = f"Basic {b64encode(pair).decode('ascii')}"
        return lambda _method, _url: {"Authorization": value}

    return AuthMethod("basic", ("username", "password"), sign)


def oauth1() -> AuthMethod:
    """Make the method of RFC 5849 (OAuth 1.0a): HMAC-SHA1 in the ``Authorization`` header."""

    def sign(fields: Fields) -> Sign:
        from oauthlib.oauth1 import Client

        if "token" in fields and "token_secret" not in fields:
            raise ConfigError("token is there without token_secret", hint="give both of them, or neither")
        client = Client(
            fields["consumer_key"],
            client_secret=fields["consumer_secret"],
            resource_owner_key=fields.get("token"),
            resource_owner_secret=fields.get("token_secret"),
        )

        def signed(method: str, url: str) -> Mapping[str, str]:
            verb: Literal["GET", "POST"] = "POST" if method == "POST" else "GET"
            _, headers, _ = client.sign(url, http_method=verb)
            return {"Authorization": headers["Authorization"]}

        return signed

    return AuthMethod("oauth1", ("consumer_key", "consumer_secret"), sign, ("token", "token_secret"))


def bearer(access_token: str) -> Sign:
    """Sign with an access token (RFC 6750)."""
    value = f"Bearer {_carried('access token', access_token)}"
    return lambda _method, _url: {"Authorization": value}


def nobody(_method: str, _url: str) -> Mapping[str, str]:
    """Sign nothing: for the calls whose body says who is asking."""
    return {}


def _carried(what: str, value: str) -> str:
    if not value.isascii() or not value.isprintable() or value != value.strip():
        raise ConfigError(
            f"the {what} holds a character that no header can carry",
            hint="check for a line break, a space at an end, or a letter beyond ASCII",
        )
    return value
