"""JSON Schemas of the stored documents; nothing is frozen that does not fit its own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator


class SchemaError(ValueError):
    """A document of our own making does not fit its schema: a defect, never a user's mistake."""


@cache
def validator(document_format: str) -> Draft202012Validator:
    """Return the validator of a format such as `delphi-protocol/1`."""
    name = document_format.replace("/", "-") + ".json"
    schema = json.loads(files(__package__).joinpath(name).read_text(encoding="utf-8"))
    return Draft202012Validator(schema)


def require_valid(document: Mapping[str, Any]) -> None:
    """Refuse a document that does not fit the schema of its format.

    Raises
    ------
    SchemaError
        Naming the place and the rule, not the content.
    """
    for error in validator(document["format"]).iter_errors(document):
        raise SchemaError(f"{document['format']}: {error.json_path} breaks {error.validator}")
