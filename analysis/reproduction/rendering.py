"""Writes the results of a reproduction as plain text or as a Markdown table."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from analysis.reproduction.run import Result

VERDICTS = {
    "agrees": {"zh": "一致", "en": "agrees"},
    "differs": {"zh": "不一致", "en": "differs"},
    "misprint": {"zh": "发现刊误", "en": "misprint found"},
    "not_recomputable": {"zh": "无法重算", "en": "cannot be recomputed"},
}
SOURCES = {
    "icdi_ec_2022": {"zh": "信息消费示范城市发展指数 2022", "en": "ICDI-EC 2022"},
    "dei_2021": {"zh": "城市数字经济指数 2021", "en": "DEI 2021"},
}
HEADINGS = {
    "zh": ("来源", "内容", "刊出", "重算", "结论", "说明"),
    "en": ("Source", "Claim", "Printed", "Recomputed", "Verdict", "Note"),
}
WIDE = "WF"


def render(results: Sequence[Result], *, form: str, lang: str) -> str:
    """Return the results as text.

    Parameters
    ----------
    results
        What `run.reproduce` found.
    form
        `text` (blocks with a summary) or `markdown` (one table).
    lang
        `zh` or `en`.

    Returns
    -------
    str
        Lines with a line break behind each; Chinese characters count two columns.
    """
    rows = [_row(result, lang) for result in results]
    return _markdown(rows, lang) if form == "markdown" else _text(results, rows, lang)


def _row(result: Result, lang: str) -> tuple[str, ...]:
    """Return the cells of one result, in the order of `HEADINGS`."""
    claim, finding = result.claim, result.finding
    unit = getattr(claim, f"unit_{lang}")
    return (
        SOURCES[claim.source][lang],
        getattr(claim, f"title_{lang}"),
        f"{' '.join(claim.printed)} {unit}".rstrip(),
        finding.recomputed,
        VERDICTS[finding.verdict][lang],
        getattr(finding, f"note_{lang}"),
    )


def _markdown(rows: list[tuple[str, ...]], lang: str) -> str:
    lines = [HEADINGS[lang], ("---",) * len(HEADINGS[lang]), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _text(results: Sequence[Result], rows: list[tuple[str, ...]], lang: str) -> str:
    heads = HEADINGS[lang]
    widths = [max(_width(row[at]) for row in rows) for at in (1, 2, 4)]
    lines = []
    for at, (source, title, printed, recomputed, verdict, note) in enumerate(rows):
        if not at or rows[at - 1][0] != source:
            lines.append(f"\n{source}" if at else source)
        cells = (_pad(verdict, widths[2]), _pad(title, widths[0]), _pad(printed, widths[1]))
        lines.append(f"  {'  '.join(cells)}  {heads[3]} {recomputed}")
        if note:
            lines.append(f"  {' ' * widths[2]}  {note}")
    return "\n".join([*lines, "", _summary(results, lang)]) + "\n"


def _summary(results: Sequence[Result], lang: str) -> str:
    """Count the verdicts and name those that are not as expected."""
    counts = [
        f"{words[lang]} {count}"
        for code, words in VERDICTS.items()
        if (count := sum(1 for result in results if result.finding.verdict == code))
    ]
    colon, join = ("：", "，") if lang == "zh" else (": ", ", ")
    lines = [f"{'合计' if lang == 'zh' else 'Total'}{colon}{join.join(counts)}"]
    for result in results:
        if not result.as_expected:
            title = getattr(result.claim, f"title_{lang}")
            expected = VERDICTS[result.claim.expected][lang]
            word = "预期" if lang == "zh" else "expected"
            lines.append(f"{title}{colon}{word} {expected}")
    return "\n".join(lines)


def _width(text: str) -> int:
    """Return the columns that a text takes; Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(char) in WIDE else 1 for char in text)


def _pad(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
