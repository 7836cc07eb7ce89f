"""Each line of the tables on a few of its inputs; `python tests/differential/table.py` has it meet all of them."""

from __future__ import annotations

import pytest
from differential.table import Table, tables

#: Lines that one test runs; of each table at most how many lines it has, and how many inputs each of them meets.
TOGETHER = 20
TABLES = {
    "expressions": (480, 5),
    "statements": (200, 5),
    "axes": (200, 5),
    "integers": (120, 5),
    "dtypes": (460, 2),
    "kinds": (320, 2),
    "linear": (420, 2),
    "rules": (500, 2),
    "scalars": (400, 2),
    "ufuncs": (1300, 1),
}


@pytest.fixture(scope="module")
def all_tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Table]:
    return tables(tmp_path_factory.mktemp("table"))


@pytest.mark.parametrize(
    ("name", "first"),
    [(name, first) for name, (count, _) in TABLES.items() for first in range(0, count, TOGETHER)],
)
def test_lines(all_tables, name, first):
    table = all_tables[name]
    count, meets = TABLES[name]
    assert len(table.functions) <= count
    inputs = list(table.inputs)
    for k, line in list(enumerate(table.functions))[first : first + TOGETHER]:
        chosen = [inputs[(5 * k + 7 * j) % len(inputs)] for j in range(meets)]
        assert not [f"{line}: {where}: {what}" for where, what in table.compare(line, chosen, "python")]
