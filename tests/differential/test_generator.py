"""Are drawn programs valid, varied and reproducible?"""

import ast
import collections

import numpy as np
import pytest
from differential.compare import call, compare
from differential.programs import case_of, cases
from hypothesis import HealthCheck, given, settings

COUNT = 150


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    folder = tmp_path_factory.mktemp("drawn")
    return [(case, case.load(folder)) for case in map(case_of, range(COUNT))]


def test_most_programs_run(drawn):
    outcomes = [call(loaded.program, loaded.inputs()[0]()) for _, loaded in drawn]
    assert sum(outcome.error is None for outcome in outcomes) >= 0.8 * COUNT
    assert any(outcome.error is not None for outcome in outcomes)


def test_a_program_agrees_with_itself(drawn):
    for _, loaded in drawn:
        for inputs in loaded.inputs():
            assert compare(loaded.program, loaded.program, inputs()) == []


def test_perturbed_programs_run_wherever_the_original_does(drawn):
    for case, loaded in drawn:
        arguments = loaded.inputs()[0]()
        if call(loaded.program, arguments).error is None:
            assert call(case.rivals(1)[0], arguments).error is None


def test_arguments_are_made_anew_and_alike(drawn):
    for _, loaded in drawn:
        for inputs in loaded.inputs():
            for one, two in zip(inputs(), inputs(), strict=True):
                np.testing.assert_array_equal(one, two)
                if isinstance(one, np.ndarray) and one.size:
                    assert not np.shares_memory(one, two)


def test_the_same_number_gives_the_same_case():
    assert case_of(77).text == case_of(77).text
    assert case_of(77).text != case_of(78).text


def test_programs_are_varied(drawn):
    nodes, dtypes, layouts = collections.Counter(), set(), set()
    aliased = 0
    for case, loaded in drawn:
        nodes.update({type(node) for node in ast.walk(ast.parse(case.text))})
        arrays = [value for value in loaded.inputs()[0]() if isinstance(value, np.ndarray)]
        dtypes |= {array.dtype.name for array in arrays}
        layouts |= {(array.flags.c_contiguous, array.flags.f_contiguous, array.flags.writeable) for array in arrays}
        aliased += any(np.may_share_memory(a, b) for i, a in enumerate(arrays) for b in arrays[:i])
    wanted = {
        ast.For,
        ast.While,
        ast.If,
        ast.AugAssign,
        ast.Slice,
        ast.IfExp,
        ast.Compare,
        ast.BoolOp,
        ast.Tuple,
        ast.Break,
    }
    assert wanted <= set(nodes)
    assert len(dtypes) >= 10
    assert len(layouts) >= 5
    assert aliased >= 5


@settings(max_examples=30, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(case=cases(variations=1))
def test_hypothesis_draws_cases_too(case):
    scope = {}
    exec(compile(case.text, "<case>", "exec"), scope)
    assert len(scope["inputs_1"]()) == scope["program"].__code__.co_argcount
