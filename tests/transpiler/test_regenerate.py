"""Does a module's text survive that compiled functions are put into it?"""

from __future__ import annotations

import ast
import re

import numpy as np
import pytest
from module_texts import COMPILED, HEAD, KEPT, PLAIN

from mdsl.transpiler.diagnostics import MdslError
from mdsl.transpiler.marks import read_output
from mdsl.transpiler.outcome import Request
from mdsl.transpiler.transpile_module import transpile_module


@pytest.mark.parametrize("name", COMPILED)
def test_the_source_comes_back_to_the_byte(name):
    made = transpile_module(COMPILED[name], "m.py")
    assert [f.status for f in made.functions] == ["full"] * len(made.functions)
    assert made.text != COMPILED[name]
    output = read_output(made.text)
    assert output.source == COMPILED[name]
    assert output.edited == ()


@pytest.mark.parametrize("name", COMPILED)
def test_an_output_of_an_output_is_itself(name):
    made = transpile_module(COMPILED[name], "m.py").text
    assert transpile_module(made, "out.py").text == made


@pytest.mark.parametrize("name", COMPILED)
def test_the_output_computes_the_same(name):
    made = transpile_module(COMPILED[name], "m.py", Request(target="python"))
    before, after = {"__name__": "before"}, {"__name__": "after"}
    exec(compile(COMPILED[name], "before.py", "exec"), before)
    exec(compile(made.text, "after.py", "exec"), after)
    x = np.random.default_rng(0).random(7)
    np.testing.assert_allclose(after["f"](x), before["f"].__wrapped__(x), rtol=1e-14)
    # one that its loops were not compiled for
    np.testing.assert_array_equal(after["f"](x.astype(np.float32)), before["f"].__wrapped__(x.astype(np.float32)))


@pytest.mark.parametrize("name", KEPT)
def test_what_cannot_be_replaced_stays(name):
    made = transpile_module(KEPT[name], "m.py")
    ast.parse(made.text)
    assert "mdsl: begin" not in made.text
    output = read_output(made.text)
    assert (made.text if output is None else output.source) == KEPT[name]


def test_lines_like_those_that_mdsl_writes_are_refused():
    text = HEAD + "TEXT = '''\n# mdsl: was: here\n'''\n" + PLAIN.removeprefix(HEAD)
    with pytest.raises(MdslError) as error:
        transpile_module(text, "m.py")
    assert error.value.diagnostics[0].code == "MDSL409"


def test_docstring_header_and_other_decorators_are_the_new_functions_too():
    text = COMPILED["another decorator above"].replace("    return", '    """Twice x."""\n    return')
    made = transpile_module(text, "m.py").text
    new = made[made.index("# mdsl: begin f") :]
    assert '@known\ndef f(x: \'float64[:]\'):\n    """Twice x."""\n' in new


def test_an_import_in_a_block_leaves_a_statement_there():
    text = (
        "try:\n    from mdsl import accelerate\nexcept ImportError:\n    raise\nimport numpy as np\n"
        + PLAIN.removeprefix(HEAD)
    )
    made = transpile_module(text, "m.py").text
    assert "    pass  # mdsl: was: from mdsl import accelerate\n" in made
    ast.parse(made)


def test_mdsl_stays_imported_where_it_is_used():
    text = PLAIN + "print(accelerate)\n"
    made = transpile_module(text, "m.py")
    assert "\nfrom mdsl import accelerate\n" in made.text
    (warning,) = made.diagnostics
    assert (warning.code, warning.span.line) == ("MDSL407", 6)


def test_what_belongs_to_the_decorator_is_missed():
    made = transpile_module(PLAIN + "print(f.explain)\n", "m.py")
    assert [d.code for d in made.diagnostics] == ["MDSL408"]


def test_the_header_changes_with_what_the_output_is_made_from():
    def key(text, **how):
        return read_output(transpile_module(text, "m.py", Request(**how)).text).key

    keys = [key(PLAIN), key(PLAIN + "\n"), key(PLAIN, target="numpy"), key(PLAIN, functions=("f",))]
    assert len(set(keys)) == len(keys)
    assert key(PLAIN) == keys[0]


def test_in_place_the_file_stays_its_own_source():
    made = transpile_module(PLAIN, "m.py", in_place=True).text
    assert "compiled in place" in made.splitlines()[0]
    assert transpile_module(made, "m.py").text == made
    changed = transpile_module(re.sub(r"(def _f_numpy.*\n.*)\* 2", r"\1* 3", made), "m.py")
    assert changed.source == PLAIN.replace("* 2", "* 3")
    assert changed.text != made
