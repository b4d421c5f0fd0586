"""`monitor schema`: the JSON Schemas of the files and of the alert queue."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.common import out
from monitor.config.settings import settings_schema
from monitor.config.sources import sources_schema
from monitor.config.watch import watch_schema
from monitor.models import Alert, Notice, Update


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example:  monitor schema docs/schema")(schema)


def schema(folder: Annotated[Path, typer.Argument(help="where to write them")]) -> None:
    """Write the JSON Schemas that editors and other programs use."""
    folder.mkdir(parents=True, exist_ok=True)
    schemas = {
        "sources": sources_schema(),
        "settings": settings_schema(),
        "watch": watch_schema(),
        "alert": Alert.model_json_schema(mode="serialization"),
        "update": Update.model_json_schema(mode="serialization"),
        "notice": Notice.model_json_schema(mode="serialization"),
    }
    for name, content in schemas.items():
        path = folder / f"{name}.schema.json"
        whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", **content}
        path.write_text(json.dumps(whole, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        out.print(f"wrote {path}")
