"""Pages that stand where content should: challenges, captchas, consent and login walls, orders to block.

A word proves nothing, since articles are written about all of these. What counts is structure: the ids, scripts, forms
and addresses that such pages are made of, or the whole of a title, on a page that shows hardly anything else. Text that
a reader sees is only measured. docs/health.md lists what is recognised.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from lxml import etree

from monitor.errors import BlockedPage
from monitor.extract.decoding import decode

if TYPE_CHECKING:
    from collections.abc import Mapping

# The longest of the block pages known shows 1,800 characters; an error of Cloudflare, with its help for the visitor.
_SMALL = 2500
_FEW_LINKS = 15
# A wall of one of these kinds is drawn by its script: the page itself is next to empty, and carries no data either.
_EMPTY = 300
_MUCH_DATA = 1000
# Block pages are small files; a larger one is looked into only when it has a mark.
_SMALL_FILE = 40_000
_LARGEST = 1_000_000
_MAX_MARKS = 300_000  # characters of attributes and scripts
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_FEED = re.compile(rb"<(?:rss|feed|rdf:rdf|urlset|sitemapindex|opml)[\s>]", re.IGNORECASE)
_MARKUP = re.compile(rb"<(?:!doctype\s+html|html|head|body|title|meta|script|iframe)\b", re.IGNORECASE)
_JSON_CAPTCHA = re.compile(rb'\A\s*\{\s*"url"\s*:\s*"https?:\\?/\\?/[\w.-]*captcha-delivery\.com')

# What stands in ids, classes, addresses and inline scripts of the block pages of each vendor, and not in the scripts
# that the vendor puts into every page it protects.
_VENDORS = {
    "Cloudflare": r"_cf_chl_opt|/orchestrate/(?:chl_page|managed|jsch|captcha)|\bcf-chl-|\bcf-error-details\b"
    r"|\bchallenge-(?:form|running|stage|error-title)\b",
    "DataDome": r"captcha-delivery\.com",
    "HUMAN (PerimeterX)": r"\bpx-captcha\b|captcha\.px-cdn\.net|captcha\.perimeterx\.net|_pxBlockScript|\bpx-block\b",
    "Akamai": r"\bsec-(?:if-)?cpt-(?:container|if)\b|/_sec/cp_challenge|triggerInterstitialChallenge"
    r"|errors\.edgesuite\.net",
    "Imperva": r"_Incapsula_Resource|\bincident_id=",
    "AWS WAF": r"\bgokuProps\b|token\.awswaf\.com|AwsWafIntegration|captcha\.awswaf\.com",
    "Sucuri": r"sucuri_cloudproxy|cloudproxy\.sucuri\.net|\bsucuri-firewall",
    "Kasada": r"\bKPSDK\b",
    "Radware": r"(?:captcha|validate)\.perfdrive\.com",
    "Anubis": r"\banubis_challenge\b|/\.within\.website/x/cmd/anubis",
    "Wordfence": r"\bwf-block(?:ed)?\b|wordfence_lh",
    "DDoS-Guard": r"/\.well-known/ddos-guard/|check\.ddos-guard\.net|\bddg-l10n\b|data-ddg-(?:origin|l10n)",
    "Qrator": r"__qrator/|\bqauth(?:_utm)?(?:_v\d\w*)?\.js\b",
    "Yandex SmartCaptcha": r"\b(?:checkbox|smart)-?captcha-form\b|/showcaptcha|/checkcaptcha|SmartCaptcha-",
    "Google": r"\bcaptcha-form\b|google\.\w+/sorry/",
    "a captcha": r"\b(?:g-recaptcha|h-captcha|cf-turnstile|smart-captcha)\b|recaptcha/(?:api|enterprise)\.js"
    r"|hcaptcha\.com/1/api\.js",
}
_CHALLENGES = re.compile(
    "|".join(f"(?P<v{at}>{pattern})" for at, pattern in enumerate(_VENDORS.values())), re.IGNORECASE
)
# A part of each of them, in lower case: a cheap look at large files, which mostly have none.
_TRACES = tuple(
    b"cf_chl cf-chl /orchestrate/ cf-error- challenge- captcha _pxblock px-block sec-if-cpt sec-cpt /_sec/ "
    b"triggerinterstitial edgesuite.net _incapsula incident_id gokuprops awswaf cloudproxy sucuri kpsdk perfdrive "
    b"anubis wf-block wordfence ddos-guard ddg-l10n data-ddg qrator qauth".split()
)
# A captcha in a form of comments is on many a page; alone on a page, without a paragraph, it is a wall.
_CAPTCHA_ALONE = 800
_PARAGRAPH = 200

_CONSENT = re.compile(
    r"(?P<Didomi>sdk\.privacy-center\.org|didomi-host)|(?P<Sourcepoint>sp_message_container|privacy-mgmt\.com|sourcepoint\.mgr)"
    r"|(?P<OneTrust>cdn\.cookielaw\.org|onetrust-)|(?P<Usercentrics>usercentrics\.eu|usercentrics-root)"
    r"|(?P<consentmanager>consentmanager\.net)|(?P<Quantcast>quantcast\.mgr|qc-cmp)",
    re.IGNORECASE,
)
_CONSENT_PATH = re.compile(
    r"^/(?:[a-z]{2}/)?(?:consent|zustimmung|cookie-?wall|privacy-?(?:wall|gate))/?(?:\.\w+)?$", re.IGNORECASE
)
_RETURN = re.compile(r"(?:^|&)(?:url|return\w*|continue|redirect\w*|target|back|next)=", re.IGNORECASE)
_CONSENT_HOST = re.compile(r"^(?:consent|guce|myprivacy|privacy-?gate|cmp)\.", re.IGNORECASE)
_LOGIN_HOST = re.compile(r"^(?:login|signin|accounts?|auth|sso|passport|id)\.", re.IGNORECASE)
_LOGIN_PATH = re.compile(
    r"/(?:log-?in|sign-?in|auth|authorize|accounts/login|sso|wp-login\.php)(?:/|\.\w+)?$", re.IGNORECASE
)
_SHORT_TITLE = 60
_LOGIN_TITLE = re.compile(r"(?:log ?in|sign ?in|войти|вход|авторизация|увайсці|уваход|увійти|вхід)\b", re.IGNORECASE)
_SCRIPTS_WANTED = re.compile(r"java ?script", re.IGNORECASE)

# The whole of a title. An outlet puts its own name into the titles of its articles.
_TITLES = {
    "Cloudflare": r"just a moment|один момент|хвилинку|un momento|einen moment,? bitte|un instant"
    r"|attention required! \| cloudflare|access denied \| .{1,80} used cloudflare to restrict access",
    "DDoS-Guard": r"ddos-guard",
    "HUMAN (PerimeterX)": r"access to this page has been denied",
    "Imperva": r"pardon our interruption|request unsuccessful\. incapsula incident id.*",
    "Vercel": r"vercel security checkpoint",
    "Sucuri": r"sucuri website firewall.{0,40}",
    "CloudFront": r"error: the request could not be satisfied",
    "F5": r"request rejected",
    "Radware": r"radware (?:bot manager )?captcha",
    "Anubis": r"making sure you(?:'|’|&#39;)re not a bot!?",
    "a captcha": r"captcha|are you (?:a|not a) robot\??|robot or human\??|human verification"
    r"|verify you are (?:a )?human|вы не робот\??|подтвердите,? что вы не робот|капча",
    "a check of the browser": r"проверка (?:вашего )?браузера|проверка безопасности|перевірка (?:вашого )?браузера"
    r"|праверка браўзера|checking your browser.{0,40}|security check(?:point)?|ddos protection by .{1,40}",
    "a refusal": r"access denied|access forbidden|403 forbidden|error 403|403(?: error)?|you have been blocked"
    r"|ip blocked|доступ запрещ[её]н|доступ (?:временно )?заблокирован|доступ заборонено|доступ забаронены",
}
_KNOWN_TITLES = re.compile(
    "|".join(f"(?P<t{at}>(?:{pattern}))" for at, pattern in enumerate(_TITLES.values())), re.IGNORECASE
)
# What states order providers to show: the page says so in its title or headline, and links to the register.
_ORDER = re.compile(
    r"доступ (?:к|до|да) .{0,80}(?:ограничен|заблокирован|запрещ[её]н|обмежен|заборонен|абмежаваны)"
    r"|(?:доступ|сайт|ресурс|страница) (?:ограничен|заблокирован)а?|unavailable for legal reasons|error 451",
    re.IGNORECASE,
)
_REGISTERS = re.compile(
    r"\brkn\.gov\.ru|\b(?:warning|block(?:ed|list)?|zapret|lawfilter|denied|blackhole|restrict)\.[\w-]+\.(?:ru|by|net)"
    r"|mininform\.gov\.by|belgie\.by|oac\.gov\.by|149-?fz",
    re.IGNORECASE,
)

# Headers of an answer that is no 200: who refused.
_HEADERS = (
    ("cf-mitigated", "", "Cloudflare"),
    ("x-amzn-waf-action", "", "AWS WAF"),
    ("x-vercel-mitigated", "", "Vercel"),
    ("x-sucuri-block", "", "Sucuri"),
    ("x-dd-b", "", "DataDome"),
    ("x-datadome", "", "DataDome"),
    ("x-iinfo", "", "Imperva"),
    ("server", "cloudflare", "Cloudflare"),
    ("server", "ddos-guard", "DDoS-Guard"),
    ("server", "qrator", "Qrator"),
    ("server", "akamaighost", "Akamai"),
    ("server", "datadome", "DataDome"),
    ("server", "sucuri", "Sucuri"),
)
# These headers say by themselves that the answer is a challenge, whatever its status.
_SURE = frozenset({"cf-mitigated", "x-amzn-waf-action", "x-vercel-mitigated", "x-sucuri-block"})
_REFUSALS = frozenset({401, 403, 405})
_LEGAL = 451
# A 429 is none of them: whoever says it, it asks to come back later.
TELLING = frozenset({202, *_REFUSALS, _LEGAL, 503})


def refuse_block_page(body: bytes | str, url: str, content_type: str = "") -> None:
    """Raise BlockedPage, naming the vendor or the kind of wall, where a page of status 200 is no content."""
    if by := blocked_by(body, url, content_type):
        raise BlockedPage(f"a block page instead of content: {by}")


def blocked_by(body: bytes | str, url: str, content_type: str = "") -> str | None:
    """Who or what stands before the content; None for content, for feeds, and for what is no page at all."""
    if isinstance(body, bytes) and (body.startswith(_UTF16) or "utf-16" in content_type.lower()):
        body = decode(body, content_type)
    raw = body if isinstance(body, bytes) else body[:_LARGEST].encode("utf-8", "replace")
    if _JSON_CAPTCHA.match(raw):
        return "DataDome"
    if len(raw) > _LARGEST or _FEED.search(raw[:2000]) or not (_wall_address(url) or _worth_a_look(raw)):
        return None
    sketch = _sketch(body if isinstance(body, str) else decode(body, content_type))
    return _challenge(sketch) or _titled(sketch) or _ordered(sketch) or _walled(sketch, url)


def refused_by(status: int, headers: Mapping[str, str], body: bytes) -> str | None:
    """Who refused, of an answer that is no 200; None when it is an error like any other.

    A 503 that came through a vendor is its block only where header or page say so: most are faults of the site behind.
    """
    lower = {name.lower(): value.lower() for name, value in headers.items()}
    named = [(name, vendor) for name, value, vendor in _HEADERS if name in lower and value in lower[name]]
    if sure := next((vendor for name, vendor in named if name in _SURE), None):
        return sure
    if status == _LEGAL:
        return "an order of a court or state"
    shown = blocked_by(body, "", lower.get("content-type", "")) if body else None
    if status in _REFUSALS:
        return next((vendor for _, vendor in named), None) or shown
    return shown if shown in _VENDORS or shown in _TITLES else None


@dataclass(slots=True)
class _Sketch:
    """A page as far as it matters here, built from the events of one parse. Sizes in characters."""

    title: str = ""
    headline: str = ""
    shown: int = 0
    longest: int = 0  # piece of text that is shown
    hidden: str = ""  # what only a browser without scripts shows, and the beginning of what every one shows
    data: int = 0
    links: int = 0
    scripts: int = 0
    passwords: int = 0
    marks: list[str] = field(default_factory=list)
    _size: int = 0
    _open: list[str] = field(default_factory=list)
    _json: bool = False

    def start(self, tag: str, attrib: dict[str, str]) -> None:
        self._open.append(tag)
        self.links += tag == "a"
        self.passwords += tag == "input" and attrib.get("type", "").lower() == "password"
        if tag == "script":
            self.scripts += 1
            self._json = "json" in attrib.get("type", "").lower()
        for name, value in attrib.items():
            if name in {"id", "class", "src", "href", "action", "name"} or name.startswith("data-ddg"):
                self._mark(f"{name}={value}" if name.startswith("data-") else value)

    def end(self, tag: str) -> None:
        # Tags that the parser closes by itself may come out of step.
        while self._open and self._open.pop() != tag:
            pass

    def data_(self, text: str) -> None:
        inside = self._open[-1] if self._open else ""
        if inside == "script":
            if self._json:
                self.data += len(text)
            else:
                self._mark(text)
        elif inside == "title":
            self.title += text[:300]
        elif inside != "style":
            self._read(text, noscript="noscript" in self._open[-6:])

    def _read(self, text: str, *, noscript: bool) -> None:
        words = " ".join(text.split())
        if not noscript:
            self.shown += len(words)
            self.longest = max(self.longest, len(words))
        if "h1" in self._open[-3:]:
            self.headline += f" {words[:300]}"
        if len(self.hidden) < _SMALL:
            self.hidden += f" {words[:_SMALL]}"

    def _mark(self, text: str) -> None:
        if self._size < _MAX_MARKS:
            self.marks.append(text[:_MAX_MARKS])
            self._size += len(text)

    def close(self) -> _Sketch:
        return self


class _Target:
    """The names that lxml calls."""

    def __init__(self) -> None:
        self._sketch = _Sketch()
        self.start, self.end, self.data = self._sketch.start, self._sketch.end, self._sketch.data_
        self.close = self._sketch.close


def _sketch(html: str) -> _Sketch:
    parser = etree.HTMLParser(encoding="utf-8", target=_Target())
    try:
        parser.feed(html[:_LARGEST].encode("utf-8", "ignore"))
        return cast("_Sketch", parser.close())
    except etree.XMLSyntaxError:  # no element at all
        return _Sketch()


def _worth_a_look(raw: bytes) -> bool:
    if len(raw) <= _SMALL_FILE:
        return bool(_MARKUP.search(raw[:_SMALL_FILE]))
    lower = raw.lower()
    return any(trace in lower for trace in _TRACES)


def _wall_address(url: str) -> bool:
    return bool(_consent_address(url) or _login_address(url))


def _consent_address(url: str) -> bool:
    """An address of its own, or one that tells where to return to."""
    parts = urlsplit(url)
    back = _CONSENT_PATH.match(parts.path) and _RETURN.search(parts.query)
    return bool(_CONSENT_HOST.match(parts.hostname or "") or back)


def _login_address(url: str) -> bool:
    parts = urlsplit(url)
    return bool(_LOGIN_HOST.match(parts.hostname or "") or _LOGIN_PATH.search(parts.path))


def _challenge(sketch: _Sketch) -> str | None:
    if sketch.shown > _SMALL or sketch.data > _MUCH_DATA:
        return None
    found = {name for match in _CHALLENGES.finditer("\n".join(sketch.marks)) if (name := match.lastgroup)}
    named = [vendor for at, vendor in enumerate(_VENDORS) if f"v{at}" in found]
    alone = sketch.shown <= _CAPTCHA_ALONE and sketch.longest < _PARAGRAPH and sketch.links <= _FEW_LINKS
    return next((vendor for vendor in named if vendor != "a captcha" or alone), None)


def _titled(sketch: _Sketch) -> str | None:
    found = _KNOWN_TITLES.fullmatch(" ".join(sketch.title.split()).rstrip(".… "))
    if not found or sketch.shown > _SMALL or sketch.links > _FEW_LINKS or sketch.data > _MUCH_DATA:
        return None
    return list(_TITLES)[int(str(found.lastgroup)[1:])]


def _ordered(sketch: _Sketch) -> str | None:
    if sketch.shown > _SMALL or sketch.links > _FEW_LINKS or sketch.longest >= _PARAGRAPH:
        return None
    said = _ORDER.search(f"{sketch.title}\n{sketch.headline}")
    return "an order of a court or state" if said and _REGISTERS.search("\n".join(sketch.marks)) else None


def _walled(sketch: _Sketch, url: str) -> str | None:
    title = " ".join(sketch.title.split())
    bare = sketch.shown <= _SMALL and sketch.longest < _PARAGRAPH and sketch.links <= _FEW_LINKS
    titled = bare and len(title) <= _SHORT_TITLE and _LOGIN_TITLE.match(title)
    if sketch.passwords and (_login_address(url) or titled):
        return "a login page"
    if _consent_address(url):
        return "a consent wall"
    if sketch.shown > _EMPTY or sketch.data > _EMPTY or sketch.links > _FEW_LINKS:
        return None
    if found := _CONSENT.search("\n".join(sketch.marks)):
        return f"a consent wall ({found.lastgroup})"
    return "a page that needs JavaScript" if sketch.scripts and _SCRIPTS_WANTED.search(sketch.hidden) else None
