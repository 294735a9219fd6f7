"""Every way in which a command can fail: what happened, what to do next, the kind and the exit code.

The table is the contract's: a kind never changes its code within a major version.
"""

from typing import ClassVar, Self


class SmsacctError(Exception):
    """A failure that a person is told about in one sentence, with a hint that says what to do.

    ``message`` and ``hint`` never hold a secret. ``provider`` and ``profile`` say whom it concerns,
    ``http_status`` and ``provider_code`` what the provider said, where it said something.
    """

    kind: ClassVar[str] = "internal"
    exit_code: ClassVar[int] = 1
    retryable: ClassVar[bool] = False

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        provider: str | None = None,
        profile: str | None = None,
        http_status: int | None = None,
        provider_code: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.provider = provider
        self.profile = profile
        self.http_status = http_status
        self.provider_code = provider_code

    def about(self, provider: str, profile: str) -> Self:
        """Say whom this failure concerns, unless it already says so; gives the failure itself."""
        self.provider = self.provider or provider
        self.profile = self.profile or profile
        return self


class InternalError(SmsacctError):
    """A bug of ours."""


class UsageError(SmsacctError):
    """The command line is wrong."""

    kind = "usage"
    exit_code = 2


class ConfigError(SmsacctError):
    """A setting or credential is missing, unreadable or ambiguous, or the keyring does not answer."""

    kind = "config"
    exit_code = 3


class AuthError(SmsacctError):
    """The provider rejects the credentials, or this address."""

    kind = "auth"
    exit_code = 4


class RefusedError(SmsacctError):
    """The provider understood and said no, or a cap of the user's own did."""

    kind = "refused"
    exit_code = 5


class UnavailableError(SmsacctError):
    """Not reached, TLS failure, or a reply that is not what its documentation says."""

    kind = "unavailable"
    exit_code = 6
    retryable = True


class RateLimitedError(SmsacctError):
    """Still limited at the deadline."""

    kind = "rate-limited"
    exit_code = 7
    retryable = True


class BelowError(SmsacctError):
    """A balance is below ``--fail-below``; the balance itself was printed."""

    kind = "below"
    exit_code = 8


class OutcomeUnknownError(SmsacctError):
    """A purchase may or may not have happened."""

    kind = "outcome-unknown"
    exit_code = 9


class UnsupportedError(SmsacctError):
    """This provider has no such operation."""

    kind = "unsupported"
    exit_code = 10


class PartialError(SmsacctError):
    """Some of several profiles failed; each entry of the answer says why."""

    kind = "partial"
    exit_code = 11


class InterruptedByUserError(SmsacctError):
    """Ctrl-C."""

    kind = "interrupted"
    exit_code = 130
