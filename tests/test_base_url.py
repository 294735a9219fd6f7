"""Where credentials may be sent: https anywhere, http on loopback alone, and nothing that can be misread."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from raw_server import client
from smsacct.base_url import checked_base_url, is_loopback
from smsacct.errors import ConfigError


@pytest.mark.parametrize(
    ("url", "checked"),
    [
        ("https://wholesale.agiletelecom.com", "https://wholesale.agiletelecom.com"),
        ("https://wholesale.agiletelecom.com/", "https://wholesale.agiletelecom.com"),
        ("https://a.example/some/prefix/", "https://a.example/some/prefix"),
        ("HTTPS://API.Example:8443/Prefix", "https://api.example:8443/Prefix"),
        ("https://10.0.0.1", "https://10.0.0.1"),
        ("https://[2001:db8::1]:8443/x", "https://[2001:db8::1]:8443/x"),
        ("https://under_score.example", "https://under_score.example"),
        ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example"),
        ("https://xn--a-.example", "https://xn--a-.example"),
        ("http://127.0.0.1:8080/messagebird", "http://127.0.0.1:8080/messagebird"),
        ("http://127.255.3.4", "http://127.255.3.4"),
        ("HTTP://LOCALHOST:1", "http://localhost:1"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("http://[0:0:0:0:0:0:0:1]", "http://[0:0:0:0:0:0:0:1]"),
    ],
)
def test_what_a_base_url_may_be(url: str, checked: str) -> None:
    assert checked_base_url(url, "here") == checked
    with client(checked) as http:
        assert http.origin == checked


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("", "no https URL"),
        ("a.example", "no https URL"),
        ("ftp://a.example", "no https URL"),
        ("https:a.example", "no https URL"),
        ("https:///path", "no https URL"),
        ("https://", "no https URL"),
        ("https://:443", "no https URL"),
        ("https://a.example:0", "no https URL"),
        ("https://a.example:65536", "no URL"),
        ("https://a.example:-1", "no URL"),
        ("https://a.example:x", "no URL"),
        ("https://[::1", "no URL"),
        ("https://[::g]", "no"),
        ("https://[1:2]", "no"),
        ("https://-a.example", "no https URL"),
        ("https://a.example\\@b.example", "user info"),
        ("https://a.example\\b", "no https URL"),
        ("https://a..example/../x", "no https URL"),
        ("https://a.example/x/./y", "no https URL"),
        ("https://a b.example", "no https URL"),
        (" https://a.example", "no https URL"),
        ("https://a.example\n", "no https URL"),
        ("https://a.exa\tmple", "no https URL"),
        ("https://a.example/\x00", "no https URL"),
        ("https://b\u00fccher.example", "no https URL"),
        ("https://a.example/\u202e", "no https URL"),
        (f"https://{'a' * 300}.example", "no https URL"),
        (f"https://a.example/{'a' * 3000}", "no https URL"),
        ("https://someone:planted@a.example", "user info, which may be a secret"),
        ("https://planted@a.example", "user info, which may be a secret"),
        ("https://@a.example", "user info, which may be a secret"),
        ("https://a.example?key=planted", "a query or a fragment"),
        ("https://a.example/x?", "a query or a fragment"),
        ("https://a.example#planted", "a query or a fragment"),
        ("http://a.example", "in the clear to a.example"),
        ("HTTP://a.example", "in the clear to a.example"),
        ("http://10.0.0.1", "in the clear"),
        ("http://128.0.0.1", "in the clear"),
        ("http://127.1", "in the clear"),
        ("http://127.0.0.1.a.example", "in the clear"),
        ("http://127.0.0.256", "in the clear"),
        ("http://0127.0.0.1", "in the clear"),
        ("http://2130706433", "in the clear"),
        ("http://localhost.example", "in the clear"),
        ("http://0.0.0.0", "in the clear"),
        ("http://[::]", "in the clear"),
        ("http://[2001:db8::1]", "in the clear"),
        ("http://[::ffff:10.0.0.1]", "in the clear"),
    ],
)
def test_what_a_base_url_may_not_be(url: str, problem: str) -> None:
    with pytest.raises(ConfigError) as caught:
        checked_base_url(url, "SMSACCT_X_BASE_URL")
    assert caught.value.message.startswith("SMSACCT_X_BASE_URL: base_url ")
    assert problem in caught.value.message
    assert "https://host" in (caught.value.hint or "")
    assert "planted" not in f"{caught.value.message}{caught.value.hint}"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.1.2.3", "::1", "0:0:0:0:0:0:0:1"])
def test_loopback(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["", "::", "127", "127.0.0.1.", "127.0.0.\u0661", "localhost.", "127.0.0", "1::1", ":"]
)
def test_what_is_not_loopback(host: str) -> None:
    assert not is_loopback(host)


WORDS = ["://", "//", "::1", "127.0.0.1", "a.example", "..", "%2e", "443", "65536", "xn--", "localhost"]
PIECES = st.sampled_from([*WORDS, *"h:@/\\?#[].-_*\t \n\u3002\uff0f\u0130"])


@settings(deadline=None, max_examples=400)
@given(st.lists(PIECES, max_size=8), st.sampled_from(["https://", "http://", ""]))
def test_what_is_checked_goes_where_it_says(pieces: list[str], start: str) -> None:
    """The one who checks and the one who connects must read the same host in a URL."""
    try:
        url = checked_base_url(start + "".join(pieces), "here")
    except ConfigError:
        return
    parts = urlsplit(url)
    try:
        with client(url) as http:
            host = http.host
    except ConfigError:  # an address such as 127.0.0.1443, which only the one who connects refuses
        return
    assert host == parts.hostname
    assert parts.scheme == "https" or is_loopback(host)
    assert "@" not in parts.netloc
