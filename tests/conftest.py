"""What all tests have in common."""

import hypothesis
import pytest

# The same inputs on every run, however busy the machine is, and so many that a property of whole conferences takes a
# few seconds. pytest --hypothesis-profile=default takes other inputs, --hypothesis-profile=thorough many more.
for name, examples in (("any machine", 60), ("thorough", 2_000)):
    hypothesis.settings.register_profile(
        name,
        max_examples=examples,
        derandomize=True,
        deadline=None,
        suppress_health_check=[hypothesis.HealthCheck.too_slow],
    )
hypothesis.settings.load_profile("any machine")

FEW_DAYS = 2


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--standup-days",
        type=int,
        default=FEW_DAYS,
        help="for how many days the standups of test_standup_turns.py are rung, 25 a day",
    )


@pytest.fixture
def days_to_ring(request: pytest.FixtureRequest) -> int:
    """For how many days standups are rung; `make standups` takes more than the rest of the tests has time for."""
    return int(request.config.getoption("--standup-days"))
