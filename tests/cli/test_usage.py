"""A command line that is wrong: exit 2, what is wrong, what to write instead, and nothing else."""

import pytest

from cli.told import told, told_in_json
from program import World

BUY = ("credits", "buy")
LIST = ("messages", "-p", "gosms-ro")
ACCOUNT = ("balance", "-p", "credits-dev", "--account", "acc_123")
CREATE = ("accounts", "create", "-p", "credits-dev", "--name", "John Doe")
LOGIN = ("auth", "login", "messagebird", "--no-verify", "--stdin")
WIDE = "１０００"  # noqa: RUF001 - digits of another script are the point

UNKNOWN = {
    "balance -p messagebrid": "did you mean messagebird?",
    "balance -p xyzzy": "there are: agiletelecom, credits-dev, eztexting, gosms-ro, messagebird",
    "balance -p MessageBird": "did you mean messagebird?",
    "balance -P gosms-or": "did you mean gosms-ro?",
    "balance -p messagebird -P nobody": "there is no profile 'nobody'",
    "providers eztxting": "did you mean eztexting?",
    "auth login agiletelecon --stdin": "did you mean agiletelecom?",
    "auth logout nobody": "there is no profile 'nobody'",
    "auth login mine -p nothing --stdin": "there is no provider 'nothing'",
    "balence": "did you mean balance?",
    "accounts lst": "did you mean list?",
    "frobnicate": "there is no command 'frobnicate'",
    "balance --jsno": "--json",
    "balance --format xml": "one of csv, json, jsonl, table, tsv",
    "balance --format JSON": "there is no format 'JSON'",
    "balance --field amont": "it has provider, profile, account, external_id, amount",
    "balance --field amount.value": "no field 'amount.value'",
    "balance --field .": "no field '.'",
    "messages -p gosms-ro --field items": "it has id, recipient, text",
    "auth login agiletelecom --method oauth2 --stdin": "it has api_key, oauth1, basic",
    "auth login --stdin": "no profile is named",
    "completion tcsh": "one of bash, zsh, fish, powershell",
}
MISSING = ["accounts", "completion", "credits buy", "accounts create", "balance --sandbox --timeout"]
SUPERFLUOUS = ["balance messagebird", "providers messagebird eztexting", "config path here", "-5"]

NUMBERS = ["nan", "inf", "1e400", "1_000", WIDE, "", " 1", "1,5"]
WHOLE = [*NUMBERS, "-5", "0", "1.5", "01"]

DATES = [
    "yesterday",
    "2026-13-01",
    "2026-02-30",
    "7",
    "d",
    "-7d",
    WIDE + "d",
    "9" * 5000 + "d",
    "99999999999d",
    "",
]

DISAGREE = [
    ("balance", "--json", "--format", "csv"),
    ("balance", "--raw", "--json"),
    ("balance", "--raw", "--format", "table"),
    ("balance", "--field", "amount", "--raw"),
    ("balance", "--field", "amount", "--json"),
    ("balance", "-q", "-v"),
    ("balance", "--all", "-p", "messagebird"),
    ("balance", "--all", "-P", "messagebird"),
    ("summary", "-A", "-p", "gosms-ro"),
    ("profiles", "-A", "-p", "gosms-ro"),
    ("auth", "status", "-A", "-P", "gosms-ro"),
    (*ACCOUNT, "--external-id", "user_123"),
    ("accounts", "get", "-p", "credits-dev", "--account", "acc_123", "--external-id", "user_123"),
    ("accounts", "balance", "-p", "credits-dev"),
    (*LIST, "--since", "2026-03-02", "--until", "2026-03-01"),
    (*LIST, "--since", "2026-03-02T00:00:00Z", "--until", "2026-03-02T00:00:00Z"),
    (*CREATE, "--metadata", "plan"),
    (*CREATE, "--metadata", "=premium"),
    (*CREATE, "--metadata", "plan=a", "--metadata", "plan=b"),
    ("accounts", "create", "-p", "credits-dev", "--name", " "),
    ("auth", "login", "messagebird", "-p", "eztexting", "--stdin"),
    ("auth", "login", "Shop", "-p", "eztexting", "--stdin"),
]
SEVERAL = [
    ("messages", "-p", "gosms-ro", "-p", "eztexting"),
    ("deposits", "-P", "gosms-ro", "-p", "eztexting"),
    ("accounts", "list", "-P", "credits-dev", "-P", "gosms-ro"),
    (*BUY, "1000", "-p", "eztexting", "-p", "gosms-ro"),
    ("token", "show", "-p", "eztexting", "-p", "gosms-ro"),
    (*ACCOUNT, "-p", "messagebird"),
    ("auth", "login", "messagebird", "-P", "eztexting", "--stdin"),
]


@pytest.mark.parametrize("line", UNKNOWN)
def test_unknown_name_gets_the_near_or_all_of_them(world: World, line: str) -> None:
    told(world.run(*line.split()), 2, UNKNOWN[line])


@pytest.mark.parametrize("line", [*MISSING, *SUPERFLUOUS])
def test_word_that_is_missing_or_too_many(world: World, line: str) -> None:
    told(world.run(*line.split()), 2, "--help")


@pytest.mark.parametrize("number", WHOLE)
def test_credits_are_a_plain_whole_number(world: World, number: str) -> None:
    told(world.run(*BUY, "--sandbox", "--card", "4242", "--yes", "--max-per-day", "9", "--", number), 2)
    assert not list(world.home.rglob("*"))


@pytest.mark.parametrize("number", ["nan", "0", "1e3", "-1"])
@pytest.mark.parametrize("option", ["--max-per-day", "--if-below"])
def test_bounds_of_a_purchase_are_plain_numbers(world: World, option: str, number: str) -> None:
    if option == "--if-below" and number in {"0", "-1"}:
        number = f"{number}e0"  # both are amounts, which may be negative
    told(world.run(*BUY, "10", "--sandbox", "--card", "4242", "--yes", option, number), 2, option)


@pytest.mark.parametrize("number", NUMBERS)
def test_fail_below_is_an_exact_amount(world: World, number: str) -> None:
    told(world.run("balance", "-p", "messagebird", "--sandbox", "--fail-below", number), 2, "--fail-below")


@pytest.mark.parametrize("number", ["0", "-5", "1.5", "103"])
def test_fail_below_takes_any_amount_that_is_one(world: World, number: str) -> None:
    assert world.run("balance", "-p", "messagebird", "--sandbox", "--fail-below", number).code == 0


@pytest.mark.parametrize("number", ["nan", "1e400", "-5", "0", "0.0", "1_000", WIDE, "86401"])
def test_timeout_is_a_number_of_seconds(world: World, number: str) -> None:
    told(world.run("balance", "-p", "messagebird", "--sandbox", "--timeout", number), 2, "--timeout")


@pytest.mark.parametrize("number", ["nan", "1e400", "-5", "0", "1_000", "1.5", WIDE])
@pytest.mark.parametrize("option", ["--page", "--limit"])
def test_page_and_limit_are_plain_whole_numbers(world: World, option: str, number: str) -> None:
    told(world.run(*LIST, "--sandbox", option, number), 2, option)


@pytest.mark.parametrize("form", ["table", "json", "csv", "tsv"])
def test_limit_over_the_maximum_leaves_not_even_a_header(world: World, form: str) -> None:
    result = world.run(*LIST, "--sandbox", "--limit", "101", "--format", form)
    assert (result.code, result.out) == (2, "")
    assert "at most 100" in result.err


@pytest.mark.parametrize("card", ["42", "42424", "４２４２", "42a2", "-424", "", "4242 ", "4111111111111111"])  # noqa: RUF001 - the point
def test_card_is_its_last_four_digits(world: World, card: str) -> None:
    result = world.run(*BUY, "10", "--sandbox", "--yes", "--max-per-day", "100", "--card", card)
    told(result, 2, "--card")
    assert "4111111111111111" not in result.err


@pytest.mark.parametrize(
    ("option", "date"), [*[("--since", date) for date in DATES], ("--until", "2026-02-30"), ("--until", "")]
)
def test_date_that_is_none(world: World, option: str, date: str) -> None:
    told(world.run(*LIST, "--sandbox", option, date), 2, option, "2026-11-20T08:00:00Z")


@pytest.mark.parametrize("line", DISAGREE)
def test_options_that_disagree(world: World, line: tuple[str, ...]) -> None:
    result = world.run(*line, "--sandbox")
    if "--json" in line:
        told_in_json(result, 2, "usage")
    else:
        told(result, 2)


@pytest.mark.parametrize("line", SEVERAL)
def test_several_profiles_where_one_is_asked(world: World, line: tuple[str, ...]) -> None:
    told(world.run(*line, "--sandbox"), 2, "one")


@pytest.mark.parametrize(
    "line",
    [
        ("balance", "--json", "-p", "messagebrid"),
        ("balance", "--format", "jsonl", "--nonsense"),
        ("balance", "--format=json", "--timeout", "nan"),
        ("balence", "--json"),
        (*LIST, "--json", "--page", "0"),
        ("credits", "buy", "--json"),
    ],
)
def test_json_is_asked_for_and_so_the_failure_is_json(world: World, line: tuple[str, ...]) -> None:
    told_in_json(world.run(*line), 2, "usage")


def test_hostile_words_of_the_line_come_back_harmless(world: World) -> None:
    for words in (["-p", "\x1b[31mred\x07"], ["--format", "a\nb\u202e"], ["--field", "\x1b]52;c;\x07"]):
        said = told(world.run("balance", *words), 2)
        assert all(line.isprintable() for line in said.splitlines())


def test_nothing_is_sent_or_looked_up_for_a_wrong_line(wired: World) -> None:
    told(wired.run("balance", "-p", "messagebird", "-v", "--field", "nothing"), 2)
    told(wired.run(*LIST, "-v", "--limit", "101"), 2)
    assert not list(wired.home.rglob("*"))
