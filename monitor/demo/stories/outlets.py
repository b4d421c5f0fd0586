"""The outlets of the demo newsroom. All are invented; between them they publish in every format the program reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from monitor.models import Listing

Form = Literal["rss", "rss-full", "atom", "json-feed", "listing"]


@dataclass(frozen=True, slots=True)
class Outlet:
    """One invented outlet: what it is called, how it publishes and what stands around its articles."""

    id: str
    name: str
    language: str
    form: Form
    path: str
    sections: tuple[str, ...]
    tags: tuple[str, ...]
    charset: str = "utf-8"
    metadata: frozenset[Literal["json-ld", "open-graph"]] = frozenset()
    listing: Listing | None = None

    @property
    def kind(self) -> Literal["feed", "page"]:
        """The kind of source that the program watches it as."""
        return "page" if self.form == "listing" else "feed"


OUTLETS = (
    Outlet(
        "harbour-wire",
        "Harbour Wire",
        "en",
        "rss",
        "/harbour-wire/rss.xml",
        ("World", "Russia and Belarus", "Business", "Sport"),
        ("agency", "private"),
        metadata=frozenset({"json-ld", "open-graph"}),
    ),
    Outlet(
        "svetloyar",
        "Агентство «Светлояр»",
        "ru",
        "rss",
        "/svetloyar/export/rss.xml",
        ("Политика", "Союзное государство", "Экономика", "Спорт"),
        ("agency", "state", "ru"),
        charset="windows-1251",
    ),
    Outlet(
        "prichal",
        "Дальний причал",
        "ru",
        "rss-full",
        "/prichal/feed",
        ("Новости", "Россия и Беларусь", "Культура"),
        ("independent", "exile", "ru"),
        metadata=frozenset({"open-graph"}),
    ),
    Outlet(
        "aziorny",
        "Азёрны кур'ер",
        "be",
        "atom",
        "/aziorny/atom.xml",
        ("Навіны", "Эканоміка", "Грамадства", "Спорт"),
        ("independent", "by"),
        metadata=frozenset({"open-graph"}),
    ),
    Outlet(
        "stepova",
        "Степова хроніка",
        "uk",
        "json-feed",
        "/stepova/feed.json",
        ("Новини", "Війна", "Білорусь", "Економіка"),
        ("independent", "ua"),
        metadata=frozenset({"json-ld"}),
    ),
    Outlet(
        "eastmark-institute",
        "Eastmark Institute",
        "en",
        "listing",
        "/eastmark-institute/",
        ("Commentary", "Union State Monitor", "People", "Events"),
        ("think-tank",),
        listing=Listing(item="article.card", link="h2 a", title="h2"),
    ),
)
