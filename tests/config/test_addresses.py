"""`url`, `urls` and `proxy` of a source: what is right is read, what is wrong is said with its line, never a secret."""

import jsonschema
import pytest

from monitor.config.sources import load_sources, sources_schema
from monitor.errors import ConfigError

SECRET = "s3cret-word"


@pytest.fixture
def load(tmp_path):
    def read(lines, environment=None):
        path = tmp_path / "sources.yaml"
        body = "".join(f"    {line}\n" for line in lines)
        path.write_text(f"version: 1\nsources:\n  - id: a\n    kind: feed\n{body}", encoding="utf-8")
        return load_sources(path, environment or {})[0]

    return read


def problems(load, lines, environment=None):
    with pytest.raises(ConfigError) as caught:
        load(lines, environment)
    return [(problem.line, problem.message) for problem in caught.value.problems], caught.value


def test_the_first_of_urls_is_the_url(load):
    source = load(["urls: [https://a.test/f, https://b.test/f]"])
    assert source.url == "https://a.test/f"
    assert source.addresses == ("https://a.test/f", "https://b.test/f")
    assert load(["url: https://a.test/f"]).addresses == ("https://a.test/f",)


@pytest.mark.parametrize(
    ("lines", "line", "message"),
    [
        (["url: https://a.test/", "urls: [https://b.test/]"], 5, "a source has either url or urls"),
        (["name: A"], 3, "missing key 'url'"),
        (["urls: []"], 3, "missing key 'url'"),
        (["urls:", "  - https://a.test/", "  - ftp://b.test/"], 7, "this is no http or https address"),
        (
            ["urls:", "  - https://a.test/", "  - https://b.test/", "  - https://a.test/"],
            8,
            "this address stands here twice",
        ),
        (["urls: [https://a.test/, 'http://u:p@b.test/']"], 5, "this is no http or https address"),
        (["url: gopher://a.test/"], 5, "this is no http or https address"),
    ],
)
def test_what_is_wrong_with_addresses_is_said_with_its_line(load, lines, line, message):
    found, _ = problems(load, lines)
    assert (line, message) in found


@pytest.mark.parametrize(
    "proxy",
    [
        "socks5://127.0.0.1:9050",
        "socks5h://[::1]:9050",
        f"http://reader:{SECRET}@proxy.test:3128",
        "https://proxy.test:443/",
    ],
)
def test_a_proxy_is_read_and_not_shown(load, proxy):
    source = load(["url: https://a.test/", f"proxy: '{proxy}'"])
    assert source.proxy_url == proxy
    assert proxy not in repr(source) + str(source) + source.model_dump_json()


def test_a_proxy_may_stand_in_a_variable_that_may_be_empty(load):
    lines = ["url: https://a.test/", "proxy: ${WAY:-}"]
    assert load(lines).proxy_url == ""
    assert load(lines, {"WAY": "socks5h://127.0.0.1:9050"}).proxy_url == "socks5h://127.0.0.1:9050"


@pytest.mark.parametrize(
    "proxy",
    [
        f"ftp://u:{SECRET}@p.test:21",
        f"http://u:{SECRET}@p.test",
        f"u:{SECRET}@p.test:3128",
        f"http://u:{SECRET}@p.test:99999",
        f"http://u:{SECRET}@:3128",
        f"http://u:{SECRET}@p.test:3128/path",
        f"http://u:{SECRET}@[::1:3128",
        f"socks4://u:{SECRET}@p.test:1080",
        f"http://u:a/{SECRET}@p.test:1080",
    ],
)
@pytest.mark.parametrize("written", [True, False])
def test_what_is_wrong_with_a_proxy_is_said_without_its_password(load, proxy, written):
    lines = ["url: https://a.test/", f"proxy: '{proxy}'" if written else "proxy: ${WAY}"]
    found, error = problems(load, lines, {"WAY": proxy})
    ((line, message),) = found
    assert line == 6
    assert message.startswith("proxy: ")
    shown = str(error) + "".join(problem.drawn() for problem in error.problems)
    assert SECRET not in shown


def test_the_schema_wants_one_of_url_and_urls():
    checker = jsonschema.Draft202012Validator(sources_schema())

    def valid(**keys):
        return checker.is_valid({"version": 1, "sources": [{"id": "a", "kind": "feed", **keys}]})

    assert valid(url="https://a.test/")
    assert valid(urls=["https://a.test/"], proxy="http://p.test:3128")
    assert not valid()
    assert not valid(url="https://a.test/", urls=["https://a.test/"])
