"""Does mdsl agree with NumPy on drawn programs, on each target, and on every program that once disagreed?

A sample for the suite; `python tests/differential/fuzz.py N` draws as many as wanted. A failure prints its program: in
a file of its own, `fuzz.py --file` tells more, and `fuzz.py 1 --seed NUMBER` reduces it.
"""

import pathlib
import re
from collections.abc import Iterator
from importlib.util import find_spec

import pytest
from differential import fuzz
from differential.cases import Case
from differential.programs import case_of, cases
from differential.runners import limited
from hypothesis import HealthCheck, Phase, given, settings

REGRESSIONS = sorted((pathlib.Path(__file__).parent / "regressions").glob("*.py"))
INTERPRETED = ("python", "numpy", "steps") if find_spec("mdsl.targets.numpy") else ("python", "steps")
QUIET = settings(
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],  # reduce() makes smaller programs than shrinking, and in less time
)


def check(case: Case, target: str) -> None:
    report = fuzz.check(case, target)
    told = "\n".join(f"{where}: {mismatch}" for where, mismatch in report.mismatches)
    assert not report.mismatches, f"{told}\n\n{case.text}"


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("MDSL_CACHE_DIR", str(tmp_path))


@pytest.mark.parametrize("block", range(4))
@pytest.mark.parametrize("target", INTERPRETED)
def test_drawn_programs_interpreted(target, block):
    for number in range(block * 20, block * 20 + 20):
        check(case_of(number), target)


@pytest.mark.parametrize(
    ("target", "number"), [*(("numba", n) for n in range(1000, 1020)), *(("parallel", n) for n in range(1020, 1028))]
)
def test_drawn_programs_compiled(target, number):
    check(case_of(number), target)


@pytest.mark.parametrize("target", ["python"])
@settings(QUIET, max_examples=60)
@given(case=cases(variations=1, statements=4))
def test_programs_that_hypothesis_draws(target, case):
    with limited(100):
        check(case, target)


def once_disagreed() -> Iterator[tuple[str, pathlib.Path]]:
    """Every regression on the targets that need no compiler, and on the one that it was found with."""
    for path in REGRESSIONS:
        found = re.search(r"number \d+, target\s+(\w+)", path.read_text(encoding="utf-8"))
        for target in dict.fromkeys((*INTERPRETED, found[1] if found else "python")):
            yield target, path


@pytest.mark.parametrize(("target", "path"), list(once_disagreed()), ids=lambda value: getattr(value, "stem", value))
def test_what_once_disagreed(target, path):
    check(Case(path.read_text(encoding="utf-8")), target)
