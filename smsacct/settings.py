"""What the user has set: ``config.toml``, the profiles in it, and the environment's say over both."""

import tomllib
from collections.abc import Collection, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Final, NamedTuple, cast
from urllib.parse import urlsplit

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
    "secret",
    "token",
    "api_key",
    "apikey",
    "access_key",
    "credential",
)
_NOT_SECRET: Final = frozenset({"max_credits_per_purchase", "max_credits_per_day"})


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


def is_loopback(host: str) -> bool:
    """Whether ``host`` is this machine: 127.0.0.0/8, ``::1`` or ``localhost``."""
    if host in {"localhost", "::1"}:
        return True
    parts = host.split(".")
    return len(parts) == 4 and parts[0] == "127" and all(part.isdigit() and int(part) < 256 for part in parts)


def checked_base_url(url: str, origin: str) -> str:
    """Give ``url`` without its final slash, where it may replace a provider's origin.

    ``origin`` says where it comes from. Raises ``ConfigError`` for anything but https, or http on loopback.
    """
    hint = "write it as https://host or https://host/prefix; http is for 127.0.0.1, ::1 and localhost alone"
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ConfigError(f"{origin}: base_url is no URL", hint=hint) from None
    if parts.username is not None or parts.password is not None:
        raise ConfigError(f"{origin}: base_url holds user info, which may be a secret", hint=hint)
    if "?" in url or "#" in url:
        raise ConfigError(f"{origin}: base_url has a query or a fragment", hint=hint)
    if (
        parts.scheme not in {"https", "http"}
        or not host
        or not url.isascii()
        or not url.isprintable()
        or " " in url
    ):
        raise ConfigError(f"{origin}: base_url is no https URL", hint=hint)
    if parts.scheme == "http" and not is_loopback(host):
        raise ConfigError(f"{origin}: base_url would send credentials in the clear to {host}", hint=hint)
    return url.rstrip("/")


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
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return Settings(path)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ConfigError(f"{path} cannot be read: {reason}", hint="mend the file or its rights") from None
    return parse(text, path, providers)


def parse(text: str, path: Path, providers: Collection[str]) -> Settings:
    """Check ``text`` as the contents of ``path``; raises ``ConfigError`` as ``load`` does."""
    try:
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        where = str(error).rpartition("(at ")[2].rstrip(")")  # the rest of its text may quote a secret
        raise ConfigError(
            f"{path} is no TOML" + (f" ({where})" if where.startswith("line") else ""),
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
        self._refuse_secrets(table, "")
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
        if cap is not None and cap < 0:
            raise self._error(f"{where}.{key} is below zero")
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

    def _refuse_secrets(self, table: Mapping[str, object], where: str) -> None:
        for key, value in table.items():
            if isinstance(value, dict):
                # A profile may be called "token-test"; a key under it that says so holds a secret.
                self._refuse_secrets(value, f"{where}{printable(key)}.")
            elif key not in _NOT_SECRET and _names_secret(key):
                raise self._error(
                    f"{where}{printable(key)} holds a secret, which has no place in a config file",
                    hint="take it out and change it, then store it with `smsacct auth login`",
                )

    def _error(self, message: str, hint: str = "`smsacct config path` names the file to mend") -> ConfigError:
        return ConfigError(f"{self.path}: {message}", hint=hint)


_TYPE_NAMES: Final = {str: "a text in quotes", int: "a whole number", dict: "a table"}


def _names_secret(key: str) -> bool:
    plain = key.lower().replace("-", "_")
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
