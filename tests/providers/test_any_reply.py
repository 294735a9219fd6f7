"""Whatever a provider sends, each verb gives a right model or a typed failure, and nothing else."""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsacct import registry
from smsacct.deadline import Deadline
from smsacct.errors import SmsacctError
from smsacct.http import Endpoint, Http
from smsacct.models import NewAccount, PurchaseOrder
from smsacct.providers.base import OPERATIONS, Login, Provider
from smsacct.sandbox.catalogue import load_twin
from smsacct.sandbox.store import Store

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

ASK: dict[str, Callable[[Provider], object]] = {
    "balance": lambda provider: provider.balance(),
    "summary": lambda provider: provider.summary(),
    "deposits": lambda provider: provider.deposits(1, 20),
    "messages": lambda provider: provider.messages(1, 20),
    "credits buy": lambda provider: provider.buy_credits(PurchaseOrder(10, "4242")),
    "token create": lambda provider: provider.create_token(
        "your_username", "your_password", provider.token_fields[0]
    ),
    "token refresh": lambda provider: provider.refresh_token("a-refresh-token"),
    "token revoke": lambda provider: provider.revoke_token("a-token", "access"),
    "accounts list": lambda provider: provider.accounts(),
    "accounts get": lambda provider: provider.account("acc_abc123", None),
    "accounts balance": lambda provider: provider.account_balance("acc_123", None),
    "accounts create": lambda provider: provider.create_account(NewAccount("John Doe")),
}
VERBS = [
    (provider, operation)
    for provider in registry.own_ids()
    for operation in OPERATIONS
    if registry.find(provider).supports(operation)
]
STATUSES = st.sampled_from(["200 OK", "201 Created", "204 No Content", "302 Found", "400 Bad", "503 Down"])
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.just("1e5"), st.just(10**30)
)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["code", "errors", "x"]), inner)
    ),
    max_leaves=6,
)


def answering(status: str, body: bytes) -> "WSGIApplication":
    def application(_environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        start_response(status, [("Content-Type", "application/json")])
        return [body]

    return application


def asked(provider: str, twin: "WSGIApplication", operation: str) -> object:
    """Ask once; a typed failure is given as what it is, anything else breaks the test."""
    http = Http(
        Endpoint("https://example.invalid", twin),
        Deadline(0.05),
        tell=lambda _line: None,
        keep=lambda _body: None,
    )
    try:
        return ASK[operation](registry.find(provider)(http, Login(lambda _method, _url: {})))
    except SmsacctError as error:
        return error
    finally:
        http.close()


def exact(found: object) -> bool:
    """Whether no binary float is anywhere in a model, and every time knows its zone."""
    if isinstance(found, dict):
        return all(exact(value) for value in found.values())
    if isinstance(found, Sequence) and not isinstance(found, str | bytes):
        return all(exact(value) for value in found)
    if isinstance(found, datetime):
        return found.tzinfo is not None
    return found is None or isinstance(found, SmsacctError | Decimal | str | int)


@pytest.mark.parametrize(("provider", "operation"), VERBS)
@given(status=STATUSES, body=st.binary(max_size=60))
def test_arbitrary_bytes(provider: str, operation: str, status: str, body: bytes) -> None:
    assert exact(asked(provider, answering(status, body), operation))


@pytest.mark.parametrize(("provider", "operation"), VERBS)
@given(status=STATUSES, value=JSON)
def test_arbitrary_json(provider: str, operation: str, status: str, value: object) -> None:
    assert exact(asked(provider, answering(status, json.dumps(value).encode()), operation))


def sample(provider: str, operation: str) -> object:
    """Give what the provider's twin answers: the document's own reply."""
    seen: list[bytes] = []
    twin = load_twin(provider)(Store(None))

    def watched(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        body = b"".join(twin(environ, start_response))
        seen.append(body)
        return [body]

    adapter = registry.find(provider)
    fields = next(iter(load_twin(provider).credentials.values()))
    method = next(method for method in adapter.auth_methods if method.id in load_twin(provider).credentials)
    http = Http(
        Endpoint(adapter.origin, watched), Deadline(5), tell=lambda _line: None, keep=lambda _body: None
    )
    try:
        made = adapter(http, Login(method.sign(fields)))
        if operation in {"token refresh", "token revoke"}:
            ASK["token create"](made)
        else:
            ASK[operation](made)
    finally:
        http.close()
    return json.loads(seen[-1]) if seen[-1] else {}


def places(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Give the path of everything in a document."""
    found = [path] if path else []
    inner: Iterable[tuple[str | int, object]] = ()
    if isinstance(value, dict):
        inner = value.items()
    elif isinstance(value, list):
        inner = list(enumerate(value))[:2]
    return found + [place for key, item in inner for place in places(item, (*path, key))]


def changed(value: object, path: tuple[str | int, ...], new: object, *, gone: bool) -> object:
    """Give the document with what stands at ``path`` replaced, or gone."""
    head, *rest = path
    copy = dict(value) if isinstance(value, dict) else list(value)  # type: ignore[call-overload]
    if rest:
        copy[head] = changed(copy[head], tuple(rest), new, gone=gone)
    elif gone:
        del copy[head]
    else:
        copy[head] = new
    return copy


@pytest.mark.parametrize(("provider", "operation"), VERBS)
@given(data=st.data())
def test_a_changed_document(provider: str, operation: str, data: st.DataObject) -> None:
    document = sample(provider, operation)
    paths = places(document)
    if paths:
        path = data.draw(st.sampled_from(paths))
        document = changed(document, path, data.draw(JSON), gone=data.draw(st.booleans()))
    assert exact(asked(provider, answering("200 OK", json.dumps(document).encode()), operation))
