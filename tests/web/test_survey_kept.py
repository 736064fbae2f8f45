"""Whatever people and programs do with the form: what was acknowledged is shown and counted."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from collections.abc import Callable, Mapping
from dataclasses import replace
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
from delphi.services import draft_places, drafts
from delphi.services.draft_places import OTHER, WORKING
from delphi.surroundings import Surroundings
from delphi.web.site import Site
from delphi.web.survey import answering
from tests.studies import T2, RunningStudy
from tests.web.kept_content import CODES, Content, answer_of, content_of, shown_in, stored_as
from tests.web.panel import CODE, Expert, Fields, study_in_round_2

EXPERTS = 5
CONFLICT = ("There are two versions of your answers", "Go on with the ")
UNKEPT = "Not saved: "
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
WINDOW = st.integers(0, 3)
#: the window of a device without the access code
AWAY = 3


class Answering(RuleBasedStateMachine):
    """One expert in the second round with three windows behind the code and one without."""

    def __init__(self, app: Flask, around: Surroundings) -> None:
        super().__init__()
        self.app, self.around = app, around
        site: Site = app.extensions["delphi_site"]
        self.study: RunningStudy = study_in_round_2(site, around, experts=EXPERTS, ready=False)
        phone, desk, away = (Expert(app, self.study.tokens[0]).enters() for _ in range(3))
        phone.presses("/survey", "/survey/consent")
        phone.presses("/survey", "/survey/code", access_code=CODE)
        self.devices = (phone, desk, desk, away)
        for window in (1, AWAY):
            self._passes(window)
        self.is_open = True
        #: acknowledged last behind the code, and without it; the submission received last
        self.acknowledged: Content | None = None
        self.apart: Content | None = None
        self.received: Content | None = None
        self.revisions = 0
        #: what stands in each window's form
        self.forms: list[dict[str, str]] = [{}, {}, {}, {}]

    @initialize()
    def begins(self) -> None:
        for window in range(4):
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
        before, sent = self._rows(), self._sent(window)
        response = self.devices[window].posts("/survey/draft", sent)
        answer = response.get_json()
        content = stored_as(self.forms[window])
        is_kept = bool(answer.get("saved") or answer.get("conflict") or answer.get("kept"))
        self._drops_nothing(window, before, sent, content, is_kept=is_kept)
        if not self.is_open:
            assert (response.status_code, answer["error"]) == (409, "closed")
        elif is_kept:
            self.forms[window]["version"] = str(answer["version"])
            if answer["saved"]:
                self._acknowledges(window, content)
        else:
            assert answer["error"] == ("locked" if window == AWAY else "unkept")

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
        kept = before
        if window != AWAY:  # without the code the last answers are not there
            kept = replace(before, points=points, abstains=False)
        fields = {**self._sent(window), "action": "keep"}
        self._sends(window, fields, kept if self.is_open else before)
        if self.is_open and self._rows().get(WORKING, (None,))[0] == kept:
            self._loads(window)

    @rule(window=WINDOW)
    def reloads(self, window: int) -> None:
        self._loads(window)

    @precondition(lambda self: self.is_open and self.is_in_two)
    @rule(window=WINDOW, keeps_here=st.booleans())
    def chooses(self, window: int, keeps_here: bool) -> None:
        before = self._rows()
        page = Fields(self.devices[window].looks().text)
        keep = "here" if keeps_here else "other"
        self.devices[window].posts("/survey/choose", {**page.values, "keep": keep})
        if window == AWAY:
            assert self._rows() == before
            return
        ((self.acknowledged, _, _),) = self._rows().values()
        assert self.acknowledged == before[OTHER if keeps_here else WORKING][0]
        self.apart = None

    @rule(window=WINDOW)
    def submits(self, window: int) -> None:
        page = self.devices[window].looks("/survey/check")
        fields = Fields(page.text).values
        if "form_key" not in fields:
            own = self._own_draft(window)
            is_ready = own is not None and own.is_complete
            assert not (self.is_open and is_ready), "a complete answer cannot be sent"
            return
        for _ in range(2):  # twice the same form is one submission
            response = self.devices[window].posts("/survey/submit", fields)
            assert response.headers["Location"] == "/survey/receipt"
        self.received = self._own_draft(window)
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
        self._passes(window)
        if "csrf_token" not in again:
            return  # nothing was typed, and there is nothing to send
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
        elif self.acknowledged is not None or self.apart is not None:
            assert shown_in(Fields(page.text)) == (self.acknowledged or self.apart)
        if self._own_draft(AWAY) is not None:
            away = Fields(self.devices[AWAY].looks().text)
            assert shown_in(away) == self._own_draft(AWAY) == self.apart

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
        held = self._documents()
        return len(held) == 2 and held[WORKING][1] != held[OTHER][1]

    def _documents(self) -> dict[int, tuple[int, dict[str, Any]]]:
        with self.study.database.reading() as session:
            rows = session.execute(
                select(Draft.slot, Draft.version, Draft.content).where(
                    Draft.round_id == self.study.round_id
                )
            )
            return {one.slot: (one.version, json.loads(one.content)) for one in rows}

    def _rows(self) -> dict[int, tuple[Content, int, str]]:
        """Return what is stored: slot → content, version and mark."""
        return {
            slot: (content_of(one), version, one.get("device", ""))
            for slot, (version, one) in self._documents().items()
        }

    def _own_draft(self, window: int) -> Content | None:
        """Return what a window goes on from and submits."""
        if window != AWAY:
            return self.acknowledged or self.apart
        found = [one for one, _, mark in self._rows().values() if mark and mark == self.mark]
        return found[0] if found else None

    def _passes(self, window: int) -> None:
        """Enter the access code, or go on without it."""
        device = self.devices[window]
        if window != AWAY:
            device.presses("/survey", "/survey/unlock", access_code=CODE)
            return
        device.presses("/survey", "/survey/without")
        cookie = device.client.get_cookie("delphi-expert")
        assert cookie is not None
        site: Site = self.app.extensions["delphi_site"]
        sealed = urlsafe_b64decode(cookie.value + "=" * (-len(cookie.value) % 4))
        self.mark = json.loads(site.key.open("expert-cookie", sealed) or b"")["device"]

    def _drops_nothing(
        self,
        window: int,
        before: Mapping[int, tuple[Content, int, str]],
        sent: Mapping[str, Any],
        content: Content,
        *,
        is_kept: bool,
    ) -> None:
        """Check that nothing is gone but what the form goes on from, and what came is there."""
        after = self._rows()
        if not is_kept:
            assert after == before
            return
        held = [one for one, _, _ in after.values()]
        assert content in held
        number = sent.get("version", "")
        for one, version, mark in before.values():
            if one not in held:
                assert not number.isascii() or not number.isdigit() or int(number) == version
                assert mark == (self.mark if window == AWAY else "") or before.keys() == {WORKING}
                assert window != AWAY or mark

    def _acknowledges(self, window: int, content: Content) -> None:
        if window == AWAY:
            self.apart = content
            return
        self.acknowledged = content
        if not any(mark for _, _, mark in self._rows().values()):
            self.apart = None

    def _sent(self, window: int) -> dict[str, str]:
        """Return the form of a window as its browser sends it: an unticked box is not there."""
        form = {name: text for name, text in self.forms[window].items() if name != "abstain.root"}
        ticked = self.forms[window].get("abstain.root")
        return {**form, "abstain.root": "1"} if ticked else form

    def _loads(self, window: int) -> None:
        page = self.devices[window].looks()
        assert page.status_code == 200
        if not self.is_open or (window != AWAY and self.is_in_two):
            return  # another page stands in its place; the old one is kept with its text
        fields = Fields(page.text)
        self.forms[window] = dict(fields.values)
        if "abstain.root" in fields.checked:
            self.forms[window]["abstain.root"] = "1"

    def _sends(self, window: int, fields: Mapping[str, Any], content: Content) -> None:
        before = self._rows()
        response = self.devices[window].posts("/survey", fields)
        is_kept = UNKEPT not in response.text
        self._drops_nothing(window, before, fields, content, is_kept=is_kept)
        if not is_kept:
            assert response.status_code == (403 if window == AWAY else 409)
        elif not self.is_open:
            assert response.status_code == 409
            assert "was not counted" in response.text
        elif response.status_code == 409:
            assert all(words in response.text for words in CONFLICT)
        else:
            assert response.status_code in (303, 422)
            self._acknowledges(window, content)
            if response.status_code == 422:
                self._after_gaps(window, response)

    def _after_gaps(self, window: int, response: TestResponse) -> None:
        page = Fields(response.text)
        assert shown_in(page) == (self.apart if window == AWAY else self.acknowledged)
        self.forms[window]["version"] = page.values["version"]

    def _own_submissions(self) -> list[Any]:
        respondent = self.study.access(0).respondent
        return [one for one in self.study.submissions() if one.respondent == respondent]


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


def replaces_what_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the last one that differs have the second place, as it once was."""

    def place(held: draft_places.Held, *how: Any, **named: Any) -> draft_places.Place:
        found = draft_places.place_for(held, *how, **named)
        return found or draft_places.Place(OTHER, held.working, differs=True)

    monkeypatch.setattr(drafts, "place_for", place)


def takes_the_place_behind_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    def place(held: draft_places.Held, device: str, *how: Any, **named: Any) -> Any:
        if device and held.working is not None:
            return draft_places.Place(WORKING, None)
        return draft_places.place_for(held, device, *how, **named)

    monkeypatch.setattr(drafts, "place_for", place)


@pytest.mark.parametrize(
    "fault",
    [
        drops_a_reason,
        says_saved_and_is_not,
        replaces_what_waits,
        takes_the_place_behind_the_code,
    ],
)
def test_the_machine_notices_an_answer_that_is_lost(
    anything_happens: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    fault: Callable[[pytest.MonkeyPatch], None],
) -> None:
    fault(monkeypatch)
    with pytest.raises(AssertionError):
        anything_happens(30, shrinks=False)
