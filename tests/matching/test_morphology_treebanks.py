"""Recall and false hits on Universal Dependencies treebanks: each lemma is a term, each token a text of one word."""

import gzip
from collections import defaultdict

import pytest

from monitor.matching.fold import fold
from monitor.matching.morphology import expand

LEAST_RECALL = {
    "be": {"NOUN": 0.97, "PROPN": 0.985, "ADJ": 0.93, "VERB": 0.90},
    "en": {"NOUN": 0.97, "PROPN": 0.985, "ADJ": 0.93, "VERB": 0.98},
    "ru": {"NOUN": 0.97, "PROPN": 0.985, "ADJ": 0.93, "VERB": 0.98},
    "uk": {"NOUN": 0.97, "PROPN": 0.985, "ADJ": 0.93, "VERB": 0.90},
}
MOST_OTHER_HITS = 0.09
MOST_FORMS = 40


@pytest.fixture(scope="module", params=sorted(LEAST_RECALL))
def treebank(request, shared_data):
    """The language and its tokens of open classes: (form, lemma, part of speech)."""
    tokens = []
    for path in sorted((shared_data / "treebanks").glob(f"{request.param}-*.conllu.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            rows = (line.split("\t") for line in lines)
            tokens += [(r[1], r[2], r[3]) for r in rows if len(r) > 3 and r[0].isdigit() and r[3] in LEAST_RECALL["en"]]
    single = [token for token in tokens if all(fold(text).replace("'", "").isalpha() for text in token[:2])]
    return request.param, single


def test_a_term_hits_the_forms_of_its_word(treebank):
    language, tokens = treebank
    hits = defaultdict(list)
    for form, lemma, part in tokens:
        hits[part].append(fold(form) in expand(lemma, language))
    recall = {part: sum(found) / len(found) for part, found in hits.items()}
    assert {part: share for part, share in recall.items() if share < LEAST_RECALL[language][part]} == {}


def test_few_hits_are_on_another_word(treebank):
    """Of all hits of every term on every token; homographs are among them."""
    language, tokens = treebank
    terms = defaultdict(set)
    for lemma in {lemma for _, lemma, _ in tokens}:
        for form in expand(lemma, language):
            terms[form].add(fold(lemma))
    found = [(fold(lemma), terms[fold(form)]) for form, lemma, _ in tokens]
    hits = sum(len(lemmas) for _, lemmas in found)
    other = sum(len(lemmas - {lemma}) for lemma, lemmas in found)
    assert other / hits <= MOST_OTHER_HITS


def test_expansions_are_lean(treebank):
    language, tokens = treebank
    lemmas = {lemma for _, lemma, _ in tokens}
    assert sum(len(expand(lemma, language)) for lemma in lemmas) / len(lemmas) <= MOST_FORMS
