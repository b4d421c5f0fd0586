"""The names of all keys, in the one place that knows them.

Every key begins with the prefix of settings.yaml (default `monitor:`).

| key             | type   | lifetime                | meaning                                             | bound                        |
|-----------------|--------|-------------------------|-----------------------------------------------------|------------------------------|
| schema          | string | for ever                | version of this table                               | one                          |
| due             | zset   | for ever                | job (`source:ID`, `page:ID`) -> due time, ms        | sources + pages to fetch     |
| claims          | hash   | for ever                | job -> fencing token of whoever fetches it now      | jobs under way               |
| token           | string | for ever                | last fencing token given                            | one                          |
| source:ID       | hash   | for ever                | state of a source: validators, outcome, times       | one a source                 |
| seen:ID         | zset   | for ever                | identity of an entry -> last time in the feed, s    | trimmed after `retention`    |
| page:ID         | hash   | until read              | an article page to fetch: its entry, source         | jobs in `due`                |
| unread          | zset   | for ever                | document -> when to send its hint again, ms         | no claims above UNREAD_LIMIT |
| document:ID     | hash   | until read              | a fetched body and what it is for                   | as `unread`                  |
| attempts        | hash   | until read              | document -> how often its reading began             | as `unread`                  |
| alerts          | stream | trimmed by MINID        | the alert queue, a public contract (docs/alerts.md) | `retention`, once delivered  |
| alerted:ARTICLE | string | `retention`             | article -> story; an article alerts once a severity | one or a few a matched article |
| stories         | string | for ever                | version of the set of stories, for optimistic writes | one                         |
| story:ID        | string | STORY_LIFE              | a story: fingerprint, alert, who reported it (JSON) | one a story                  |
| reading:ARTICLE | string | STORY_LIFE              | title and text as an article of a story was last read, packed | one a matched article, 40 KB |
| sketch:HASH     | set    | STORY_LIFE after use    | a hash of a text -> stories that hold it            | 48 a story                   |
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
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

SCHEMA_VERSION = 1
STORY_LIFE = timedelta(days=7)
# Documents waiting to be read before the program stops fetching more: the brake of the whole flow.
UNREAD_LIMIT = 500


@dataclass(frozen=True, slots=True)
class Keys:
    """Builds the names of one installation; `prefix` ends with a colon."""

    prefix: str = "monitor:"

    def __call__(self, name: str, part: str = "") -> str:
        """`keys("due")` -> `monitor:due`; `keys("source", "tass")` -> `monitor:source:tass`."""
        return f"{self.prefix}{name}:{part}" if part else f"{self.prefix}{name}"
