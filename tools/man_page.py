"""The man page, man/smsacct.1: the commands as they are, and what holds for all of them."""

from collections.abc import Sequence
from typing import Final

from command_reference import missing, shared_options
from command_tree import Command
from roff import Page
from tables import adapters, exits, variables

from smsacct import __version__

# Paragraphs stand apart by an empty line; in lists each is a term and, after a colon, what it means.
_WHOM: Final = """
`-P` names a profile, `-p` a provider; both may be repeated where a command can ask several. `-A` asks every
configured profile. A profile is configured if the config file has it, or if the environment gives it a
credential. Every provider has an implicit profile that bears its id.

`-p` ID means the implicit profile if it is configured, else the only configured profile of that provider.

With none of them it is the `default_profile` of the config file. Without that, `smsacct balance` asks every
configured profile, and any other command the only configured one that can answer it.
"""
_OUTPUT: Final = """
The answer goes to standard output and nothing else does; prompts, progress, hints and errors go to standard
error. On a terminal it is a table with colour; in a pipe the same as plain aligned text, never cut.

`--json` prints one object where one account is named, an array where several are, and amounts as numbers
with the provider's own digits. `jsonl`, `csv` and `tsv` print one item a line, as it comes. Times are UTC.
A JSON Schema for every answer ships with the package, in smsacct/schemas.

A failure is told as `error:` and one `hint:` line. With `--json` or `--format jsonl` the last line of
standard error is a JSON object instead: {"error": {"kind", "message", "hint", ...}}.
"""
_CREDENTIALS: Final = """
The first source that has a field wins: the environment, the file that a variable with _FILE at its end
names, systemd's credentials, the OS keyring. `smsacct auth login` stores in the keyring; nothing ever takes
a secret as an argument. `smsacct auth status` says where each field comes from, never its value.

The variables of each provider's implicit profile, by its auth methods in order of preference (of another
profile, its name stands in place of the provider's):
"""
_ENVIRONMENT: Final = """
SMSACCT_CONFIG: Where the config file lies.

SMSACCT_SANDBOX: 1 makes every command answer as with `--sandbox`.

SMSACCT_<PROFILE>_<FIELD>: A field of a profile's credential (upper case, - as _); empty counts as not set.

SMSACCT_<PROFILE>_<FIELD>_FILE: The file that holds it; one trailing newline is dropped.

SMSACCT_<PROFILE>_BASE_URL: Where the provider is reached instead of its documented origin; https, or http
on loopback.

CREDENTIALS_DIRECTORY: Set by systemd; the credential smsacct.<profile>.<field> is read from it.

PYTHON_KEYRING_BACKEND: Names the keyring backend outright.

NO_COLOR: Set to anything, there is no colour.

HTTPS_PROXY, HTTP_PROXY, NO_PROXY: Proxies; loopback never goes through one.
"""
_FILES: Final = """
~/.config/smsacct/config.toml: Profiles and settings, never a secret: `default_profile`, `keyring_backend`,
and for each [profiles.NAME] `provider`, `base_url`, `card`, `max_credits_per_purchase` and
`max_credits_per_day`. `smsacct config path` says where it lies on this machine.

~/.local/state/smsacct: The purchase journal, the notes of stored tokens, and locks; in sandbox, below it,
those of the sandbox.
"""
_EXAMPLES: Final = """
smsacct auth login messagebird
smsacct balance --all
smsacct balance -p messagebird --fail-below 20 || echo 'top up'
smsacct messages -p gosms-ro --since 7d --format csv > week.csv
smsacct credits buy 1000 -P marketing --if-below 500 --yes
"""


def man_page(commands: Sequence[Command]) -> str:
    """Give the man page in roff."""
    page = Page("SMSACCT", 1, f"smsacct {__version__}", "User Commands")
    page.heading("NAME")
    page.paragraph("smsacct - balances, spending, credits and access tokens of SMS accounts")
    page.heading("SYNOPSIS")
    for line in ("smsacct COMMAND [OPTIONS] [ARGUMENTS]", "smsacct COMMAND --help", "smsacct --version"):
        page.usage(line)
    page.heading("DESCRIPTION")
    for text in commands[0].paragraphs:
        page.paragraph(text)
    _prose(page, "WHOM A COMMAND ASKS", _WHOM)
    page.heading("COMMANDS")
    for command in commands[1:]:
        _command(page, command, commands)
    page.heading("OPTIONS")
    page.paragraph("What every command takes, but for those that it is said not to take:")
    for option in shared_options(commands):
        page.term(option.spelling, option.remarks)
    _prose(page, "OUTPUT", _OUTPUT)
    page.heading("EXIT STATUS")
    for told in exits():
        page.term(str(told.code), f"{told.meaning} ({told.kind})" if told.kind else told.meaning)
    _credentials(page)
    _terms(page, "ENVIRONMENT", _ENVIRONMENT)
    _terms(page, "FILES", _FILES)
    page.heading("EXAMPLES")
    page.verbatim(_EXAMPLES.strip().splitlines())
    page.heading("PROVIDERS")
    for adapter in adapters():
        page.term(adapter.id, "; ".join([f"{adapter.name}, {adapter.documentation}", *adapter.notes]) + ".")
    return str(page)


def _command(page: Page, command: Command, commands: Sequence[Command]) -> None:
    page.subheading(command.name)
    if not command.group:
        page.usage(command.usage)
    for text in command.paragraphs:
        page.paragraph(text)
    for argument in command.arguments:
        page.term(argument.metavar, argument.text)
    for option in command.own_options:
        page.term(option.spelling, option.remarks)
    left_out = missing(command, commands)
    if left_out and not command.group:
        page.paragraph(f"It does not take {', '.join(f'`{name}`' for name in left_out)}.")
    if command.examples:
        page.paragraph("Examples:")
        page.verbatim(command.examples.splitlines())


def _credentials(page: Page) -> None:
    _prose(page, "CREDENTIALS", _CREDENTIALS)
    for adapter in adapters():
        ways = [
            f"{method}: {', '.join(f'`{name}`' for name in names)}" for method, names in variables(adapter)
        ]
        page.term(adapter.id, "; ".join(ways))


def _prose(page: Page, heading: str, text: str) -> None:
    page.heading(heading)
    for paragraph in _paragraphs(text):
        page.paragraph(paragraph)


def _terms(page: Page, heading: str, text: str) -> None:
    page.heading(heading)
    for paragraph in _paragraphs(text):
        term, _, meaning = paragraph.partition(": ")
        page.term(term, meaning)


def _paragraphs(text: str) -> list[str]:
    return [" ".join(part.split()) for part in text.split("\n\n")]
