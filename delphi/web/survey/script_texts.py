"""The sentences that the page's script writes, in the reader's language; numbers print as `{n}`."""

from __future__ import annotations

import json
from functools import lru_cache

from delphi.web.language import gettext, language
from delphi.web.survey import prompts, sentences
from delphi.web.survey.comparing import BEST, WORST, against
from delphi.web.survey.sentences import Slot

#: Makes the form of a sentence for several; any number above one does.
_SEVERAL = 2


def script_texts(*, is_last: bool = False) -> str:
    """Return the texts as JSON for a data attribute; `is_last`: no further round is planned."""
    return _written(language(), is_last)


@lru_cache(maxsize=8)
def _written(language_tag: str, is_last: bool) -> str:
    """Write the texts of one language; the tag is what they are kept under."""
    del language_tag
    one, several = Slot(1), Slot(_SEVERAL)
    texts = {
        "left": [sentences.left_words(one), sentences.left_words(several)],
        "over": [sentences.over_words(one), sentences.over_words(several)],
        "exact": sentences.left_text(0),
        "given": gettext("%(given)s of 100 given", given="{n}"),
        "moved": {
            unit: [prompts.moved_prompt("1", unit), prompts.moved_prompt("{n}", unit)]
            for unit in prompts.UNITS
        },
        "outside": {
            unit: prompts.outside_prompt("{n}", "{middle}", unit, is_last=is_last)
            for unit in prompts.UNITS
        },
        "plain": prompts.plain_prompt(is_last=is_last),
        "range": gettext("%(low)s–%(high)s", low="{low}", high="{high}"),
        "up": gettext("Up: %(name)s", name="{name}"),
        "down": gettext("Down: %(name)s", name="{name}"),
        "comma": gettext(", "),
        "order": gettext("Your order so far: %(listed)s", listed="{listed}"),
        "twice": gettext("Place %(place)s is given twice so far.", place="{n}"),
        "quoted": gettext("“%(name)s”", name="{name}"),
        "against": {role: against(role, "{item}") for role in (BEST, WORST)},
        "best": gettext("the most important one"),
        "worst": gettext("the least important one"),
        "step": gettext("%(points)s points, %(name)s", points="{n}", name="{name}"),
        "undo": gettext("Undo"),
        "many": [sentences.many_words("{name}", one), sentences.many_words("{name}", several)],
        "undone": [sentences.undone_words(one), sentences.undone_words(several)],
        "marks": {
            "saved": gettext("Saved"),
            "saving": gettext("Saving"),
            "retrying": gettext("Not saved, trying again"),
            "offline": gettext("No connection"),
            "conflict": gettext("Two versions"),
            "closed": gettext("Round closed"),
            "link": gettext("Not saved"),
            "locked": gettext("Not saved"),
            "unkept": gettext("Not saved"),
            "large": gettext("Not saved"),
        },
        "notes": {
            "retrying": gettext(
                "Not saved yet; your answers are kept in this page: please leave it open. Saving "
                "is tried again."
            ),
            "large": gettext(
                "These texts are too long to be saved. Please shorten them; they are kept in this "
                "page."
            ),
            "offline": gettext(
                "No connection. Your answers are kept in this page: please leave it open. They "
                "are saved when the connection is back."
            ),
            "conflict": gettext("Another window holds different answers. Continue to choose one."),
            "closed": gettext(
                "The round has closed. What you typed is kept as a draft and is not counted."
            ),
            "link": gettext(
                "This page has been open for too long, or your link was replaced: nothing more is "
                "saved, but what you typed is still here. Leave this page open, open your "
                "personal link from the letter or message again in another window, then come back."
            ),
            "locked": gettext(
                "Your access code is needed before anything more is saved. Enter it in the window "
                "with your link, then come back; what you typed is still here."
            ),
            "unkept": gettext(
                "Two other versions of your answers are kept already, so this one is not. Choose "
                "one of them in the window with your link, then come back; what you typed is still "
                "here."
            ),
        },
        # instead, once a button was pressed in vain
        "again": {
            "retrying": gettext(
                "Not saved yet, so you cannot go on. Your answers are kept in this page: please "
                "leave it open, and press the button again in a little while."
            ),
            "offline": gettext(
                "No connection, so you cannot go on yet. Your answers are kept in this page: "
                "please leave it open, and press the button again when the connection is back."
            ),
        },
    }
    return json.dumps(texts, ensure_ascii=False)
