"""What the user has set: ``config.toml``, the profiles in it, and the environment's say over both."""

import re
from collections.abc import Collection, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Final, NamedTuple, cast

from smsacct.base_url import checked_base_url
from smsacct.errors import ConfigError, UsageError
from smsacct.redact import printable

_TOP_KEYS: Final[Mapping[str, type]] = {"default_profile": str, "keyring_backend": str, "profiles": dict}
PROFILE_KEYS: Final[Mapping[str, type]] = {
    "provider": str,
    "base_url": str,
    "card": str,
    "max_credits_per_purchase": int,
    "max_credits_per_day": int,
}
_NAME_LETTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")
_SECRET_WORDS: Final = (
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "apikey",
    "accesskey",
    "appkey",
    "authkey",
    "consumerkey",
    "privatekey",
    "credential",
    "authorization",
)
_LARGEST_CAP: Final = 10**12
_DEEPEST: Final = 10
_LARGEST_FILE: Final = 1024 * 1024  # bytes


class Profile(NamedTuple):
    """A named set of settings for one provider; ``declared`` where the config file has it."""

    name: str
    provider: str
    base_url: str | None = None
    card: str | None = None
    max_credits_per_purchase: int | None = None
    max_credits_per_day: int | None = None
    declared: bool = False

    @property
    def variable(self) -> str:
        """How the names of this profile's environment variables begin: ``SMSACCT_MARKETING``."""
        return f"SMSACCT_{self.name.upper().replace('-', '_')}"


class Settings(NamedTuple):
    """The settings in force. ``warnings`` are told once, on stderr."""

    path: Path
    profiles: Mapping[str, Profile] = {}
    default_profile: str | None = None
    keyring_backend: str | None = None
    warnings: tuple[str, ...] = ()


def is_name(text: str) -> bool:
    """Whether ``text`` can name a profile: ``[a-z0-9][a-z0-9-]*``."""
    return bool(text) and text[0] != "-" and _NAME_LETTERS.issuperset(text)


def config_path(environ: Mapping[str, str]) -> Path:
    """Where ``config.toml`` lies: where ``SMSACCT_CONFIG`` says, else in the platform's config folder."""
    if environ.get("SMSACCT_CONFIG"):
        return Path(environ["SMSACCT_CONFIG"])
    from platformdirs import user_config_path

    return user_config_path("smsacct", appauthor=False) / "config.toml"


def state_folder() -> Path:
    """Where the journal, the notes and the locks lie; it holds no secret outside the sandbox."""
    from platformdirs import user_state_path

    return user_state_path("smsacct", appauthor=False)


def load(path: Path, providers: Collection[str]) -> Settings:
    """Read the settings of ``path``, which need not exist; ``providers`` are the ids that there are.

    Raises ``ConfigError`` that names the key for anything wrong in it.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST_FILE + 1)
        text = data.decode()
    except FileNotFoundError:
        return Settings(path)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ConfigError(f"{path} cannot be read: {reason}", hint="mend the file or its rights") from None
    if len(data) > _LARGEST_FILE:
        raise ConfigError(f"{path} is over 1 MiB", hint="`smsacct config path` names the file")
    return parse(text, path, providers)


def parse(text: str, path: Path, providers: Collection[str]) -> Settings:
    """Check ``text`` as the contents of ``path``; raises ``ConfigError`` as ``load`` does."""
    if text.startswith("\ufeff"):
        raise ConfigError(f"{path} begins with a byte order mark", hint="save it as UTF-8 without one")
    import tomllib

    try:
        table = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # also a number of too many digits
        where = str(error).rpartition("(at ")[2].rstrip(")")  # the rest of its text may quote a secret
        raise ConfigError(
            f"{path} is no TOML" + (f" ({where})" if where.startswith(("line", "end")) else ""),
            hint="mend that line; `smsacct config path` names the file",
        ) from None
    return _Reader(path, providers).read(table)


class _Reader:
    """Checks the tables of one config file."""

    def __init__(self, path: Path, providers: Collection[str]) -> None:
        self.path = path
        self.providers = providers
        self.warnings: list[str] = []

    def read(self, table: Mapping[str, object]) -> Settings:
        self._refuse_secrets(table)
        self._check_keys(table, _TOP_KEYS, "")
        profiles = {
            name: self._profile(name, body)
            for name, body in cast("Mapping[str, object]", table.get("profiles", {})).items()
        }
        default = cast("str | None", table.get("default_profile"))
        if default is not None and default not in profiles and default not in self.providers:
            near = _near(default, [*profiles, *self.providers])
            raise self._error(f"default_profile names {printable(default)!r}, which is no profile{near}")
        backend = cast("str | None", table.get("keyring_backend"))
        return Settings(self.path, profiles, default, backend, tuple(self.warnings))

    def _profile(self, name: str, body: object) -> Profile:
        where = f"profiles.{printable(name)}"
        if not is_name(name):
            raise self._error(f"{where}: a profile's name is made of a-z, 0-9 and -")
        if not isinstance(body, dict):
            raise self._error(f"{where} is no table")
        self._check_keys(body, PROFILE_KEYS, f"{where}.")
        provider = body.get("provider", name if name in self.providers else None)
        if provider is None:
            raise self._error(
                f"{where} has no provider", hint=f'add provider = "{min(self.providers)}" or another'
            )
        if provider not in self.providers:
            raise self._error(
                f"{where}: {printable(provider)!r} is no provider{_near(provider, self.providers)}"
            )
        if name in self.providers and name != provider:
            raise self._error(
                f"{where} bears the id of another provider", hint="give the profile another name"
            )
        base_url = body.get("base_url")
        return Profile(
            name,
            provider,
            checked_base_url(base_url, f"{self.path}: {where}") if base_url is not None else None,
            self._card(where, body.get("card")),
            self._cap(where, body, "max_credits_per_purchase"),
            self._cap(where, body, "max_credits_per_day"),
            declared=True,
        )

    def _card(self, where: str, card: str | None) -> str | None:
        if card is not None and not is_card(card):
            raise self._error(f'{where}.card is not the last four digits of a card, as in card = "4242"')
        return card

    def _cap(self, where: str, body: Mapping[str, int], key: str) -> int | None:
        cap = body.get(key)
        if cap is not None and not 0 <= cap <= _LARGEST_CAP:
            raise self._error(
                f"{where}.{key} is below zero" if cap < 0 else f"{where}.{key} is beyond reason"
            )
        return cap

    def _check_keys(self, table: Mapping[str, object], known: Mapping[str, type], where: str) -> None:
        for key, value in table.items():
            shown = f"{where}{printable(key)}"
            if key in known:
                if not isinstance(value, known[key]) or isinstance(value, bool):
                    raise self._error(f"{shown} is not {_TYPE_NAMES[known[key]]}")
                continue
            near = get_close_matches(key.lower().replace("-", "_"), known, 1, 0.75)
            if near:
                raise self._error(f"{shown} is no setting", hint=f"did you mean {near[0]}?")
            self.warnings.append(f"{self.path}: {shown} is no setting that this version knows")

    def _refuse_secrets(self, table: Mapping[str, object]) -> None:
        rest: list[tuple[tuple[str, ...], object]] = [((), table)]
        while rest:
            path, value = rest.pop()
            if len(path) > _DEEPEST:
                raise self._error(f"{printable(path[0])} is nested too deeply")
            if isinstance(value, list):
                rest += [(path, item) for item in value]
            elif isinstance(value, dict):
                rest += [((*path, key), item) for key, item in value.items()]
            # A profile may be called "token-test"; a key above or below it that says so holds a secret.
            elif any(_names_secret(key) for key in (*path[:1], *path[1 + (path[0] == "profiles") :])):
                raise self._error(
                    f"{printable('.'.join(path))} holds a secret, which has no place in a config file",
                    hint="take it out and change it, then store it with `smsacct auth login`",
                )

    def _error(self, message: str, hint: str = "`smsacct config path` names the file to mend") -> ConfigError:
        return ConfigError(f"{self.path}: {message}", hint=hint)


_TYPE_NAMES: Final = {str: "a text in quotes", int: "a whole number", dict: "a table"}


def _names_secret(key: str) -> bool:
    plain = re.sub("[^a-z]", "", key.lower())
    return any(word in plain for word in _SECRET_WORDS)


def is_card(text: str) -> bool:
    """Whether ``text`` is the last four digits of a card."""
    return len(text) == 4 and text.isascii() and text.isdigit()


def _near(word: str, known: Collection[str]) -> str:
    near = get_close_matches(word, known, 3, 0.6)
    return f" (did you mean {' or '.join(near)}?)" if near else ""


def unknown(what: str, word: str, known: Collection[str]) -> UsageError:
    """The error for a provider or profile on the command line that there is none of, near names suggested."""
    near = get_close_matches(word, known, 3, 0.6)
    names = " or ".join(near) if near else ", ".join(sorted(known))
    return UsageError(
        f"there is no {what} {printable(word)!r}",
        hint=f"did you mean {names}?" if near else f"there are: {names}",
    )
