"""A provider that limits the rate is left alone by every thread and profile that asks there."""

import threading
import time

from smsacct.connections import Connections, Endpoint
from smsacct.deadline import Deadline
from smsacct.errors import RateLimitedError
from smsacct.http import Http
from smsacct.providers.auth import nobody
from smsacct.sandbox.faults import parse
from smsacct.sandbox.server import SandboxServer


def opened(shared: Connections) -> Http:
    return Http(
        Endpoint(shared.origin), Deadline(10), tell=lambda _line: None, keep=lambda _body: None, shared=shared
    )


def test_one_that_is_told_to_wait_holds_the_others_back(server: SandboxServer) -> None:
    server.app.add_faults([parse("messagebird:rate_limit=1,times=1")])
    shared = Connections(Endpoint(f"{server.url}/messagebird"))
    ends: list[float] = []

    def ask(http: Http) -> None:
        def sign(_method: str, _url: str) -> dict[str, str]:
            return {"Authorization": "AccessKey test_gshuPaZoeEG6ovbc8M79w0QyM"}

        http.read("/balance", None, sign, lambda reply: RateLimitedError("") if reply.status == 429 else None)
        ends.append(time.monotonic())

    started = time.monotonic()
    limited = threading.Thread(target=ask, args=[opened(shared)])
    limited.start()
    while not shared.held():
        time.sleep(0.01)
    ask(opened(shared))
    limited.join()
    shared.close()
    assert all(end - started >= 0.9 for end in ends)
    asked = server.app._requests
    assert [request["status"] for request in asked] == [429, 200, 200]


def test_a_wait_past_the_deadline_holds_nobody(server: SandboxServer) -> None:
    shared = Connections(Endpoint(f"{server.url}/messagebird"))
    shared.hold(60)
    http = opened(shared)
    http.deadline = Deadline(2)
    started = time.monotonic()
    http.read("/balance", None, nobody, lambda _reply: None)
    shared.close()
    assert time.monotonic() - started < 2
