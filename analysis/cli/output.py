"""JSON as every command prints it: UTF-8, never NaN or Infinity, equal input gives equal bytes."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import numpy as np


def to_json(document: Any) -> str:
    """Write a document as every command prints it.

    Parameters
    ----------
    document
        Anything that `plain` takes.

    Returns
    -------
    str
        Indented JSON, letters of any script as they are, with a line break at the end.
    """
    return json.dumps(plain(document), ensure_ascii=False, allow_nan=False, indent=2) + "\n"


def plain(value: Any) -> Any:
    """Turn a value into JSON's own types.

    Parameters
    ----------
    value
        Mappings, lists, tuples, arrays, data classes and scalars, nested as wanted.

    Returns
    -------
    object
        NaN has become None, a `Decimal` its digits as text, a data class an object of its fields.
    """
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, np.ndarray):
        return [plain(inner) for inner in value.tolist()]
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    return _scalar(value)


def _scalar(value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return None if math.isnan(value) else value
    if isinstance(value, Decimal):
        return format(value, "f")
    return value
