"""Numbers on the command line: exact, in plain ASCII digits, or an error that says what is expected."""

import re
from decimal import Decimal
from typing import Final

from smsacct.errors import UsageError
from smsacct.redact import printable

_DECIMAL: Final = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?", re.ASCII)
_WHOLE: Final = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)


def amount(option: str, text: str) -> Decimal:
    """Read an exact amount; raises ``UsageError`` for ``nan``, an exponent, or anything else."""
    if not _DECIMAL.fullmatch(text):
        raise UsageError(f"{option} {printable(text)!r} is no amount", hint=f"as in {option} 12.50")
    return Decimal(text)


def whole(option: str, text: str) -> int:
    """Read a whole number from 1 to 999999999; raises ``UsageError`` for anything else."""
    if not _WHOLE.fullmatch(text):
        raise UsageError(
            f"{option} {printable(text)!r} is no whole number above 0",
            hint=f"in plain digits, as in {option} 1000",
        )
    return int(text)
