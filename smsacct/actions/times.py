"""Points in time as people write and scripts read them, always in UTC."""

from datetime import UTC, date, datetime, timedelta

from smsacct.errors import UsageError
from smsacct.redact import printable


def iso(moment: datetime) -> str:
    """Give ``moment`` as ISO 8601 in UTC with ``Z``; milliseconds only where it has any."""
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    fine = "milliseconds" if moment.microsecond else "seconds"
    return moment.isoformat(timespec=fine)[: -len("+00:00")] + "Z"


def parse_point(option: str, text: str, now: datetime, *, end: bool = False) -> datetime:
    """Read a point in time: ISO 8601, a date, or days back such as ``7d``; without a zone it is UTC.

    A date alone is its first moment, or, at the ``end`` of a range, the first moment after it.
    Raises ``UsageError`` for anything else.
    """
    days = text[:-1]
    try:
        if text.endswith("d") and days.isascii() and days.isdigit():
            return now - timedelta(days=int(days))
        day = _day(text)
        if day is not None:
            first = datetime.combine(day, datetime.min.time(), UTC)
            return first + timedelta(days=1) if end else first
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError(
            f"{option} {printable(text)!r} is no point in time",
            hint="write 2026-11-20, 2026-11-20T08:00:00Z, or 7d for seven days back",
        ) from None


def _day(text: str) -> date | None:
    """Read a date alone, in any form of ISO 8601; ``None`` for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
