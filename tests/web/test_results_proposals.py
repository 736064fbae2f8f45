"""What experts proposed, as coordinators and methodologists read it after the close."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import update

from delphi.domain.proposals import Proposal
from delphi.domain.protocol import default_protocol
from delphi.models.answer import Rationale
from delphi.services.staff import StaffMember
from delphi.surroundings import Surroundings
from delphi.web.site import Site
from tests.studies import COORDINATOR, T2, RunningStudy, typed
from tests.web.conftest import sign_in
from tests.web.panel import Expert, open_study
from tests.web.results_desk import words_of

RULES = replace(default_protocol(["root"]), proposals=True)
LANGUAGES = ("en", "zh-CN")
GIVEN = (
    (Proposal("indicator", "", "=HYPERLINK(\"//x\")"), Proposal("tree", "", "<b>Too deep</b>")),
    (Proposal("definition", "S", "Supply of what?\nAnd when?"),),
    (Proposal("indicator", "", "Add rail."),),
)  # fmt: skip


def answered(
    site: Site, around: Surroundings, given: tuple[tuple[Proposal, ...], ...]
) -> RunningStudy:
    study = open_study(site, around, protocol=RULES)
    for expert, points in enumerate(T2[0]):
        answer = typed(dict(zip("DSE", points, strict=True)))
        proposals = given[expert] if expert < len(given) else ()
        study.submits(expert, replace(answer, proposals=proposals))
    return study


class Reader:
    """A signed-in coordinator's browser."""

    def __init__(self, app: Flask, site: Site, study: RunningStudy) -> None:
        self.client, self.study = app.test_client(), study
        sign_in(self.client, site, StaffMember(COORDINATOR, "lin", "Lin"))

    def page(self, language: str = "en", status: int = 200) -> str:
        address = f"/studies/{self.study.id}/rounds/1/result"
        found = self.client.get(address, headers={"Accept-Language": language})
        assert found.status_code == status
        return found.text

    def table(self) -> list[list[str]]:
        found = self.client.get(f"/studies/{self.study.id}/rounds/1/proposals.csv")
        assert found.status_code == 200
        assert found.mimetype == "text/csv"
        return list(csv.reader(io.StringIO(found.get_data().decode("utf-8-sig"))))


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ("Suggested indicators", "Questions on definitions", "Supply Supply of what?",
                "4 texts from the counted answers")),
        ("zh-CN", ("建议增加的指标", "对定义的疑问", "供给 Supply of what?", "共 4 条")),
    ],
)  # fmt: skip
def test_texts_stand_by_kind_and_unsigned(
    app: Flask, site: Site, around: Surroundings, language: str, said: tuple[str, ...]
) -> None:
    study = answered(site, around, GIVEN).closes_round()
    page = Reader(app, site, study).page(language)
    told = words_of(page)
    for text in (*said, "Add rail.", "<b>Too deep</b>", "=HYPERLINK"):
        assert text in told, text
    assert "<b>Too deep" not in page
    for respondent in {one.respondent for one in study.submissions()}:
        assert respondent not in page


def test_the_table_carries_no_formula(app: Flask, site: Site, around: Surroundings) -> None:
    study = answered(site, around, GIVEN).closes_round()
    header, *rows = Reader(app, site, study).table()
    assert header == ["round", "kind", "code", "name_zh", "name_en", "text"]
    assert [row[1] for row in rows] == ["indicator", "indicator", "definition", "tree"]
    assert ["1", "definition", "S", "供给", "Supply", "Supply of what?\nAnd when?"] in rows
    assert {row[5] for row in rows if row[1] == "indicator"} == {
        "Add rail.", "'=HYPERLINK(\"//x\")",
    }  # fmt: skip


def test_an_open_round_shows_nothing_of_it(app: Flask, site: Site, around: Surroundings) -> None:
    study = answered(site, around, GIVEN)
    reader = Reader(app, site, study)
    assert "Add rail." not in reader.page()
    assert reader.client.get(f"/studies/{study.id}/rounds/1/proposals.csv").status_code == 404
    assert reader.client.get(f"/studies/{study.id}/rounds/7/proposals.csv").status_code == 404


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_proposed_is_said(
    app: Flask, site: Site, around: Surroundings, language: str
) -> None:
    study = answered(site, around, ()).closes_round()
    nothing = "Nobody proposed anything" if language == "en" else "没有人提出建议或评论"
    reader = Reader(app, site, study)
    assert nothing in reader.page(language)
    assert len(reader.table()) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_erased_text_is_gone_and_said_so(
    app: Flask, site: Site, around: Surroundings, language: str
) -> None:
    study = answered(site, around, GIVEN).closes_round()
    with site.database.writing() as session:
        session.execute(update(Rationale).where(Rationale.text == "Add rail.").values(text=""))
    told = words_of(Reader(app, site, study).page(language))
    assert "Add rail." not in told
    assert ("1 text was erased" if language == "en" else "有 1 条已删除") in told


def test_where_none_were_asked_for_there_is_no_section(
    app: Flask, site: Site, around: Surroundings
) -> None:
    study = open_study(site, around).all_submit(T2[0]).closes_round()
    reader = Reader(app, site, study)
    assert 'id="proposals"' not in reader.page()
    assert reader.client.get(f"/studies/{study.id}/rounds/1/proposals.csv").status_code == 404


def test_other_experts_see_none_of_it(app: Flask, site: Site, around: Surroundings) -> None:
    study = answered(site, around, GIVEN).closes_round().opens_round(departure="Another round.")
    page = Expert(app, study.tokens[5]).enters().looks().text
    for text in ("Add rail.", "Too deep", "HYPERLINK", "Supply of what?"):
        assert text not in page


@pytest.mark.parametrize(
    ("rehearsal", "mark"), [(True, "-rehearsal.csv"), (False, "proposals.csv")]
)
def test_the_table_of_a_rehearsal_says_so(
    app: Flask, site: Site, around: Surroundings, *, rehearsal: bool, mark: str
) -> None:
    study = open_study(site, around, protocol=RULES, rehearsal=rehearsal)
    study.all_submit(T2[0]).closes_round()
    found = Reader(app, site, study).client.get(f"/studies/{study.id}/rounds/1/proposals.csv")
    assert found.headers["Content-Disposition"].endswith(f'{mark}"')
