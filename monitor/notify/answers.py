"""What the answers of receivers mean to a channel, whatever it sends with."""

from __future__ import annotations

# An answer that the same request will get again. 401, 403 and 404 are mended by people, so they are tried again.
HOPELESS = frozenset({400, 413, 422})
