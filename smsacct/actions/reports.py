"""How a failure is written into an answer or onto stderr: the error object of the contract."""

from smsacct.errors import SmsacctError
from smsacct.models import Row
from smsacct.redact import printable


def error_row(failure: SmsacctError) -> Row:
    """Give the error object: kind, message, hint, whom it concerns, and whether trying again can help."""
    return {
        "kind": failure.kind,
        "message": printable(failure.message),
        "hint": printable(failure.hint) if failure.hint else None,
        "provider": failure.provider,
        "profile": failure.profile,
        "http_status": failure.http_status,
        "provider_code": failure.provider_code,
        "retryable": failure.retryable,
    }
