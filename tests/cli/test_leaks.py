"""Secrets planted in every path of a credential are found nowhere: not in what is said, kept or passed on."""

import base64
import json
import time
import urllib.parse
from pathlib import Path

import pytest

from cli.faulty import fail, requests
from cli.shell import shell
from cli.watched import events, watch
from keyring_world import Session
from program import Result, World
from smsacct.sandbox.server import SandboxServer

SECRET = 'pl4nted"s3cret/with\\slash+7&x'
FIELDS = {
    "messagebird": ("access_key",),
    "eztexting": ("username", "password"),
    "agiletelecom": ("api_key",),
    "gosms-ro": ("api_key",),
    "credits-dev": ("api_key",),
}
# What a provider may echo, as JSON text: the secret, the header that carried it, in a URL, and hidden.
USER = "pl4nted-user"
PAIR = base64.b64encode(f"{USER}:{SECRET}".encode()).decode()
ECHOES = [
    json.dumps(f"bad key {SECRET}"),
    json.dumps(f"AccessKey {SECRET}"),
    json.dumps(f"Basic {PAIR}"),
    json.dumps(
        f"https://x/?key={urllib.parse.quote(SECRET, safe='')}&again={urllib.parse.quote_plus(SECRET)}"
    ),
    json.dumps(SECRET).replace("/", "\\/"),
]
HIDDEN = json.dumps(f"{SECRET[:9]}\u200b{SECRET[9:]}")
ERROR = '{"errors": [{"code": %s, "description": %s}], "error": %s, "message": %s, "title": %s, "detail": %s}'
ACCOUNT = (
    '{"id": %s, "balance": 1, "name": %s, "email": %s, "externalId": %s, "metadata": {"a": {"b": [%s]}}}'
)


def values(provider: str) -> dict[str, str]:
    """Give each field of ``provider`` its planted secret."""
    return {field: USER if field == "username" else SECRET for field in FIELDS[provider]}


def variable(provider: str, field: str) -> str:
    return f"SMSACCT_{provider.upper().replace('-', '_')}_{field.upper()}"


def spellings(secret: str) -> set[str]:
    return {
        secret,
        json.dumps(secret)[1:-1],
        json.dumps(secret)[1:-1].replace("/", "\\/"),
        urllib.parse.quote(secret, safe=""),
        urllib.parse.quote_plus(secret),
        base64.b64encode(secret.encode()).decode(),
    }


def clean(text: str, *secrets: str) -> bool:
    """Whether none of ``secrets`` is in ``text``, however it is written."""
    found = [spelling for secret in secrets for spelling in spellings(secret) if spelling in text]
    assert not found, (found, text)
    return True


def search(world: World, result: Result, *secrets: str) -> None:
    """Search what a command wrote, and every file that it left behind."""
    clean(result.out, *secrets)
    clean(result.err, *secrets)
    files = [path for path in (*world.home.rglob("*"), world.config) if path.is_file()]
    for path in files:
        if path.parent != world.home / "given":
            clean(path.read_bytes().decode("utf-8", "replace"), *secrets)


@pytest.fixture(params=["environment", "files", "systemd", "keyring"])
def planted(request: pytest.FixtureRequest, bare: World) -> World:
    """Give a world in which every credential is the planted one, from one source."""
    given = bare.home / "given"
    given.mkdir()
    if request.param == "keyring":
        session: Session = request.getfixturevalue("keyring")
        names = ("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "PYTHON_KEYRING_BACKEND")
        bare.environ |= {name: session.environ[name] for name in names}
        bare.config.write_text("".join(f"[profiles.{provider}]\n" for provider in FIELDS))
    for provider in FIELDS:
        if request.param == "keyring":
            session.store(provider, json.dumps(values(provider)))
        for field, value in values(provider).items():
            if request.param == "environment":
                bare.environ[variable(provider, field)] = value
            elif request.param == "files":
                (given / f"{provider}.{field}").write_text(value)
                bare.environ[f"{variable(provider, field)}_FILE"] = str(given / f"{provider}.{field}")
            elif request.param == "systemd":
                (given / f"smsacct.{provider}.{field}").write_text(value)
                bare.environ["CREDENTIALS_DIRECTORY"] = str(given)
    return bare


def test_rejections_that_echo_the_credential(planted: World, server: SandboxServer) -> None:
    from_environment = "SMSACCT_EZTEXTING_PASSWORD" in planted.environ
    for echo in (*ECHOES, HIDDEN) if from_environment else ECHOES[1:3]:
        body = ERROR % ((echo,) * 6)
        server.app._faults.clear()
        fail(server, *[f"{provider}:status=403,body={body}" for provider in FIELDS])
        result = planted.run("balance", "--all", "-v", "--json")
        assert (result.code, len(result.json)) == (11, len(FIELDS)), result
        search(planted, result, SECRET, PAIR)
    for line in (
        ("auth", "status", "-v"),
        ("balance", "-p", "eztexting", "-v"),
        ("balance", "-A", "--raw", "-v"),
    ):
        search(planted, planted.run(*line), SECRET, PAIR)


def test_answers_that_echo_the_credential(wired: World, server: SandboxServer) -> None:
    wired.environ |= {
        variable(name, field): value for name in FIELDS for field, value in values(name).items()
    }
    for echo in ECHOES:
        server.app._faults.clear()
        account = ACCOUNT % ((echo,) * 5)
        fail(
            server,
            'messagebird:status=200,body={"payment": %s, "type": %s, "amount": 1}' % (echo, echo),  # noqa: UP031 - braces
            f'credits-dev:status=200,body={{"accounts": [{account}]}}',
            f'gosms-ro:status=200,body={{"balance": 1, "currency": {echo}}}',
        )
        for form in ("--json", "--format=csv", "--raw"):
            result = wired.run(
                "balance", "-p", "messagebird", "-p", "credits-dev", "-p", "gosms-ro", form, "-v"
            )
            assert result.code == 0, result
            search(wired, result, SECRET, PAIR)
        result = wired.run("accounts", "list", "-p", "credits-dev", "-v", "--json")
        assert result.json[0]["metadata"]["a"]["b"]
        search(wired, result, SECRET, PAIR)


def test_known_secret_members_are_masked_in_raw(wired: World, server: SandboxServer) -> None:
    body = {"payment": "prepaid", "type": "euros", "amount": 1, "token": SECRET, "deep": [{"apiKey": SECRET}]}
    fail(server, f"messagebird:body={json.dumps(body)}")
    result = wired.run("balance", "-p", "messagebird", "--raw")
    assert result.out.count('"***"') == 2
    search(wired, result, SECRET)


def test_login_that_fails_or_works_shows_and_leaves_nothing(desk: World, server: SandboxServer) -> None:
    fail(server, f"eztexting:status=401,times=1,body={ERROR % ((ECHOES[2],) * 6)}")
    text = json.dumps(values("eztexting"))
    line = ("auth", "login", "eztexting", "--stdin", "-v")
    rejected = desk.run(*line, stdin=text)
    assert rejected.code == 4
    search(desk, rejected, SECRET, PAIR)
    for way in ("--no-verify", "--json"):
        search(desk, desk.run(*line, way, stdin=text), SECRET, PAIR)
    search(desk, desk.run(*line, stdin=text[:-3]), SECRET)
    search(desk, desk.run("auth", "logout", "eztexting", "-v"), SECRET, PAIR)


@pytest.fixture
def tokens(desk: World, keyring: Session) -> tuple[World, list[str]]:
    """Give a world that holds a token, and the token's two secrets."""
    made = desk.run(
        "token",
        "create",
        env={"SMSACCT_EZTEXTING_USERNAME": "your_username", "SMSACCT_EZTEXTING_PASSWORD": "your_password"},
    )
    assert made.code == 0, made
    entry = json.loads(keyring.lookup("eztexting/token"))
    secrets = [value for name, value in entry.items() if name.endswith("_token")]
    assert len(secrets) == 2
    return desk, secrets


def test_stored_token_is_shown_by_token_show_alone(
    tokens: tuple[World, list[str]], server: SandboxServer
) -> None:
    world, secrets = tokens
    env = {"SMSACCT_EZTEXTING_USERNAME": "your_username", "SMSACCT_EZTEXTING_PASSWORD": "your_password"}
    echo = json.dumps(f"Bearer {secrets[0]} {secrets[1]}")
    for line in ("token status", "token status --json", "balance -p eztexting -v", "auth status -v"):
        search(world, world.run(*line.split(), env=env), *secrets, "your_password")
    fail(server, f"eztexting:status=403,body={ERROR % ((echo,) * 6)}")
    for line in (
        "balance -p eztexting -v",
        "balance -p eztexting --raw",
        "token refresh -v",
        "token revoke -v",
    ):
        search(world, world.run(*line.split(), env=env), *secrets, "your_password")


def test_process_list_and_children_know_no_secret(
    planted: World, server: SandboxServer, tmp_path: Path
) -> None:
    log = watch(planted, tmp_path)
    fail(server, *[f"{provider}:latency=20" for provider in FIELDS])
    running = planted.start("balance", "--all", "-v")
    end = time.monotonic() + 20
    while len(requests(server)) < len(FIELDS):
        assert time.monotonic() < end
        time.sleep(0.02)
    proc = Path("/proc", str(running.pid))
    if proc.exists():  # Linux
        clean(proc.joinpath("cmdline").read_text(), SECRET, PAIR)
        assert not proc.joinpath("task", str(running.pid), "children").read_text()
    running.kill()
    running.communicate()
    assert events(log) == []


def test_files_are_private_from_their_first_byte(desk: World, tmp_path: Path) -> None:
    log = watch(desk, tmp_path)
    desk.environ["SMSACCT_CONFIG"] = str(desk.home / "conf" / "sms" / "config.toml")
    login = "printf %s '" + json.dumps({"username": "your_username", "password": "your_password"}) + "' | "
    for script in (
        f"{login} smsacct auth login eztexting --stdin",
        "smsacct token create && smsacct balance -p eztexting",
        "smsacct config set profiles.eztexting.card 4242",
        "smsacct credits buy 10 --sandbox --yes --max-per-day 100 --card 4242",
        "smsacct token create --sandbox && smsacct accounts create --sandbox --name x -p credits-dev",
        "smsacct auth logout eztexting",
    ):
        result = shell(desk, f"umask 000; {script}")
        assert result.code == 0, (script, result)
    made = [*desk.home.rglob("*")]
    assert {path.name for path in made} >= {"config.toml", "sandbox", "twins.sqlite3"}
    for path in made:
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path
    assert events(log) == []
