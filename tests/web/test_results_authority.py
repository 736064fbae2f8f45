"""The authority of a panel on the pages of results, in both languages."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from delphi.queries.assessment_rules import usual_protocol
from delphi.services.staff import StaffMember
from delphi.surroundings import Surroundings
from delphi.web.site import Site
from tests.services.test_authority import FIVE, ITEMS
from tests.studies import COORDINATOR, T2, RunningStudy, typed
from tests.web.conftest import sign_in
from tests.web.panel import open_study

LANGUAGES = ("en", "zh-CN")


def closed(site: Site, around: Surroundings, complete: int) -> RunningStudy:
    study = open_study(site, around, protocol=usual_protocol(["root"]))
    for expert, points in enumerate(T2[0]):
        answer = typed(dict(zip(ITEMS, points, strict=True)))
        if expert < complete:
            answer = replace(answer, assessed=FIVE[expert])
        study.submits(expert, answer)
    return study.closes_round()


def pages(app: Flask, site: Site, study: RunningStudy, language: str) -> tuple[str, str]:
    """Return the page of the round and that of the weights."""
    client: FlaskClient = app.test_client()
    sign_in(client, site, StaffMember(COORDINATOR, "lin", "Lin"))
    how = {"Accept-Language": language}
    addresses = (f"/studies/{study.id}/rounds/1/result", f"/studies/{study.id}/weights")
    found = [client.get(address, headers=how) for address in addresses]
    assert [one.status_code for one in found] == [200, 200]
    plain = [one.text.replace("\u00a0", " ").replace("\u2060", "") for one in found]
    return plain[0], plain[1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_pages_show_it_with_its_formula(
    app: Flask, site: Site, around: Surroundings, language: str
) -> None:
    result, weights = pages(app, site, closed(site, around, 5), language)
    assert "(0.76 + 0.8) / 2" in result
    caution = "at least 0.6 for everybody" if language == "en" else "Ca 至少为 0.6"
    assert caution in result
    row = (
        "Arithmetic mean, experts weighted by authority (Cr)"
        if language == "en"
        else "算术平均，专家按权威程度（Cr）加权"
    )
    assert row in weights
    assert ("3 without Cr" if language == "en" else "3 位没有") in weights


@pytest.mark.parametrize("language", LANGUAGES)
def test_below_five_both_say_why_nothing_is_shown(
    app: Flask, site: Site, around: Surroundings, language: str
) -> None:
    result, weights = pages(app, site, closed(site, around, 4), language)
    assert ("Withheld" if language == "en" else "暂不显示") in result
    assert "0.76" not in result
    reason = "fewer than 5 experts answered every question" if language == "en" else "专家不足 5 位"
    assert reason in weights
