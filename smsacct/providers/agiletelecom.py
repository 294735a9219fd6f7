"""Agile Telecom: the credit in euros, by API key, OAuth 1.0a or Basic."""

from collections.abc import Sequence

from smsacct.errors import AuthError, RefusedError, UnavailableError
from smsacct.models import Balance
from smsacct.providers.auth import basic, header, oauth1
from smsacct.providers.base import Provider, checked
from smsacct.providers.said import Meaning

_DOCUMENT = "https://agiletelecom.com/documentation/credit-check"


class AgileTelecom(Provider):
    """https://agiletelecom.com/documentation/credit-check.

    Code 11 is from the page's older twin (https://agiletelecom.com/docs/eng-sms-credit-check). "OAuth 1.1" is
    read as OAuth 1.0a with HMAC-SHA1; the HTTP status that carries a code is undocumented, so a code goes
    before the status (both assumed).
    """

    id = "agiletelecom"
    name = "Agile Telecom"
    country = "IT"
    origin = "https://secure.agiletelecom.com"
    documentation = _DOCUMENT
    console = "https://agiletelecom.com"
    notes = (
        'newer accounts live on another host: set base_url = "https://wholesale.agiletelecom.com"',
        "the OAuth of its document is taken as OAuth 1.0a with HMAC-SHA1 (assumed)",
    )
    auth_methods = (header("X-Api-Key", "api_key"), oauth1(), basic())
    codes = {
        "1": Meaning(AuthError, "wrong credentials"),
        "2": Meaning(RefusedError, "insufficient credit", f"top up at {console}"),
        "8": Meaning(UnavailableError, "server error", "try again later"),
        "9": Meaning(UnavailableError, "the service timed out", "try again later"),
        "11": Meaning(AuthError, "user not found: wrong credentials"),
        "100": Meaning(
            AuthError,
            "this machine's address is not allowed",
            "have its public address put on the allow-list",
        ),
    }

    @checked("documentation", "2026-11-20", _DOCUMENT)
    def balance(self) -> Sequence[Balance]:
        """Read ``GET /services/sms/credit``, in EUR."""
        return [Balance(self.get("/services/sms/credit").decimal("credit"), "EUR")]
