"""Whom a command asks, and what shape the answer of one, of several and of some has."""

from cli.faulty import fail, requests
from cli.told import told, told_beside_answer
from program import World
from smsacct.sandbox.server import SandboxServer

KEY = "SMSACCT_MESSAGEBIRD_ACCESS_KEY"
TWO = """
[profiles.beta]
provider = "messagebird"
[profiles.alpha]
provider = "messagebird"
"""
ALL = ["agiletelecom", "credits-dev", "eztexting", "gosms-ro", "messagebird"]


def credential(wired: World, profile: str, key: str = "test_gshuPaZoeEG6ovbc8M79w0QyM") -> None:
    """Give ``profile`` MessageBird's sample key, and let it be answered by the sandbox."""
    begin = f"SMSACCT_{profile.upper()}"
    url = wired.environ["SMSACCT_MESSAGEBIRD_BASE_URL"]
    wired.environ |= {f"{begin}_ACCESS_KEY": key, f"{begin}_BASE_URL": url}


def profiles_of(wired: World, *line: str) -> list[str]:
    result = wired.run(*line, "--field", "profile")
    assert (result.code, result.err) == (0, "")
    return list(dict.fromkeys(result.out.splitlines()))


def test_provider_with_nothing_but_a_credential(bare: World) -> None:
    credential(bare, "messagebird")
    answer = bare.run("balance", "-p", "messagebird", "--json").json
    assert (answer["provider"], answer["profile"]) == ("messagebird", "messagebird")


def test_provider_means_its_only_profile(bare: World) -> None:
    bare.config.write_text("[profiles.beta]\nprovider = 'messagebird'\n")
    credential(bare, "beta")
    assert bare.run("balance", "-p", "messagebird", "--json").json["profile"] == "beta"


def test_provider_means_its_implicit_profile_where_that_is_configured(bare: World) -> None:
    bare.config.write_text(TWO)
    for profile in ("alpha", "beta", "messagebird"):
        credential(bare, profile)
    assert bare.run("balance", "-p", "messagebird", "--json").json["profile"] == "messagebird"
    del bare.environ[KEY]
    told(
        bare.run("balance", "-p", "messagebird"), 3, "several profiles are of messagebird: beta, alpha", "-P"
    )
    bare.config.write_text(f"{TWO}[profiles.messagebird]\n")
    told(bare.run("balance", "-p", "messagebird"), 3, KEY)


def test_provider_that_nothing_configures_asks_the_keyring(bare: World) -> None:
    told(bare.run("balance", "-p", "messagebird"), 3, "keyring", KEY)


def test_nobody_is_configured(bare: World) -> None:
    for line in (
        "balance",
        "balance --all",
        "summary",
        "summary -A",
        "messages",
        "token show",
        "auth status",
    ):
        told(bare.run(*line.split()), 3, "no profile is configured", "auth login", "--sandbox")
    for line in ("profiles --json", "profiles -A --json"):
        result = bare.run(*line.split())
        assert (result.code, result.json, result.err) == (0, [], "")
    assert len(bare.run("providers", "--json").json) == len(ALL)


def test_nobody_named_asks_every_configured_profile(bare: World) -> None:
    credential(bare, "messagebird")
    only = bare.run("balance", "--json")
    assert [entry["profile"] for entry in only.json] == ["messagebird"]
    bare.config.write_text(TWO)
    for profile in ("alpha", "beta"):
        credential(bare, profile)
    every = ["beta", "alpha", "messagebird"]  # as the config has them, then the environment's
    assert profiles_of(bare, "balance") == every
    assert profiles_of(bare, "balance", "--all") == every
    assert profiles_of(bare, "profiles") == every
    assert profiles_of(bare, "auth", "status") == every


def test_default_profile_is_asked_where_nobody_is_named(wired: World) -> None:
    wired.config.write_text("default_profile = 'gosms-ro'\n")
    assert wired.run("balance", "--json").json["profile"] == "gosms-ro"
    assert wired.run("summary", "--json").json["profile"] == "gosms-ro"
    assert wired.run("deposits", "--json").json["profile"] == "gosms-ro"
    assert profiles_of(wired, "balance", "--all") == ALL
    assert wired.run("balance", "-p", "messagebird", "--json").json["profile"] == "messagebird"
    told(wired.run("accounts", "list"), 10, "GoSMS.ro has no 'accounts list'", "https://gosms.ro")


def test_only_profile_that_can_answer_is_asked(wired: World) -> None:
    for line in ("summary", "deposits", "messages"):
        assert wired.run(line, "--json").json["profile"] == "gosms-ro"
    assert wired.run("accounts", "get", "--account", "acc_123", "--json").json["profile"] == "credits-dev"
    wired.config.write_text("[profiles.other]\nprovider = 'gosms-ro'\n")
    told(wired.run("summary"), 3, "several profiles could answer 'summary': other, gosms-ro", "-P")


def test_nobody_configured_can_answer(bare: World) -> None:
    credential(bare, "messagebird")
    told(bare.run("summary"), 3, "no configured profile has 'summary'", "gosms-ro")
    told(bare.run("summary", "-p", "messagebird"), 10, "MessageBird has no 'summary'", "https://")
    told(bare.run("balance", "-p", "messagebird", "--account", "x"), 10, "accounts balance")


def test_order_is_the_one_asked_for(wired: World, server: SandboxServer) -> None:
    fail(server, "messagebird:latency=0.4", "gosms-ro:latency=0.2")
    line = ("balance", "-p", "messagebird", "-p", "gosms-ro", "-p", "agiletelecom", "-p", "gosms-ro")
    assert profiles_of(wired, *line) == ["messagebird", "gosms-ro", "agiletelecom"]
    assert wired.run(*line, "--raw").out.splitlines()[0].startswith('{"payment"')
    assert len(wired.run(*line, "--json").json) == 3


def test_one_is_an_object_and_all_is_an_array(bare: World) -> None:
    credential(bare, "messagebird")
    for line in (("-p", "messagebird"), ("-P", "messagebird")):
        assert isinstance(bare.run("balance", *line, "--json").json, dict)
    for words in (["--all"], []):
        assert isinstance(bare.run("balance", *words, "--json").json, list)
    assert isinstance(bare.run("auth", "status", "-p", "messagebird", "--json").json, list)
    assert isinstance(bare.run("profiles", "-p", "messagebird", "--json").json, list)


def test_ledger_without_an_account_is_an_array(wired: World, server: SandboxServer) -> None:
    entries = wired.run("balance", "-p", "credits-dev", "--json").json
    assert [(entry["account"], entry["amount"]) for entry in entries] == [
        ("acc_abc123", 500),
        ("acc_123", 1000),
    ]
    assert all(entry["reserved"] is None and entry["available"] is None for entry in entries)
    assert len(requests(server)) == 1
    one = wired.run("balance", "-p", "credits-dev", "--account", "acc_123", "--json").json
    assert (one["account"], one["amount"], one["reserved"], one["available"]) == ("acc_123", 1000, 150, 850)
    both = wired.run("balance", "-p", "credits-dev", "-p", "messagebird", "--json").json
    assert [entry["account"] for entry in both] == ["acc_abc123", "acc_123", None]


def test_account_is_of_one_profile(wired: World) -> None:
    told(wired.run("balance", "--account", "acc_123"), 2, "an account belongs to one profile", "-p")
    told(wired.run("balance", "-p", "credits-dev", "--external-id", "nobody"), 5, "account not found")


def test_account_where_nobody_is_named_is_an_array_too(bare: World, server: SandboxServer) -> None:
    bare.environ["SMSACCT_CREDITS_DEV_API_KEY"] = "YOUR_API_KEY"
    for words in ([], ["--all"]):
        (entry,) = bare.run("balance", *words, "--account", "acc_123", "--json").json
        assert entry["available"] == 850
    fail(server, "credits-dev:status=401")
    assert bare.run("balance", "--all", "--account", "acc_123").code == 11
    told(bare.run("balance", "-p", "credits-dev", "--account", "acc_123"), 4)


def test_some_fail(wired: World, server: SandboxServer) -> None:
    fail(server, "gosms-ro:status=401", "messagebird:status=500")
    result = wired.run("balance", "--all", "--json")
    assert result.code == 11
    by_name = {entry["profile"]: entry for entry in result.json}
    assert list(by_name) == ALL
    assert by_name["agiletelecom"]["unit"] == "EUR"
    for name, kind in (("gosms-ro", "auth"), ("messagebird", "unavailable")):
        assert set(by_name[name]) == {"provider", "profile", "error"}
        assert by_name[name]["error"]["kind"] == kind
    assert result.error["kind"] == "partial"
    assert "2 of 5 profiles failed: gosms-ro, messagebird" in result.error["message"]
    for form in ("csv", "tsv", "table"):
        rows = wired.run("balance", "--all", "--format", form)
        told_beside_answer(rows, "2 of 5")
        line = next(line for line in rows.out.splitlines() if line.startswith("gosms-ro"))
        assert rows.code == 11
        assert "auth" in line
        assert "GoSMS.ro rejects the credentials" in line
