"""The guard around Apprise: what its plugins do on the network is checked, bounded and written down.

Apprise reports True or False. What came back is seen here instead: at `requests.sessions.Session`, which every HTTP
plugin uses, at the replies of `smtplib`, and at the sockets below, through which everything else goes too. The hooks
stand only while one message is sent, one at a time in a process (a lock sees to it).

- The sending thread is guarded, and every thread that begins meanwhile; those that ran before (the one that keeps the
  sender's lease) go on as ever.
- An address is checked where a name is resolved and again where a socket connects, so a look-up that changes its mind
  gains nothing.
- After the deadline every connection of the message is shut, whatever the plugin waits for.
- Proxies, netrc and certificates of the environment are not used; redirects are not followed; an answer ends at 1 MB.
- A good status counts from when it came: an answer whose body then breaks or does not end was an answer.
- HTTP 429 ends the message: plugins would sleep and try again, and the sender knows better when.
"""

from __future__ import annotations

import json
import re
import smtplib
import socket
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import requests
import requests.sessions

from monitor.notify.masking import LONGEST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_CONNECT_SECONDS = 5.0
_MOST = 1_000_000
_GOOD, _OTHER, _BAD = 200, 300, 400
_TOO_MANY = 429
_INTERNET = (socket.AF_INET, socket.AF_INET6)
_MESSAGE_ID = re.compile(r"^Message-ID:.*$", re.MULTILINE | re.IGNORECASE)
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True, slots=True)
class Rules:
    """What one message may do. `allowed` is asked with all addresses of a host; `wait` reads a Retry-After header."""

    allowed: Callable[[Sequence[str]], bool]
    wait: Callable[[str | None], float | None]
    deadline: float = 20.0


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server said: an HTTP status or an SMTP code, seconds to wait, and the beginning of its text.

    `content` says that it was the message itself that a mail server refused.
    """

    status: int
    text: str
    wait: float | None = None
    mail: bool = False
    content: bool = False

    @property
    def bad(self) -> bool:
        """Whether it is a refusal, or a redirect."""
        return self.status >= (_BAD if self.mail else _OTHER)


@dataclass(slots=True)
class Traffic:
    """What one message did on the network. `taken` says that a good status came, whole and in time."""

    replies: list[Reply] = field(default_factory=list)
    refused: str = ""
    failure: str = ""
    late: bool = False
    taken: bool = False


class _Refused(socket.gaierror):
    """An address that the rules do not allow; an OSError, as the libraries expect of a connection that fails."""


@contextmanager
def guarded(rules: Rules, message_id: str) -> Iterator[Traffic]:
    """Guard everything that the body of the `with` does on the network. `message_id` goes into mails."""
    with _ONE_AT_A_TIME:
        traffic = Traffic()
        line = _Line(rules, traffic)
        timer = threading.Timer(rules.deadline, line.cut)
        timer.daemon = True
        timer.start()
        try:
            with (
                _replaced(socket, "getaddrinfo", line.resolving(socket.getaddrinfo)),
                _replaced(socket.socket, "connect", line.connecting(socket.socket.connect)),
                _replaced(socket.socket, "connect_ex", line.connecting(socket.socket.connect_ex)),
                _replaced(socket.socket, "sendto", line.sending(socket.socket.sendto)),
                _replaced(requests.sessions, "Session", _session(rules, traffic, line)),
                _replaced(smtplib.SMTP, "getreply", _replying(traffic)),
                _replaced(smtplib.SMTP, "data", _taking(traffic)),
                _replaced(smtplib.SMTP, "sendmail", _mailing(traffic, message_id)),
            ):
                yield traffic
        finally:
            timer.cancel()
            line.close()


@contextmanager
def _replaced(owner: Any, name: str, value: Any) -> Iterator[None]:
    own = name in vars(owner)
    before = vars(owner).get(name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        if own:
            setattr(owner, name, before)
        else:
            delattr(owner, name)


class _Line:
    """The sockets of one message."""

    def __init__(self, rules: Rules, traffic: Traffic) -> None:
        self._rules = rules
        self._traffic = traffic
        self._end = time.monotonic() + rules.deadline
        self._open: list[socket.socket] = []
        self._lock = threading.Lock()
        self._others = set(threading.enumerate()) - {threading.current_thread()}

    @property
    def left(self) -> float:
        """Seconds until the deadline, at least a moment."""
        return max(0.01, self._end - time.monotonic())

    def resolving(self, real: Callable[..., Any]) -> Callable[..., Any]:
        """`socket.getaddrinfo`, which refuses a host with a forbidden address among its own."""

        def getaddrinfo(host: Any, *arguments: Any, **options: Any) -> Any:
            if self._is_other():
                return real(host, *arguments, **options)
            try:
                found = real(host, *arguments, **options)
            except (OSError, UnicodeError):
                self._traffic.failure = "the name does not resolve"
                raise
            self._require([str(entry[4][0]) for entry in found if entry[0] in _INTERNET])
            return found

        return getaddrinfo

    def connecting(self, real: Callable[..., Any]) -> Callable[..., Any]:
        """`socket.connect`, which refuses a forbidden address and remembers the connection."""

        def connect(sock: socket.socket, address: Any) -> Any:
            if self._is_other():
                return real(sock, address)
            self._check(sock, address)
            with suppress(OSError, ValueError):
                if sock.gettimeout() is None or sock.gettimeout() > self.left:  # type: ignore[operator]
                    sock.settimeout(self.left)
            try:
                result = real(sock, address)
            except BlockingIOError:
                self._remember(sock)
                raise
            except OSError as error:
                self._traffic.failure = reason(error)
                raise
            self._remember(sock)
            return result

        return connect

    def sending(self, real: Callable[..., Any]) -> Callable[..., Any]:
        """`socket.sendto`, which needs no connection."""

        def sendto(sock: socket.socket, data: Any, *arguments: Any) -> Any:
            if not self._is_other():
                self._check(sock, arguments[-1] if arguments else None)
            return real(sock, data, *arguments)

        return sendto

    def cut(self) -> None:
        """The deadline: shut every connection, so that whoever waits for it goes on."""
        self._traffic.late = True
        with self._lock:
            for sock in self._open:
                with suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Give the remembered sockets back."""
        with self._lock:
            for sock in self._open:
                sock.close()
            self._open.clear()

    def _is_other(self) -> bool:
        return threading.current_thread() in self._others

    def _check(self, sock: socket.socket, address: Any) -> None:
        if self._traffic.late:
            raise TimeoutError("the deadline is over")
        if sock.family in _INTERNET and isinstance(address, tuple):
            self._require([str(address[0])])
        elif address is not None and not self._rules.allowed(["127.0.0.1"]):
            # A socket of this machine is as private as its loopback.
            self._refuse("a socket of this machine")

    def _require(self, addresses: list[str]) -> None:
        try:
            allowed = self._rules.allowed(addresses)
        except ValueError:  # a name where an address is due: it could be resolved to anything
            allowed = False
        if not allowed:
            self._refuse("the receiver")

    def _refuse(self, what: str) -> None:
        self._traffic.refused = f"{what} is not on the public internet (allow_private: true lifts this)"
        raise _Refused(socket.EAI_FAIL, self._traffic.refused)

    def _remember(self, sock: socket.socket) -> None:
        with self._lock, suppress(OSError):
            # A duplicate shuts the connection even when TLS has taken the original over.
            self._open.append(sock.dup())


def _session(rules: Rules, traffic: Traffic, line: _Line) -> type[requests.Session]:
    class GuardedSession(requests.Session):
        """A session without environment and redirects, that writes down what came back."""

        def __init__(self) -> None:
            super().__init__()
            self.trust_env = False

        def request(self, method: Any, url: Any, *arguments: Any, **options: Any) -> requests.Response:
            if any(reply.status == _TOO_MANY for reply in traffic.replies):
                raise requests.RequestException("the receiver has asked for a pause")
            bounds = {
                "timeout": (min(_CONNECT_SECONDS, line.left), line.left),
                "allow_redirects": False,
                "stream": True,
            }
            try:
                response = super().request(method, url, *arguments, **options | bounds)
                traffic.taken = _GOOD <= response.status_code < _OTHER and not traffic.late
                response._content = _content(response, broken=traffic.taken)  # noqa: SLF001 - as requests does itself
            except requests.RequestException as error:
                traffic.failure = traffic.failure or reason(error)
                raise
            reply = _reply(response, rules)
            traffic.replies.append(reply)
            if reply.status == _TOO_MANY:
                raise requests.RequestException("the receiver asks for a pause")
            return response

    return GuardedSession


def _content(response: requests.Response, *, broken: bool) -> bytes:
    """The body, bounded; where `broken` is allowed, what there was until it broke or became too long."""
    content = bytearray()
    try:
        for chunk in response.iter_content(65536):
            content += chunk
            if len(content) > _MOST:
                raise requests.exceptions.ContentDecodingError(f"an answer of more than {_MOST:,} bytes")
    except requests.RequestException:
        if not broken:
            raise
    return bytes(content)


def _reply(response: requests.Response, rules: Rules) -> Reply:
    text = response.content[:LONGEST].decode("utf-8", "replace")
    wait = rules.wait(response.headers.get("Retry-After"))
    if response.status_code >= _BAD:
        asked = [asked for asked in (wait, _wait_inside(response.content)) if asked is not None]
        wait = max(asked, default=None)
    return Reply(response.status_code, text, wait)


def _wait_inside(content: bytes) -> float | None:
    """Seconds to wait as a body says them: Telegram, Discord, Matrix."""
    try:
        body = json.loads(content)
    except ValueError:
        return None
    if not isinstance(body, dict):
        return None
    inside = body.get("parameters")
    for holder, name, unit in ((inside, "retry_after", 1), (body, "retry_after", 1), (body, "retry_after_ms", 1000)):
        value = holder.get(name) if isinstance(holder, dict) else None
        if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0:
            return float(value) / unit
    return None


def _replying(traffic: Traffic) -> Callable[..., tuple[int, bytes]]:
    real = smtplib.SMTP.getreply

    def getreply(self: smtplib.SMTP) -> tuple[int, bytes]:
        code, said = real(self)
        if code >= _BAD:
            traffic.replies.append(Reply(code, said[:LONGEST].decode("utf-8", "replace"), mail=True))
        return code, said

    return getreply


def _taking(traffic: Traffic) -> Callable[..., tuple[int, bytes]]:
    """`SMTP.data`, whose answer says that a mail was taken; refusals are written down as they are read."""
    real = smtplib.SMTP.data

    def data(self: smtplib.SMTP, message: Any) -> tuple[int, bytes]:
        code, said = real(self, message)
        if code < _BAD:
            traffic.replies.append(Reply(code, said[:LONGEST].decode("utf-8", "replace"), mail=True))
        return code, said

    return data


def _mailing(traffic: Traffic, message_id: str) -> Callable[..., Any]:
    real = smtplib.SMTP.sendmail

    def sendmail(self: smtplib.SMTP, sender: str, receivers: Any, message: Any, *rest: Any, **options: Any) -> Any:
        head, blank, body = message.partition("\n\n")
        head = _MESSAGE_ID.sub(lambda _: f"Message-ID: <{message_id}>", head, count=1)
        try:
            return real(self, sender, receivers, head + blank + body, *rest, **options)
        except smtplib.SMTPDataError as error:
            said = error.smtp_error[:LONGEST] if isinstance(error.smtp_error, bytes) else str(error.smtp_error).encode()
            traffic.replies.append(Reply(error.smtp_code, said.decode("utf-8", "replace"), mail=True, content=True))
            raise

    return sendmail


def reason(error: BaseException) -> str:
    """What went wrong in the network, without the address that stood in the error: it may hold a token."""
    seen: BaseException | None = error
    for _ in range(10):
        if isinstance(seen, requests.exceptions.SSLError) and not isinstance(seen.__context__, Exception):
            return "the certificate or the TLS connection is not accepted"
        if isinstance(seen, TimeoutError | requests.Timeout):
            return "no answer in time"
        if isinstance(seen, OSError) and seen.errno and seen.strerror:
            return seen.strerror
        following = seen.__cause__ or seen.__context__ if seen else None
        if following is None:
            break
        seen = following
    return f"the connection failed ({type(error).__name__})"
