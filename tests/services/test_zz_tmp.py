import time, threading
from delphi.services import closing
from tests.studies import *
from delphi.services.submissions import submit
import pytest


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
def test_x(databases, around, backend):
    with databases(backend, clients=20, new=True) as db:
        a = running_study(db, around).opens_round().all_submit(T2[0])
        b = running_study(db, around, experts=16).opens_round()
        acc = [b.access(i) for i in range(16)]
        stop = threading.Event()
        errs = []
        lat = []
        n = [0]

        def hammer(i):
            k = 0
            while not stop.is_set():
                k += 1
                s = b.sent((5 * (k % 20), 100 - 5 * (k % 20), 0))
                t = time.perf_counter()
                try:
                    with db.writing() as se:
                        submit(se, acc[i], s, around)
                    n[0] += 1
                except Exception as e:
                    errs.append(repr(e)[:300])
                lat.append(time.perf_counter() - t)

        ths = [threading.Thread(target=hammer, args=(i,)) for i in range(16)]
        [t.start() for t in ths]
        time.sleep(2)
        t = time.perf_counter()
        try:
            closing.close(db, a.id, 1, around)
            print("closed in", time.perf_counter() - t)
        except Exception as e:
            print("CLOSE FAILED", time.perf_counter() - t, repr(e)[:400])
        time.sleep(1)
        stop.set()
        [t.join() for t in ths]
        lat.sort()
        print(
            backend,
            n,
            "errors",
            len(errs),
            errs[:2],
            "max",
            lat[-1],
            "p99",
            lat[int(len(lat) * 0.99)],
        )
