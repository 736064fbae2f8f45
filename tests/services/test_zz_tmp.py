from hypothesis import settings, HealthCheck
from hypothesis.stateful import run_state_machine_as_test
from tests.services.test_histories import History
def test_x(databases):
    run_state_machine_as_test(lambda: History(databases,"sqlite"), settings=settings(max_examples=60,stateful_step_count=60,deadline=None,suppress_health_check=list(HealthCheck)))
