"""What a typesetter ties together in Chinese text: numbers and measure words, ends of ranges.

Applied once, when the catalogues are compiled, so that no page pays for it.
"""

from __future__ import annotations

import re

NO_BREAK_SPACE = "\u00a0"
WORD_JOINER = "\u2060"

_MEASURES = "年月日时分秒天周位份人条项个次轮级档步种类页行列组座城倍户台套章节题字封张"
# A number is digits, or a placeholder that will be filled with one.
_NUMBER = r"(?:(?<=[0-9%])|(?<=\)[sd]))"
_BEFORE_MEASURE = re.compile(rf"{_NUMBER} (?=[{_MEASURES}])")
_AFTER_ORDINAL = re.compile(r"(?<=第) (?=[0-9%])|(?<=[年月]) (?=[0-9])")
_RANGE = re.compile(rf"{_NUMBER}–(?=[0-9%])")


def tie(text: str) -> str:
    """Return `text` with no-break spaces at measure words and word joiners in ranges.

    第 3 轮, 12 月 4 日 and 8 位 stay on one line, and so do both ends of 10–25.
    """
    text = _BEFORE_MEASURE.sub(NO_BREAK_SPACE, text)
    text = _AFTER_ORDINAL.sub(NO_BREAK_SPACE, text)
    return _RANGE.sub(f"{WORD_JOINER}–{WORD_JOINER}", text)
