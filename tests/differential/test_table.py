"""Each line of lines.py on a few of its inputs; `python tests/differential/table.py` has it meet all of them."""

from __future__ import annotations

import pytest
from differential.table import Table, tables

#: Lines that one test runs, and inputs that each of them meets.
TOGETHER, MEETS = 20, 8


@pytest.fixture(scope="module")
def all_tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Table]:
    return tables(tmp_path_factory.mktemp("table"))


@pytest.mark.parametrize(
    ("name", "first"),
    [
        (name, first)
        for name, count in (("expressions", 480), ("statements", 200), ("axes", 200), ("integers", 120))
        for first in range(0, count, TOGETHER)
    ],
)
def test_lines(all_tables, name, first):
    table = all_tables[name]
    assert len(table.functions) <= {"expressions": 480, "statements": 200, "axes": 200, "integers": 120}[name]
    inputs = list(table.inputs)
    for k, line in list(enumerate(table.functions))[first : first + TOGETHER]:
        chosen = [inputs[(5 * k + 7 * j) % len(inputs)] for j in range(MEETS)]
        assert not [f"{line}: {where}: {what}" for where, what in table.compare(line, chosen, "python")]
