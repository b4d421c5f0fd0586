"""A whole tree, for the CSS selectors of a source."""

from __future__ import annotations

import warnings

from bs4 import BeautifulSoup, MarkupResemblesLocatorWarning, XMLParsedAsHTMLWarning


def soup_of(html: str) -> BeautifulSoup:
    """The tree as lxml's parser of HTML builds it, which asks nobody for what a page refers to.

    beautifulsoup4 warns a programmer of XHTML, and of texts that look like an address or a path; here they are pages.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MarkupResemblesLocatorWarning)
        warnings.simplefilter("ignore", XMLParsedAsHTMLWarning)
        return BeautifulSoup(html, "lxml")
