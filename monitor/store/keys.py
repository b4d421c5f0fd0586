"""The names of all keys, in the one place that knows them.

Every key begins with the prefix of settings.yaml (default `monitor:`).

| key             | type   | lifetime                | meaning                                             | bound                        |
|-----------------|--------|-------------------------|-----------------------------------------------------|------------------------------|
| schema          | string | for ever                | version of this table                               | one                          |
| due             | zset   | for ever                | job (`source:ID`, `page:ID`) -> due time, ms        | sources + pages to fetch     |
| claims          | hash   | for ever                | job -> fencing token of whoever fetches it now      | jobs under way               |
| token           | string | for ever                | last fencing token given                            | one                          |
| homes           | hash   | as `due`                | job -> pace ms, source, host: where it belongs      | as `due`                     |
| hosts           | zset   | while jobs wait         | host -> when to look at its queue, ms               | hosts with a queue           |
| queue:HOST      | zset   | while jobs wait         | turn (`source:ID`, `pages:SOURCE`) -> since when, ms | two a source                |
| ready:SOURCE:HOST | zset | while jobs wait         | pages of a source whose time has come -> since when | jobs in `due`                |
| inside:HOST     | zset   | a lease                 | job under way at the host -> until when, ms         | `fetch.per_host`             |
| host:HOST       | hash   | 2 hours after use, 2 days after a pause | next start, pause (ms), 429 and 503 in a row | one a host                   |
| robots:ORIGIN   | string | until it is stale       | robots.txt and what it came to (JSON)               | one an origin, 500 KiB       |
| source:ID       | hash   | for ever                | state of a source: validators, outcome, times       | one a source                 |
| seen:ID         | zset   | for ever                | identity of an entry -> last time in the feed, s    | trimmed after `retention`    |
| items:ID        | string | `retention` after use   | hash of an item's markup -> its identities, packed  | 33 bytes an item of the feed |
| entries:ID      | hash   | until the next reading  | name of an entry of the last reading -> article, words, date, readings | three an entry of one document |
| page:ID         | hash   | until read              | a page to fetch: its entry, source; `again` (ms) when asked for anew under way | jobs in `due`                |
| unread          | zset   | for ever                | document -> when to send its hint again, ms         | `backlog`                    |
| backlog         | hash   | for ever                | source -> bytes of its unread documents; `*` all    | SOURCE_LIMIT, STOP_LIMIT     |
| document:ID     | hash   | until read              | a fetched body and what it is for                   | as `unread`                  |
| attempts        | hash   | until read              | document -> how often its reading began             | as `unread`                  |
| alerts          | stream | trimmed by MINID        | the alert queue, a public contract (docs/alerts.md) | `retention`, once delivered  |
| alerted:ARTICLE | string | `retention`, STORY_LIFE at least | article -> story; an article alerts once a severity | a few a matched article |
| alerted:ARTICLE/told | string | as above           | article -> severity of its story at that time       | one a matched article        |
| stories         | string | for ever                | version of the set of stories, for optimistic writes | one                         |
| story:ID        | string | STORY_LIFE              | a story: fingerprints, alert, its reports (JSON)    | one a story                  |
| word:HASH       | zset   | STORY_LIFE after use    | a word, hashed -> stories found by it, their end, s | 16 a telling, STORIES_A_WORD |
| reading:ARTICLE | string | STORY_LIFE              | title and text as an article of a story was last read, packed | one a matched article, 40 KB |
| archive         | stream | `archive.keep`          | compressed articles, for `monitor backtest`         | `archive.most`               |
| delivery:NAME   | hash   | for ever                | the message that a channel is at, its attempts      | one a channel                |
| sent:NAME       | zset   | an hour                 | delivery -> when it was sent, for the cap of an hour | 1,000 a channel             |
| replay:NAME     | stream | until delivered         | dead letters that were put back to a channel        | as many as a person puts back |
| dead            | stream | for ever                | alerts that a channel refused for good              | none is ever dropped unseen  |
| silences        | hash   | 2 days after the last   | `rule:ID`, `source:ID`, `story:ID` -> from, until, ms | as many as a person sets   |
| acknowledged    | zset   | `retention`             | story -> when it was acknowledged, ms               | as many as a person sets     |
| lease:NAME      | string | seconds                 | who drains, who sends                               | a few                        |
| canary          | hash   | for ever                | stage -> when a canary last came there, ms          | one field a stage            |
| counts          | hash   | for ever                | counted outcomes, articles, matches                 | one field a name             |
| troubles        | hash   | for ever                | what is wrong now, by subject (monitor/sources/health.py)   | sources + 1                  |
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

SCHEMA_VERSION = 1
STORY_LIFE = timedelta(days=7)
# The brake of the whole flow, in bytes of documents that wait to be read; each counts as DOCUMENT_BYTES at least. One
# source may have SOURCE_LIMIT, so that no slow reading of one keeps others from being fetched; above CROWDED_LIMIT of
# all together each may have but one document, and above STOP_LIMIT nothing is fetched.
DOCUMENT_BYTES = 250_000
SOURCE_LIMIT = 20 * DOCUMENT_BYTES
CROWDED_LIMIT = 500 * DOCUMENT_BYTES
STOP_LIMIT = 400_000_000
# Stories that one word leads to, the newest; and stories that an article is compared with, those with most words in
# common. Words of the subject stand in every story: they find none of many, and the others do.
STORIES_A_WORD = 32
CANDIDATES = 16


@dataclass(frozen=True, slots=True)
class Keys:
    """Builds the names of one installation; `prefix` ends with a colon."""

    prefix: str = "monitor:"

    def __call__(self, name: str, part: str = "") -> str:
        """`keys("due")` -> `monitor:due`; `keys("source", "tass")` -> `monitor:source:tass`."""
        return f"{self.prefix}{name}:{part}" if part else f"{self.prefix}{name}"
