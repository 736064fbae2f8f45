"""What the check, the receipt and the page of two versions read back, and in which order."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from delphi.surroundings import Surroundings
from delphi.web.site import Site
from tests.five_methods import ANSWER, FIVE_METHODS, five_methods
from tests.studies import RunningStudy
from tests.web.own_pages import FAMILIARITY, IMPLICATIONS, PAGES, OwnPage, said
from tests.web.panel import Expert, open_study

LANGUAGES = ("en", "zh-CN")
SAME = {
    "en": "These answers are the same as submission 1; you need not submit again.",
    "zh-CN": "与第 1 次提交相同，不必再提交。",
}
UNSENT = {
    "en": "Submission 1 counts until you submit what is below.",
    "zh-CN": "在您提交下面的答案之前，计入的仍是第 1 次提交。",
}
#: What is said of two items in pairs, and of a ranking from its first place on.
SENTENCES = {
    "en": (
        "“Supply” counts 3 times as much as “Demand”",
        "“Demand” counts the same as “Environment”",
    ),
    "zh-CN": (
        "“信息消费供给”的重要程度是“信息消费需求”的 3 倍",
        "“信息消费需求”与“信息消费环境”同等重要",
    ),
}
IN_ORDER = {
    "en": ("Online trade", "Telecommunications", "Public services", "Software"),
    "zh-CN": ("电子商务", "信息通信业", "公共服务", "软件业"),
}
UNDONE = {
    "en": ("3 things are left to fill in or to correct; you cannot submit yet.", "Fill in"),
    "zh-CN": ("还有 3 处没有填好，现在还不能提交。", "去填写"),
}
TOLD_BOTH = {
    "en": ("1 answer differs", "21 answers are the same in both"),
    "zh-CN": ("有 1 处答案不同", "其余 21 处答案相同"),
}

#: The later version names another best one; one comparison is asked in both, in two fields.
COMPARED = {
    "en": {
        "Most important": ["Information security", "Infrastructure"],
        "“Information security” compared with “Infrastructure”": ["4 times", "nothing here"],
        "“Information security” compared with “Policy”": ["8 times", "5 times"],
        "“Infrastructure” compared with “Policy”": ["3 times", "8 times"],
        "“Infrastructure” compared with “Information security”": ["nothing here", "2 times"],
    },
    "zh-CN": {
        "最重要的一项": ["信息安全", "基础设施"],
        "“信息安全”与“基础设施”相比": ["4 倍", "无"],
        "“信息安全”与“政策环境”相比": ["8 倍", "5 倍"],
        "“基础设施”与“政策环境”相比": ["3 倍", "8 倍"],
        "“基础设施”与“信息安全”相比": ["无", "2 倍"],
    },
}


@pytest.fixture
def study(site: Site, around: Surroundings) -> RunningStudy:
    return open_study(site, around, tree=FIVE_METHODS, protocol=five_methods())


@pytest.fixture(params=LANGUAGES)
def expert(app: Flask, study: RunningStudy, request: pytest.FixtureRequest) -> Expert:
    return Expert(app, study.tokens[0], language=request.param).enters()


def sends(expert: Expert, changed: dict[str, str] | None = None) -> int:
    form = {**expert.fields().values, **ANSWER, **(changed or {}), "action": "continue"}
    return expert.posts("/survey", form).status_code


def text(page: str) -> str:
    """Return the words of the middle of a page."""
    main = page.split("<main", 1)[1].split("</main>", 1)[0].partition(">")[2]
    return re.sub(r" +", " ", said(re.sub(r"<(?!wbr|/?span)[^>]*>", " ", main)))


def rows(page: str) -> list[str]:
    """Return what the heads of the rows say, in order."""
    return [said(one) for one in re.findall(r'<th scope="row">(.*?)</th>', page, re.S)]


def test_what_was_submitted_is_told_from_what_is_not(expert: Expert) -> None:
    same, unsent = SAME[expert.language], UNSENT[expert.language]
    sends(expert)
    before = text(expert.looks("/survey/check").text)
    assert same not in before
    assert unsent not in before
    expert.submits()
    again = expert.looks("/survey/check").text
    assert same in text(again)
    assert unsent not in text(again)
    assert 'class="btn" href="/survey/receipt"' in again
    assert '<button class="btn second" type="submit"' in again
    for changed in ({"rating.importance.D1": "1"}, {"reason.D1": "Because."}):
        sends(expert, changed)
        other = expert.looks("/survey/check").text
        assert unsent in text(other)
        assert same not in text(other)
        assert '<button class="btn" type="submit"' in other
    sends(expert, {"reason.D1": ""})
    assert same in text(expert.looks("/survey/check").text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_change_beside_the_answers_is_no_repetition(
    page: OwnPage, app: Flask, site: Site, around: Surroundings
) -> None:
    expert = page.answered(app, page.opens(site, around))
    expert.presses(page.address, page.address, **page.some, action="continue")
    expert.submits()
    for given, expected in ((page.some, SAME), (page.other, UNSENT), (page.some, SAME)):
        expert.presses(page.address, page.address, **given, action="continue")
        check = text(expert.looks("/survey/check").text)
        assert [words["en"] in check for words in (SAME, UNSENT)] == [
            expected is words for words in (SAME, UNSENT)
        ]
    # What was sent with the answers is no change of them on the questionnaire either.
    assert "not submitted them yet" not in text(expert.looks().text)


@pytest.mark.parametrize("page", [FAMILIARITY, IMPLICATIONS], ids=lambda page: page.name)
def test_what_stands_beside_the_answers_has_a_heading_on_the_receipt(
    page: OwnPage, app: Flask, site: Site, around: Surroundings
) -> None:
    expert = page.answered(app, page.opens(site, around))
    expert.presses(page.address, page.address, **page.some, action="continue")
    expert.submits()
    heading = re.search(
        r'<h2 class="gap">([^<]+)</h2>\s*<table class="stored-assessment"',
        expert.looks("/survey/receipt").text,
    )
    assert heading
    assert heading.group(1) in {"How familiar you are", "What your answers imply further down"}


def test_submitting_the_same_again_is_stored_all_the_same(
    expert: Expert, study: RunningStudy
) -> None:
    sends(expert)
    for _ in range(2):
        assert expert.submits().headers["Location"] == "/survey/receipt"
    assert [one.revision for one in study.submissions()] == [1, 2]
    assert SAME[expert.language].replace("1", "2") in text(expert.looks("/survey/check").text)


def test_gaps_stand_first_on_the_check_with_links(expert: Expert) -> None:
    gaps = {"times.D:S": "", "place.S2": "", "points.D1.1": "x"}
    assert sends(expert, gaps) == 422
    page = expert.looks("/survey/check").text
    words, fill_in = UNDONE[expert.language]
    top = page.split("</h1>", 1)[1].split("<section", 1)[0]
    assert text(f"<main>{top}</main>").strip().startswith(words)
    fields = ("times-D--S", "place-S2", "points-D1.1")
    assert [f'href="/survey#{one}"' in top for one in fields] == [True] * 3
    # What cannot be read is to be corrected; the button says again why it does not submit.
    links = dict(re.findall(r'href="/survey#([^"]+)">([^<]+)</a></li>', page.split("<dl", 1)[1]))
    correct = {"en": "Correct it", "zh-CN": "去修改"}[expert.language]
    assert links == dict(zip(fields, (fill_in, fill_in, correct), strict=True))
    assert text(page).count(words) == 2


def test_comparisons_are_sentences_and_a_ranking_goes_by_place(expert: Expert) -> None:
    sends(expert)
    pages = [expert.looks("/survey/check").text]
    expert.submits()
    pages.append(expert.looks("/survey/receipt").text)
    for page in pages:
        for sentence in SENTENCES[expert.language]:
            assert sentence in text(page), text(page)
        found = [one for one in rows(page) if one in IN_ORDER[expert.language]]
        assert found == list(IN_ORDER[expert.language])
    heads = re.findall(r'<table class="fold worded">\s*<thead><tr><th scope="col">(.*?)<', pages[0])
    assert heads == [{"en": "Asked about", "zh-CN": "所问内容"}[expert.language]] * 2


def test_an_unfinished_ranking_has_what_is_missing_at_its_end(expert: Expert) -> None:
    assert sends(expert, {"place.S3": ""}) == 422
    page = expert.looks("/survey/check").text
    names = IN_ORDER[expert.language]
    assert [one for one in rows(page) if one in names] == [*names[1:], names[0]]


def test_the_receipt_says_first_what_is_needed_to_check_it(expert: Expert) -> None:
    sends(expert)
    expert.submits()
    page = expert.looks("/survey/receipt").text
    above, _, below = page.partition('<div class="sheet receipt pad">')
    assert '<a href="#code">' in above
    folded = below.split('<details class="fold-sheet">', 1)[1]
    assert '<h2 id="code">' in folded
    assert {"en": "one with “Proof” open", "zh-CN": "再展开“核验信息”"}[expert.language] in text(
        page
    )


def test_two_versions_show_what_differs_and_fold_what_is_equal(expert: Expert) -> None:
    form = {**expert.fields().values, **ANSWER, "action": "save"}
    expert.posts("/survey", form)
    response = expert.posts("/survey", {**form, "rating.importance.D2": "1"})
    assert response.status_code == 409
    shown, _, folded = response.text.partition("<details")
    differs, equal = TOLD_BOTH[expert.language]
    assert differs in text(f"{shown}</main>")
    assert equal in text(f"<main>{folded}")
    assert len(rows(shown)) == 1
    assert re.findall(r"<td data-label=\"[^\"]+\"><span>(\d)</span>", shown) == ["1", "3"]
    assert shown.index("<table") < shown.index('name="keep" value="here"')
    assert shown.index('href="#choice"') < shown.index("<table")


def test_a_comparison_is_found_by_its_two_items(expert: Expert) -> None:
    form = {**expert.fields().values, **ANSWER, "action": "save"}
    expert.posts("/survey", form)
    other = {"best.E": "E2", "best_to.E1": "4", "best_to.E3": "8", "to_worst.E1": "3"}
    page = expert.posts("/survey", {**form, **other, "best_to.E2": "", "to_worst.E2": ""}).text
    told = {
        said(name): [said(one) for one in spans]
        for name, *spans in re.findall(
            r'<th scope="row">(.*?)</th>' + 2 * r"<td[^>]*><span>(.*?)</span></td>",
            page.partition("<details")[0],
        )
    }
    assert told == COMPARED[expert.language]


def test_a_question_left_out_in_both_versions_is_one_line(expert: Expert) -> None:
    form = {**expert.fields().values, **ANSWER, "action": "save", "abstain.S": "1"}
    expert.posts("/survey", form)
    page = expert.posts("/survey", {**form, "rating.importance.D2": "1"}).text
    line = {"en": "“Supply”: cannot judge", "zh-CN": "“信息消费供给”：无法判断"}[expert.language]
    assert line in text(page)
    assert IN_ORDER[expert.language][3] not in text(page)
