"""A JSON Schema for every answer that ``--json`` prints, and for the error object of stderr."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from command_tree import Command
from tables import adapters, exits

from smsacct.models import Json
from smsacct.providers.base import OPERATIONS
from smsacct.shapes import ALL, ERROR, Field, Shape

_DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Json]

_ALWAYS_ONE: Final = frozenset(
    {"purchase", "token", "revoked", "login", "logout", "setting", "path", "sandbox-reset"}
)
_ALWAYS_SEVERAL: Final = frozenset({"auth-status", "profiles", "providers", "settings"})

_TIME: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?Z$"
_TYPES: Final[Mapping[str, Schema]] = {
    "text": {"type": "string"},
    "free text": {"type": "string"},
    "amount": {"type": "number"},
    "count": {"type": "integer"},
    "flag": {"type": "boolean"},
    "time": {"type": "string", "format": "date-time", "pattern": _TIME},
    "texts": {"type": "array", "items": {"type": "string"}},
    "setting": {"type": ["string", "number"]},
    "object": {"type": "object"},
    "list": {"type": "array"},
    "map": {"type": "object"},
}
_FAILED: Final = "The entry of one of several profiles that failed."

# What is known of a field beyond its kind.
_OUTCOMES: Final = ("confirmed", "refused", "unknown")
_WITHOUT_PURCHASE: Final = ("dry-run", "not-needed")
_KNOWN: Final[Mapping[str, Schema]] = {
    "balance.parts": {"additionalProperties": {"type": "number"}},
    "purchase.outcome": {"enum": [*_OUTCOMES, *_WITHOUT_PURCHASE]},
    "purchases.outcome": {"enum": [*_OUTCOMES, "pending"]},
    "purchases.card": {"pattern": "^[0-9]{4}$"},
    "revoked.revoked": {"items": {"enum": ["refresh", "access"]}},
    "providers.country": {"pattern": "^[A-Z]{2}$"},
    "providers.operations": {"required": list(OPERATIONS)},
    "providers.operations.checked_on": {"format": "date"},
    "error.kind": {"enum": [told.kind for told in exits() if told.kind]},
}
_SOMETIMES: Final = frozenset({"balance.external_id", "purchase.purchase_id"})
_NEVER_NULL: Final = frozenset({"purchase.purchase_id", "purchases.purchase_id"})  # null in a sheet alone
_PAGINATION: Final[Schema] = {
    "type": "object",
    "required": ["page", "limit", "total", "total_pages"],
    "properties": {
        "page": {"type": "integer", "minimum": 1},
        "limit": {"type": ["integer", "null"]},
        "total": {"type": "integer", "minimum": 0},
        "total_pages": {"type": "integer", "minimum": 0},
    },
}


def schemas(commands: Sequence[Command]) -> Iterator[tuple[str, str]]:
    """Give the name of each schema and its text."""
    for shape in ALL.values():
        yield shape.name, _text(_answer(shape, commands))
    error = _head("error", "What stderr's last line is where a command with --json or --format jsonl fails.")
    body: Schema = {
        "type": "object",
        "required": ["error"],
        "properties": {"error": _object("error", ERROR.fields)},
    }
    yield "error", _text({**error, **body})


def _answer(shape: Shape, commands: Sequence[Command]) -> Schema:
    names = [f"`{command.name}`" for command in commands if command.answer == shape.name]
    what = f"What {', '.join(names)} print{'s' if len(names) == 1 else ''} with --json"
    one: Schema = {"$ref": "#/$defs/item"}
    several: Schema = {"type": "array", "items": one}
    if shape.paged:
        form = _envelope(several)
    elif shape.name in _ALWAYS_ONE:
        form = one
    elif shape.name in _ALWAYS_SEVERAL:
        form = several
    else:
        form = {"oneOf": [one, several]}
    about = f"{what}; with --format jsonl, each line is one of #/$defs/item."
    return {**_head(shape.name, about), **form, "$defs": _definitions(shape)}


def _definitions(shape: Shape) -> Schema:
    item: Schema = {**_object(shape.name, shape.fields), **_variants(shape)}
    if not shape.fails:
        return {"item": item}
    failed = _object(
        shape.name, (Field("provider"), Field("profile"), ERROR._replace(null=False)), description=_FAILED
    )
    return {
        "item": {"oneOf": [{"$ref": "#/$defs/answered"}, {"$ref": "#/$defs/failed"}]},
        "answered": item,
        "failed": failed,
    }


def _variants(shape: Shape) -> Schema:
    """Say which fields only some items have."""
    if shape.name == "balance":
        ledgers = [adapter.id for adapter in adapters() if adapter.has_accounts]
        ledger: Schema = {"properties": {"provider": {"enum": ledgers}}}
        return {"if": ledger, "then": {"required": ["external_id"]}}
    if shape.name == "purchase":
        without: Schema = {"properties": {"outcome": {"enum": list(_WITHOUT_PURCHASE)}}}
        bought: Schema = {"required": ["purchase_id"]}
        return {"if": without, "then": {"not": bought}, "else": bought}
    return {}


def _object(path: str, fields: Sequence[Field], description: str | None = None) -> Schema:
    required = [field.name for field in fields if f"{path}.{field.name}" not in _SOMETIMES]
    properties: Schema = {field.name: _field(f"{path}.{field.name}", field) for field in fields}
    told: Schema = {"description": description} if description else {}
    return {
        **told,
        "type": "object",
        "required": required,
        "properties": properties,
        "additionalProperties": True,
    }


def _field(path: str, field: Field) -> Schema:
    path = "error" if field.name == "error" else path
    schema: Schema = {**_TYPES[field.kind], **_KNOWN.get(path, {})}
    if field.fields:
        inner = _object(path, field.fields)
        if field.kind == "object":
            schema |= inner
        else:
            schema["items" if field.kind == "list" else "additionalProperties"] = inner
    if field.null and path not in _NEVER_NULL:
        kinds = schema["type"]
        schema["type"] = [*(kinds if isinstance(kinds, list) else [kinds]), "null"]
    return schema


def _envelope(items: Schema) -> Schema:
    properties: Schema = {
        "provider": {"type": "string"},
        "profile": {"type": "string"},
        "items": items,
        "pagination": _PAGINATION,
    }
    return {"type": "object", "required": list(properties), "properties": properties}


def _head(name: str, about: str) -> Schema:
    return {"$schema": _DRAFT, "$id": f"urn:smsacct:schema:{name}", "title": name, "description": about}


def _text(schema: Schema) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
