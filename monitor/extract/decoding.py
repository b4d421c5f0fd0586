"""Bytes of a page to text, whatever the page says about itself.

In this order: a byte order mark; zero bytes that give UTF-16 away; UTF-8 where the bytes are that; the charset of the
HTTP header, of the page's own declaration; then whichever encoding makes the most ordinary letters. A declaration
counts only as long as no other encoding reads far better: headers that name the server's default are common.
"""

from __future__ import annotations

import codecs
import re

from monitor.extract.tree import printable

_HEAD = 4096  # bytes in which a page declares its encoding; HTML asks for 1024
_SAMPLE = 64_000
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.ASCII | re.IGNORECASE)
_XML = re.compile(r"<\?xml[^>]{0,200}encoding\s*=\s*[\"']([\w.:-]+)", re.ASCII | re.IGNORECASE)
# Python knows codecs that are none of texts (zip, rot13), that raise whatever they are told (undefined, idna), that
# take quadratic time (punycode) or hide markup (utf-7): only these count.
_ALPHABETS = re.compile(
    r"ascii|utf-8(?:-sig)?|utf-(?:16|32)(?:-[bl]e)?|iso8859-\d+|iso2022_\w+|cp\d+|koi8-[rtu]|kz1048|ptcp154|tis-620"
    r"|mac-\w+|hp-roman8|gb\w+|hz|big5\w*|euc_\w+|shift_jis\w*|johab"
)
_ESCAPED = re.compile(rb"\x1b[$(]")  # ISO-2022 switches alphabets with escape sequences, in ASCII bytes

# The commonest letters of the languages that an encoding is used for. Most of a text is made of them when it was
# decoded with the right one, few with a wrong one. koi8-u holds koi8-r, but for frames that nobody sends.
_COMMON = {
    "windows-1251": "оеаинтсрвлкмдпуяіыь",
    "koi8-u": "оеаинтсрвлкмдпуяіыь",
    "ibm866": "оеаинтсрвлкмдпуяіыь",
    "iso-8859-5": "оеаинтсрвлкмдпуяіыь",
    "windows-1252": "éèàäöüßñçáíóúâêôøåæãõ“”’–—…«»°§©",
    "windows-1250": "ěščřžýáíéúůąćęłńóśźżőűăâîșț“”’–—…",
    "gb18030": "的一是在不了有和人这中大为上个国我以要他时来用们，。、",
    "big5": "的一是在不了有和人這中大為上個國我以要他時來用們，。、",
    "shift_jis": "のにはをたがでてとしれさあるいなもっら、。ー",
    "euc_jp": "のにはをたがでてとしれさあるいなもっら、。ー",
    "euc_kr": "이다는의에을가고하를은로한지사도기서",
}
_LATIN = ("windows-1252", "windows-1250")
_RUN = re.compile(r"[\xc0-\u024f]{3,}")  # accented letters stand alone in Latin text; whole words of them are Cyrillic
_BETTER = 0.25  # by how much another encoding must win to overrule a declaration
_MARKUP = 0.4  # share of zero bytes that markup in any language leaves
_UPPER = 0.75  # share of upper halves of Latin and Cyrillic letters
_TORN = 0.1  # UTF-8 with up to this share of broken sequences is still UTF-8


def decode(body: bytes, content_type: str) -> str:
    """Text of a page without control characters or surrogates; `content_type` is the HTTP header. Never raises."""
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            return _decoded(body[len(mark) :], encoding)
    return _decoded(body, _wide(body[:_HEAD]) or _narrow(body, content_type))


def _decoded(body: bytes, encoding: str) -> str:
    return printable(body.decode(encoding, "replace"))


def _wide(head: bytes) -> str | None:
    """UTF-16 without a mark: every second byte is the upper half of a character, 0 for markup and 4 for Cyrillic."""
    even, odd = head[::2], head[1::2]
    for upper, lower, encoding in ((even, odd, "utf-16-be"), (odd, even, "utf-16-le")):
        zeros = upper.count(0)
        alike = zeros > len(upper) * _MARKUP or (zeros and zeros + upper.count(4) > len(upper) * _UPPER)
        if alike and lower.count(0) <= len(lower) * _TORN:
            return encoding
    return None


def _narrow(body: bytes, content_type: str) -> str:
    declared = _declared(body[:_HEAD], content_type)
    if body.isascii():
        shifting = (name for name in declared if name.startswith("iso2022"))
        return next(shifting, "ascii") if _ESCAPED.search(body) else "ascii"
    if _is_utf8(body):
        return "utf-8"
    sample = _telling(body)
    scores = {encoding: _score(sample, encoding, common) for encoding, common in _COMMON.items()}
    best = max(scores, key=scores.__getitem__)
    for encoding in declared:
        score = scores.get(encoding)
        if score is None:
            score = _score(sample, encoding, "".join(_COMMON.values()))
        if score >= scores[best] - _BETTER:
            return encoding
    return best if scores[best] > 0 else "windows-1252"


def _declared(head: bytes, content_type: str) -> list[str]:
    """The encodings that the header and the page name, in this order, as Python calls them."""
    text = head.decode("latin-1")
    found = [*_CHARSET.findall(content_type), *_CHARSET.findall(text), *_XML.findall(text)]
    names = []
    for name in found:
        try:
            codec = codecs.lookup(name)
        except (LookupError, ValueError):
            continue
        if _ALPHABETS.fullmatch(codec.name):
            names.append(_wider(codec.name))
    return names


def _wider(name: str) -> str:
    """The superset that browsers read instead (WHATWG Encoding, section 4.2)."""
    return {
        "cp1251": "windows-1251",
        "koi8-r": "koi8-u",
        "iso8859-1": "windows-1252",
        "ascii": "windows-1252",
        "cp1252": "windows-1252",
        "cp1250": "windows-1250",
        "gb2312": "gb18030",
        "gbk": "gb18030",
        "cp866": "ibm866",
        "iso8859-5": "iso-8859-5",
    }.get(name, name)


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return _is_torn_utf8(body)
    return True


def _is_torn_utf8(body: bytes) -> bool:
    """A page cut inside a character, or with a few strays of another encoding."""
    text = body.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    letters = len(body) - len(text)  # continuation bytes that were understood, near enough
    return broken <= _TORN * letters


def _telling(body: bytes) -> bytes:
    """A sample around the bytes that are not ASCII: pages begin with kilobytes of script."""
    first = re.search(rb"[\x80-\xff]", body)
    return body[first.start() : first.start() + _SAMPLE] if first else b""


def _score(sample: bytes, encoding: str, common: str) -> float:
    """Share of common letters among the characters beyond ASCII, less the share of what is no text."""
    text = sample.decode(encoding, "replace")
    foreign = [character for character in text if character > "\x7f"]
    if not foreign:
        return 0.0
    good = sum(map(frozenset(common).__contains__, foreign))
    bad = sum(character == "\ufffd" or "\x80" <= character < "\xa0" for character in foreign)
    if encoding in _LATIN:
        bad += 2 * sum(map(len, _RUN.findall(text)))
    return (good - bad) / len(foreign)
