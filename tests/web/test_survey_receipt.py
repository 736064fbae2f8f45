"""The receipt: what arrived, its proof, and the public check of a receipt code."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select, update

from analysis.record.canonical import canonical_bytes
from analysis.record.leaf import leaf_hash
from delphi.domain.tokens import base32, in_groups
from delphi.models.answer import Submission
from delphi.surroundings import Surroundings
from delphi.web.site import Site
from tests.studies import RunningStudy
from tests.web.panel import Expert, Fields, open_study

NONCE = "00112233445566778899aabbccddeeff"


@pytest.fixture
def study(site: Site, around: Surroundings) -> RunningStudy:
    return open_study(site, around, experts=5)


@pytest.fixture
def expert(app: Flask, study: RunningStudy) -> Expert:
    """Give an expert who has filled in everything."""
    expert = Expert(app, study.tokens[0]).enters()
    assert expert.sends({"reason.D": "Because of demand."}, D=20, S=50, E=30).status_code == 303
    return expert


def stored(study: RunningStudy) -> list[Submission]:
    return study.submissions()


def code_on(page: str) -> str:
    return page.split('<p class="code">', 1)[1].split("</p>", 1)[0]


def closed(study: RunningStudy) -> RunningStudy:
    for other in range(1, 5):
        study.submits(other, (20, 50, 30))
    return study.closes_round()


def test_the_proof_is_folded_under_the_receipt(expert: Expert, study: RunningStudy) -> None:
    expert.submits(browser_nonce=NONCE)
    (submission,) = stored(study)
    page = expert.looks("/survey/receipt").text
    code = in_groups(base32(bytes.fromhex(submission.leaf), 20))
    assert code_on(page) == f"{code[:14]}<br>{code[15:]}"
    assert in_groups(submission.leaf, 8) in page
    last = study.events()[-1]
    assert f"entry {last.height} is its head" in page
    assert in_groups(last.hash, 8) in page
    assert "Half of it came from your browser" in page
    assert "take a screenshot" in page


def test_the_receipt_data_lead_to_the_leaf_without_the_server(
    expert: Expert, study: RunningStudy
) -> None:
    expert.submits()
    response = expert.looks("/survey/receipt/data")
    assert response.headers["Content-Disposition"] == 'attachment; filename="receipt-1-1.json"'
    data = response.get_json()
    nonce = bytes.fromhex(data["nonce"])
    assert leaf_hash(canonical_bytes(data["document"]), nonce) == data["leaf"]
    assert data["leaf"] == stored(study)[0].leaf
    assert data["reasons"] == {"D": "Because of demand."}


def test_a_changed_submission_is_noticed(expert: Expert, study: RunningStudy) -> None:
    expert.submits()
    with study.database.writing() as session:
        document = stored(study)[0].document.replace('"D":20', '"D":15')
        session.execute(update(Submission).values(document=document))
    assert "it was changed after you submitted it" in expert.looks("/survey/receipt").text


def test_without_a_submission_there_is_no_receipt(expert: Expert) -> None:
    for address in ("/survey/receipt", "/survey/receipt/data"):
        assert expert.looks(address).headers["Location"] == "/survey"


@pytest.mark.parametrize(
    "query", ["round=2&submission=1", "round=1&submission=9", "round=x", "submission=1", "round="]
)
def test_a_receipt_that_does_not_exist_leads_back(expert: Expert, query: str) -> None:
    expert.submits()
    assert expert.looks(f"/survey/receipt?{query}").headers["Location"] == "/survey"


def test_nobody_sees_the_receipt_of_another(
    app: Flask, expert: Expert, study: RunningStudy
) -> None:
    expert.submits()
    other = Expert(app, study.tokens[1]).enters()
    for address in ("/survey/receipt", "/survey/receipt?round=1&submission=1"):
        assert other.looks(address).headers["Location"] == "/survey"


def test_after_the_close_the_receipt_says_whether_it_was_counted(
    expert: Expert, study: RunningStudy
) -> None:
    expert.submits()
    expert.sends(D=25, S=45, E=30)
    expert.submits()
    closed(study)
    page = expert.looks("/survey/receipt").text
    assert "this submission was counted" in page
    assert "change your answers" not in page
    old = expert.looks("/survey/receipt?round=1&submission=1").text
    assert "this submission was not counted" in old


# --------------------------------------------------------------------------------- its public check


def check(app: Flask, code: str) -> tuple[int, str]:
    response = app.test_client().post("/check", data={"code": code})
    return response.status_code, response.text


def receipt_code(study: RunningStudy, revision: int = 1) -> str:
    leaf = next(one.leaf for one in stored(study) if one.revision == revision)
    return in_groups(base32(bytes.fromhex(leaf), 20))


@pytest.mark.parametrize(
    "typed",
    [
        lambda code: code,
        lambda code: code.replace(" ", ""),
        lambda code: code.lower().replace(" ", "-"),
        lambda code: code.replace("0", "O").replace("1", "I"),
        lambda code: "\n".join(code.split(" ")),
        lambda code: "".join(chr(ord(c) + 0xFEE0) if c != " " else "　" for c in code),
    ],
)
def test_a_counted_receipt_is_found_however_it_is_typed(
    app: Flask, expert: Expert, study: RunningStudy, typed: Callable[[str], str]
) -> None:
    expert.submits()
    with study.database.reading() as session:
        leaf = session.scalars(select(Submission.leaf)).one()
    closed(study)
    status, page = check(app, typed(in_groups(base32(bytes.fromhex(leaf), 20))))
    assert status == 200
    assert "This answer was counted, unchanged" in page
    assert "City index" in page


def test_a_receipt_of_an_open_round_waits(app: Flask, expert: Expert, study: RunningStudy) -> None:
    expert.submits()
    status, page = check(app, receipt_code(study))
    assert status == 200
    assert "can be checked after it closes" in page
    assert "City index" not in page


def test_a_superseded_receipt_is_not_counted(
    app: Flask, expert: Expert, study: RunningStudy
) -> None:
    expert.submits()
    old = receipt_code(study)
    expert.sends(D=25, S=45, E=30)
    expert.submits()
    closed(study)
    assert "No closed round has counted" in check(app, old)[1]


@pytest.mark.parametrize(
    "typed",
    ["", " ", "0" * 19, "0" * 21, "U" * 20, "<b>" * 9, "'; DROP TABLE submission", "🙂" * 20,
     "0" * 10_000, "\u202e" + "0" * 20],
)  # fmt: skip
def test_what_is_no_receipt_code_stays_in_the_field(app: Flask, typed: str) -> None:
    status, page = check(app, typed)
    assert status == 422
    assert "20 letters and digits" in page
    assert Fields(page).values["code"] == typed[:200]


def test_a_code_that_nobody_has_is_not_found(app: Flask) -> None:
    status, page = check(app, "0" * 20)
    assert status == 200
    assert "No closed round has counted an answer" in page


def test_the_check_sets_no_cookie(app: Flask) -> None:
    client = app.test_client()
    responses = (client.get("/check"), client.post("/check", data={"code": "0" * 20}))
    assert not any(response.headers.getlist("Set-Cookie") for response in responses)
