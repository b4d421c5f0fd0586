"""The stories of the demo newsroom: invented journalism in four languages, a file a story.

The file name is the story's id. Blank lines separate the parts of a file:

    outlet: harbour-wire        which outlet carries it
    language: en
    on_topic: yes               whether the default watch file must raise an alert for it
    publish: 47m ago            before the newsroom opens; `later`: held back until it is published by hand
    same_as: another-story      optional: the story that this one retells

    Title

    Lead

    Paragraph, three to six of them
"""

from __future__ import annotations

import re
from datetime import timedelta
from importlib import resources
from typing import Annotated

from pydantic import BeforeValidator

from monitor.models import Model, parse_duration


def _parse_publish(value: object) -> timedelta | None:
    return None if value == "later" else parse_duration(str(value).removesuffix(" ago"))


class Story(Model):
    """One story as it was written, before an outlet carries it."""

    id: str
    outlet: str
    language: str
    on_topic: bool
    publish: Annotated[timedelta | None, BeforeValidator(_parse_publish)]
    same_as: str | None = None
    title: str
    lead: str
    paragraphs: tuple[str, ...]

    @property
    def group(self) -> str:
        """The id that a story shares with its retellings."""
        return self.same_as or self.id


def parse_story(story_id: str, text: str) -> Story:
    """The story of one file. Raises ValueError where a part is missing or a header line is not a known field."""
    header, title, lead, *paragraphs = re.split(r"\n\s*\n", text.strip())
    fields = dict(line.split(": ", 1) for line in header.splitlines())
    return Story.model_validate({**fields, "id": story_id, "title": title, "lead": lead, "paragraphs": paragraphs})


def load_stories() -> tuple[Story, ...]:
    """Every story that comes with the program, in the order of their ids."""
    files = [file for file in resources.files(__name__).iterdir() if file.name.endswith(".txt")]
    return tuple(
        parse_story(file.name.removesuffix(".txt"), file.read_text(encoding="utf-8"))
        for file in sorted(files, key=lambda file: file.name)
    )
