"""Modules as people write them, each with something that an output has to keep: for tests of what becomes of a text."""

from __future__ import annotations

HEAD = "import numpy as np\nfrom mdsl import accelerate\n"
PLAIN = HEAD + "@accelerate\ndef f(x: 'float64[:]'):\n    return x * 2\n"

#: name -> text; every one holds a function `f` of one vector that compiles whole.
COMPILED = {
    "plain": PLAIN,
    "a body on the line of its header": HEAD + "@accelerate\ndef f(x: 'float64[:]'): y = x * 2; return y\ng = 3\n",
    "no newline at the end": PLAIN.rstrip("\n"),
    "a comment at the end": PLAIN + "# end",
    "CRLF": (HEAD + "@accelerate\ndef f(x: 'float64[:]'):\n    '''Doc\n    more.'''\n    return x * 2\n\n").replace(
        "\n", "\r\n"
    ),
    "CR": PLAIN.replace("\n", "\r"),
    "two kinds of line ends": PLAIN.replace("):\n", "):\r\n"),
    "tabs": PLAIN.replace("    ", "\t"),
    "form feeds": PLAIN.replace("@", "\f\n@").replace("def", "\fdef"),
    "separators that end no line": PLAIN + "S = 'a\u2028b'  # \u2028 \x0b \x1c\n",
    "a decorator over several lines": PLAIN.replace("@accelerate", "@accelerate(\n    parallel=False,\n)"),
    "a header over several lines": HEAD
    + "@accelerate\ndef f(\n    x: 'float64[:]',  # vectors (\n    s: float = 2.0,\n) -> 'float64[:]':  # more\n"
    + "    return x * s\n",
    "mdsl by its name": PLAIN.replace("from mdsl import accelerate", "import mdsl").replace("@", "@mdsl."),
    "mdsl by another name": PLAIN.replace("from mdsl import accelerate", "import mdsl as m, os").replace("@", "@m."),
    "an import in brackets": PLAIN.replace("import accelerate", "import (\n    accelerate,\n)"),
    "lines that come first": "#!/usr/bin/env python\n# -*- coding: utf-8 -*-\n'''Doc.'''\n"
    "from __future__ import annotations\n" + PLAIN,
    "a continued line": PLAIN.replace("x * 2", "x * 2 + \\\n        1"),
    "blanks in a header": PLAIN.replace("def f(x: 'float64[:]')", "def   f ( x: 'float64[:]' )"),
    "letters of other languages": PLAIN.replace("return x", "β = x  # größe 🎉\n    return β"),
    "calls of it": PLAIN + "def g(x):\n    return f(x) + f(x)\n",
    "names that generated code likes": PLAIN.replace("@", "prange = 1\nnjit = 2\nerrors_are_silent = 5\n@"),
    "np for something else": "import numpy\nfrom mdsl import accelerate\nnp = 3\n"
    "@accelerate\ndef f(x: 'float64[:]'):\n    return numpy.exp(x) * np\n",
    "comments around it": PLAIN.replace("@", "# about f\n# more\n@") + "    # still f\n# after\nZ = 1\n",
    "another decorator above": PLAIN.replace("@", "def known(f):\n    return f\n@known\n@"),
    "keywords alone": PLAIN.replace("x: 'float64[:]'", "x: 'float64[:]', /, y: float = 3.0, *, z: float = 1.0"),
    "__all__": PLAIN.replace("@", "__all__ = ['f']\n@"),
    "a main part": PLAIN + "if __name__ == '__main__':\n    print(f(np.ones(3)))\n",
    "TYPE_CHECKING": "from typing import TYPE_CHECKING\n" + HEAD + "if TYPE_CHECKING:\n    import jaxtyping as jt\n"
    "@accelerate\ndef f(x: 'jt.Float[np.ndarray, \"n\"]'):\n    return x * 2\n",
    "a function named runtime": PLAIN + "@accelerate\ndef runtime(x: 'float64[:]'):\n    return x + 1\n",
}

#: name -> text; nothing in these can be replaced.
KEPT = {
    "empty": "",
    "nothing marked": "x = 1\n",
    "two of one name": PLAIN + "@accelerate\ndef f(x: 'float64[:]'):\n    return x * 3\n",
    "a method": HEAD + "class A:\n    @accelerate\n    def f(self, x: 'float64[:]'):\n        return x * 2\n",
    "in a branch": HEAD + "if True:\n    @accelerate\n    def f(x: 'float64[:]'):\n        return x * 2\n",
    "in a function": HEAD
    + "def g():\n    @accelerate\n    def f(x: 'float64[:]'):\n        return x * 2\n    return f\n",
    "another decorator between": PLAIN.replace("def", "@staticmethod\ndef"),
    "a coroutine": PLAIN.replace("def", "async def"),
    "a generator": PLAIN.replace("return", "yield"),
    "a lambda": HEAD + "f = accelerate(lambda x: x * 2)\n",
    "star parameters": PLAIN.replace("):", ", *more):"),
    "a global that a function sets": HEAD + "K = 2\ndef put(v):\n    global K\n    K = v\n"
    "@accelerate\ndef f(x: 'float64[:]'):\n    return x * K\n",
}
