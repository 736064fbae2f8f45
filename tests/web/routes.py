"""Every route of the application with an address that fits it, for tests that visit all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Flask

from delphi.web.access import Audience, audience_of


@dataclass(frozen=True)
class Visit:
    """A method, an address and whom the route is for."""

    method: str
    address: str
    audience: Audience


def visits(app: Flask, study_id: str = "0" * 16) -> Iterator[Visit]:
    """Yield each method of each route; routes of studies are those of `study_id`."""
    adapter = app.url_map.bind("localhost")
    filling = {"study_id": study_id, "name": "delphi.css"}
    for rule in app.url_map.iter_rules():
        audience = audience_of(app.view_functions[rule.endpoint])
        assert audience is not None
        values = {name: filling.get(name, "1") for name in rule.arguments}
        address = adapter.build(rule.endpoint, values, force_external=False)
        for method in sorted((rule.methods or set()) - {"OPTIONS"}):
            yield Visit(method, address, audience)
