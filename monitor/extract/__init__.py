"""Article extraction: a page in, what a reader sees out. Start at `extract`."""

from monitor.extract.article import extract
from monitor.extract.decoding import decode
from monitor.extract.extracted import Extracted, Selectors
from monitor.extract.language import language_of

__all__ = ["Extracted", "Selectors", "decode", "extract", "language_of"]
