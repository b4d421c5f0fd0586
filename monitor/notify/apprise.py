"""Any service that Apprise knows, by its URL: Telegram, Slack, Discord, Matrix, mail, ntfy, Teams and many more.

Apprise parses the URL, knows the protocol of each service and sends. What is sent is written here, in the markup and
within the limits of the service (monitor.notify.services); what came back is seen by monitor.notify.outbound.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from monitor.errors import DeliveryError
from monitor.notify.answers import HOPELESS
from monitor.notify.body import Body, Style, compose_digest, told
from monitor.notify.body import subject as subject_of
from monitor.notify.labels import LABELS, Language
from monitor.notify.markup import TEXT, fit, render
from monitor.notify.masking import Mask
from monitor.notify.outbound import guarded
from monitor.notify.services import UnusableUrl, format_of, instantiate, prepare, quiet, title_room
from monitor.notify.template import TemplateFault, templated
from monitor.notify.words import clip

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    import apprise

    from monitor.models import Delivery
    from monitor.notify.labels import Labels
    from monitor.notify.markup import Markup, Room
    from monitor.notify.outbound import Reply, Rules
    from monitor.notify.services import Format

_MARKUP_REFUSED = frozenset({400, 422})
_PERMANENT_MAIL = 500
_SECOND_TRY = 5.0


@dataclass(frozen=True, slots=True)
class _Failure:
    """Why a message was not taken, in words without secrets."""

    reason: str
    status: int = 0
    permanent: bool = False
    wait: float | None = None


@dataclass(frozen=True, slots=True)
class _Writing:
    """What one attempt says. `faults` collects why a template was not used."""

    labels: Labels
    template: str
    delivery: Delivery
    now: datetime
    plain: bool
    faults: list[str]

    def title(self, markup: Markup, most: int) -> str:
        """One line of at most `most` characters, or nothing. Only the subject of a mail is surely read as mere text."""
        if not most:
            return ""
        if self.delivery.digest:
            said = compose_digest(self.delivery, self.now, self.labels, 0).subject
        else:
            said = subject_of(told(self.delivery)[0], self.labels)
        return clip(said if markup.name == "mail" else TEXT.escape(said), most)

    def text(self, markup: Markup, room: Room, *, titled: bool) -> str:
        """The message in a markup: by the template where there is one and it works, else in the default form."""
        if self.template and not self.plain and not self.delivery.digest:
            (message,) = told(self.delivery)
            try:
                return templated(self.template, message, self.now, self.labels, markup, room=room)
            except TemplateFault as fault:
                self.faults.append(f"the template does not work, the default form is sent: {fault}")
        used = markup.plain if self.plain else markup
        # A headline that stands in the title is not told again, but for mail, whose text is read by itself.
        write = _titleless(used) if titled and used.name == "text" else lambda body: render(body, used)
        return fit(self.delivery, self.now, self.labels, write, room)


class AppriseChannel:
    """One receiver. `fault` is told of what was mended on the way: a broken template, a markup that was refused.

    `answer` is what came back when a message was taken, as far as the protocol has something to say.
    """

    def __init__(
        self, url: str, rules: Rules, *, language: Language, template: str, fault: Callable[[str], None]
    ) -> None:
        self._url = url
        self._rules = rules
        self._labels = LABELS[language]
        self._template = template
        self._fault = fault
        self._masked = Mask(url)
        self.answer = ""

    def send(self, delivery: Delivery, now: datetime) -> None:
        """Send once; where the receiver finds fault with the markup, once more without. Raises DeliveryError."""
        start = time.monotonic()
        failure = self._try(delivery, now, self._rules, plain=False)
        if failure and failure.status in _MARKUP_REFUSED:
            self._fault(f"the receiver refused the markup, plain text follows: {failure.reason}")
            # Both together stay near the deadline of one, since the sender's task has a limit too.
            left = max(_SECOND_TRY, self._rules.deadline - (time.monotonic() - start))
            failure = self._try(delivery, now, replace(self._rules, deadline=left), plain=True)
        if failure:
            raise DeliveryError(failure.reason, permanent=failure.permanent, retry_after=failure.wait)

    def _try(self, delivery: Delivery, now: datetime, rules: Rules, *, plain: bool) -> _Failure | None:
        key = hashlib.sha256(delivery.key.encode()).hexdigest()[:32]
        faults: list[str] = []
        with quiet() as said, guarded(rules, f"{key}@vedette.invalid") as traffic:
            # The plugin lives in there only: what some do when they go away is guarded, and is no part of the answer.
            write = _Writing(self._labels, self._template, delivery, now, plain, faults)
            done, replies = self._with_plugin(write, traffic.replies)
            # What was cut off may look like a whole answer to a plugin.
            late = traffic.late and not traffic.taken
        for fault in faults:
            self._fault(fault)
        if done is True and not traffic.refused and not late:
            self.answer = self._in_words(replies[-1]) if replies else ""
            return None
        bad = [reply for reply in replies if reply.bad] or ([] if traffic.failure or late else replies[-1:])
        if traffic.refused:
            return _Failure(traffic.refused)
        if bad:
            return self._of(bad[-1])
        if late:
            return _Failure(f"no whole answer within {rules.deadline:g} s")
        words = traffic.failure or (done if isinstance(done, str) else "") or (said[-1] if said else "")
        return _Failure(self._masked(words or "the service did not take it"))

    def _with_plugin(self, writing: _Writing, replies: list[Reply]) -> tuple[bool | str, list[Reply]]:
        """Whether the plugin says that it was sent, or the error that it ran into; and the replies until then."""
        try:
            plugin = instantiate(self._url)
            form = format_of(plugin)
            prepare(plugin, writing.delivery)
            title = writing.title(form.markup, title_room(plugin, form))
            shared = bool(getattr(plugin, "overflow_amalgamate_title", False))
            text = writing.text(form.markup, form.room(title, shared=shared), titled=bool(title))
            return _hand_over(plugin, form, title, text), list(replies)
        except UnusableUrl as error:
            return str(error), []
        except Exception as error:  # noqa: BLE001 - 180 plugins by as many authors; one that breaks did not deliver
            return f"the plugin failed: {type(error).__name__}", list(replies)

    def _of(self, reply: Reply) -> _Failure:
        if reply.mail:
            permanent = reply.content and reply.status >= _PERMANENT_MAIL
            return _Failure(self._in_words(reply), permanent=permanent)
        return _Failure(self._in_words(reply), reply.status, reply.status in HOPELESS, reply.wait)

    def _in_words(self, reply: Reply) -> str:
        """What came back, its first words, without secrets."""
        return f"{'SMTP' if reply.mail else 'HTTP'} {reply.status} {self._masked(reply.text)}".rstrip()


def _hand_over(plugin: apprise.NotifyBase, form: Format, title: str, text: str) -> bool:
    if form.direct:
        # Past the conversions, which would take our markup for another one's and bring escaped mentions back.
        return bool(
            plugin.send(body=text, title=title, body_format=form.declared, body_passthrough=False, index=0, total=1)
        )
    return bool(plugin.notify(body=text, title=title, body_format=form.declared))


def _titleless(markup: Markup) -> Callable[[Body], str]:
    def write(body: Body) -> str:
        lines = tuple(line for line in body.lines if not (len(line.runs) == 1 and line.runs[0].style is Style.STRONG))
        return render(Body(body.subject, lines or body.lines), markup)

    return write
