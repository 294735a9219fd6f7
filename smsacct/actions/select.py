"""Whom a command asks: the profiles that were named, the default one, or all that are configured."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from smsacct import registry, settings
from smsacct.context import Context
from smsacct.errors import ConfigError, UsageError
from smsacct.settings import Profile


class Wanted(NamedTuple):
    """What the command line names: profiles, providers, or all."""

    profiles: Sequence[str] = ()
    providers: Sequence[str] = ()
    everyone: bool = False


class Targets(NamedTuple):
    """The profiles to ask; ``single`` where just one was named, so that one object is the answer."""

    profiles: Sequence[Profile]
    single: bool


def configured(context: Context) -> list[Profile]:
    """Give every configured profile: those of the config file, then those the environment gives a credential.

    In the sandbox every implicit profile counts as configured.
    """
    declared = list(context.settings.profiles.values())
    names = {profile.name for profile in declared}
    implicit = [Profile(provider, provider) for provider in _ids(context) if provider not in names]
    return declared + [
        profile for profile in implicit if context.sandbox or _in_environment(context, profile)
    ]


def many(context: Context, wanted: Wanted) -> Targets:
    """Choose the profiles of a command that can ask several; without a name it asks all.

    Raises ``UsageError`` for an unknown name, ``ConfigError`` where there is nobody to ask.
    """
    named = _named(context, wanted)
    if named:
        return Targets(named, single=len(named) == 1)
    if not wanted.everyone and context.settings.default_profile is not None:
        return Targets([profile_named(context, context.settings.default_profile)], single=True)
    found = configured(context)
    if not found:
        raise nobody()
    return Targets(found, single=False)


def many_able(context: Context, wanted: Wanted, operation: str) -> Targets:
    """Choose the profiles of a command that not every provider can answer.

    Without a name it is the ``one`` that can.
    """
    named = _named(context, wanted)
    if named:
        return Targets(named, single=len(named) == 1)
    if not wanted.everyone:
        return Targets([one(context, wanted, operation)], single=True)
    found = configured(context)
    if not found:
        raise nobody()
    return Targets(found, single=False)


def every(context: Context, wanted: Wanted) -> Sequence[Profile]:
    """Choose the profiles that are named, else every configured one; there may be none."""
    return _named(context, wanted) or configured(context)


def one(context: Context, wanted: Wanted, operation: str) -> Profile:
    """Choose the one profile of a command that asks one.

    Without a name: the default profile, else the only configured one whose provider has ``operation``.
    """
    named = _named(context, wanted)
    if len(named) > 1:
        names = ", ".join(profile.name for profile in named)
        raise UsageError(f"this command asks one profile, not {len(named)}: {names}", hint="name one of them")
    if named:
        return named[0]
    if context.settings.default_profile is not None:
        return profile_named(context, context.settings.default_profile)
    found = configured(context)
    able = [profile for profile in found if context.adapter(profile).supports(operation)]
    if len(able) == 1:
        return able[0]
    if not found:
        raise nobody()
    if not able:
        who = [
            adapter.id for adapter in map(registry.find, registry.own_ids()) if adapter.supports(operation)
        ]
        raise ConfigError(
            f"no configured profile has {operation!r}",
            hint=f"it is for {', '.join(who)}: name one with -p, or set its credential",
        )
    names = ", ".join(profile.name for profile in able)
    raise ConfigError(
        f"several profiles could answer {operation!r}: {names}",
        hint=f"name one with -P, or set default_profile: `smsacct config set default_profile {able[0].name}`",
    )


def profile_named(context: Context, name: str) -> Profile:
    """Give the profile called ``name``: a declared one, or the implicit one of that provider."""
    declared = context.settings.profiles.get(name)
    if declared is not None:
        return declared
    if name in context.providers:
        return Profile(name, name)
    raise settings.unknown("profile", name, {*context.settings.profiles, *context.providers})


def nobody() -> ConfigError:
    """Give the failure of a command that needs a profile where none is configured."""
    return ConfigError(
        "no profile is configured",
        hint="store a credential with `smsacct auth login messagebird`, set SMSACCT_MESSAGEBIRD_ACCESS_KEY, "
        "or try --sandbox",
    )


def _named(context: Context, wanted: Wanted) -> list[Profile]:
    if wanted.everyone and (wanted.profiles or wanted.providers):
        raise UsageError("--all and a name disagree", hint="leave out --all, or the names")
    found = [profile_named(context, name) for name in wanted.profiles]
    found += [_of_provider(context, provider) for provider in wanted.providers]
    return list(dict.fromkeys(found))


def _of_provider(context: Context, provider: str) -> Profile:
    if provider not in context.providers:
        raise settings.unknown("provider", provider, context.providers)
    implicit = context.settings.profiles.get(provider) or Profile(provider, provider)
    if implicit.declared or context.sandbox or _in_environment(context, implicit):
        return implicit
    others = [found for found in context.settings.profiles.values() if found.provider == provider]
    if len(others) > 1:
        names = ", ".join(profile.name for profile in others)
        raise ConfigError(f"several profiles are of {provider}: {names}", hint="name one with -P")
    return others[0] if others else implicit


def _ids(context: Context) -> Iterator[str]:
    """Give the ids whose implicit profile may be configured; others only where a variable names one."""
    own = registry.own_ids()
    known = [f"{Profile(name, name).variable}_" for name in [*own, *context.settings.profiles]]
    known += ["SMSACCT_CONFIG", "SMSACCT_SANDBOX"]
    foreign = any(
        name.startswith("SMSACCT_") and not name.startswith(tuple(known)) for name in context.environ
    )
    yield from (context.providers if foreign else own)


def _in_environment(context: Context, profile: Profile) -> bool:
    directory = context.environ.get("CREDENTIALS_DIRECTORY")
    if not directory and not any(name.startswith(f"{profile.variable}_") for name in context.environ):
        return False
    from smsacct.credentials import given_by_environment

    return given_by_environment(profile, context.adapter(profile).auth_methods, context.environ)
