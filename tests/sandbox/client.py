"""A small HTTP client over http.client, so that the twins are not tested with the program's own."""

import base64
import http.client
from collections.abc import Mapping
from contextlib import closing
from decimal import Decimal
from io import BytesIO
from typing import NamedTuple
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

from smsacct.sandbox.base import Twin
from smsacct.sandbox.jsontext import JSON, loads
from smsacct.sandbox.server import SandboxServer
from smsacct.sandbox.store import Store, table


def basic(username: str, password: str) -> dict[str, str]:
    encoded = base64.b64encode(f"{username}:{password}".encode()).decode()
    return {"Authorization": f"Basic {encoded}"}


GOOD: Mapping[str, Mapping[str, str]] = {
    "messagebird": {"Authorization": "AccessKey test_gshuPaZoeEG6ovbc8M79w0QyM"},
    "eztexting": basic("your_username", "your_password"),
    "agiletelecom": {"X-Api-Key": "YOUR_API_KEY"},
    "gosms-ro": {"X-Authorization": "YOUR_API_KEY"},
    "credits-dev": {"X-API-Key": "YOUR_API_KEY"},
}
READ_PATHS: Mapping[str, str] = {
    "messagebird": "/balance",
    "eztexting": "/v1/credits",
    "agiletelecom": "/services/sms/credit",
    "gosms-ro": "/v1/account/balance",
    "credits-dev": "/v1/accounts",
}
AS_JSON = {"Content-Type": "application/json"}
BALANCE = "/messagebird/balance"
BIRD = GOOD["messagebird"]
BUYER = {**GOOD["eztexting"], **AS_JSON}
ORDER = '{"credits": 10, "creditCardLastFour": "4242"}'


class Answer(NamedTuple):
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, JSON]:
        value = loads(self.body)
        assert isinstance(value, dict)
        return value

    def number(self, name: str) -> int | Decimal:
        value = self.json[name]
        assert isinstance(value, int | Decimal)
        return value

    def text(self, name: str) -> str:
        value = self.json[name]
        assert isinstance(value, str)
        return value


def ask(  # one connection for one request
    server: SandboxServer,
    path: str,
    headers: Mapping[str, str] | None = None,
    method: str = "GET",
    body: str | bytes | None = None,
) -> Answer:
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)) as connection:
        return over(connection, path, headers, method, body)


def over(
    connection: http.client.HTTPConnection,
    path: str,
    headers: Mapping[str, str] | None = None,
    method: str = "GET",
    body: str | bytes | None = None,
) -> Answer:
    connection.request(method, path, body=body, headers=dict(headers or {}))
    reply = connection.getresponse()
    return Answer(reply.status, {name.lower(): value for name, value in reply.getheaders()}, reply.read())


def call(  # in process, held against the WSGI standard by wsgiref's validator
    twin: Twin,
    path: str,
    headers: Mapping[str, str] | None = None,
    method: str = "GET",
    body: str | bytes = b"",
) -> Answer:
    raw = body.encode() if isinstance(body, str) else body
    environ: dict[str, object] = {"REQUEST_METHOD": method, "HTTP_HOST": "api.example.com", "SCRIPT_NAME": ""}
    environ["PATH_INFO"], _, environ["QUERY_STRING"] = path.partition("?")
    for name, value in (headers or {}).items():
        key = name.upper().replace("-", "_")
        environ[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value
    if raw:
        environ["CONTENT_LENGTH"] = str(len(raw))
    environ["wsgi.input"] = BytesIO(raw)
    setup_testing_defaults(environ)
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, fields: list[tuple[str, str]], _error: object = None) -> object:
        started.append((status, fields))
        return lambda _: None

    result = validator(twin)(environ, start_response)  # type: ignore[arg-type]  # typeshed wants its own protocols
    with closing(result):  # type: ignore[type-var]  # the validator's iterator has close(), its type does not say so
        content = b"".join(result)
    status, fields = started[0]
    return Answer(int(status[:3]), {name.lower(): value for name, value in fields}, content)


def buy(server: SandboxServer) -> Answer:
    return ask(server, "/eztexting/v1/credits/purchase", BUYER, "POST", ORDER)


def bought(store: Store) -> JSON:
    """Give how many purchases really took place."""
    return table(store.read("eztexting"), "purchases").get("count", 0)
