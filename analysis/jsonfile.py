"""Reads JSON files with messages that say what is wrong with them; fractions stay exact."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from analysis.errors import InputError, Problem, quoted
from analysis.tables import parse_decimal, read_bytes


def read_json(path: str | Path) -> Any:
    """Read a JSON file.

    Parameters
    ----------
    path
        The file, UTF-8; a byte order mark is allowed.

    Returns
    -------
    object
        Python's own types, except that a number with a point or an exponent is a `Decimal` and
        keeps every digit.

    Raises
    ------
    InputError
        For a file that is not UTF-8 or not JSON, a key given twice, NaN, Infinity, and numbers
        beyond any use.
    """
    data = read_bytes(path)
    try:
        document = json.loads(
            data.decode("utf-8-sig"),
            object_pairs_hook=_without_duplicates,
            parse_float=_usable_number,
            parse_constant=_usable_number,
        )
        json.dumps(document, ensure_ascii=False, default=str).encode()  # no half characters
        return document
    except UnicodeDecodeError:
        found, row = "bytes that are not UTF-8", None
    except json.JSONDecodeError as error:
        found, row = f"no JSON ({error.msg})", error.lineno
    except RecursionError:
        found, row = "brackets nested too deep", None
    except ValueError as error:
        # Python refuses whole numbers of thousands of digits in words of its own.
        found = "a number of too many digits" if "integer string" in str(error) else str(error)
        row = None
    raise InputError([Problem(str(path), found, "a JSON file (UTF-8)", row)])


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f"key {quoted(next(k for k in keys if keys.count(k) > 1))} twice")
    return result


def _usable_number(text: str) -> Any:
    number = parse_decimal(text)
    if number is None:
        raise ValueError(f"the number {quoted(text)}")
    return number
