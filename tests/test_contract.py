"""One suite of behaviours that every provider has, in process and over sockets."""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from smsacct import registry
from smsacct.deadline import Deadline
from smsacct.errors import (
    AuthError,
    RateLimitedError,
    RefusedError,
    SmsacctError,
    UnavailableError,
    UnsupportedError,
)
from smsacct.http import Endpoint, Http
from smsacct.models import Balance
from smsacct.providers.base import OPERATIONS, Login, Provider
from smsacct.sandbox.catalogue import load_twin
from smsacct.sandbox.faults import parse
from smsacct.sandbox.server import SandboxServer
from smsacct.sandbox.store import Store
from smsacct.sandbox.switchboard import Switchboard

PROVIDERS = registry.own_ids()
Ask = Callable[..., Sequence[Balance]]
METHODS = [(provider, method.id) for provider in PROVIDERS for method in registry.find(provider).auth_methods]


@pytest.fixture
def over_sockets(tmp_path: Path) -> Iterator[Ask]:
    """Give a function that asks a provider for its balance over a real connection, under faults."""
    server = SandboxServer(Store(tmp_path / "twins.sqlite3"))
    server.start()
    yield asking(server.app, server.url, in_process=False)
    server.stop()


@pytest.fixture(params=["in process", "over sockets"])
def ask(request: pytest.FixtureRequest, tmp_path: Path) -> Ask:
    """Give the same in both ways."""
    if request.param == "in process":
        board = Switchboard(Store(tmp_path / "twins.sqlite3"), sleep=lambda _seconds: None)
        return asking(board, "http://127.0.0.1", in_process=True)
    asked: Ask = request.getfixturevalue("over_sockets")
    return asked


def asking(board: Switchboard, url: str, *, in_process: bool) -> Ask:
    """Give a function that asks a provider of ``board`` for its balance, under faults."""

    def asked(
        provider: str,
        *faults: str,
        method: str | None = None,
        swap: str | None = None,
        seconds: float = 5,
    ) -> Sequence[Balance]:
        board.add_faults([parse(f"{provider}:{fault}") for fault in faults])
        http = Http(
            Endpoint(f"{url}/{provider}", board if in_process else None),
            Deadline(seconds),
            tell=lambda _line: None,
            keep=lambda _body: None,
        )
        try:
            return adapter(provider, http, method, swap).balance()
        finally:
            http.close()

    return asked


def adapter(provider: str, http: Http, method: str | None = None, swap: str | None = None) -> Provider:
    """Give the adapter signed with the sandbox's sample credential; ``swap`` replaces its last field."""
    found = registry.find(provider)
    samples = load_twin(provider).credentials
    chosen = next(known for known in found.auth_methods if known.id == (method or next(iter(samples))))
    fields = dict(samples[chosen.id])
    if swap is not None:
        fields[chosen.fields[-1]] = swap
    return found(http, Login(chosen.sign(fields), tuple(fields.values())))


@pytest.mark.parametrize(("provider", "method"), METHODS)
def test_each_auth_method_reads_an_exact_balance(ask: Ask, provider: str, method: str) -> None:
    for balance in ask(provider, method=method):
        assert isinstance(balance.amount, Decimal)
        assert balance.unit == "credits" or (balance.unit.isupper() and len(balance.unit) == 3)


@pytest.mark.parametrize(("provider", "method"), METHODS)
def test_a_wrong_secret_is_a_rejection_that_does_not_show_it(ask: Ask, provider: str, method: str) -> None:
    planted = "planted-secret-0123456789"
    with pytest.raises(AuthError) as caught:
        ask(provider, method=method, swap=planted)
    assert caught.value.http_status == 401
    assert caught.value.hint
    assert planted not in f"{caught.value.message} {caught.value.hint}"


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        *[(status, AuthError) for status in (401, 403)],
        *[(status, RefusedError) for status in (400, 402, 404, 405, 409, 415, 422)],
        *[(status, UnavailableError) for status in (302, 308, 408, 500, 501)],
    ],
)
def test_a_status_says_what_failed(ask: Ask, provider: str, status: int, kind: type[SmsacctError]) -> None:
    with pytest.raises(kind) as caught:
        ask(provider, f"status={status},body={{}}")
    assert type(caught.value) is kind
    assert caught.value.http_status == status
    assert registry.find(provider).name in caught.value.message


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("status", [401, 403, 404, 429, 500])
def test_the_vendors_own_error_shape_is_told_in_its_words(ask: Ask, provider: str, status: int) -> None:
    with pytest.raises(SmsacctError) as caught:
        ask(provider, f"status={status},header=Retry-After:60", seconds=1)
    expected = {
        401: AuthError,
        403: AuthError,
        404: RefusedError,
        429: RateLimitedError,
        500: UnavailableError,
    }
    assert isinstance(caught.value, expected[status])
    assert caught.value.hint


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(
    "spoilt", ["html", "nan", "deep", "empty", "list", "truncated", "invalid_utf8", "oversized"]
)
def test_a_spoilt_reply_is_never_a_balance(ask: Ask, provider: str, spoilt: str) -> None:
    with pytest.raises(UnavailableError):
        ask(provider, spoilt)


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_read_is_repeated_until_it_is_answered(ask: Ask, provider: str, status: int) -> None:
    assert ask(provider, f"status={status},times=2")


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("asked", ["rate_limit=1", "rate_limit=300ms"])
def test_a_rate_limit_is_waited_out_in_both_dialects(ask: Ask, provider: str, asked: str) -> None:
    assert ask(provider, f"{asked},times=1")


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_rate_limit_beyond_the_deadline_is_told_at_once(ask: Ask, provider: str) -> None:
    with pytest.raises(RateLimitedError):
        ask(provider, "rate_limit=600", seconds=2)


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("drop", ["request", "before", "middle"])
def test_a_dropped_connection_is_tried_again(over_sockets: Ask, provider: str, drop: str) -> None:
    assert over_sockets(provider, f"drop={drop},times=1")


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_server_that_keeps_dropping_is_unavailable(over_sockets: Ask, provider: str) -> None:
    with pytest.raises(UnavailableError):
        over_sockets(provider, "drop=middle")


@pytest.mark.parametrize("provider", PROVIDERS)
def test_what_a_provider_lacks_is_told_with_where_to_do_it(provider: str) -> None:
    found = registry.find(provider)
    lacking = [operation for operation in OPERATIONS if not found.supports(operation)]
    assert lacking
    for operation in lacking:
        failure = found.unsupported(operation)
        assert isinstance(failure, UnsupportedError)
        assert found.console in str(failure.hint)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_what_a_provider_has_says_where_it_was_read(provider: str) -> None:
    found = registry.find(provider)
    for operation in OPERATIONS:
        if found.supports(operation):
            source = found.source(operation)
            assert source is not None
            assert source.url.startswith("https://")
    assert found.origin.startswith("https://")
    assert found.documentation.startswith("https://")


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_provider_is_three_files(provider: str) -> None:
    name = provider.replace("-", "_")
    tests = Path(__file__).parent
    assert (tests / "providers" / f"test_{name}.py").exists()
    assert load_twin(provider).id == provider
