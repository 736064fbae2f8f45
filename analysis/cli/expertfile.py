"""Reads the JSON files of `ahp` and `bwm`: items, and the answers of each expert."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from analysis.errors import Problems, quoted
from analysis.jsonfile import read_json


@dataclass(frozen=True)
class ExpertFile:
    """What such a file says; the answers themselves are not checked yet."""

    #: name of the file as the user gave it
    file: str
    #: names of the items in the order of the file, at least one, all different
    items: tuple[str, ...]
    #: expert → answers as read, at least one
    experts: dict[str, Any]
    #: further keys that were allowed and are there
    settings: dict[str, Any]


def read_expert_file(path: str, *, settings: Sequence[str] = ()) -> ExpertFile:
    """Read an object with the keys `items` and `experts`.

    Parameters
    ----------
    path
        A JSON file.
    settings
        Keys that may be there besides.

    Returns
    -------
    ExpertFile
        Answers as `analysis.jsonfile.read_json` gives them.

    Raises
    ------
    InputError
        Naming unknown and missing keys, items that are no names or repeat, and a file without
        experts.
    """
    document = read_json(path)
    problems = Problems(path)
    if not isinstance(document, dict):
        problems.add(shown(document), "an object with the keys items and experts")
        problems.raise_any()
    check_keys(document, ("items", "experts"), problems, optional=settings)
    problems.raise_any()
    _check_items(document["items"], problems)
    _check_experts(document["experts"], problems)
    problems.raise_any()
    further = {key: document[key] for key in settings if key in document}
    return ExpertFile(path, tuple(document["items"]), document["experts"], further)


def check_keys(
    found: Mapping[str, Any],
    required: Sequence[str],
    problems: Problems,
    *,
    optional: Sequence[str] = (),
    path: str = "",
) -> None:
    """Note the keys of an object that are missing and those that mean nothing.

    Parameters
    ----------
    found
        The object.
    required, optional
        Keys that must and that may be there.
    problems
        What is wrong is added here.
    path
        Path of the object in the file; empty for the whole.
    """
    dot = f"{path}." if path else ""
    known = (*required, *optional)
    for key in found:
        if key not in known:
            expected = f"only {', '.join(known)}"
            problems.add(f"unknown key {quoted(key)}", expected, column=f"{dot}{key}")
    for key in required:
        if key not in found:
            problems.add("nothing", f"the key {key}", column=f"{dot}{key}")


def shown(value: Any) -> str:
    """Say what stands in a file, short enough for a message.

    Parameters
    ----------
    value
        A value as `analysis.jsonfile.read_json` gives it.

    Returns
    -------
    str
        A number or null as it is, text in quotation marks, the kind of anything longer.
    """
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, (dict, list)):
        return "an object" if isinstance(value, dict) else "a list"
    return {True: "true", False: "false", None: "null"}[value] if _word(value) else str(value)


def is_number(value: Any) -> bool:
    """Tell numbers from everything else, true and false included.

    Parameters
    ----------
    value
        A value as `analysis.jsonfile.read_json` gives it.

    Returns
    -------
    bool
        Whether it is a number of JSON.
    """
    return isinstance(value, (int, Decimal)) and not isinstance(value, bool)


def _word(value: Any) -> bool:
    return value is None or isinstance(value, bool)


def _check_items(items: Any, problems: Problems) -> None:
    if not isinstance(items, list) or not items:
        problems.add("no items" if items == [] else shown(items), "a list of names", column="items")
        return
    seen = set()
    for at, item in enumerate(items):
        if not isinstance(item, str) or not item.strip():
            problems.add(shown(item), "a name", column=f"items[{at}]")
        elif item in seen:
            problems.add(f"{quoted(item)} twice", "each item once", column=f"items[{at}]")
        else:
            seen.add(item)


def _check_experts(experts: Any, problems: Problems) -> None:
    if not isinstance(experts, dict) or not experts:
        found = "no experts" if experts == {} else shown(experts)
        problems.add(found, "an object expert → answers", column="experts")
        return
    for expert in experts:
        if not expert.strip():
            problems.add("an expert without a name", "a name or code", column="experts")
