"""How figures, dates and names are printed. All are template filters; none is called twice.

A figure is rounded once, here, half away from zero on its exact decimal: rounding a binary float
would print 30.625 as 30.62 and 14.375 as 14.38 in one column.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import get_timezone_location
from flask import Flask
from markupsafe import Markup, escape

from delphi.translations.typesetting import NO_BREAK_SPACE, WORD_JOINER, tie
from delphi.web.language import is_chinese

MINUS = "\u2212"
TIMES = "×"
NOTHING = "—"
HEADING_PAUSES = "，。？：；！"
STUDY_ZONE = "Asia/Shanghai"
_GROUP_FROM = 10_000
_THIN = "\u202f"
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_SMALLEST_PLAIN_P = Decimal("0.001")
_WEEKDAYS_ZH = "一二三四五六日"
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

Figure = Decimal | int | float | str


def install_filters(app: Flask) -> None:
    """Register the filters of this module under their own names."""
    filters = (figure, percent, share, p_value, interval, deadline, moment, day, clauses, names)
    app.jinja_env.filters.update({one.__name__: one for one in filters})
    app.jinja_env.filters["tied"] = tie


# ----------------------------------------------------------------------------------------- figures


def figure(value: Figure | None, places: int | None = None) -> str:
    """Return a number for reading.

    Parameters
    ----------
    value
        Decimal string, Decimal or integer; a float counts as its shortest decimal. None is not a
        number that exists and prints as a dash.
    places
        Decimals to print; None prints those that the number has, without trailing zeros.
    """
    if value is None:
        return NOTHING
    number = _decimal(value)
    if places is not None:
        number = number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
        text = f"{abs(number):f}"
    else:
        text = f"{abs(number):f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
    whole, point, decimals = text.partition(".")
    if abs(number) >= _GROUP_FROM:
        whole = f"{int(whole):,}".replace(",", _THIN)
    return (MINUS if number < 0 else "") + whole + point + decimals


def percent(value: Figure | None, places: int | None = None) -> str:
    """Return a number of percents with its sign close up: `55%`."""
    return NOTHING if value is None else f"{figure(value, places)}%"


def share(value: Figure | None, places: int | None = None) -> str:
    """Return a share of 1 in percent: `0.55` as `55%`."""
    return NOTHING if value is None else percent(_decimal(value).scaleb(2), places)


def p_value(value: Figure | None) -> str:
    """Return a p-value with two significant digits: `0.031`, `7.1 × 10⁻⁶`."""
    if value is None:
        return NOTHING
    number = _decimal(value)
    if number == 0:
        return "0"
    number = number.quantize(Decimal(1).scaleb(number.adjusted() - 1), ROUND_HALF_UP)
    number = number.quantize(Decimal(1).scaleb(number.adjusted() - 1))  # 0.0999 became 0.100
    if number >= _SMALLEST_PLAIN_P:
        return figure(number, 1 if number >= 1 else -int(number.as_tuple().exponent))
    exponent = number.adjusted()
    power = str(exponent).translate(_SUPERSCRIPT)
    return f"{number.scaleb(-exponent):f}{NO_BREAK_SPACE}{TIMES}{NO_BREAK_SPACE}10{power}"


def interval(low: Figure | None, high: Figure | None, places: int | None = None) -> str:
    """Return both ends of a range on one line: `10–25`."""
    return f"{figure(low, places)}{WORD_JOINER}–{WORD_JOINER}{figure(high, places)}"


def _decimal(value: Figure) -> Decimal:
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not number.is_finite():
        raise ValueError("a figure that does not exist is None")
    return number


# ------------------------------------------------------------------------------------------- times


def deadline(value: datetime | None, zone: str = STUDY_ZONE, *, year: bool = True) -> str:
    """Return an instant as a deadline: weekday, hour and the name of the zone.

    `2026 年 11 月 16 日（星期一）18:00（北京时间）`, `Monday 16 November 2026, 18:00 Beijing time`.
    """
    if value is None:
        return NOTHING
    local = value.astimezone(ZoneInfo(zone))
    clock, place = f"{local:%H:%M}", _zone_words(zone, is_chinese())
    if is_chinese():
        weekday = _WEEKDAYS_ZH[local.weekday()]
        return f"{day(local, year=year)}（星期{weekday}）{clock}（{place}）"
    return f"{_WEEKDAYS[local.weekday()]} {day(local, year=year)}, {clock} {place}"


def moment(value: datetime | None, zone: str = STUDY_ZONE, *, year: bool = False) -> str:
    """Return an instant in short, where the zone is named nearby: `11 月 16 日 18:00`."""
    if value is None:
        return NOTHING
    local = value.astimezone(ZoneInfo(zone))
    joint = NO_BREAK_SPACE if is_chinese() else ", "
    return f"{day(local, year=year)}{joint}{local:%H:%M}"


def day(value: date | None, zone: str | None = None, *, year: bool = True) -> str:
    """Return a day: `2026 年 11 月 16 日`, `16 November 2026`; an instant in the zone, if given."""
    if value is None:
        return NOTHING
    if zone is not None and isinstance(value, datetime):
        value = value.astimezone(ZoneInfo(zone))
    if is_chinese():
        text = f"{value.month} 月 {value.day} 日"
        text = f"{value.year} 年 {text}" if year else text
    else:
        text = f"{value.day} {_MONTHS[value.month - 1]}"
        text = f"{text} {value.year}" if year else text
    return text.replace(" ", NO_BREAK_SPACE)


@lru_cache(maxsize=64)
def _zone_words(zone: str, chinese: bool) -> str:
    """Return what people call the time of a zone."""
    if zone == STUDY_ZONE:
        return "北京时间" if chinese else f"Beijing{NO_BREAK_SPACE}time"
    locale = "zh_Hans_CN" if chinese else "en"
    city = get_timezone_location(ZoneInfo(zone), locale=locale, return_city=True)
    return f"{city}时间" if chinese else f"{city} time".replace(" ", NO_BREAK_SPACE)


# ------------------------------------------------------------------------------------------- texts


def clauses(heading: object) -> Markup:
    """Return a heading that breaks between clauses: Chinese has no spaces to break at.

    Splits after ，。？：；！; other languages are left alone.
    """
    text = str(escape(heading))
    if not is_chinese():
        return Markup(text)  # noqa: S704  (escaped above)
    pieces, start = [], 0
    for end, character in enumerate(text, start=1):
        if character in HEADING_PAUSES and end < len(text):
            pieces.append(text[start:end])
            start = end
    pieces.append(text[start:])
    if len(pieces) == 1:
        return Markup(text)  # noqa: S704  (escaped above)
    return Markup("").join(
        Markup('<span class="clause">{}</span>').format(Markup(piece))  # noqa: S704  (escaped)
        for piece in pieces
    )


def names(named: object, field: str = "name") -> str:
    """Return the text of the reader's language out of a pair.

    Parameters
    ----------
    named
        A mapping with `zh` and `en`, or an object with `name_zh` and `name_en`.
    field
        What stands before `_zh` and `_en`: `title` for a study.

    Where one language is empty, the other is shown rather than nothing.
    """
    if isinstance(named, Mapping):
        pair = (str(named.get("zh") or ""), str(named.get("en") or ""))
    else:
        pair = (getattr(named, f"{field}_zh"), getattr(named, f"{field}_en"))
    first, second = pair if is_chinese() else pair[::-1]
    return first or second
