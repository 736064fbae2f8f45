"""The weights page and its files."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterator
from decimal import Decimal
from html import unescape

import pytest
from sqlalchemy import select, update

from analysis.templates import template_tree
from delphi.models.study import LedgerEvent, Release
from delphi.services.closing import close_round
from delphi.services.releases import end_study
from tests.databases import SqliteSource
from tests.studies import T2, RunningStudy
from tests.web.results_desk import shared_desk
from tests.web.studies_desk import LANGUAGES, METHODOLOGIST, Desk, heading, words


@pytest.fixture(scope="module")
def desk(sqlite_source: SqliteSource, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with shared_desk(sqlite_source, tmp_path_factory.mktemp("results")) as given:
        yield given


@pytest.fixture(scope="module")
def released(desk: Desk) -> RunningStudy:
    """Panel T2 on the shipped tree, released as a rehearsal; tests only read it."""
    study = desk.running(tree=template_tree("icdi_ec_2022"), rehearsal=True)
    for answers in T2:
        study.opens_round().all_submit(answers).closes_round()
    with desk.site.database.writing() as session:
        end_study(session, study.id, desk.site.around)
    return study


def address(study: RunningStudy, rest: str = "") -> str:
    return f"/studies/{study.id}/weights{rest}"


def test_before_a_round_is_closed_the_page_says_what_belongs_here(desk: Desk) -> None:
    study = desk.running()
    study.opens_round().all_submit(T2[0])
    page = desk.get(address(study))
    assert heading(page) == "No weights yet: no round has been closed"
    assert "<table" not in page
    for name in ("weights.json", "weights.csv"):
        assert desk.client.get(address(study, f"/{name}")).status_code == 404


def test_weights_that_are_being_computed_are_said_to_be(desk: Desk) -> None:
    study = desk.running()
    study.opens_round().all_submit(T2[0])
    with study.database.writing() as session:
        close_round(session, study.round_id, study.around)
    page = desk.get(address(study))
    assert heading(page) == "Round 1 is closed, its results are being computed"
    assert "delphi tick" in words(page)
    assert "<table" not in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_after_a_close_the_page_is_a_preview(desk: Desk, language: str) -> None:
    study = desk.closed(3)
    page = desk.get(address(study), language)
    said = {"en": "A preview: nothing has been released.", "zh-CN": "这是预览，什么也没有发布。"}
    assert said[language] in words(page)
    assert "weights.json" not in page


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "Weights released: Demand 15%; Supply 55%; Environment 30%"),
        ("zh-CN", "权重已发布：需求 15%；供给 55%；环境 30%"),
    ],
)
def test_the_heading_has_the_released_weights(
    desk: Desk, released: RunningStudy, language: str, expected: str
) -> None:
    assert heading(desk.get(address(released), language)) == expected


def test_published_and_exact_weights_stand_together(desk: Desk, released: RunningStudy) -> None:
    text = words(desk.get(address(released)))
    for published, exact in (("15%", "14.375%"), ("55%", "55.000%"), ("30%", "30.625%")):
        assert published in text
        assert exact in text
    assert "Published in steps of 5%, as the protocol chose before launch" in text
    assert "Apart from equal weights no rule differs by more than 2.5 percentage points." in text


def test_how_sure_the_weights_are_stands_with_its_way(desk: Desk, released: RunningStudy) -> None:
    text = words(desk.get(address(released)))
    for figure in ("1.336", "51.84–58.16%", "52.50–57.50%"):
        assert figure in text
    assert "resampled panels, 94.7% are rounded to the same published weights." in text
    assert "Most often otherwise: 10% / 55% / 35% (2.25%)" in text
    assert "--rule arithmetic_mean --step 5 --resamples 10000 --seed 1" in text


def test_the_file_has_the_interval_of_each_elicited_weight(
    desk: Desk, released: RunningStudy
) -> None:
    document = json.loads(desk.client.get(address(released, "/weights.json")).data)
    intervals = {node["code"]: node["interval95"] for node in document["nodes"]}
    assert intervals["S"] == ["0.5250000000", "0.5750000000"]
    assert {code for code, one in intervals.items() if one} == {"D", "S", "E"}
    assert document["provenance"]["seed"] == 1


def test_a_rehearsal_says_so(desk: Desk, released: RunningStudy) -> None:
    assert "these weights can never become a real release" in words(desk.get(address(released)))
    document = json.loads(desk.client.get(address(released, "/weights.json")).data)
    assert document["rehearsal"] is True


def test_the_downloaded_bytes_have_the_released_hash(desk: Desk, released: RunningStudy) -> None:
    answer = desk.client.get(address(released, "/weights.json"))
    assert answer.mimetype == "application/json"
    assert "rehearsal.json" in answer.headers["Content-Disposition"]
    with released.database.reading() as session:
        stored = session.scalars(
            select(Release.weights_sha256).where(Release.study_id == released.id)
        ).one()
    assert hashlib.sha256(answer.data).hexdigest() == stored
    assert stored in desk.get(address(released))


def test_the_table_of_weights_says_the_same_as_the_file(desk: Desk, released: RunningStudy) -> None:
    answer = desk.client.get(address(released, "/weights.csv"))
    assert answer.data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    document = json.loads(desk.client.get(address(released, "/weights.json")).data)
    assert [row["local"] for row in rows] == [node["local"] for node in document["nodes"]]
    shown = re.findall(r'data-label="Global, exact">([\d.]+)<', desk.get(address(released)))
    assert [Decimal(row["global"]) * 100 for row in rows] == [
        pytest.approx(Decimal(one), abs=Decimal("0.0005")) for one in shown
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_weight_opens_to_its_way(desk: Desk, released: RunningStudy, language: str) -> None:
    keys = re.findall(r'<a class="open" id="([^"]+)"', desk.get(address(released)))
    assert len(keys) == len(set(keys)) == 37
    for key in keys:
        page = desk.get(address(released, f"?open={key}"), language)
        assert page.count('<ol class="way">') == 1, key
        assert page.count('aria-expanded="true"') == 1, key
        assert "%(" not in page
        part = desk.get(address(released, f"?open={key}&fragment=1"), language)
        assert "<html" not in part
        assert words(part) in words(page)


def test_the_way_goes_from_the_published_weight_to_the_answers(
    desk: Desk, released: RunningStudy
) -> None:
    page = desk.get(address(released, "?open=way-S&fragment=1"))
    text = words(page)
    for piece in (
        "Published weight55%",
        "Rounded to 5%55.000%",
        "1×0.550000=0.550000",
        "Σ x / n × 100= 440 / 800= 11 / 20=0.550000",
        "8 answersRound 3",
    ):
        assert piece.replace(" ", "") in text.replace(" ", ""), piece
    digest = released.round().counted_sha256
    assert digest is not None
    assert digest in page


def test_the_way_of_a_leaf_passes_through_its_parents(desk: Desk, released: RunningStudy) -> None:
    text = words(desk.get(address(released, "?open=way-S4&fragment=1"))).replace(" ", "")
    assert "1×0.550000×0.384615=0.211538" in text
    assert "5/13=0.384615" in text


def test_coordinators_see_no_rows_and_methodologists_do(desk: Desk, released: RunningStudy) -> None:
    mine = desk.get(address(released, "?open=way-S"))
    assert 'class="answers"' not in mine
    assert "shown to methodologists only" in words(mine)
    theirs = desk.get(address(released, "?open=way-S"), client=desk.browser(METHODOLOGIST))
    table = theirs[theirs.index('<table class="answers">') :]
    rows = re.findall(r'<th scope="row">([A-Z2-7]{2,})</th>', table[: table.index("</table>")])
    assert len(rows) == len(set(rows)) == 8
    sums = words(theirs)
    assert re.search(r"(\d+ \+ ){7}\d+ / 8 × 100", sums)
    assert not any(one.respondent in theirs for one in released.submissions())


@pytest.mark.parametrize("key", ["way-X", "S", "way-", "nothing", "x" * 400])
def test_an_unknown_weight_opens_nothing(desk: Desk, released: RunningStudy, key: str) -> None:
    page = desk.get(address(released, f"?open={key}"))
    assert '<ol class="way">' not in page
    part = desk.client.get(address(released, f"?open={key}&fragment=1"))
    assert part.status_code == 404


def test_the_ledger_stands_with_its_state_and_its_head(desk: Desk, released: RunningStudy) -> None:
    page = desk.get(address(released))
    events = released.events()
    assert f"The chain of {len(events)} events holds" in words(page)
    assert events[-1].hash in page
    assert page.count('<span class="when">') == len(events)


def test_a_broken_chain_is_said_to_be_broken(desk: Desk) -> None:
    study = desk.closed(1)
    with study.database.writing() as session:
        session.execute(
            update(LedgerEvent)
            .where(LedgerEvent.study_id == study.id, LedgerEvent.height == 2)
            .values(payload='{"invited":9}')
        )
    assert "The chain breaks at event 2" in words(desk.get(address(study)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_too_few_answers_show_no_weights(desk: Desk, language: str) -> None:
    study = desk.running()
    study.opens_round().all_submit(T2[0][:4]).closes_round()
    text = words(desk.get(address(study), language))
    assert ("1 is missing" in text) or ("还差 1 份" in text)
    assert "18.750" not in text


def test_no_title_or_name_is_printed_unescaped(desk: Desk) -> None:
    tree = template_tree("icdi_ec_2022")
    node = tree.nodes[0]
    odd = type(node)(**{**vars(node), "name_en": "<b>bold</b> & more"})
    study = desk.running(tree=type(tree)((odd, *tree.nodes[1:])))
    study.opens_round().all_submit(T2[0]).closes_round()
    for page in (
        desk.get(address(study, "?open=way-D")),
        desk.get(f"/studies/{study.id}/rounds/1/result?open=mean-D"),
    ):
        assert "<b>bold</b>" not in page
        assert "<b>bold</b> & more" in unescape(page)
