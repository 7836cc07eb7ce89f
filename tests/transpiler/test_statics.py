"""What do module-level names stand for? Nothing of the user's is imported or run to know it."""

from __future__ import annotations

import ast
import math

import numpy as np
import pytest

from mdsl.transpiler.module import read_module
from mdsl.transpiler.safe_imports import Foreign
from mdsl.transpiler.statics import Import, NotStatic


def names_of(text):
    return read_module(text, "m.py").names


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("import numpy as np", np),
        ("import numpy.linalg", np),
        ("from numpy import exp as x", np.exp),
        ("from math import *", math),
        ("x = 3", 3),
        ("x: float = 2.5", 2.5),
        ("a = 2\nx = a ** 3 - 1", 7),
        ("import numpy as np\nx = np.pi / 2", math.pi / 2),
        ("import numpy as np\nx = np.float32(1.5)", np.float32(1.5)),
        ("import math\nx = math.sqrt(16)", 4.0),
        ("x = -1 if False else 2", Foreign),
        ("x = (1, 2.0)", (1, 2.0)),
        ("x = not True", False),
        ("import numpy as np\nx = np.float64", np.float64),
        ("x = 'text'", "text"),
        ("import numpy as np\nx = 4 * np.finfo(np.float32).eps", 4 * np.finfo(np.float32).eps),
        ("import numpy as np\nx = np.iinfo(np.int8).max", 127),
        ("try:\n    from numpy import sin as x\nexcept ImportError:\n    from math import sin as x", np.sin),
        ("try:\n    from numpy import sin as x\nexcept ValueError:\n    from math import sin as x", Foreign),
        ("try:\n    from other import sin as x\nexcept ImportError:\n    from math import sin as x", Foreign),
    ],
)
def test_values(text, value):
    name = next((n for n in ("x", "np", "numpy", "sqrt") if n in names_of(text).values), "")
    found = names_of(text).values[name]
    if value is Foreign:
        assert isinstance(found, Foreign)
    elif value is math:
        assert found is math.sqrt
    else:
        assert found is value or (type(found) is type(value) and found == value)


@pytest.mark.parametrize(
    "text",
    [
        "x = 1\nx = 2",
        "if a:\n    x = 1",
        "for x in range(3):\n    pass",
        "x = 1\ndef f():\n    global x\n    x = 2",
        "x = 1\nx += 1",
        "with open('f') as x:\n    pass",
        "try:\n    pass\nexcept OSError as x:\n    pass",
        "class x:\n    pass",
        "(x := 3)",
        "x = 1\ndel x",
        "import os\nx = os.environ",
        "import scipy\nx = scipy.pi",
        "x = open('f')",
        "x = 9 ** 9 ** 9",
        "x = 1 << 10**9",
        "x = 1 / 0",
        "x = y\ny = x",
        "x = undefined",
        "match 3:\n    case x:\n        pass",
        "from .other import x",
    ],
)
def test_what_the_text_does_not_tell(text):
    assert isinstance(names_of(text).values["x"], Foreign)


def test_nothing_is_run(tmp_path):
    marker = tmp_path / "ran"
    names_of(f"x = __import__('os').mkdir({str(marker)!r})\nimport antigravity\ny = antigravity.x")
    assert not marker.exists()


def test_foreign_names_say_what_they_are():
    value = names_of("import scipy.special as sp").values["sp"]
    assert repr(value.erf) == "scipy.special.erf"
    with pytest.raises(AttributeError):
        _ = value.__array__


def test_dotted_names():
    names = names_of(
        "import numpy as np\nimport numpy.typing as npt\nA = npt.NDArray\nfrom . import other\nB = B2\nB2 = B"
    )
    dotted = {
        text: names.dotted(ast.parse(text, mode="eval").body) for text in ("np.exp", "A", "other.f", "B", "float")
    }
    assert dotted == {
        "np.exp": "numpy.exp", "A": "numpy.typing.NDArray", "other.f": ".other.f", "B": None, "float": "float",
    }  # fmt: skip


def test_names_bound_by_imports_of_one_thing_are_known():
    assert names_of("if x:\n    import numpy as np\nelse:\n    import numpy as np").binding("np") == Import("numpy")
    assert names_of("try:\n    import cupy as np\nexcept ImportError:\n    import numpy as np").binding("np") is None


def test_evaluation_is_of_constants_alone():
    names = names_of("import numpy as np\nN = 4")
    assert names.evaluate(ast.parse("N * 2", mode="eval").body) == 8
    for text in ("f(N)", "[N]", "N.real", "np.random.rand(3)", "x", "'a' + 'b'"):
        with pytest.raises(NotStatic):
            names.evaluate(ast.parse(text, mode="eval").body)


def test_functions_are_objects_with_the_texts_code_and_place():
    names = names_of("import numpy as np\nK = 2\n\n\ndef f(x, y=3, *, z: int = 4):\n    return np.exp(x) * K\n")
    function = names.values["f"]
    assert (function.__name__, function.__code__.co_firstlineno) == ("f", 5)
    assert function.__globals__ is names.values
    assert isinstance(names_of("import functools\n@functools.cache\ndef f(x):\n    return x").values["f"], Foreign)
