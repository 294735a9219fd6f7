"""MessageBird's twin: `GET /balance`, as https://developers.messagebird.com/api/balance has it.

Errors have the documented shape `{"errors": [{"code", "description", "parameter"}]}`; code 2 comes with
401. Assumed: the statuses of the other codes, an empty list of errors for 408, 415, 429 and 503, code 98
for an unknown path, code 21 for another method and for unknown query parameters (the key in the query among
them).

Options: `payment` (`prepaid` or `postpaid`, whose amount is 0 unless `amount` is set), `type` (`euros`,
`credits`, `USD` ...), `amount` (a number; anything else is sent as a JSON string).
"""

from smsacct.sandbox.base import RefusalError, Reply, Request, Twin, route
from smsacct.sandbox.jsontext import number_or_text

_CODES = {400: 21, 401: 2, 402: 25, 403: 2, 404: 98, 405: 21, 422: 10, 500: 99}
_PREPAID_AMOUNT = "103"


class MessageBird(Twin):
    """The Balance API of MessageBird (Bird "classic")."""

    id = "messagebird"
    credentials = {"access_key": {"access_key": "test_gshuPaZoeEG6ovbc8M79w0QyM"}}
    options = {"payment": "prepaid", "type": "euros", "amount": ""}
    code_statuses = {
        "2": 401, "9": 422, "10": 422, "20": 404, "21": 400, "25": 402, "98": 404, "99": 500,
    }  # fmt: skip
    content_type = "application/json; charset=utf-8"

    @route("GET", "/balance")
    def balance(self, request: Request) -> Reply:
        """Give the balance object."""
        request.parameters()
        state = self.read()
        payment = self.option("payment", request, state)
        amount = self.option("amount", request, state) or ("0" if payment == "postpaid" else _PREPAID_AMOUNT)
        kind = self.option("type", request, state)
        return self.json(200, {"payment": payment, "type": kind, "amount": number_or_text(amount)})

    def authenticate(self, request: Request) -> None:
        """Take `Authorization: AccessKey KEY`."""
        key = self.credentials["access_key"]["access_key"]
        if request.headers.get("authorization") != f"AccessKey {key}":
            raise RefusalError(401, "Request not allowed (incorrect access_key)")

    def error(self, status: int, problem: str, code: str = "") -> Reply:
        """Give a list of one error, or of none where no code is known for the status."""
        number = int(code) if code.isdecimal() else _CODES.get(status)
        if number is None:
            return self.json(status, {"errors": []})
        parameter = "access_key" if number == _CODES[401] else None
        return self.json(
            status, {"errors": [{"code": number, "description": problem, "parameter": parameter}]}
        )
