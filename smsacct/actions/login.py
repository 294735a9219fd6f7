"""Storing, removing and explaining credentials: verified before they are kept, and never shown."""

from collections.abc import Iterator, Mapping, Sequence
from getpass import getpass

from smsacct import credentials, settings
from smsacct.actions.balance import Answered, ask_all
from smsacct.actions.reports import error_row
from smsacct.actions.select import Wanted
from smsacct.config_file import ConfigFile
from smsacct.context import Context
from smsacct.errors import AuthError, ConfigError, SmsacctError, UsageError
from smsacct.models import Row
from smsacct.providers.auth import AuthMethod
from smsacct.providers.base import Login, Provider
from smsacct.redact import printable
from smsacct.settings import Profile

_LONGEST_INPUT = 64 * 1024
_SHOWN_WHILE_TYPED = frozenset({"username"})


def profile_to_log_in(context: Context, name: str | None, wanted: Wanted) -> Profile:
    """Give the profile that NAME, ``-P`` or ``-p`` means; with NAME and ``-p`` it may be a new one.

    Raises ``UsageError`` where it is not told, unknown, or against the rules of names.
    """
    names = [*([name] if name else []), *wanted.profiles]
    if len(names) > 1 or len(wanted.providers) > 1:
        raise UsageError("one profile at a time", hint="name it once")
    provider = wanted.providers[0] if wanted.providers else None
    if provider is not None and provider not in context.providers:
        raise settings.unknown("provider", provider, context.providers)
    chosen = names[0] if names else provider
    if chosen is None:
        raise UsageError("no profile is named", hint="as in `smsacct auth login messagebird`")
    declared = context.settings.profiles.get(chosen)
    known = declared.provider if declared else chosen if chosen in context.providers else None
    if known is not None and provider not in {None, known}:
        raise UsageError(f"{chosen!r} is of {known}, not of {provider}", hint="choose another name")
    if declared is not None:
        return declared
    if not settings.is_name(chosen):
        raise UsageError(f"{printable(chosen)!r} is no name of a profile", hint="made of a-z, 0-9 and -")
    if known is None and provider is None:
        raise settings.unknown("profile", chosen, {*context.settings.profiles, *context.providers})
    return Profile(chosen, known or provider or chosen)


def read_fields(
    context: Context, profile: Profile, method: str | None, *, stdin: bool
) -> tuple[AuthMethod, Mapping[str, str]]:
    """Read the fields from standard input, or ask a person for them without echo.

    Raises ``UsageError`` for an unknown method, unusable input, or where nobody can be asked.
    """
    methods = context.adapter(profile).auth_methods
    if method is not None and method not in {known.id for known in methods}:
        names = ", ".join(known.id for known in methods)
        raise UsageError(f"{profile.provider} has no method {printable(method)!r}", hint=f"it has {names}")
    if stdin:
        try:
            text = context.stdin.read(_LONGEST_INPUT + 1)
        except UnicodeDecodeError:
            raise UsageError("standard input is not UTF-8", hint="give the fields as UTF-8") from None
        if len(text) > _LONGEST_INPUT:
            raise UsageError("standard input is too long for a credential", hint="give the fields alone")
        found, fields = credentials.parse_login(text, methods, method)
    elif context.has_person:
        found = next(known for known in methods if method in {None, known.id})
        fields = _asked(context, found)
    else:
        raise UsageError("nobody is there to be asked for the credential", hint="give it with --stdin")
    context.secrets.update(fields.values())
    return found, fields


def verify(context: Context, profile: Profile, login: Login) -> None:
    """Ask the provider one read call; raises what it says. One without a balance to read is not asked."""
    adapter = context.adapter(profile)
    if not adapter.supports("balance"):
        context.warn(f"{adapter.name} has nothing to verify a credential with")
        return
    http = context.http(profile)
    try:
        adapter(http, login).balance()
    except SmsacctError as error:
        raise error.about(profile.provider, profile.name) from None
    finally:
        http.close()


def log_in(
    context: Context, profile: Profile, method: AuthMethod, fields: Mapping[str, str], *, check: bool
) -> Row:
    """Verify ``fields`` (unless not to ``check``), store them, and note the profile in the config.

    Raises what the provider says, before anything is stored; ``ConfigError`` where it cannot be stored.
    """
    sign = method.sign(fields)
    if check:
        verify(context, profile, Login(sign, tuple(fields.values())))
    credentials.store(profile.name, fields, context.keyring)
    if not context.sandbox:
        config_file(context).record(profile.name, profile.provider)
        if credentials.given_by_environment(profile, context.adapter(profile).auth_methods, context.environ):
            context.warn(f"{profile.variable}_… in the environment goes before what was stored")
    return {
        "profile": profile.name,
        "provider": profile.provider,
        "method": method.id,
        "stored_in": context.keyring.place,
        "verified": check,
    }


def config_file(context: Context) -> ConfigFile:
    """Give the config file as something that can be changed."""
    lock = context.folder / "config.lock"
    return ConfigFile(context.settings.path, context.providers, lock, context.deadline())


def log_out(context: Context, profile: Profile) -> Row:
    """Revoke a stored token where that can be done, and remove everything that was stored for the profile."""
    removed: list[str] = []
    if context.adapter(profile).supports("token revoke"):
        from smsacct.actions.tokens import forget_token

        removed += ["token"] if forget_token(context, profile) else []
    if context.keyring.read(profile.name) is not None:
        credentials.forget(profile.name, context.keyring)
        removed.append("credential")
    if not context.sandbox and config_file(context).forget(profile.name):
        removed.append("config")
    return {"profile": profile.name, "provider": profile.provider, "removed": removed}


def status(context: Context, profiles: Sequence[Profile]) -> list[Answered]:
    """Say of each profile where its credential comes from, and whether the provider takes it."""
    return list(ask_all(context, profiles, lambda profile: _status(context, profile)))


def worst(answers: Sequence[Answered]) -> SmsacctError | None:
    """Give the failure that ends ``auth status``: a rejection, else a missing credential, else any other."""
    failures = [answer.failure for answer in answers if answer.failure is not None]
    weights = {AuthError.kind: 0, ConfigError.kind: 1}
    return min(failures, key=lambda failure: weights.get(failure.kind, 2), default=None)


def _status(context: Context, profile: Profile) -> Answered:
    adapter = context.adapter(profile)
    found = explained(context, profile, adapter)
    failure = found.error
    if found.credential is not None:
        method = next(method for method in adapter.auth_methods if method.id == found.method)
        secrets = tuple(found.credential.fields.values())
        try:
            verify(context, profile, Login(method.sign(found.credential.fields), secrets))
        except SmsacctError as error:
            failure = error.about(profile.provider, profile.name)
    row: Row = {
        "profile": profile.name,
        "provider": profile.provider,
        "method": found.method,
        "ok": failure is None,
        "error": None if failure is None else error_row(failure),
        "fields": [{"name": field.name, "source": field.source} for field in found.fields],
    }
    return Answered(profile, [row], failure=failure)


def explained(context: Context, profile: Profile, adapter: type[Provider]) -> credentials.Explanation:
    """Say where each field of the profile's credential comes from."""
    if not context.sandbox:
        found = credentials.explain(profile, adapter.auth_methods, context.environ, lambda: context.keyring)
        context.secrets.update(found.credential.fields.values() if found.credential else ())
        return found
    credential = context.credential(profile)
    fields = [credentials.FieldSource(name, source) for name, source in credential.sources.items()]
    return credentials.Explanation(credential.method, fields, credential, None)


def _asked(context: Context, method: AuthMethod) -> Mapping[str, str]:
    return {name: value for name, value in _answers(context, method) if value != ""}


def _answers(context: Context, method: AuthMethod) -> Iterator[tuple[str, str]]:
    for name in (*method.fields, *method.optional):
        optional = name in method.optional
        prompt = f"{name.replace('_', ' ')}{' (Enter to leave it out)' if optional else ''}: "
        if name in _SHOWN_WHILE_TYPED:
            context.stderr.write(prompt)
            context.stderr.flush()
            value = context.stdin.readline().rstrip("\r\n")
        else:
            value = _hidden(context, prompt)
        if not value and not optional:
            raise UsageError(f"no {name.replace('_', ' ')} was given", hint="nothing was stored")
        yield name, value


def _hidden(context: Context, prompt: str) -> str:
    """Ask without echo; the end of the input (Ctrl-D) is no answer."""
    try:
        return getpass(prompt, stream=context.stderr)
    except EOFError:
        context.stderr.write("\n")
        return ""
