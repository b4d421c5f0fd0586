"""What a page says about itself outside of its text: title, summary, times, author, site, address."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from monitor.extract.tree import printable

if TYPE_CHECKING:
    from monitor.extract.tree import Node

MAX_TITLE = 1000
MAX_FIELD = 5000  # characters of a meta field
_KEPT = {"h1": "headings", "h2": "subheadings", "h3": "subheadings", "time": "times"}
MAX_NODES = 50  # elements of one kind that are kept

_TITLES = ("og:title", "twitter:title", "dc.title", "title", "headline")
_SUMMARIES = ("og:description", "description", "twitter:description", "dc.description")
_PUBLISHED = (
    "article:published_time",
    "datepublished",
    "og:published_time",
    "og:article:published_time",
    "article:published",
    "parsely-pub-date",
    "cxenseparse:recs:publishtime",
    "sailthru.date",
    "dc.date.issued",
    "dcterms.created",
    "dcterms.date",
    "dc.date",
    "pubdate",
    "publishdate",
    "publish-date",
    "publish_date",
    "published-date",
    "published_time",
    "date",
    "datecreated",
    "article.published",
    "last-published",
)
_MODIFIED = (
    "article:modified_time",
    "datemodified",
    "og:updated_time",
    "article:modified",
    "dcterms.modified",
    "lastmod",
)
_AUTHORS = ("author", "article:author", "dc.creator", "parsely-author", "sailthru.author", "cxenseparse:author")
_SITES = ("og:site_name", "application-name", "publisher", "dc.publisher", "twitter:site")
_LANGUAGES = ("og:locale", "content-language", "inlanguage", "dc.language", "language")


@dataclass(frozen=True, slots=True)
class Head:
    """What stood where: `meta` by lower-case name, `marked` by itemprop, elements of interest in reading order."""

    meta: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    marked: dict[str, list[Node]] = field(default_factory=lambda: defaultdict(list))
    headings: list[Node] = field(default_factory=list)
    subheadings: list[Node] = field(default_factory=list)
    times: list[Node] = field(default_factory=list)
    bylines: list[Node] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)
    titles: list[str] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)

    def first(self, names: tuple[str, ...]) -> str:
        """The first filled meta field of these names, in the order of the names."""
        return next((value for name in names for value in self.meta.get(name, ()) if value), "")

    def all(self, names: tuple[str, ...]) -> list[str]:
        """Every filled meta field of these names, in the order of the names."""
        return [value for name in names for value in self.meta.get(name, ()) if value]

    @property
    def title(self) -> str:
        """The title for sharing, else that of the window; with whatever name of the site hangs on it."""
        return self.first(_TITLES) or next(iter(self.titles), "")

    @property
    def summary(self) -> str:
        """The page's description of itself, possibly with markup."""
        return self.first(_SUMMARIES)

    @property
    def published(self) -> list[str]:
        """What the meta fields for the time of publication say, the best first."""
        return self.all(_PUBLISHED)

    @property
    def modified(self) -> list[str]:
        """What the meta fields for the last change say."""
        return self.all(_MODIFIED)

    @property
    def author(self) -> str:
        """Names, where the field names people: some sites put addresses there."""
        names = [name for name in self.all(_AUTHORS) if not name.startswith(("http", "@", "/"))]
        return names[0] if names else ""

    @property
    def site(self) -> str:
        """The name of the site."""
        return self.first(_SITES).lstrip("@")

    @property
    def language(self) -> str:
        """The declared language, such as `ru` or `ru-RU`."""
        return next(iter(self.languages), "") or self.first(_LANGUAGES)


def read_head(root: Node) -> Head:
    """One look at every element of the page."""
    head = Head()
    for node in root.walk():
        _note(head, node)
    return head


def _note(head: Head, node: Node) -> None:
    get = node.attrib.get
    if node.tag == "meta":
        name = get("property") or get("name") or get("itemprop") or get("http-equiv")
        if name:
            values = head.meta[name.lower()]
            if len(values) < MAX_NODES:
                values.append(_clean(get("content", "")))
        return
    if node.tag in _KEPT:
        _keep(getattr(head, _KEPT[node.tag]), node)
    elif node.tag == "title":
        head.titles.append(node.text()[:MAX_TITLE])
    elif node.tag == "html":
        head.languages.append(get("lang") or get("xml:lang") or "")
    elif node.tag in {"link", "a"} and "rel" in node.attrib:
        _note_link(head, node)
    for name in get("itemprop", "").lower().split():
        _keep(head.marked[name], node)


def _note_link(head: Head, node: Node) -> None:
    relations = node.attrib.get("rel", "").lower().split()
    if node.tag == "link":
        for relation in relations:
            head.links.setdefault(relation, node.attrib.get("href", ""))
    elif "author" in relations:
        _keep(head.bylines, node)


def _keep(nodes: list[Node], node: Node) -> None:
    if len(nodes) < MAX_NODES:
        nodes.append(node)


def _clean(text: str) -> str:
    return " ".join(printable(text[:MAX_FIELD]).split())
