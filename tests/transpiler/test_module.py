"""Which functions of a module are to be compiled, and where do they stand?"""

from __future__ import annotations

import pytest

from mdsl.passes.context import Options
from mdsl.transpiler.diagnostics import MdslError
from mdsl.transpiler.module import options_of, read_module, wanted
from mdsl.transpiler.outcome import Request

TEXT = """\
import numpy as np
from mdsl import accelerate

quick = accelerate(parallel=False)


@accelerate
def first(x):
    return x


def plain(x):
    return x


@quick
def second(x):
    return x


# mdsl: skip
@accelerate
def left(x):
    return x


@accelerate(target="numpy", fastmath=True)
def third(x):  # about it
    return x
"""


def chosen(text=TEXT, **request):
    asked, offered = wanted(read_module(text, "m.py"), Request(**request))
    return [f.name for f in asked], [f.name for f in offered]


def test_marked_functions_are_asked_for():
    assert chosen() == (["first", "second", "third"], [])


def test_named_functions_are_asked_for_whatever_they_are():
    assert chosen(functions=("plain", "left", "plain")) == (["plain", "left"], [])


def test_the_rest_is_offered():
    assert chosen(everything=True) == (["first", "second", "third"], ["plain"])
    assert chosen(TEXT.replace("@", "# @")) == ([], ["first", "plain", "second", "third"])
    assert chosen(TEXT.replace("@", "# @"), only_marked=True) == ([], [])


@pytest.mark.parametrize(
    ("name", "hint"), [("frist", "did you mean `first`?"), ("zzz", "it defines `first`, `plain`, `second`")]
)
def test_an_unknown_function(name, hint):
    with pytest.raises(MdslError) as error:
        chosen(functions=(name,))
    (diagnostic,) = error.value.diagnostics
    assert (diagnostic.code, diagnostic.hints[0].startswith(hint)) == ("MDSL406", True)


@pytest.mark.parametrize(
    "text",
    [
        "# mdsl: skip\n@accelerate\ndef f(x):\n    return x\n",
        "@accelerate  # mdsl: skip\ndef f(x):\n    return x\n",
        "@accelerate\ndef f(x):  # mdsl:skip, for now\n    return x\n",
        "@accelerate\n# mdsl: skip\ndef f(x):\n    return x\n",
        "@accelerate\ndef f(x):\n    # mdsl: skip\n    return x\n",
    ],
)
def test_skip(text):
    (function,) = read_module("from mdsl import accelerate\n" + text, "m.py").functions
    assert function.skipped


@pytest.mark.parametrize(
    "text",
    [
        "X = 1  # mdsl: skip\n@accelerate\ndef f(x):\n    return x\n",
        "@accelerate\ndef f(x):\n    return x  # mdsl: skip\n",
        "@accelerate\ndef f(x):\n    '''# mdsl: skipping'''\n    return x\n",
    ],
)
def test_no_skip(text):
    (function,) = read_module("from mdsl import accelerate\n" + text, "m.py").functions
    assert not function.skipped


def test_options_of_the_decorator_and_of_the_command_line():
    module = read_module(TEXT, "m.py")
    first, third = module.named("first"), module.named("third")
    assert options_of(module, first, Options(), None) == (Options(), "numba")
    assert options_of(module, third, Options(parallel=False), None) == (Options(parallel=False, fastmath=True), "numpy")
    assert options_of(module, third, Options(), "python")[1] == "python"


def test_options_of_a_decorator_with_a_name():
    module = read_module(TEXT, "m.py")
    assert options_of(module, module.named("second"), Options(), None) == (Options(parallel=False), "numba")


def test_places_count_characters():
    module = read_module("größe = '🎉'; x = größe + 1\n", "m.py")
    span = module.span(module.tree.body[1].value)
    assert (span.line, span.column, span.end_column) == (1, 18, 27)
    node = module.tree.body[1]
    assert module.text[module.offset(node.lineno, node.col_offset) :].startswith("x = ")


def test_the_source_of_a_function_knows_its_place():
    module = read_module(TEXT, "m.py")
    source = module.source(module.named("third"))
    span = source.span(source.node.body)
    assert (source.file, span.line) == ("m.py", TEXT.splitlines().index("    return x", 27) + 1)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("def f(:\n    pass\n", (1, 7)),
        ("x = 1\n  y = 2\n", (2, 2)),
        ("x = 'a\n", (1, 5)),
        ("def f():\n\tif x:\n        y\n", (3, None)),
        ("x = ß$\n", (1, 6)),
    ],
)
def test_a_syntax_error_is_pointed_at(text, place):
    with pytest.raises(MdslError) as error:
        read_module(text, "m.py")
    (diagnostic,) = error.value.diagnostics
    assert diagnostic.code == "MDSL103"
    assert diagnostic.span.line == place[0]
    assert place[1] is None or diagnostic.span.column == place[1]


@pytest.mark.parametrize("text", ["(" * 500 + ")" * 500, "-" * 20000 + "1", "x\0"])
def test_texts_that_parsers_choke_on(text):
    with pytest.raises(MdslError) as error:
        read_module(text, "m.py")
    assert error.value.diagnostics[0].code == "MDSL103"
