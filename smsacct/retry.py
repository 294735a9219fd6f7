"""How long to wait before a read is sent again: what the provider asked for, else a growing jittered wait."""

import random
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

_FIRST_WAIT = 0.2
_LONGEST_WAIT = 10.0


def asked_wait(headers: Mapping[str, str]) -> float | None:
    """Seconds that the provider asks to wait, or ``None`` where it asks for nothing that can be read.

    ``Retry-After`` is in seconds or a date (RFC 9110, 10.2.3), told against the reply's own
    ``Date``, so that a clock that is off changes nothing. EZ Texting's header is in milliseconds
    (https://developers.eztexting.com/docs/rate-limits).
    """
    milliseconds = headers.get("x-rate-limit-retry-after-milliseconds", "")
    if _is_count(milliseconds):
        return int(milliseconds) / 1000
    value = headers.get("retry-after", "")
    return int(value) if _is_count(value) else _until(value, headers.get("date", ""))


def backoff(attempt: int) -> float:
    """Seconds to wait after the attempt number ``attempt`` (from 1): doubling, between half and all of it."""
    return min(_LONGEST_WAIT, _FIRST_WAIT * 2.0 ** min(attempt - 1, 9)) * random.uniform(0.5, 1.0)  # noqa: S311 - jitter


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10  # thirty years in seconds


def _until(date: str, now: str) -> float | None:
    try:
        wait: float = (parsedate_to_datetime(date) - parsedate_to_datetime(now)).total_seconds()
    except (ValueError, TypeError, OverflowError, IndexError):  # no date, or only one of them with a zone
        return None
    return max(0.0, wait)
