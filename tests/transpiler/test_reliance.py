"""Is a change of what a compiled function took for a constant seen, in the process and by the next one?"""

from __future__ import annotations

import subprocess
import sys
import types

import numpy as np
import pytest

from mdsl import MdslWarning, accelerate
from mdsl.transpiler.reliance import Watch, look_up
from mdsl.transpiler.source import function_namespace

config = types.ModuleType("config")
config.FACTOR = 2.0
config.Nested = type("Nested", (), {"offset": 1.0})
SCALE = 3.0


def helper(u):
    return u * SCALE + config.Nested.offset


def uses_all(u):
    return helper(u) * config.FACTOR


def python(function):
    return accelerate(function, target="python", cache=False)


def test_attributes_of_modules_and_classes_and_globals_of_helpers(monkeypatch):
    compiled, u = python(uses_all), np.arange(3.0)
    changes = [(config, "FACTOR", 5.0), (config.Nested, "offset", 7.0), (sys.modules[__name__], "SCALE", -1.0)]
    np.testing.assert_array_equal(compiled(u), uses_all(u))
    assert compiled.last_report.status == "full"
    for owner, name, value in changes:
        monkeypatch.setattr(owner, name, value)
        np.testing.assert_array_equal(compiled(u), uses_all(u))
    monkeypatch.setattr(sys.modules[__name__], "helper", lambda u: u + 100)
    np.testing.assert_array_equal(compiled(u), uses_all(u))


def test_what_does_not_change_is_not_compiled_again():
    compiled = python(uses_all)
    for n in (2, 3, 4):
        compiled(np.ones(n))
    assert len(compiled.dispatcher.specialisations) == 1


def test_paths_are_found_again():
    namespace = function_namespace(uses_all)
    assert look_up(namespace, "config:FACTOR") == config.FACTOR
    assert look_up(namespace, "config:Nested:offset") == config.Nested.offset
    assert look_up(namespace, "helper()") is helper
    assert look_up(namespace, "helper/SCALE") == SCALE
    assert look_up(namespace, "import math:pi") > 3
    for path in ("nowhere", "config:nothing", "helper/nowhere", "import no_such_module:x", "SCALE/x"):
        with pytest.raises(KeyError):
            look_up(namespace, path)


def test_a_watch_sees_cells():
    value = 1

    def function():
        return value

    watch = Watch()
    watch.add(function_namespace(function), ["value"])
    assert not watch.changed()
    value = 2
    assert watch.changed()


PROGRAM = """\
import numpy as np
import settings
from mdsl import MdslWarning, accelerate
from numba.core import event

class Count(event.Listener):
    compiled = 0
    def on_start(self, e):
        Count.compiled += 1
    def on_end(self, e):
        pass

event.register("numba:compile", Count())

def scaled(u):
    return u * settings.FACTOR

@accelerate
def f(u):
    from settings import OFFSET
    return scaled(u).mean(axis=0) + OFFSET

print(f(np.ones((4, 2)))[0], Count.compiled > 0, f.last_report.status)
"""


def test_the_next_process_sees_another_constant_and_else_compiles_nothing(tmp_path):
    script, settings = tmp_path / "program.py", tmp_path / "settings.py"
    script.write_text(PROGRAM)
    environment = {"PATH": "/usr/bin:/bin", "MDSL_CACHE_DIR": str(tmp_path / "cache"), "PYTHONDONTWRITEBYTECODE": "1"}

    def run(factor, offset):
        settings.write_text(f"FACTOR = {factor}\nOFFSET = {offset}\n")
        done = subprocess.run([sys.executable, script], env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.split()

    assert run(2.0, 1.0) == ["3.0", "True", "full"]
    assert run(2.0, 1.0) == ["3.0", "False", "full"]
    assert run(2.0, 5.0) == ["7.0", "True", "full"]
    assert run(4.0, 5.0) == ["9.0", "True", "full"]


WEIGHTS = [1.0, 2.0, [3.0]]
PAIR = (1.0, WEIGHTS)


def weighted(u):
    return u * WEIGHTS[0] + WEIGHTS[2][0]


def over_all(u):
    total = u * 0
    for weight in WEIGHTS[:2]:
        total = total + weight * u
    return total


def within_a_tuple(u):
    return u + PAIR[1][0]


@pytest.mark.parametrize("function", [weighted, over_all, within_a_tuple])
def test_lists_that_change_in_place(function, monkeypatch):
    monkeypatch.setattr(sys.modules[__name__], "WEIGHTS", [1.0, 2.0, [3.0]])
    monkeypatch.setattr(sys.modules[__name__], "PAIR", (1.0, WEIGHTS))
    compiled, u = python(function), np.arange(3.0)
    np.testing.assert_array_equal(compiled(u), function(u))
    WEIGHTS[0] = 7.0
    np.testing.assert_array_equal(compiled(u), function(u))
    WEIGHTS[2][0] = -1.0
    np.testing.assert_array_equal(compiled(u), function(u))
    WEIGHTS.insert(2, [4.0])
    np.testing.assert_array_equal(compiled(u), function(u))


def scaled(u, xp=np):
    return xp.exp(u) * getattr(xp, "pi", 3) + xp.sum(u)


def namespace_of(**attributes):
    module = types.ModuleType("mdsl_test_namespace")
    vars(module).update(attributes)
    return module


def test_a_module_as_an_argument(monkeypatch):
    compiled, u = python(scaled), np.arange(3.0)
    np.testing.assert_array_equal(compiled(u), scaled(u))
    module = namespace_of(exp=np.exp, sum=np.sum, pi=2.0)
    with pytest.warns(MdslWarning, match="not imported under its name"):
        np.testing.assert_array_equal(compiled(u, module), scaled(u, module))
    monkeypatch.setitem(sys.modules, module.__name__, module)
    compiled = python(scaled)
    for changes in ({}, {"pi": 5.0}, {"exp": np.sin}, {"sum": helper}):
        vars(module).update(changes)
        np.testing.assert_array_equal(compiled(u, module), scaled(u, module))
        assert compiled.last_report.status == "full"
        np.testing.assert_array_equal(compiled(u, xp=np), scaled(u))


def test_what_two_helpers_rely_on_is_watched_once():
    watch, namespace = Watch(), function_namespace(uses_all)
    watch.add(namespace, ["config:FACTOR", "helper/config:Nested:offset", "helper/config"])
    watch.add(namespace, ["config", "helper/SCALE", "SCALE"])
    assert sorted(name for _, name, _ in watch.globals) == ["FACTOR", "SCALE", "config"]
    assert not watch.changed()
