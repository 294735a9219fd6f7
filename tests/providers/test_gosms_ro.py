"""What is peculiar to GoSMS.ro: the summary, deposits in other currencies, and message orders."""

from decimal import Decimal

import pytest

from providers.asking import asked
from smsacct.errors import AuthError, RefusedError, UnavailableError
from smsacct.sandbox.server import SandboxServer


def test_the_summary_is_the_documents_own(server: SandboxServer) -> None:
    with asked(server, "gosms-ro") as provider:
        found = provider.summary()
    assert found.unit == "EUR"
    assert (found.total_deposits, found.total_consumed) == (Decimal(0), Decimal("1689.51"))
    assert (found.credit_remaining, found.message_count) == (Decimal("-1689.51"), 49000)
    assert found.message_total == Decimal("1686.84")


def test_a_deposit_keeps_its_own_currency(server: SandboxServer) -> None:
    with asked(server, "gosms-ro") as provider:
        page = provider.deposits(1, 20)
    assert (page.items[0].amount, page.items[0].unit) == (Decimal(5000), "RON")
    assert page.items[0].created_at.isoformat() == "2026-03-16T06:55:13+00:00"
    assert page.pagination == (1, 20, 2, 1)


def test_messages_are_paged_as_the_document_says(server: SandboxServer) -> None:
    with asked(server, "gosms-ro") as provider:
        page = provider.messages(1, 20)
    first = page.items[0]
    assert (first.id, first.recipient, first.text) == ("392b08a2-...", "40712345678", "<message>")
    assert (first.amount, first.unit, first.status) == (Decimal("0.03"), "EUR", "delivered")
    assert page.pagination == (1, 20, 101595, 5080)
    assert len(page.items) == 20


@pytest.mark.parametrize("status", ["null", '"queued somewhere"'])
def test_any_status_is_taken(server: SandboxServer, status: str) -> None:
    body = (
        '{"data":[{"message_uuid":"u","recipient":"407","message":null,"amount":0,"currency":"eur",'
        f'"external_status":{status},"created_at":"2026-03-29T17:32:20.000Z"}}],'
        '"pagination":{"page":1,"limit":20,"total":1,"total_pages":1}}'
    )
    with asked(server, "gosms-ro", f"body={body}") as provider:
        message = provider.messages(1, 20).items[0]
    assert message.status == (None if status == "null" else "queued somewhere")
    assert (message.text, message.unit) == (None, "EUR")


@pytest.mark.parametrize(("status", "kind"), [(401, AuthError), (402, RefusedError), (400, RefusedError)])
@pytest.mark.parametrize("body", ["", '{"error":"LIMIT_ERROR","message":"no"}', "<html>", '{"errors":["x"]}'])
def test_an_undocumented_error_body_never_hides_the_status(
    server: SandboxServer, status: int, kind: type[Exception], body: str
) -> None:
    with asked(server, "gosms-ro", f"status={status},body={body}") as provider, pytest.raises(kind):
        provider.balance()


@pytest.mark.parametrize("created", ['"yesterday"', "17", "null", '"2026-13-40T00:00:00Z"'])
def test_a_time_that_is_none_is_unreadable(server: SandboxServer, created: str) -> None:
    body = (
        f'{{"data":[{{"amount":1,"currency":"EUR","created_at":{created}}}],'
        '"pagination":{"page":1,"limit":20,"total":1,"total_pages":1}}'
    )
    with (
        asked(server, "gosms-ro", f"body={body}") as provider,
        pytest.raises(UnavailableError, match="created_at"),
    ):
        provider.deposits(1, 20)
