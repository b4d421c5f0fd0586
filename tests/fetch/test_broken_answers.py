"""Servers that are slow on purpose, or that speak HTTP badly: an outcome in time, and no body that is not whole."""

import asyncio
import itertools
import socket
import ssl
import subprocess
import time

import pytest
from support.fetching import get, refused
from support.origin import Answer
from support.raw import RawServer, reset

from monitor.fetch import transport
from monitor.fetch.client import Bounds, opened
from monitor.models import Outcome

SHORT = Bounds(deadline=0.5)
OK = b"HTTP/1.1 200 OK\r\n"


def dripping(start, drop, pause=0.02):
    """Send `start`, then `drop` for ever with pauses."""

    def serve(connection):
        connection.sendall(start)
        while True:
            connection.sendall(drop)
            time.sleep(pause)

    return serve


def silent(connection):
    connection.settimeout(5)
    while connection.recv(65536):
        pass


SLOW = {
    "a body": dripping(OK + b"Content-Length: 100000\r\n\r\n", b"."),
    "chunks": dripping(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n.\r\n"),
    "empty-looking chunks": dripping(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"0"),
    "headers": dripping(OK, b"X: y\r\n"),
    "one header": dripping(OK + b"X: ", b"y"),
    "the status line": dripping(b"HTTP/1.1 200 ", b"O"),
    "interim answers": dripping(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
    "accepts and is silent": silent,
    "trailers": dripping(OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X: y\r\n"),
}


@pytest.mark.parametrize("name", SLOW)
def test_a_slow_server_is_cut_at_the_deadline_and_its_place_is_free(name):
    """Slowloris on body, headers, status line; the total time counts, however often a byte comes."""
    with RawServer(SLOW[name]) as server:
        began = time.monotonic()
        error = refused(server.url, bounds=SHORT)
        seconds = time.monotonic() - began
        assert error.outcome is Outcome.TIMEOUT
        assert seconds < SHORT.deadline + 1
        assert server.closed.wait(2), "the connection must be let go"


def test_a_handshake_that_never_ends_is_cut_at_the_deadline():
    """TLS: the server takes the ClientHello and says nothing, or says it a byte at a time."""
    for serve in (silent, dripping(b"\x16\x03\x03\x40\x00", b"\x00")):
        with RawServer(serve) as server:
            began = time.monotonic()
            outcome = refused(server.url.replace("http:", "https:"), bounds=SHORT).outcome
            assert outcome is Outcome.TIMEOUT
            assert time.monotonic() - began < SHORT.deadline + 1
            assert server.closed.wait(2), "the connection must be let go"


def test_redirects_and_their_pauses_count_together(origin):
    for number in range(5):
        origin.answers[f"/{number}"] = Answer(status=302, headers={"Location": f"/{number + 1}"}, delay=0.2)
    began = time.monotonic()
    assert refused(f"{origin.url}/0", bounds=SHORT).outcome is Outcome.TIMEOUT
    assert time.monotonic() - began < SHORT.deadline + 1


def test_a_name_server_that_never_answers_holds_up_only_its_own_request(origin, monkeypatch):
    """Fifty hanging look-ups, more than a pool of threads has, and one that works; the end waits for none of them."""
    system = socket.getaddrinfo

    def hanging(host, *rest, **more):
        if host.endswith(".hang.test"):
            time.sleep(4)
        return system("127.0.0.1" if host.endswith(".test") else host, *rest, **more)

    monkeypatch.setattr(transport.socket, "getaddrinfo", hanging)
    origin.answers["/"] = Answer(b"here")
    port = origin.url.rsplit(":", 1)[1]

    async def work():
        async with opened("Test/1", Bounds(deadline=1)) as client:
            hung = [client.get(f"http://{n}.hang.test:{port}/", allow_private=True) for n in range(50)]
            good = client.get(f"http://good.test:{port}/", allow_private=True)
            return await asyncio.gather(*hung, good, return_exceptions=True)

    began = time.monotonic()
    *hung, good = asyncio.run(work())
    assert time.monotonic() - began < 2.5
    assert {error.outcome for error in hung} == {Outcome.TIMEOUT}
    assert good.body == b"here"


BROKEN = {
    "a body shorter than its length": OK + b"Content-Length: 10\r\n\r\nshort",
    "chunks without an end": OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n",
    "a chunk cut off": OK + b"Transfer-Encoding: chunked\r\n\r\n50\r\nshort",
    "a chunk of no size": OK + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\nshort\r\n0\r\n\r\n",
    "a chunk of a huge size": OK + b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 40 + b"\r\nshort",
    "headers cut off": OK + b"Content-Type: text/ht",
    "nothing": b"",
    "no HTTP": b"nonsense\r\n\r\n",
    "SSH": b"SSH-2.0-OpenSSH_9.6\r\n",
    "Redis": b"-ERR unknown command\r\n",
    "HTTP/0.9": b"<html>hello</html>",
    "HTTP/2": b"HTTP/2 200 OK\r\n\r\n",
    "a preface of HTTP/2": b"\x00\x00\x12\x04\x00\x00\x00\x00\x00" + bytes(18),
    "a header of 200 KB": OK + b"X: " + b"a" * 200_000 + b"\r\nContent-Length: 2\r\n\r\nok",
    "20,000 headers": OK + b"".join(b"X-%d: y\r\n" % n for n in range(20_000)) + b"Content-Length: 2\r\n\r\nok",
    "a status line of 1 MB": b"HTTP/1.1 200 " + b"O" * 1_000_000 + b"\r\nContent-Length: 2\r\n\r\nok",
    "a NUL in a header": OK + b"X: a\x00b\r\nContent-Length: 2\r\n\r\nok",
    "invalid bytes in the name of a header": OK + b"X\xff y: a\r\nContent-Length: 2\r\n\r\nok",
    "a header without a colon": OK + b"nonsense\r\nContent-Length: 2\r\n\r\nok",
    "two lengths": OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nok!",
    "a length that is no number": OK + b"Content-Length: two\r\n\r\nok",
    "a negative length": OK + b"Content-Length: -2\r\n\r\nok",
    "a length in other digits": OK + "Content-Length: ²\r\n\r\nok".encode(),
    "an unknown transfer coding": OK + b"Transfer-Encoding: gzip\r\n\r\nok",
    "a status that is no number": b"HTTP/1.1 abc OK\r\n\r\n",
    "a status of four digits": b"HTTP/1.1 2000 OK\r\n\r\n",
    "a hundred thousand interim answers": b"HTTP/1.1 103 Early Hints\r\n\r\n" * 100_000,
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_answer_is_a_typed_error_and_no_crash(name):
    with RawServer(BROKEN[name]) as server:
        outcome = refused(server.url).outcome
    assert outcome in {Outcome.PROTOCOL_ERROR, Outcome.UNREACHABLE, Outcome.TOO_LARGE, Outcome.TIMEOUT}


@pytest.mark.parametrize("sent", [b"", OK, OK + b"Content-Length: 10\r\n\r\nfive."], ids=["start", "headers", "body"])
def test_a_reset_is_a_typed_error_wherever_it_comes(sent):
    def serve(connection):
        connection.sendall(sent)
        time.sleep(0.05)
        reset(connection)

    with RawServer(serve) as server:
        assert refused(server.url).outcome in {Outcome.UNREACHABLE, Outcome.PROTOCOL_ERROR}


ODD = {
    "the same length twice": (OK + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\nok", b"ok"),
    "no length, closed": (OK + b"\r\nok", b"ok"),
    "latin-1 in headers": (OK + b'ETag: "\xe9"\r\nX: \xff\xfe\r\nContent-Length: 2\r\n\r\nok', b"ok"),
    "bare line feeds": (b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok", b"ok"),
    "no reason": (b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok", b"ok"),
    "1,000 headers": (OK + b"".join(b"X-%d: y\r\n" % n for n in range(1000)) + b"Content-Length: 2\r\n\r\nok", b"ok"),
    "more bytes than its length": (OK + b"Content-Length: 2\r\n\r\nok and more", b"ok"),
    "interim answers first": (
        b"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n" + OK + b"Content-Length: 2\r\n\r\nok",
        b"ok",
    ),
}


@pytest.mark.parametrize("name", ODD)
def test_an_odd_answer_that_is_whole_is_taken(name):
    answer, body = ODD[name]
    with RawServer(answer) as server:
        assert get(server.url).body == body


def test_a_certificate_that_nobody_vouches_for_is_unreachable(tmp_path):
    """Of the right name even; the handshake ends before a request is sent."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    subprocess.run([*command, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    seen = []

    def serve(connection):
        with context.wrap_socket(connection, server_side=True) as secure:
            seen.append(secure.recv(1000))

    with RawServer(serve, listens_only=True) as server:
        error = refused(server.url.replace("http://127.0.0.1", "https://localhost"))
    assert error.outcome is Outcome.UNREACHABLE
    assert "certificate" in str(error)
    assert b"GET" not in b"".join(seen)


def test_a_hundred_slow_servers_are_left_together():
    """All places are taken by slow servers for one deadline, not for a hundred of them."""
    counter = itertools.count()

    def serve(connection):
        next(counter)
        dripping(OK + b"Content-Length: 100000\r\n\r\n", b".", 0.1)(connection)

    async def work(url):
        async with opened("Test/1", SHORT) as client:
            asked = (client.get(url, allow_private=True) for _ in range(100))
            return await asyncio.gather(*asked, return_exceptions=True)

    with RawServer(serve) as server:
        began = time.monotonic()
        found = asyncio.run(work(server.url))
        assert time.monotonic() - began < SHORT.deadline + 2
    assert {error.outcome for error in found} == {Outcome.TIMEOUT}
