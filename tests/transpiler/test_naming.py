"""Which names may generated code have in a user's module?"""

from __future__ import annotations

from mdsl.transpiler.module import read_module
from mdsl.transpiler.naming import Globals, defined, rename


def globals_of(text):
    return Globals.of(read_module(text, "m.py"))


def test_names_that_are_taken_are_avoided():
    names = globals_of("helper = 1\n_mdsl_helper = 2\n")
    assert names.free("kernel") == "kernel"
    assert names.free("kernel") == "_mdsl_kernel"
    assert names.free("helper") == "_mdsl_helper_"
    assert names.free("print") == "_mdsl_print"


def test_a_star_of_an_unknown_module_may_bring_any_name():
    assert globals_of("from somewhere import *\n").free("kernel") == "_mdsl_kernel"
    assert globals_of("from math import *\n").free("kernel") == "kernel"
    assert globals_of("from math import *\n").free("sqrt") == "_mdsl_sqrt"


def test_imports_that_are_there_are_not_repeated():
    wanted = ["import numpy as np", "from numba import njit", "from numba import prange", "import math"]
    assert globals_of("import numpy as np\n").imports(wanted, before=2) == [
        "import math", "", "from numba import njit, prange",
    ]  # fmt: skip
    # it comes too late
    assert "import numpy as np" in globals_of("x = 1\nimport numpy as np\n").imports(wanted, before=2)


def test_imports_of_taken_names_get_others():
    names = globals_of("np = 1\nprange = 2\n")
    lines = names.imports(["import numpy as np", "from numba import njit, prange"], before=1)
    assert lines == ["import numpy as _mdsl_np", "from numba import njit, prange as _mdsl_prange"]
    assert names.renamed("def f(x):\n    return np.exp(x) + prange(3)\n", keep={"f"}) == (
        "def f(x):\n    return _mdsl_np.exp(x) + _mdsl_prange(3)\n"
    )


def test_renaming_knows_scopes_attributes_and_keywords():
    text = "def k(np):\n    return np.exp(k=np)\n\n\ndef f(x):\n    k = x.k\n    return k\n\n\ny = k(k)\n"
    assert rename(text, {"k": "k_2", "np": "numpy"}) == (
        "def k_2(np):\n    return np.exp(k=np)\n\n\ndef f(x):\n    k = x.k\n    return k\n\n\ny = k_2(k_2)\n"
    )


def test_renaming_counts_bytes_as_ast_does():
    assert rename("x = 'größe' + str(k) + 'ß' + str(k)", {"k": "kernel"}) == (
        "x = 'größe' + str(kernel) + 'ß' + str(kernel)"
    )


def test_names_that_a_program_defines():
    text = "import a\nx = y = 1\n(p, q) = 2\n\n\ndef f():\n    z = 3\n\n\nclass C:\n    w = 4\n"
    assert defined(text) == ["x", "y", "p", "q", "f", "C"]
