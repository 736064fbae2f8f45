"""The program under gunicorn, in a process group that a test can kill.

    python -m tests.harness.server [--hasty]

`--hasty` plants a fault: a submission is acknowledged first and committed a little later.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from delphi.cli.serve import Server
from delphi.settings import load_settings
from delphi.web.site import current_site
from delphi.web.survey import submitting

PROCESSES, THREADS = 2, 4
LATE_SECONDS = 0.05


@contextmanager
def committing_later() -> Iterator[Session]:
    """Give a session like `writing()`, and commit when the reply has long been sent."""
    transaction = current_site().database.writing()
    session = transaction.__enter__()
    try:
        yield session
    except BaseException:
        transaction.__exit__(*sys.exc_info())
        raise

    def commit() -> None:
        time.sleep(LATE_SECONDS)
        transaction.__exit__(None, None, None)

    session.flush()
    threading.Thread(target=commit).start()


def plant_the_fault() -> None:
    """Acknowledge before the commit, and do not look whether anything is there."""
    submitting.writing = committing_later
    submitting.is_stored = lambda *_: True


if __name__ == "__main__":
    if "--hasty" in sys.argv[1:]:
        plant_the_fault()
    Server(load_settings(), processes=PROCESSES, threads=THREADS).run()
