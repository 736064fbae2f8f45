"""Parts of a stored result, as tests read them."""

from __future__ import annotations

from typing import Any


def group(result: dict[str, Any]) -> dict[str, Any]:
    one: dict[str, Any] = result["groups"][0]
    return one


def figures(result: dict[str, Any], name: str) -> list[float]:
    return [float(item[name]) for item in group(result)["dispersion"]]


def conditions(result: dict[str, Any]) -> dict[str, Any]:
    return {one["name"]: one for one in group(result)["verdict"]["conditions"]}
