"""The fields of every answer, once: tables, headers, ``--field`` and JSON Schemas are made from them."""

from collections.abc import Iterator, Mapping
from typing import Final, Literal, NamedTuple

Kind = Literal[
    "text", "free text", "amount", "count", "flag", "time", "texts", "setting", "object", "list", "map"
]
"""``free text`` comes from people or providers and may hold anything; ``setting`` is text or a
number; ``map`` has keys of its own."""


class Field(NamedTuple):
    """One field of an item; ``fields`` are those of an ``object`` or of each entry of a ``list``."""

    name: str
    kind: Kind = "text"
    null: bool = False
    fields: "tuple[Field, ...]" = ()
    heading: str | None = None
    quiet: bool = False  # left out of a table where no row has a value
    only: str | None = None  # the shape variant that has it


class Shape(NamedTuple):
    """What one item of an answer has; ``paged`` answers are lists in an envelope with a pagination."""

    name: str
    fields: tuple[Field, ...]
    paged: bool = False
    fails: bool = False  # an item may be a failure: provider, profile and error

    def knows(self, path: str) -> bool:
        """Whether an item can have the dotted ``path``."""
        fields = (*self.fields, ERROR) if self.fails else self.fields
        return _knows(fields, path.split("."))


def _knows(fields: tuple[Field, ...], path: list[str]) -> bool:
    field = next((field for field in fields if field.name == path[0]), None)
    if field is None:
        return False
    if len(path) == 1 or field.kind == "map":
        return True
    return field.kind == "object" and _knows(field.fields, path[1:])


def leaves(fields: tuple[Field, ...], prefix: str = "") -> Iterator[tuple[str, Field]]:
    """Give each field of a sheet with its dotted name: objects are opened, lists and maps are not."""
    for field in fields:
        if field.kind == "object":
            yield from leaves(field.fields, f"{prefix}{field.name}.")
        else:
            yield f"{prefix}{field.name}", field


ERROR: Final = Field(
    "error",
    "object",
    null=True,
    fields=(
        Field("kind"),
        Field("message", "free text"),
        Field("hint", "free text", null=True),
        Field("provider", null=True),
        Field("profile", null=True),
        Field("http_status", "count", null=True),
        Field("provider_code", null=True),
        Field("retryable", "flag"),
    ),
)
_WHO: Final = (Field("provider"), Field("profile"))

BALANCE: Final = Shape(
    "balance",
    (
        *_WHO,
        Field("account", null=True, quiet=True),
        Field("external_id", "free text", null=True, quiet=True),
        Field("amount", "amount"),
        Field("available", "amount", null=True, quiet=True),
        Field("reserved", "amount", null=True, quiet=True),
        Field("unit"),
        Field("payment", null=True, quiet=True),
        Field("parts", "map", quiet=True),
        Field("as_of", "time"),
    ),
    fails=True,
)
SUMMARY: Final = Shape(
    "summary",
    (
        *_WHO,
        Field("unit"),
        Field("total_deposits", "amount", heading="deposits"),
        Field("total_consumed", "amount", heading="consumed"),
        Field("credit_remaining", "amount", heading="remaining"),
        Field(
            "orders",
            "object",
            fields=(
                Field(
                    "messages",
                    "object",
                    fields=(
                        Field("count", "count", heading="messages"),
                        Field("total_amount", "amount", heading="messages total"),
                        Field("estimated", "flag", heading="estimated"),
                    ),
                ),
            ),
        ),
    ),
    fails=True,
)
DEPOSITS: Final = Shape(
    "deposits", (Field("amount", "amount"), Field("unit"), Field("created_at", "time")), paged=True
)
MESSAGES: Final = Shape(
    "messages",
    (
        Field("id"),
        Field("recipient"),
        Field("text", "free text", null=True),
        Field("amount", "amount"),
        Field("unit"),
        Field("status", null=True),
        Field("created_at", "time"),
    ),
    paged=True,
)
_PURCHASE: Final = (
    *_WHO,
    Field("purchase_id", null=True),
    Field("credits", "count"),
    Field("outcome"),
    Field("balance_before", "amount", null=True),
    Field("balance_after", "amount", null=True),
    Field("unit"),
)
PURCHASE: Final = Shape("purchase", _PURCHASE)
PURCHASES: Final = Shape("purchases", (*_PURCHASE, Field("card"), Field("created_at", "time")))
TOKEN: Final = Shape(
    "token",
    (
        *_WHO,
        Field("access_token", null=True),
        Field("refresh_token", null=True),
        Field("expires_at", "time", null=True),
        Field("refresh_expires_at", "time", null=True),
        Field("stored_in", null=True),
    ),
)
REVOKED: Final = Shape("revoked", (*_WHO, Field("revoked", "texts")))
ACCOUNT: Final = Shape(
    "account",
    (
        *_WHO,
        Field("id"),
        Field("external_id", "free text", null=True),
        Field("developer_id", null=True),
        Field("name", "free text", null=True),
        Field("email", "free text", null=True),
        Field("balance", "amount"),
        Field("metadata", "map", null=True, quiet=True),
        Field("created_at", "time", null=True),
        Field("updated_at", "time", null=True),
    ),
)
AUTH_STATUS: Final = Shape(
    "auth-status",
    (
        Field("profile"),
        Field("provider"),
        Field("method", null=True),
        Field("ok", "flag"),
        ERROR,
        Field("fields", "list", fields=(Field("name"), Field("source", null=True))),
    ),
)
LOGIN: Final = Shape(
    "login",
    (Field("profile"), Field("provider"), Field("method"), Field("stored_in"), Field("verified", "flag")),
)
LOGOUT: Final = Shape("logout", (Field("profile"), Field("provider"), Field("removed", "texts")))
PROFILES: Final = Shape(
    "profiles",
    (Field("profile"), Field("provider"), Field("default", "flag"), Field("configured_by", "texts")),
)
_OPERATION: Final = (
    Field("supported", "flag"),
    Field("checked_against", null=True),
    Field("checked_on", null=True),
    Field("source", null=True),
)
PROVIDERS: Final = Shape(
    "providers",
    (
        Field("id"),
        Field("name"),
        Field("country"),
        Field("documentation"),
        Field("console"),
        Field("notes", "texts", quiet=True),
        Field(
            "auth_methods",
            "list",
            fields=(Field("id"), Field("fields", "texts"), Field("optional", "texts")),
        ),
        Field("operations", "map", fields=_OPERATION),
    ),
)
_SETTING: Final = (Field("key"), Field("value", "setting", null=True), Field("source"))
SETTINGS: Final = Shape("settings", _SETTING)
SETTING: Final = Shape("setting", _SETTING)
PATH: Final = Shape("path", (Field("path", "free text"),))
SANDBOX_RESET: Final = Shape("sandbox-reset", (Field("folder", "free text"),))

ALL: Final[Mapping[str, Shape]] = {
    shape.name: shape
    for shape in (
        BALANCE,
        SUMMARY,
        DEPOSITS,
        MESSAGES,
        PURCHASE,
        PURCHASES,
        TOKEN,
        REVOKED,
        ACCOUNT,
        AUTH_STATUS,
        LOGIN,
        LOGOUT,
        PROFILES,
        PROVIDERS,
        SETTINGS,
        SETTING,
        PATH,
        SANDBOX_RESET,
    )
}
