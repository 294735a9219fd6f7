"""The sandbox over real sockets: keep-alive, state, controls, the log, starting and stopping."""

import http.client
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from contextlib import closing, suppress
from pathlib import Path

import pytest

from smsacct.sandbox.faults import parse
from smsacct.sandbox.jsontext import JSON
from smsacct.sandbox.server import SandboxServer, environment
from smsacct.sandbox.store import Store

from .client import AS_JSON, BALANCE, BIRD, GOOD, ORDER, READ_PATHS, Answer, ask, bought, buy, over
from .conftest import Serve


def _post_faults(server: SandboxServer, body: str) -> Answer:
    return ask(server, "/_faults", AS_JSON, "POST", body)


def _entries(answer: Answer, name: str) -> list[dict[str, JSON]]:
    entries = answer.json[name]
    assert isinstance(entries, list)
    return [entry for entry in entries if isinstance(entry, dict)]


@pytest.mark.parametrize("provider_id", READ_PATHS)
def test_every_provider_answers_under_its_id(serve: Serve, provider_id: str) -> None:
    server = serve()
    assert ask(server, f"/{provider_id}{READ_PATHS[provider_id]}", GOOD[provider_id]).status == 200
    assert ask(server, f"/{provider_id}{READ_PATHS[provider_id]}").status == 401
    assert ask(server, f"/{provider_id}", GOOD[provider_id]).status == 404


def test_an_unknown_provider_is_told(serve: Serve) -> None:
    answer = ask(serve(), "/nobody/balance")
    assert answer.status == 404
    assert "agiletelecom, credits-dev" in answer.text("error")


def test_the_environment_gives_each_provider_an_address_and_one_method() -> None:
    lines = environment("http://127.0.0.1:8080/")
    assert lines["SMSACCT_GOSMS_RO_BASE_URL"] == "http://127.0.0.1:8080/gosms-ro"
    assert lines["SMSACCT_GOSMS_RO_API_KEY"] == "YOUR_API_KEY"
    assert [name for name in lines if "AGILE" in name] == [
        "SMSACCT_AGILETELECOM_BASE_URL",
        "SMSACCT_AGILETELECOM_API_KEY",
    ]
    assert (lines["SMSACCT_EZTEXTING_USERNAME"], lines["SMSACCT_EZTEXTING_PASSWORD"]) == (
        "your_username",
        "your_password",
    )
    assert lines["SMSACCT_MESSAGEBIRD_ACCESS_KEY"].startswith("test_")
    assert len(lines) == 11


def test_one_connection_serves_many_requests_quickly(serve: Serve) -> None:
    server = serve()
    with closing(http.client.HTTPConnection("127.0.0.1", server.port)) as connection:
        connection.connect()
        first = connection.sock
        started = time.monotonic()
        for _ in range(100):
            assert over(connection, BALANCE, BIRD).status == 200
        assert connection.sock is first
    assert time.monotonic() - started < 2  # Nagle's algorithm alone would take 4 s


def test_state_lasts_beyond_the_server(serve: Serve, store: Store) -> None:
    assert buy(serve()).status == 201
    assert ask(serve(), "/eztexting/v1/credits", GOOD["eztexting"]).number("totalCredits") == 163
    assert bought(store) == 1


def test_faults_are_posted_listed_and_cleared(serve: Serve) -> None:
    server = serve("messagebird:latency=1ms")
    for body in (
        '{"fault": "messagebird:status=503,times=1"}',
        '{"provider": "messagebird", "status": 502, "times": 1}',
        '["messagebird:status=500,times=1", {"faults": ["messagebird:status=504,times=1"]}]',
        "messagebird:html\neztexting:empty\n",
    ):
        assert _post_faults(server, body).status == 200
    assert [ask(server, BALANCE, BIRD).status for _ in range(5)] == [503, 502, 500, 504, 200]
    listed = _entries(ask(server, "/_faults"), "faults")
    assert [entry["used"] for entry in listed] == [5, 1, 1, 1, 1, 1, 0]
    assert listed[2]["fault"] == "messagebird:status=502,times=1"
    assert ask(server, "/_faults", method="DELETE").json == {"faults": []}
    assert ask(server, BALANCE, BIRD).number("amount") == 103


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("nobody:status=503", "no twin of 'nobody'"),
        ("messagebird:stauts=503", "unknown key 'stauts'"),
        ("messagebird:option=purchase_reply:empty", "no option 'purchase_reply'"),
        ("eztexting:option=balance_lag:soon", "whole number"),
        ("messagebird:grow=5", "no option 'grow'"),
        ('{"fault": ', "Expecting value"),
    ],
)
def test_a_wrong_fault_is_refused_and_nothing_of_it_kept(serve: Serve, body: str, said: str) -> None:
    server = serve()
    refused = _post_faults(server, body)
    assert (refused.status, said in refused.text("error")) == (400, True)
    assert ask(server, "/_faults").json == {"faults": []}


def test_a_wrong_fault_stops_the_start(store: Store) -> None:
    with pytest.raises(ValueError, match="no twin of 'nobody'"):
        SandboxServer(store, [parse("nobody:status=503")])


def test_requests_are_logged_without_their_secrets(serve: Serve) -> None:
    server = serve("messagebird:drop=before,after=1,times=1")
    ask(server, f"{BALANCE}?access_key=test_gshu&a=1", BIRD)
    with pytest.raises(ConnectionResetError):
        ask(server, BALANCE, BIRD)
    buy(server)
    logged = ask(server, "/_requests")
    for secret in (b"test_gshu", b"AccessKey", b"Basic", b"4242"):
        assert secret not in logged.body
    first, second, third = _entries(logged, "requests")
    assert (first["provider"], first["method"], first["path"], first["status"]) == (
        "messagebird",
        "GET",
        "/balance",
        400,
    )
    assert str(first["query"]).startswith("access_key=")
    assert "authorization" in json.dumps(first["headers"])
    assert first["credentials"] == second["credentials"] != third["credentials"]
    assert (second["status"], second["dropped"]) == (None, "before")
    assert (third["status"], third["body_bytes"]) == (201, len(ORDER))
    chosen = ask(server, "/_requests?provider=eztexting&method=POST&path=/v1/credits/purchase")
    assert chosen.number("total") == 1
    assert ask(server, "/_requests", method="DELETE").number("total") == 0


def test_health_and_reset(serve: Serve, store: Store) -> None:
    server = serve()
    assert ask(server, "/_health").json["status"] == "ok"
    buy(server)
    assert ask(server, "/_reset?provider=messagebird", method="POST").status == 200
    assert bought(store) == 1
    assert ask(server, "/_reset", method="POST").status == 200
    assert bought(store) == 0
    assert ask(server, "/_reset").status == 404
    assert ask(server, "/_other").status == 404


@pytest.mark.parametrize("host", ["example.com", "127.evil.example", "192.168.0.1:80", "[", ""])
def test_only_a_loopback_host_is_answered(serve: Serve, host: str) -> None:
    server = serve()
    assert ask(server, "/_faults", {"Host": host}, "POST", "messagebird:html").status in {400, 403}
    assert ask(server, "/_faults").json == {"faults": []}


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.1", "example.com", ""])  # noqa: S104 - refused
def test_it_listens_on_loopback_alone(store: Store, host: str) -> None:
    with pytest.raises(ValueError, match="loopback alone"):
        SandboxServer(store, host=host)


def test_a_taken_port_is_told(serve: Serve, store: Store) -> None:
    port = serve().port
    with pytest.raises(OSError, match=f"cannot listen on 127.0.0.1.*{port}"):
        SandboxServer(store, port=port).start()


def test_a_damaged_state_is_told(tmp_path: Path) -> None:
    (tmp_path / "sandbox.db").write_bytes(b"no database at all, but long enough to be taken for one" * 50)
    server = SandboxServer(Store(tmp_path / "sandbox.db"))
    server.start()
    try:
        answer = ask(server, BALANCE, BIRD)
    finally:
        server.stop()
    assert (answer.status, "sandbox reset" in answer.text("error")) == (500, True)


def test_stopping_waits_for_no_latency_and_no_idle_connection(store: Store) -> None:
    server = SandboxServer(store, [parse("messagebird:latency=30,after=1")])
    server.start()
    with (
        closing(http.client.HTTPConnection("127.0.0.1", server.port)) as idle,
        socket.create_connection(("127.0.0.1", server.port)),
    ):
        over(idle, BALANCE, BIRD)
        waiting = threading.Thread(target=lambda: ask(server, BALANCE, BIRD))
        waiting.start()
        while ask(server, "/_requests").number("total") < 2:
            time.sleep(0.01)
        started = time.monotonic()
        server.stop()
        server.stop()
        waiting.join()
    assert time.monotonic() - started < 5


_SERVE = """
import sys
from pathlib import Path
from smsacct.sandbox.faults import parse
from smsacct.sandbox.server import SandboxServer
from smsacct.sandbox.store import Store
server = SandboxServer(Store(Path(sys.argv[1])), [parse("messagebird:drop=middle,times=1")])
server.start()
print(server.port, flush=True)
try:
    server.serve()
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


def test_nothing_is_said_on_stderr(tmp_path: Path) -> None:
    command = [sys.executable, "-X", "dev", "-W", "error", "-c", _SERVE, str(tmp_path / "sandbox.db")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        port = int(process.stdout.readline())
        with closing(http.client.HTTPConnection("127.0.0.1", port)) as connection:
            with suppress(http.client.IncompleteRead, ConnectionResetError):
                over(connection, BALANCE, BIRD)
            connection.close()
            assert over(connection, BALANCE, BIRD).status == 200
            _hang_up(port, b"GET /messagebird/balance HTTP/1.1\r\nHost: lo")
            _hang_up(port, b"GET /_health HTTP/1.1\r\nHost: localhost\r\n\r\n")
            os.kill(process.pid, signal.SIGINT)
            out, errors = process.communicate(timeout=20)
    assert (out, errors, process.returncode) == ("interrupted\n", "", 0)


def _hang_up(port: int, sent: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(sent)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
