from collections import Counter
from hypothesis import settings, HealthCheck
from hypothesis.stateful import run_state_machine_as_test
from tests.services.test_histories import History
import functools
calls=Counter()
for name in list(vars(History)):
    f=getattr(History,name)
seen=Counter()
class H(History):
    def check_invariants(self, settings, output, runtimes):
        calls["steps"]+=1
        return super().check_invariants(settings, output, runtimes)
    def teardown(self):
        seen[(self.state,self.study.number,len(self.acknowledged),len(self.last))]+=1
        super().teardown()
def test_x(databases):
    run_state_machine_as_test(lambda: H(databases,"sqlite"), settings=settings(max_examples=40,stateful_step_count=60,deadline=None,suppress_health_check=list(HealthCheck)))
    print(calls, seen)
