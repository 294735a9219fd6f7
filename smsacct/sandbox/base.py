"""What every twin shares: a strict WSGI application with a table of routes, options and error shapes."""

import base64
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, ClassVar, NamedTuple, TypeVar
from urllib.parse import parse_qsl

from smsacct.sandbox.jsontext import JSON, dumps, loads
from smsacct.sandbox.store import State, Store, table

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

MAX_BODY_BYTES = 1024 * 1024

_ROUTE = "sandbox_route"


def utc_now() -> datetime:
    """Give the time, in UTC."""
    return datetime.now(UTC)


class RefusalError(Exception):
    """A request that the vendor would refuse: HTTP status, what is wrong, the vendor's own code if any."""

    def __init__(self, status: int, problem: str, code: str = "") -> None:
        super().__init__(problem)
        self.status = status
        self.problem = problem
        self.code = code


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP reply: status, the body's bytes, and headers (Content-Length is added when it is sent)."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def line(self) -> str:
        """The status with its phrase, as WSGI wants it."""
        return f"{self.status} {phrase(self.status)}"


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request as a twin sees it; header names in lower case, `url` as the client wrote it."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    url: str
    options: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, environ: "WSGIEnvironment", options: Mapping[str, str] | None = None) -> "Request":
        """Read a request from WSGI; options override those of the twin for this request alone."""
        return cls(
            method=str(environ["REQUEST_METHOD"]),
            path=str(environ.get("PATH_INFO", "")),
            query=str(environ.get("QUERY_STRING", "")),
            headers=_headers(environ),
            body=_body(environ),
            url=_url(environ),
            options=options or {},
        )

    def parameters(self, *allowed: str) -> dict[str, str]:
        """Give the query's parameters. Raises RefusalError (400) for an unknown or repeated one."""
        pairs = parse_qsl(self.query, keep_blank_values=True)
        given = dict(pairs)
        for name in given.keys() - set(allowed):
            raise RefusalError(400, f"unknown query parameter: {name}")
        if len(given) != len(pairs):
            raise RefusalError(400, "a query parameter stands twice")
        return given

    def json(self, *allowed: str) -> dict[str, JSON]:
        """Give the body's JSON object. Raises RefusalError (415 for another content type, else 400)."""
        kind, _, parameter = self.headers.get("content-type", "").partition(";")
        if kind.strip().lower() != "application/json" or parameter.strip().lower() not in {
            "",
            "charset=utf-8",
        }:
            raise RefusalError(415, "the body must be sent as application/json")
        try:
            value = loads(self.body)
        except ValueError:
            raise RefusalError(400, "the body is not valid JSON") from None
        if not isinstance(value, dict):
            raise RefusalError(400, "the body must be a JSON object")
        for name in value.keys() - set(allowed):
            raise RefusalError(400, f"unknown field: {name}")
        return value


class Route(NamedTuple):
    """Which request a handler answers, and whether it needs credentials."""

    method: str
    path: str
    public: bool


Handler = TypeVar("Handler", bound=Callable[..., Reply])


def route(method: str, path: str, *, public: bool = False) -> Callable[[Handler], Handler]:
    """Enter a method of a twin in its table of routes; `public` ones need no credentials."""

    def enter(handler: Handler) -> Handler:
        setattr(handler, _ROUTE, Route(method, path, public))
        return handler

    return enter


class Twin:
    """One emulated provider: a WSGI application.

    A subclass declares the class attributes and writes one method for each route, `authenticate` and
    `error`. State: `self.read()` and `with self.change() as state`; the state's member `options` holds
    settings by name.
    """

    id: ClassVar[str]
    """The provider's id."""
    credentials: ClassVar[Mapping[str, Mapping[str, str]]]
    """The credentials it takes, by auth method and field: the samples that its document prints."""
    options: ClassVar[Mapping[str, str]] = {}
    """What can be set, with the defaults; the module's docstring explains each."""
    code_statuses: ClassVar[Mapping[str, int]] = {}
    """The HTTP status that goes with each of the vendor's own codes."""
    content_type: ClassVar[str] = "application/json"

    _routes: ClassVar[Mapping[str, Mapping[str, tuple[str, Route]]]] = {}

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        routes: dict[str, dict[str, tuple[str, Route]]] = {}
        for name in dir(cls):
            entry = getattr(getattr(cls, name), _ROUTE, None)
            if isinstance(entry, Route):
                routes.setdefault(entry.path, {})[entry.method] = (name, entry)
        cls._routes = routes

    def __init__(self, store: Store, clock: Callable[[], datetime] = utc_now) -> None:
        self.store = store
        self.clock = clock

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one WSGI request."""
        request = Request.read(environ)
        return send(self.answer(request), request.method, start_response)

    def answer(self, request: Request) -> Reply:
        """Answer one request; whatever the vendor would refuse comes back in its own error shape."""
        try:
            return self._dispatch(request)
        except RefusalError as refusal:
            return self.error(refusal.status, refusal.problem, refusal.code)

    def authenticate(self, request: Request) -> None:
        """Check the credentials of a request. Raises RefusalError."""
        raise NotImplementedError

    def error(self, status: int, problem: str, code: str = "") -> Reply:
        """Give the vendor's error reply for a status, and for a code of its own where it has codes."""
        raise NotImplementedError

    def failure(self, status: int | None, code: str = "") -> Reply:
        """Give what the vendor answers when it fails with a status, a code of its own, or both."""
        status = status or self.code_statuses.get(code, 400)
        if status < 400 and not code:  # redirects and 304 have no body to shape
            return self.text(status, "")
        return self.error(status, phrase(status), code)

    def json(self, status: int, value: JSON, *headers: tuple[str, str]) -> Reply:
        """Give a JSON reply, with the vendor's content type."""
        return self.text(status, dumps(value), *headers)

    def text(self, status: int, body: str, *headers: tuple[str, str]) -> Reply:
        """Give a reply whose body is JSON text already."""
        return Reply(status, body.encode(), (("Content-Type", self.content_type), *headers))

    def read(self) -> State:
        """Give a copy of this provider's state."""
        return self.store.read(self.id)

    def change(self) -> AbstractContextManager[State]:
        """Give this provider's state to change, saved when the block ends well."""
        return self.store.transaction(self.id)

    def option(self, name: str, request: Request, state: State) -> str:
        """Give a setting: the request's, else the state's, else the default. KeyError for an unknown one."""
        if name in request.options:
            return request.options[name]
        value = table(state, "options").get(name, self.options[name])
        return value if isinstance(value, str) else dumps(value)

    def _dispatch(self, request: Request) -> Reply:
        methods = self._routes.get(request.path)
        if methods is None:
            raise RefusalError(404, "no such resource")
        if request.method not in methods:
            refused = self.error(405, "method not allowed")
            return Reply(
                refused.status, refused.body, (*refused.headers, ("Allow", ", ".join(sorted(methods))))
            )
        name, entry = methods[request.method]
        if not entry.public:
            self.authenticate(request)
        if request.method == "GET" and request.body:
            raise RefusalError(400, "a GET request takes no body")
        reply: Reply = getattr(self, name)(request)
        return reply


def send(reply: Reply, method: str, start_response: "StartResponse") -> list[bytes]:
    """Start a WSGI response and give its body, none for HEAD."""
    bare = reply.status in {204, 304}
    length = [] if bare else [("Content-Length", str(len(reply.body)))]
    start_response(reply.line, [*reply.headers, *length])
    return [] if bare or method == "HEAD" else [reply.body]


def phrase(status: int) -> str:
    """Give the usual phrase for an HTTP status, also for one that has none."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


def basic_login(header: str) -> str | None:
    """Give the `username:password` of an Authorization header with the Basic scheme, None for any other."""
    scheme, _, encoded = header.partition(" ")
    try:
        login = base64.b64decode(encoded, validate=True).decode()
    except ValueError:
        return None
    return login if scheme.lower() == "basic" else None


def whole(text: str) -> int | None:
    """Read a plain positive integer of ASCII digits, None for anything else."""
    return int(text) if re.fullmatch(r"[1-9][0-9]{0,17}", text) else None


def _headers(environ: "WSGIEnvironment") -> dict[str, str]:
    headers = {
        name[5:].replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if environ.get(name):
            headers[name.replace("_", "-").lower()] = environ[name]
    return headers


def _body(environ: "WSGIEnvironment") -> bytes:
    length = environ.get("CONTENT_LENGTH")
    if length:
        size = min(int(length), MAX_BODY_BYTES) if length.isdecimal() else 0
    else:
        size = MAX_BODY_BYTES if environ.get("wsgi.input_terminated") else 0
    return bytes(environ["wsgi.input"].read(size)) if size else b""


def _url(environ: "WSGIEnvironment") -> str:
    host = environ.get("HTTP_HOST") or f"{environ['SERVER_NAME']}:{environ['SERVER_PORT']}"
    query = environ.get("QUERY_STRING")
    path = f"{environ.get('SCRIPT_NAME', '')}{environ.get('PATH_INFO', '')}"
    return f"{environ['wsgi.url_scheme']}://{host}{path}{'?' + query if query else ''}"
