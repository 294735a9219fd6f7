"""How long an answer may take: a point on the monotonic clock, so that a clock that jumps changes nothing."""

import time


class Deadline:
    """``seconds`` from now; every wait, retry and read of one answer takes from the same account."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    def remaining(self) -> float:
        """Seconds left, never below zero."""
        return max(0.0, self._end - time.monotonic())

    @property
    def passed(self) -> bool:
        """Whether nothing is left."""
        return self.remaining() <= 0

    def extend(self, seconds: float) -> None:
        """Give back ``seconds`` that a person took to answer a question."""
        self._end += seconds
