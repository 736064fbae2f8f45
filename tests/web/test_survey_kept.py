"""Whatever people and programs do with the form: what was acknowledged is shown and counted."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select
from werkzeug.test import TestResponse

from analysis.record.canonical import canonical_bytes
from delphi.clock import FixedClock
from delphi.models.answer import Draft
from delphi.schemas import require_valid
from delphi.services import drafts
from delphi.surroundings import Surroundings
from delphi.web.site import Site
from delphi.web.survey import answering
from tests.studies import T2, RunningStudy
from tests.web.panel import Expert, Fields, study_in_round_2

CODES = ("D", "S", "E")
EXPERTS = 5
CONFLICT = ("There are two versions of your answers", "Go on with the earlier version")
#: What a hand types into a field of points, most of it good.
POINTS = st.sampled_from(
    ["", "0", "20", "50", "30", "100", "２０", "47", "abc", "-5", "٣٠", "9" * 60]
)
WORDS = st.sampled_from(
    ["", "Because.", "因为需求大", "e\u0301te\u0301", "a\nb", "<b>{{ 7*7 }}</b>", "x" * 501]
)
GOOD = st.sampled_from(
    [("20", "50", "30"), ("10", "60", "30"), ("0", "100", "0"), ("２０", "50", "30")]
)
JUNK = st.dictionaries(
    st.sampled_from(
        ["version", "round", "kept", "points.X", "points.", "points.D.D", "abstain.X", "reason.",
         "weights", "respondent", "action", "points", "reason.root", "state"]
    ),
    st.one_of(
        st.sampled_from(["", "x", "-1", "1e3", "１", "٣", "9" * 30, "😀", "null", "[]", "{}"]),
        st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20),
    ),
    max_size=4,
)  # fmt: skip
WINDOW = st.integers(0, 2)


@dataclass(frozen=True)
class Content:
    """What one version of the answers says."""

    points: tuple[str, str, str]
    reasons: tuple[str, str, str]
    abstains: bool

    @property
    def is_complete(self) -> bool:
        """Whether it may be submitted; written anew, so that two readings are compared."""
        if any(len(text) > 500 for text in self.reasons):
            return False
        if self.abstains:
            return True
        plain = [text.translate(WIDE) for text in self.points]
        if not all(text in {"0", "20", "50", "30", "10", "60", "100"} for text in plain):
            return False
        return sum(int(text) for text in plain) == 100


WIDE = str.maketrans("０１２３４５６７８９", "0123456789")
SHORT = {"e\u0301te\u0301": "été"}


def stored_as(fields: Mapping[str, str]) -> Content:
    """Return what a form should be kept as: cut, in NFC, nothing else."""
    return Content(
        points=tuple(fields.get(f"points.{code}", "")[:40] for code in CODES),  # type: ignore[arg-type]
        reasons=tuple(
            SHORT.get(text, text) for text in (fields.get(f"reason.{c}", "") for c in CODES)
        ),  # type: ignore[arg-type]
        abstains=bool(fields.get("abstain.root")),
    )


def shown_in(page: Fields) -> Content:
    return Content(
        points=tuple(page.values[f"points.{code}"] for code in CODES),  # type: ignore[arg-type]
        reasons=tuple(page.values[f"reason.{code}"].strip() for code in CODES),  # type: ignore[arg-type]
        abstains="abstain.root" in page.checked,
    )


class Answering(RuleBasedStateMachine):
    """One expert in the second round with three windows on two devices, against a model."""

    def __init__(self, app: Flask, around: Surroundings) -> None:
        super().__init__()
        self.app, self.around = app, around
        site: Site = app.extensions["delphi_site"]
        self.study: RunningStudy = study_in_round_2(site, around, experts=EXPERTS)
        token = self.study.tokens[0]
        phone, desk = Expert(app, token).enters(), Expert(app, token).enters()
        self.devices = (phone, desk, desk)
        self.is_open = True
        #: acknowledged last; the answer given to a conflict; the submission received last
        self.acknowledged: Content | None = None
        self.waiting: Content | None = None
        self.received: Content | None = None
        self.revisions = 0
        #: what stands in each window's form
        self.forms: list[dict[str, str]] = [{}, {}, {}]

    @initialize()
    def begins(self) -> None:
        for window in range(3):
            self._loads(window)

    # ------------------------------------------------------------------------------------ acts

    @rule(window=WINDOW, item=st.sampled_from(CODES), text=POINTS)
    def types_points(self, window: int, item: str, text: str) -> None:
        self.forms[window][f"points.{item}"] = text

    @rule(window=WINDOW, points=GOOD)
    def types_all(self, window: int, points: tuple[str, str, str]) -> None:
        for code, text in zip(CODES, points, strict=True):
            self.forms[window][f"points.{code}"] = text

    @rule(window=WINDOW, item=st.sampled_from(CODES), text=WORDS)
    def gives_reason(self, window: int, item: str, text: str) -> None:
        self.forms[window][f"reason.{item}"] = text

    @rule(window=WINDOW)
    def abstains_or_not(self, window: int) -> None:
        form = self.forms[window]
        form["abstain.root"] = "" if form.get("abstain.root") else "1"

    @rule(window=WINDOW)
    def saves_itself(self, window: int) -> None:
        response = self.devices[window].posts("/survey/draft", self._sent(window))
        answer = response.get_json()
        content = stored_as(self.forms[window])
        if not self.is_open:
            assert (response.status_code, answer["error"]) == (409, "closed")
        elif answer["saved"]:
            self.acknowledged = content
            self.forms[window]["version"] = str(answer["version"])
        else:
            assert response.status_code == 409
            self._differs(content)

    @rule(window=WINDOW, action=st.sampled_from(["continue", "save", "fly"]))
    def presses_continue(self, window: int, action: str) -> None:
        fields = {**self._sent(window), "action": action}
        self._sends(window, fields, stored_as(self.forms[window]))

    @rule(window=WINDOW, junk=JUNK)
    def posts_junk(self, window: int, junk: dict[str, str]) -> None:
        """Send what no page sends: other fields, numbers that are none, a field twice."""
        fields: dict[str, Any] = {**self._sent(window), **junk}
        fields["points.D"] = [fields["points.D"], "99", "x"]  # the first one counts
        if fields.get("round") != self._sent(window).get("round") or fields.get("action"):
            fields["round"], fields["action"] = str(self.study.number), "continue"
        self._sends(window, fields, stored_as(self.forms[window]))

    @rule(window=WINDOW)
    def keeps_last(self, window: int) -> None:
        before = stored_as(self.forms[window])
        points = tuple(str(value) for value in T2[0][0])
        kept = replace(before, points=points, abstains=False)
        fields = {**self._sent(window), "action": "keep"}
        self._sends(window, fields, kept if self.is_open else before)
        if self.is_open and self.acknowledged == kept and self.waiting is None:
            self._loads(window)

    @rule(window=WINDOW)
    def reloads(self, window: int) -> None:
        self._loads(window)

    @precondition(lambda self: self.is_open and self.is_in_two)
    @rule(window=WINDOW, keeps_here=st.booleans())
    def chooses(self, window: int, keeps_here: bool) -> None:
        page = Fields(self.devices[window].looks().text)
        keep = "here" if keeps_here else "other"
        self.devices[window].posts("/survey/choose", {**page.values, "keep": keep})
        if keeps_here:
            self.acknowledged = self.waiting
        self.waiting = None

    @rule(window=WINDOW)
    def submits(self, window: int) -> None:
        page = self.devices[window].looks("/survey/check")
        fields = Fields(page.text).values
        if "form_key" not in fields:
            is_ready = self.acknowledged is not None and self.acknowledged.is_complete
            assert not (self.is_open and is_ready), "a complete answer cannot be sent"
            return
        for _ in range(2):  # twice the same form is one submission
            response = self.devices[window].posts("/survey/submit", fields)
            assert response.headers["Location"] == "/survey/receipt"
        self.received = self.acknowledged
        self.revisions += 1

    @rule(window=WINDOW)
    def loses_cookies(self, window: int) -> None:
        """Nothing is stored without a visit; everything comes back, to be sent again."""
        device = self.devices[window]
        form = self._sent(window)
        device.client.delete_cookie("delphi-expert")
        assert not device.posts("/survey/draft", form).get_json().get("saved")
        page = device.posts("/survey", form)
        assert page.status_code == 403
        fields = Fields(page.text)
        again = {**fields.values, **dict.fromkeys(fields.checked, "1")}
        device.enters()
        self._sends(window, {**again, "action": "continue"}, stored_as(form))

    @precondition(lambda self: self.is_open and self.revisions)
    @rule()
    def closes(self) -> None:
        for other in range(1, EXPERTS):
            self.study.submits(other, (20, 50, 30))
        self.study.closes_round()
        self.is_open = False

    # --------------------------------------------------------------------------------- invariants

    @invariant()
    def shows_what_was_acknowledged(self) -> None:
        if not self.is_open:
            return
        page = self.devices[0].looks()
        assert page.status_code == 200
        if self.is_in_two:
            assert CONFLICT[0] in page.text
        elif self.acknowledged is not None:
            assert shown_in(Fields(page.text)) == self.acknowledged

    @invariant()
    def stores_what_the_schema_says(self) -> None:
        own = self._own_submissions()
        assert len(own) == self.revisions
        for one in own:
            document = json.loads(one.document)
            require_valid(document)
            assert canonical_bytes(document).decode() == one.document
        if own and self.received is not None:
            last = json.loads(own[-1].document)
            assert last["answers"] == [answer_of(self.received)]
            items = [code for code, text in zip(CODES, self.received.reasons, strict=True) if text]
            assert [text["item"] for text in last["texts"]] == sorted(items)
            assert (own[-1].leaf in self.study.counted()) is not self.is_open

    @invariant()
    def stores_drafts_of_known_fields(self) -> None:
        with self.study.database.reading() as session:
            rows = session.execute(
                select(Draft.content).where(Draft.round_id == self.study.round_id)
            ).scalars()
            for content in map(json.loads, rows):
                assert {"fields", "reasons", "abstained", "kept"} <= content.keys()
                assert {*content["fields"]} <= {f"points.{code}" for code in CODES}
                assert {*content["reasons"]} <= {*CODES}
                assert content["abstained"] in ([], ["root"])
                assert all(len(text) <= 40 for text in content["fields"].values())

    # ------------------------------------------------------------------------------------- helpers

    @property
    def is_in_two(self) -> bool:
        return self.waiting is not None and self.waiting != self.acknowledged

    def _sent(self, window: int) -> dict[str, str]:
        """Return the form of a window as its browser sends it: an unticked box is not there."""
        form = {name: text for name, text in self.forms[window].items() if name != "abstain.root"}
        ticked = self.forms[window].get("abstain.root")
        return {**form, "abstain.root": "1"} if ticked else form

    def _loads(self, window: int) -> None:
        page = self.devices[window].looks()
        assert page.status_code == 200
        if not self.is_open or self.is_in_two:
            return  # another page stands in its place; the old one is kept with its text
        fields = Fields(page.text)
        self.forms[window] = dict(fields.values)
        if "abstain.root" in fields.checked:
            self.forms[window]["abstain.root"] = "1"

    def _sends(self, window: int, fields: Mapping[str, Any], content: Content) -> None:
        response = self.devices[window].posts("/survey", fields)
        if not self.is_open:
            assert response.status_code == 409
            assert "was not counted" in response.text
        elif response.status_code == 409:
            assert all(words in response.text for words in CONFLICT)
            self._differs(content)
        else:
            assert response.status_code in (303, 422)
            self.acknowledged = content
            if response.status_code == 422:
                self._after_gaps(window, response)

    def _after_gaps(self, window: int, response: TestResponse) -> None:
        page = Fields(response.text)
        assert shown_in(page) == self.acknowledged
        self.forms[window]["version"] = page.values["version"]

    def _differs(self, content: Content) -> None:
        assert self.acknowledged is not None
        assert content != self.acknowledged
        self.waiting = content

    def _own_submissions(self) -> list[Any]:
        respondent = self.study.access(0).respondent
        return [one for one in self.study.submissions() if one.respondent == respondent]


def answer_of(content: Content) -> dict[str, Any]:
    """Return the part of a submission that holds the points."""
    head: dict[str, Any] = {"question": "root", "method": "constant_sum"}
    if content.abstains:
        return {**head, "abstain": True}
    points = [int(text.translate(WIDE)) for text in content.points]
    return {**head, "values": dict(zip(CODES, points, strict=True))}


@pytest.fixture
def anything_happens(app: Flask, clock: FixedClock, around: Surroundings) -> Callable[..., None]:
    def run(examples: int, *, shrinks: bool = True) -> None:
        def machine() -> Answering:
            clock.instant += timedelta(seconds=1)
            return Answering(app, around)

        phases = [Phase.explicit, Phase.generate, *([Phase.shrink] if shrinks else [])]
        how = settings(
            max_examples=examples,
            stateful_step_count=20,
            deadline=None,
            database=None,
            derandomize=True,
            phases=phases,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        )
        run_state_machine_as_test(machine, settings=how)

    return run


def test_the_last_acknowledged_answer_is_shown_and_counted(
    anything_happens: Callable[..., None], times: Callable[[int, int], int]
) -> None:
    anything_happens(times(8, 600))


def drops_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def save(*places: Any, typed: Any, **named: Any) -> drafts.Saved:
        fewer = {code: text for code, text in typed.reasons.items() if code != "E"}
        return drafts.save_draft(*places, typed=replace(typed, reasons=fewer), **named)

    monkeypatch.setattr(answering, "save_draft", save)


def says_saved_and_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    real = drafts.save_draft

    def save(session: Any, **named: Any) -> drafts.Saved:
        if named["version"] == 2:
            return drafts.Saved(2)
        return real(session, **named)

    monkeypatch.setattr(answering, "save_draft", save)


@pytest.mark.parametrize("fault", [drops_a_reason, says_saved_and_is_not])
def test_the_machine_notices_an_answer_that_is_lost(
    anything_happens: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    fault: Callable[[pytest.MonkeyPatch], None],
) -> None:
    fault(monkeypatch)
    with pytest.raises(AssertionError):
        anything_happens(30, shrinks=False)
