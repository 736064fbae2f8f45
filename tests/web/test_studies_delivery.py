"""The delivery desk: no link without an act, every showing an event, marks by hand."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest
import segno
from flask import Flask
from sqlalchemy import update

from delphi.domain.pasted_links import read_token
from delphi.models.identity import Person
from delphi.models.study import Study
from delphi.services.access import find_access
from delphi.web.site import Site
from delphi.web.studies.messages import qr_code
from tests.databases import contents
from tests.studies import T2, RunningStudy
from tests.web.studies_desk import LANGUAGES, Desk, heading, words

TOKEN = re.compile(r"/s#([0-9A-Z]{26})")


@pytest.fixture
def desk(app: Flask, site: Site) -> Desk:
    return Desk(app, site)


@pytest.fixture
def study(desk: Desk) -> RunningStudy:
    return desk.running().opens_round()


def shown_events(study: RunningStudy) -> list[dict[str, int]]:
    return [json.loads(event.payload) for event in study.events() if event.type == "links.shown"]


def test_looking_shows_no_link_and_writes_nothing(desk: Desk, study: RunningStudy) -> None:
    before = contents(desk.site.database)
    base = f"/studies/{study.id}/delivery"
    for page in (base, f"{base}?open={study.people[0]}", f"{base}?open=nobody"):
        text = desk.get(page)
        assert not TOKEN.search(text)
        for token in study.tokens:
            assert token not in text
    assert contents(desk.site.database) == before


@pytest.mark.parametrize("language", LANGUAGES)
def test_showing_a_link_gives_the_message_in_both_languages_and_one_event(
    desk: Desk, study: RunningStudy, language: str
) -> None:
    before = len(shown_events(study))
    address = f"/studies/{study.id}/delivery/{study.people[0]}/show"
    answer = desk.post(address, language=language)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert set(TOKEN.findall(answer.text)) == {study.tokens[0]}
    link = f"{desk.site.settings.base_url}/s#{study.tokens[0]}"
    first, second = re.findall(
        r'<p class="message" id="[\w-]+" lang="([\w-]+)">(.*?)</p>', answer.text, re.DOTALL
    )
    assert [first[0], second[0]] == (["en", "zh-CN"] if language == "en" else ["zh-CN", "en"])
    for _, text in (first, second):
        assert f"\n\n{link}\n\n" in text
        assert "010-5555 0123" in text
    chinese = words(dict([first, second])["zh-CN"])
    assert chinese.startswith("Expert 001，您好： 文字请您参加“城市指数”的专家函询，第 1 轮")
    assert "11 月 16 日（星期一）20:00（北京时间）之前" in chinese
    assert "六位查阅码" in chinese
    assert '<svg class="qr" role="img"' in answer.text
    assert 'style="' not in answer.text
    assert len(shown_events(study)) == before + 1
    assert shown_events(study)[-1] == {"links": 1}


def test_only_the_opened_line_carries_a_link(desk: Desk, study: RunningStudy) -> None:
    answer = desk.post(f"/studies/{study.id}/delivery/{study.people[3]}/show")
    assert set(TOKEN.findall(answer.text)) == {study.tokens[3]}
    assert answer.text.count('<details class="person" open>') == 1


def test_people_stand_by_state_and_the_mark_is_set_and_cleared(
    desk: Desk, study: RunningStudy
) -> None:
    base = f"/studies/{study.id}/delivery"
    assert heading(desk.get(base)) == "Of 8 experts, 8 have not been handed the link"
    for person in study.people:
        answer = desk.post(f"{base}/{person}/sent", {"sent": "1"})
        assert answer.headers["Location"] == f"{base}#p-{person}"
    assert heading(desk.get(base, "zh-CN")) == "8 位专家都已送达"
    desk.post(f"{base}/{study.people[0]}/sent", {"sent": "0"})
    assert heading(desk.get(base)) == "Of 8 experts, 1 has not been handed the link"
    study.all_submit(T2[0][:3])
    study.ticks()
    page = desk.get(base)
    finished = page[page.index("<h2>Finished</h2>") :]
    assert finished.count('class="person"') == 3


def test_a_reminder_says_that_somebody_may_just_have_submitted(
    desk: Desk, study: RunningStudy
) -> None:
    base = f"/studies/{study.id}/delivery/{study.people[0]}"
    desk.post(f"{base}/sent", {"sent": "1"})
    said = words(desk.post(f"{base}/show", language="zh-CN").text)
    assert "系统里还没有记到您的答卷。若您刚刚提交，请不必理会。" in said
    assert "If you have just submitted, please ignore this." in said
    assert "复制提醒" in said


def test_a_later_round_has_its_own_message(desk: Desk) -> None:
    study = desk.closed(1).opens_round()
    answer = desk.post(f"/studies/{study.id}/delivery/{study.people[0]}/show")
    assert "Round 2 of the consultation “City index” has begun." in words(answer.text)


def test_whoever_has_finished_is_told_so(desk: Desk, study: RunningStudy) -> None:
    study.all_submit(T2[0])
    study.ticks()
    answer = desk.post(f"/studies/{study.id}/delivery/{study.people[0]}/show")
    assert "Your answers in round 1 of “City index” have arrived." in words(answer.text)


def test_the_table_of_links_is_one_event_and_safe_to_open(desk: Desk, study: RunningStudy) -> None:
    with desk.site.database.writing() as session:
        session.execute(
            update(Person).where(Person.id == study.people[0]).values(field="=1+1", name=" @cmd")
        )
    before = len(shown_events(study))
    answer = desk.post(f"/studies/{study.id}/delivery/links.csv")
    assert answer.headers["Cache-Control"] == "no-store"
    assert 'filename="links-round-1.csv"' in answer.headers["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))
    assert len(rows) == 9
    assert {read_token(row[-1]) for row in rows[1:]} == set(study.tokens)
    evil = next(row for row in rows if "1+1" in row[2])
    assert (evil[0], evil[2]) == ("' @cmd", "'=1+1")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert len(shown_events(study)) == before + 1
    assert shown_events(study)[-1] == {"links": 8}


def test_a_replaced_link_works_and_the_former_does_not(desk: Desk, study: RunningStudy) -> None:
    base = f"/studies/{study.id}/delivery"
    person, former = study.people[2], study.tokens[2]
    desk.post(f"{base}/{person}/sent", {"sent": "1"})
    page = desk.get(f"{base}/{person}/replace")
    assert heading(page) == "Replace the link of Expert 003?"
    assert "stops working at once" in words(page)
    answer = desk.post(f"{base}/{person}/replace")
    assert answer.headers["Location"] == f"{base}?open={person}&replaced=1"
    page = desk.get(answer.headers["Location"])
    assert "The link was replaced." in page
    assert heading(page) == "Of 8 experts, 8 have not been handed the link"
    shown = desk.post(f"{base}/{person}/show").text
    (token,) = set(TOKEN.findall(shown))
    with desk.site.database.reading() as session:
        assert find_access(session, former, desk.site.key) is None
        assert find_access(session, token, desk.site.key) is not None


def test_without_an_open_round_there_is_nothing_to_hand_on(desk: Desk) -> None:
    study = desk.running()
    base = f"/studies/{study.id}/delivery"
    page = desk.get(base)
    assert heading(page) == "No round is open, there is nothing to hand on"
    assert f'href="/studies/{study.id}/rounds/open"' in page
    for address in (f"{base}/{study.people[0]}/show", f"{base}/links.csv"):
        answer = desk.post(address)
        assert answer.status_code == 409
        assert "This round is not open." in answer.text


def test_somebody_of_another_study_cannot_be_reached(desk: Desk, study: RunningStudy) -> None:
    other = desk.running().opens_round()
    base = f"/studies/{study.id}/delivery/{other.people[0]}"
    before = contents(desk.site.database)
    for act in ("show", "sent", "replace"):
        assert desk.post(f"{base}/{act}", {"sent": "1"}).status_code == 404
    assert desk.client.get(f"{base}/replace").status_code == 404
    assert contents(desk.site.database) == before


def test_links_sealed_with_another_key_are_not_shown(
    desk: Desk, study: RunningStudy, monkeypatch: pytest.MonkeyPatch
) -> None:
    with desk.site.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE invitation SET sealed_token = X'00'")
    answer = desk.post(f"/studies/{study.id}/delivery/{study.people[0]}/show")
    assert answer.status_code == 409
    assert "sealed with another instance key" in words(answer.text)


def test_a_qr_code_is_a_path_of_whole_modules() -> None:
    code = qr_code("https://delphi.example.org/s#" + "0" * 26)
    assert code.size >= 29
    assert re.fullmatch(r"(M\d+ \d+\.5h\d+)+", code.path)
    assert code.path.startswith("M0 0.5h7")


def test_a_qr_code_reads_back_as_the_link() -> None:
    """Drawn from the path again, it is the code that another drawing of the same link gives."""
    link = "https://delphi.example.org/s#4T8K9WQM2XHV7BND3RPZ6FJCYE"
    code = qr_code(link)
    drawn = [[0] * code.size for _ in range(code.size)]
    for x, y, length in re.findall(r"M(\d+) (\d+)\.5h(\d+)", code.path):
        for at in range(int(x), int(x) + int(length)):
            drawn[int(y)][at] = 1
    assert drawn == [list(row) for row in segno.make_qr(link, error="m").matrix]


# Paper


def groups_in(text: str) -> list[str]:
    lists = re.findall(r'<ol class="token-groups mono">(.*?)</ol>', text, re.DOTALL)
    return ["".join(re.findall(r"<li>(\w+)</li>", one)) for one in lists]


def sheets_in(text: str) -> list[str]:
    return re.findall(r'<article class="sheet pad letter-sheet".*?</article>', text, re.DOTALL)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_shown_link_can_be_scanned_and_typed(
    desk: Desk, study: RunningStudy, language: str
) -> None:
    address = f"/studies/{study.id}/delivery/{study.people[0]}/show"
    text = desk.post(address, language=language).text
    assert groups_in(text) == [study.tokens[0]]
    hint = "type these 26 characters" if language == "en" else "输入这 26 个字符"
    assert hint in words(text)
    assert f"open {desk.site.settings.base_url}/s and" in words(text) or language != "en"
    assert f'name="person" value="{study.people[0]}"' in text


def test_each_letter_carries_one_link_and_one_name(desk: Desk, study: RunningStudy) -> None:
    base = f"/studies/{study.id}/delivery"
    desk.post(f"{base}/{study.people[0]}/sent", {"sent": "1"})
    before = len(shown_events(study))
    answer = desk.post(f"{base}/letters")
    assert answer.headers["Cache-Control"] == "no-store"
    assert heading(answer.text) == "7 letters to print"
    sheets = sheets_in(answer.text)
    assert len(sheets) == 7
    assert study.tokens[0] not in answer.text
    for sheet, token in zip(sheets, study.tokens[1:], strict=True):
        assert set(TOKEN.findall(sheet)) == {token}
        assert groups_in(sheet) == [token]
        assert sheet.count('<svg class="qr" role="img"') == 1
        assert len(set(re.findall(r"Expert \d{3}", sheet))) == 1
        assert "您好：" in sheet
    assert len(shown_events(study)) == before + 1
    assert shown_events(study)[-1] == {"links": 7}


def test_one_letter_is_printed_for_one_person(desk: Desk, study: RunningStudy) -> None:
    base = f"/studies/{study.id}/delivery"
    desk.post(f"{base}/{study.people[3]}/sent", {"sent": "1"})
    answer = desk.post(f"{base}/letters", {"person": study.people[3]}, language="zh-CN")
    assert set(TOKEN.findall(answer.text)) == {study.tokens[3]}
    assert shown_events(study)[-1] == {"links": 1}
    assert desk.post(f"{base}/letters", {"person": "nobody"}).status_code == 404


def test_reloading_letters_leads_back_and_shows_nothing(desk: Desk, study: RunningStudy) -> None:
    before = contents(desk.site.database)
    answer = desk.client.get(f"/studies/{study.id}/delivery/letters?lang=en")
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/studies/{study.id}/delivery?lang=en"
    assert contents(desk.site.database) == before


def test_without_anybody_to_hand_on_no_letter_is_printed(desk: Desk, study: RunningStudy) -> None:
    base = f"/studies/{study.id}/delivery"
    for person in study.people:
        desk.post(f"{base}/{person}/sent", {"sent": "1"})
    before = len(shown_events(study))
    assert "letters" not in re.findall(r'action="[^"]*/delivery/(\w+)"', desk.get(base))
    assert "Everybody has been handed the link" in desk.post(f"{base}/letters").text
    assert len(shown_events(study)) == before


def test_links_that_go_by_mail_are_on_no_page(desk: Desk, study: RunningStudy) -> None:
    with desk.site.database.writing() as session:
        row = session.get(Study, study.id)
        assert row is not None
        row.protocol = json.dumps({**json.loads(row.protocol), "delivery": "mail"})
    before = len(shown_events(study))
    base = f"/studies/{study.id}/delivery"
    for act in (f"{study.people[0]}/show", "letters", "links.csv"):
        answer = desk.post(f"{base}/{act}")
        assert answer.status_code == 409, act
        assert "go out by mail" in answer.text
        assert not TOKEN.search(answer.text)
    assert len(shown_events(study)) == before
