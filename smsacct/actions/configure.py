"""The settings in force and where each comes from."""

from collections.abc import Iterator

from smsacct import settings
from smsacct.actions.select import Wanted, every
from smsacct.context import Context
from smsacct.models import Json, Row
from smsacct.settings import PROFILE_KEYS, Profile

_DEFAULT = "default"


def in_force(context: Context) -> Iterator[Row]:
    """Give every setting by its dotted key, with its value and its source."""
    found = context.settings
    file = str(found.path)
    where = "SMSACCT_CONFIG" if context.environ.get("SMSACCT_CONFIG") else _DEFAULT
    yield _row("config", file, where)
    yield _row("sandbox", str(context.sandbox).lower(), _sandbox_source(context))
    yield _row("default_profile", found.default_profile, file if found.default_profile else _DEFAULT)
    yield from _keyring(context)
    for profile in every(context, Wanted()):
        yield from _profile(context, profile, file)


def _keyring(context: Context) -> Iterator[Row]:
    named = context.settings.keyring_backend
    variable = "PYTHON_KEYRING_BACKEND"
    if named:
        yield _row("keyring_backend", named, str(context.settings.path))
    elif context.environ.get(variable):
        yield _row("keyring_backend", context.environ[variable], variable)
    else:
        yield _row("keyring_backend", None, _DEFAULT)


def _profile(context: Context, profile: Profile, file: str) -> Iterator[Row]:
    for key in PROFILE_KEYS:
        value: Json = getattr(profile, key)
        source = file if profile.declared and value is not None else _DEFAULT
        if key == "base_url":
            value = context.origin(profile)
            variable = f"{profile.variable}_BASE_URL"
            if context.sandbox:
                source = "sandbox"
            elif context.environ.get(variable):
                source = variable
            elif profile.base_url is None:
                source = _DEFAULT
        if value is not None:
            yield _row(f"profiles.{profile.name}.{key}", value, source)


def _sandbox_source(context: Context) -> str:
    if not context.sandbox:
        return _DEFAULT
    return "SMSACCT_SANDBOX" if context.environ.get("SMSACCT_SANDBOX") else "--sandbox"


def _row(key: str, value: Json, source: str) -> Row:
    return {"key": key, "value": value, "source": source}


def config_path(context: Context) -> Row:
    """Give where the config file lies, whether it is there or not."""
    return {"path": str(settings.config_path(context.environ))}
