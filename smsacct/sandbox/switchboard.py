"""The sandbox as one WSGI application: each provider under its id, faults, a log of requests, controls.

Controls: `GET /_health`; `GET`, `POST`, `DELETE /_faults`; `GET` (with `provider`, `method`, `path` to
choose) and `DELETE /_requests`; `POST /_reset` (state only; `?provider=ID` for one). Only a loopback Host
is answered.
"""

import errno
import hashlib
import hmac
import ipaddress
import itertools
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit

from smsacct.sandbox.base import Reply, Request, Twin, send
from smsacct.sandbox.catalogue import UnknownTwinError, load_twin, twin_ids
from smsacct.sandbox.faults import Fault, Faults, parse_body
from smsacct.sandbox.jsontext import JSON, dumps
from smsacct.sandbox.spoil import faulty
from smsacct.sandbox.store import Store, StoreError

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

RESET = "smsacct.sandbox.reset"
"""The environ key under which a server leaves a callable that makes the connection end in a reset."""

_LOGGED = 10_000
_SECRET_HEADERS = ("authorization", "key", "token", "cookie", "secret")
_SECRET_PARAMETERS = ("key", "token", "secret", "password", "username", "signature")


class Switchboard:
    """The WSGI application behind `smsacct sandbox serve`.

    sleep: waits a fault's latency, in seconds. Raises ValueError where a fault names an unknown provider or
    option.
    """

    def __init__(
        self, store: Store, faults: Sequence[Fault] = (), sleep: Callable[[float], object] = time.sleep
    ) -> None:
        self.store = store
        self._faults = Faults()
        self._sleep = sleep
        self._twins: dict[str, Twin] = {}
        self._requests: deque[dict[str, JSON]] = deque(maxlen=_LOGGED)
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._digest_key = secrets.token_bytes(16)
        self.add_faults(faults)

    def add_faults(self, faults: Sequence[Fault]) -> None:
        """Put faults in force. Raises ValueError where one names an unknown provider or option."""
        for fault in faults:
            self._check(fault)
        self._faults.add(faults)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one WSGI request."""
        path = str(environ.get("PATH_INFO", ""))
        _, _, rest = path.partition("/")
        first, separator, inner = rest.partition("/")
        if not _names_loopback(environ.get("HTTP_HOST", "localhost")):
            return _control(environ, start_response, 403, {"error": "the sandbox answers on loopback alone"})
        if first.startswith("_") and not separator:
            return _control(environ, start_response, *self._controls(first, environ))
        try:
            twin = self._twin(first)
        except UnknownTwinError as unknown:
            return _control(environ, start_response, 404, {"error": str(unknown)})
        inside = {**environ, "SCRIPT_NAME": f"/{first}", "PATH_INFO": f"{separator}{inner}"}
        try:
            return self._provider(twin, inside, start_response)
        except StoreError as error:
            return _control(environ, start_response, 500, {"error": str(error)})

    def _provider(
        self, twin: Twin, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        fault = self._faults.choose(twin.id, environ["REQUEST_METHOD"], environ["PATH_INFO"])
        request = Request.read(environ, dict(fault.options))
        entry = self._log(twin.id, request)
        dropped = fault.drop in {"request", "before"}
        reply = None
        if fault.drop != "request":
            reply = faulty(twin, request, fault)
        if fault.latency:
            self._sleep(fault.latency)
        if dropped or reply is None:
            entry["dropped"] = fault.drop
            environ.get(RESET, _nothing)()
            raise ConnectionResetError(errno.ECONNRESET, "dropped, as the fault says")
        entry["status"] = reply.status
        body = send(reply, request.method, start_response)
        if fault.drop:
            entry["dropped"] = fault.drop
            return _cut(body, fault.drop, environ.get(RESET, _nothing))
        return body

    def _twin(self, provider_id: str) -> Twin:
        twin = self._twins.get(provider_id)
        if twin is None:
            twin = self._twins.setdefault(provider_id, load_twin(provider_id)(self.store))
        return twin

    def _check(self, fault: Fault) -> None:
        try:
            options = self._twin(fault.provider).options
        except UnknownTwinError as unknown:
            raise ValueError(str(unknown)) from None
        for name, value in fault.options:
            if name not in options:
                known = ", ".join(options) or "none"
                raise ValueError(f"{fault.provider} has no option {name!r} in the sandbox; it has: {known}")
            if options[name].isdecimal() and not value.isdecimal():
                raise ValueError(f"the option {name} of {fault.provider} is a whole number, not {value!r}")

    def _controls(self, name: str, environ: "WSGIEnvironment") -> tuple[int, JSON]:
        control = {
            "GET _health": self._health,
            "GET _faults": self._list_faults,
            "POST _faults": self._post_faults,
            "DELETE _faults": self._clear_faults,
            "GET _requests": self._list_requests,
            "DELETE _requests": self._clear_requests,
            "POST _reset": self._reset,
        }.get(f"{environ['REQUEST_METHOD']} {name}")
        if control is None:
            return 404, {"error": "no such control; see /_health, /_faults, /_requests, /_reset"}
        try:
            return 200, control(Request.read(environ))
        except (ValueError, StoreError) as error:
            return 400, {"error": str(error)}

    def _health(self, _request: Request) -> JSON:
        return {"status": "ok", "providers": [*twin_ids()]}

    def _list_faults(self, _request: Request) -> JSON:
        return {"faults": self._faults.listing()}

    def _post_faults(self, request: Request) -> JSON:
        self.add_faults(parse_body(request.body.decode()))
        return self._list_faults(request)

    def _clear_faults(self, request: Request) -> JSON:
        self._faults.clear()
        return self._list_faults(request)

    def _list_requests(self, request: Request) -> JSON:
        wanted = dict(parse_qsl(request.query))
        with self._lock:
            entries = [dict(entry) for entry in self._requests]
        chosen = [entry for entry in entries if all(entry.get(key) == value for key, value in wanted.items())]
        return {"total": len(chosen), "requests": [*chosen]}

    def _clear_requests(self, request: Request) -> JSON:
        with self._lock:
            self._requests.clear()
        return self._list_requests(request)

    def _reset(self, request: Request) -> JSON:
        self.store.reset(dict(parse_qsl(request.query)).get("provider"))
        return {"status": "ok"}

    def _log(self, provider_id: str, request: Request) -> dict[str, JSON]:
        headers = request.headers
        secret = [name for name in headers if any(word in name for word in _SECRET_HEADERS)]
        entry: dict[str, JSON] = {
            "number": next(self._numbers),
            "provider": provider_id,
            "method": request.method,
            "path": request.path,
            "query": self._query(request.query),
            "headers": [*sorted(headers)],
            "credentials": {name: self._digest(headers[name]) for name in secret},
            "body_bytes": len(request.body),
            "status": None,
            "dropped": None,
        }
        with self._lock:
            self._requests.append(entry)
        return entry

    def _query(self, query: str) -> str:
        pairs = parse_qsl(query, keep_blank_values=True)
        if not any(word in name.lower() for name, _ in pairs for word in _SECRET_PARAMETERS):
            return query
        return urlencode([(name, self._digest(value)) for name, value in pairs])

    def _digest(self, value: str) -> str:
        # Keyed, with a key of this run alone: equal values can be told, none can be guessed from the log.
        return hmac.new(self._digest_key, value.encode(), hashlib.sha256).hexdigest()[:16]


def _control(
    environ: "WSGIEnvironment", start_response: "StartResponse", status: int, value: JSON
) -> Iterable[bytes]:
    reply = Reply(status, dumps(value).encode(), (("Content-Type", "application/json"),))
    return send(reply, environ["REQUEST_METHOD"], start_response)


def _cut(body: list[bytes], drop: str, reset: Callable[[], None]) -> Iterator[bytes]:
    whole = b"".join(body)
    if drop == "after":
        yield whole
    else:
        yield whole[: len(whole) // 2]
        reset()
    raise ConnectionResetError(errno.ECONNRESET, "dropped, as the fault says")


def _names_loopback(header: str) -> bool:
    try:
        return is_loopback(urlsplit(f"//{header}").hostname or "")
    except ValueError:
        return False


def is_loopback(host: str) -> bool:
    """Whether a name or an address is this machine alone."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _nothing() -> None:
    """Stand in for a reset where there is no socket."""
