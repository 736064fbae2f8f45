"""What is wrong with an input, said so that a person can mend it."""

from __future__ import annotations

from dataclasses import dataclass, field

SHOWN = 80
#: Problems of one file that are kept; the rest is counted.
MOST_KEPT = 1000


@dataclass(frozen=True)
class Problem:
    """One thing wrong in one place: where, what was found, what was expected."""

    #: name of the file as the user gave it
    file: str
    #: what stood there, already readable
    found: str
    #: what should stand there
    expected: str
    #: row of the file, the header being row 1; None when the file as a whole is meant
    row: int | None = None
    #: header of the column, or the path of a key in a JSON file
    column: str | None = None

    def __str__(self) -> str:
        place = "".join(
            (
                self.file,
                f", row {self.row}" if self.row is not None else "",
                f", column {shortened(self.column)}" if self.column is not None else "",
            )
        )
        return " ".join(f"{place}: found {self.found}, expected {self.expected}".split())


class InputError(ValueError):
    """Input that cannot be used. Carries its problems; its text is one line with the first.

    Parameters
    ----------
    problems
        What is wrong, at least one thing; kept in this order as the attribute `problems`.
    left_out
        How many more there are; kept as the attribute of that name.
    """

    def __init__(self, problems: list[Problem] | tuple[Problem, ...], left_out: int = 0) -> None:
        self.problems = tuple(problems)
        self.left_out = left_out
        more = len(self.problems) - 1 + left_out
        super().__init__(f"{self.problems[0]}{f' (and {more} more)' if more else ''}")


@dataclass
class Problems:
    """Collects problems of one file, so that all of them can be told at once.

    A thousand are kept and the rest counted: a large file may be wrong in every cell.
    """

    #: name of the file as the user gave it
    file: str
    #: what was found so far, in the order in which it was noted
    items: list[Problem] = field(default_factory=list)
    #: how many more were found
    left_out: int = 0

    def add(
        self, found: str, expected: str, *, row: int | None = None, column: str | None = None
    ) -> None:
        """Note one problem.

        Parameters
        ----------
        found, expected
            What stands there and what should, as parts of one sentence.
        row
            Row of the file, the header being row 1; None when no single row is to blame.
        column
            Header of the column, or the path of a key; None when no single column is to blame.
        """
        if len(self.items) < MOST_KEPT:
            self.items.append(Problem(self.file, found, expected, row, column))
        else:
            self.left_out += 1

    def raise_any(self) -> None:
        """Raise what was noted, all at once; without problems do nothing.

        Raises
        ------
        InputError
            When something was noted.
        """
        if self.items:
            raise InputError(self.items, self.left_out)


def shortened(text: str) -> str:
    """Cut a text to a length that fits one line.

    Parameters
    ----------
    text
        What a user wrote, of any length.

    Returns
    -------
    str
        At most 80 characters of it; an ellipsis tells that more followed.
    """
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"


def quoted(text: str) -> str:
    """Put a text in quotation marks, cut to a length that fits one line.

    Parameters
    ----------
    text
        What a user wrote, of any length.

    Returns
    -------
    str
        At most 80 characters of it in double quotes; an ellipsis tells that more followed.
    """
    return f'"{shortened(text)}"'
