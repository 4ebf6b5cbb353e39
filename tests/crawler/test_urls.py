"""One page has one identity, however its address was written, and two pages never share one."""

from urllib.parse import urlsplit

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from crawler.urls import absolute, canonical, canonical_of, is_address, is_web, key, registrable

PAGE = "https://blatt.example.com/2026/03/bericht"

hosts = st.one_of(
    st.from_regex(r"(www\.|m\.|amp\.|mobile\.|touch\.|M\.){0,3}[a-z]{1,8}\.(com|co\.uk|github\.io|рф)", fullmatch=True),
    st.sampled_from(
        ["localhost", "127.0.0.1", "[2001:db8::1]", "пример.рф", "xn--e1afmkfd.xn--p1ai", "BÜCHER.de", "m.de"]
    ),
)
ports = st.sampled_from(["", ":80", ":443", ":8080", ":"])
paths = st.lists(
    st.one_of(
        st.sampled_from(
            ["amp", "AMP", "a.amp", "a.amp.html", "..", ".", "", "%7e", "%2F", "%61", "путь", "a b", "%", "%zz"]
        ),
        st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=6),
    ),
    max_size=5,
).map(lambda parts: "".join(f"/{part}" for part in parts))
queries = st.lists(
    st.tuples(
        st.sampled_from(["", "a", "b", "id", "utm_source", "fbclid", "amp", "outputType", "q", "б"]),
        st.sampled_from(["", "1", "amp", "%EF%F0", "a b", "a+b", "%26", "=", "ж", "x;y"]),
    ),
    max_size=4,
).map(lambda pairs: "?" + "&".join(f"{name}={value}" for name, value in pairs) if pairs else "")
fragments = st.sampled_from(["", "#", "#top", "#a?b", "#!/x"])
messy = st.builds(
    lambda scheme, host, port, path, query, fragment: f"{scheme}://{host}{port}{path}{query}{fragment}",
    st.sampled_from(["http", "https", "HTTP", "Https"]), hosts, ports, paths, queries, fragments,
)  # fmt: skip


@given(messy)
@settings(max_examples=400)
@example("https://m.m.de.com/amp/amp/x")
@example("http://a.com/a.amp.amp.html?amp")
def test_canonical_of_a_canonical_address_is_itself(url: str) -> None:
    assume(is_web(url))
    once = canonical(url)
    assert canonical(once) == once
    assert is_web(once)
    assert "#" not in once


@given(messy)
@settings(max_examples=200)
def test_the_key_of_an_address_is_that_of_its_canonical_form(url: str) -> None:
    assume(is_web(url))
    assert key(url) == key(canonical(url))
    assert not key(url).startswith(("http://", "https://", "/"))


@given(messy, st.sampled_from(["utm_source=x", "fbclid=1", "yclid=2", "at_medium=rss"]))
@settings(max_examples=200)
def test_a_tracker_a_fragment_and_the_scheme_never_change_the_key(url: str, tracker: str) -> None:
    assume(is_web(url))
    bare = url.partition("#")[0]
    tracked = f"{bare}{'&' if '?' in bare else '?'}{tracker}#part"
    assert key(tracked) == key(url)
    parts = urlsplit(url)
    if parts.port is None:
        other = "https" if parts.scheme == "http" else "http"
        assert key(f"{other}:{url.partition(':')[2]}") == key(url)


@pytest.mark.parametrize(
    "other",
    [
        "http://blatt.example.com/2026/03/bericht",
        "HTTPS://BLATT.Example.com:443/2026/03/bericht",
        "http://www.blatt.example.com:80/2026/03/bericht",
        "https://blatt.example.com/2026/03/bericht/",
        "https://blatt.example.com/2026/03/bericht#kommentare",
        "https://blatt.example.com/2026/03/bericht?utm_source=rss&utm_campaign=x&fbclid=1",
        "https://blatt.example.com/2026/03/bericht?at_medium=RSS&xtor=RSS-1&ref=rss",
        "https://blatt.example.com/2026/03/x/../bericht",
        "https://blatt.example.com/2026/03/%62ericht",
        "https://user:secret@blatt.example.com/2026/03/bericht",
        "https://m.blatt.example.com/2026/03/bericht",
        "https://mobile.blatt.example.com/2026/03/bericht",
        "https://amp.blatt.example.com/2026/03/bericht",
        "https://blatt.example.com/2026/03/bericht/amp",
        "https://blatt.example.com/2026/03/bericht/amp/",
        "https://blatt.example.com/amp/2026/03/bericht",
        "https://blatt.example.com/2026/03/bericht.amp",
        "https://blatt.example.com/2026/03/bericht?amp",
        "https://blatt.example.com/2026/03/bericht?amp=1",
        "https://blatt.example.com/2026/03/bericht?outputType=amp",
    ],
)
def test_forms_of_one_address_have_one_key(other: str) -> None:
    assert key(other) == key(PAGE) == "blatt.example.com/2026/03/bericht"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://a.com/news", "https://a.com/"),
        ("https://a.com/news/", "https://a.com/news/x"),
        ("https://a.com/?id=1", "https://a.com/?id=2"),
        ("https://a.com/?q=%EF%F0", "https://a.com/?q=%E8%F1"),  # two words in windows-1251
        ("https://a.com/?x=1&x=2", "https://a.com/?x=2"),
        ("https://a.com/lamp", "https://a.com/l"),
        ("https://a.com/amplify", "https://a.com/lify"),
        ("https://a.com/camp/x", "https://a.com/x"),
        ("https://a.com/a%2Fb", "https://a.com/a/b"),
        ("https://a.com/A", "https://a.com/a"),
        ("https://a.com:8080/x", "https://a.com/x"),
        ("https://news.a.com/x", "https://a.com/x"),
        ("https://m.com/x", "https://com/x"),
        ("https://a.com/?reference=1", "https://a.com/"),
    ],
)
def test_different_pages_keep_different_keys(one: str, other: str) -> None:
    assert key(one) != key(other)


def test_canonical_keeps_the_publishers_own_scheme_and_www_and_slash() -> None:
    assert canonical("http://www.a.com/x/?b=2&a=1#y") == "http://www.a.com/x/?a=1&b=2"


@given(messy, st.sampled_from(["/", "", "https://a.com/", "https://a.com", "//a.com/"]))
@settings(max_examples=200)
def test_a_page_never_becomes_the_home_page(url: str, declared: str) -> None:
    assume(is_web(url))
    page = f"https://a.com/news{urlsplit(url).path}"
    assume(is_web(page) and urlsplit(canonical(page)).path.strip("/"))
    told = canonical_of(page, declared)
    assert told == canonical(page)
    assert urlsplit(told).path.strip("/")


def test_a_home_page_may_declare_itself() -> None:
    assert canonical_of("https://a.com/", "https://www.a.com/?utm_source=x") == "https://www.a.com/"


@pytest.mark.parametrize(
    ("url", "declared", "wanted"),
    [
        (PAGE, "https://www.example.com/other?utm_source=x", "https://www.example.com/other"),
        (PAGE, "/other", "https://blatt.example.com/other"),
        (PAGE, "", PAGE),
        (PAGE, "   ", PAGE),
        (PAGE, "https://else.com/2026/03/bericht", PAGE),
        (PAGE, "https://example.com.evil.net/x", PAGE),
        (PAGE, "javascript:alert(1)", PAGE),
        (PAGE, "http://[broken/x", PAGE),
        ("https://one.github.io/x", "https://two.github.io/x", "https://one.github.io/x"),
        ("https://one.co.uk/x", "https://two.co.uk/x", "https://one.co.uk/x"),
        ("http://127.1.2.3:8000/x", "http://127.1.2.3:9000/x", "http://127.1.2.3:8000/x"),
        ("http://127.1.2.3:8000/x", "http://127.1.2.3:8000/y", "http://127.1.2.3:8000/y"),
        ("http://127.1.2.3/x", "http://127.1.2.4/x", "http://127.1.2.3/x"),
    ],
)
def test_a_declared_address_counts_only_within_the_same_registrable_domain(
    url: str, declared: str, wanted: str
) -> None:
    assert canonical_of(url, declared) == wanted


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("http://[2001:DB8::1]:80/x", "http://[2001:db8::1]/x"),
        ("https://[2001:db8::1]:8443/x", "https://[2001:db8::1]:8443/x"),
        ("https://a.com:443/x", "https://a.com/x"),
        ("http://a.com:443/x", "http://a.com:443/x"),
        ("http://a.com:/x", "http://a.com/x"),
        ("http://пример.рф/путь", "http://xn--e1afmkfd.xn--p1ai/%D0%BF%D1%83%D1%82%D1%8C"),
        ("http://xn--e1afmkfd.xn--p1ai/", "http://xn--e1afmkfd.xn--p1ai/"),
        ("https://m.de/x", "https://m.de/x"),
    ],
)
def test_ports_ipv6_and_international_names_have_one_form(url: str, wanted: str) -> None:
    assert canonical(url) == wanted


NO_WEB = [
    "", "a.com/x", "/x", "//a.com/x", "ftp://a.com/x", "javascript:alert(1)", "mailto:a@a.com", "data:text/html,x",
    "file:///etc/passwd", "http://", "https:///x", "http://a.com:99999/", "http://a.com:0/", "http://a.com:x/",
    "http://[::1/x", "tel:+7", "tg://resolve?domain=x",
]  # fmt: skip


@pytest.mark.parametrize("url", NO_WEB)
def test_what_is_no_http_address_is_refused(url: str) -> None:
    assert not is_web(url)
    with pytest.raises(ValueError, match="no http or https address"):
        canonical(url)
    with pytest.raises(ValueError, match="no http or https address"):
        key(url)


@pytest.mark.parametrize(
    ("link", "wanted"),
    [
        ("x", "https://a.com/news/x"),
        ("/x", "https://a.com/x"),
        ("//b.com/x", "https://b.com/x"),
        (" https://b.com/x\n", "https://b.com/x"),
        ("?page=2", "https://a.com/news/?page=2"),
        ("javascript:void(0)", ""),
        ("mailto:x@a.com", ""),
        ("http://[broken", ""),
    ],
)
def test_a_link_is_read_where_it_stands(link: str, wanted: str) -> None:
    assert absolute("https://a.com/news/", link) == wanted


@pytest.mark.parametrize(
    ("host", "wanted"),
    [
        ("www.bbc.co.uk", "bbc.co.uk"),
        ("a.b.example.com.", "example.com"),
        ("one.github.io", "one.github.io"),
        ("localhost", "localhost"),
        ("127.0.0.1", "127.0.0.1"),
        ("2001:db8::1", "2001:db8::1"),
        ("co.uk", "co.uk"),
    ],
)
def test_the_registrable_domain_follows_the_public_suffix_list(host: str, wanted: str) -> None:
    assert registrable(host) == wanted


def test_an_address_is_told_from_a_name() -> None:
    assert is_address("10.0.0.1")
    assert is_address("[::1]")
    assert not is_address("10.example")
