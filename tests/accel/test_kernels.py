"""The kernels: all paths against each other and against second derivations."""

from __future__ import annotations

import itertools
import math
import shutil
from decimal import Decimal, localcontext
from typing import Any

import array_api_strict as strict
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import mutually_broadcastable_shapes
from scipy.special import logsumexp, rel_entr

from accel import bernoulli_divergence, mixture_log_wealth
from accel.dispatch import Backend, Kernel
from accel.divergence import _divergence
from accel.testing import (
    LAYOUTS,
    assert_paths_agree,
    compile_cuda,
    cuda_compiler,
    emulate_cuda,
    laid_out,
    nasty_arrays,
)
from accel.wealth import _wealth

KERNELS = pytest.mark.parametrize("kernel", [_divergence, _wealth], ids=lambda k: k.source.stem)
REALS = pytest.mark.parametrize(
    ("real", "dtype"), [("double", np.float64), ("float", np.float32)], ids=("double", "float")
)


# --- the harness itself ----------------------------------------------------------------------


def test_the_harness_sees_a_path_that_differs() -> None:
    def off(p: Any, *, backend: Backend = "auto") -> Any:
        return bernoulli_divergence(p, 0.5, backend=backend) + float(backend == "generic")

    with pytest.raises(AssertionError, match="generic on NumPy"):
        assert_paths_agree(off, np.array([0.25]))


def test_the_harness_sees_a_path_that_writes() -> None:
    def writing(p: Any, *, backend: Backend = "auto") -> Any:
        result = bernoulli_divergence(p, 0.5, backend=backend)
        if type(p) is np.ndarray:
            p[0] = 0.0
        return result

    with pytest.raises(AssertionError, match="an argument was changed"):
        assert_paths_agree(writing, np.array([1e-300, 0.5]), atol=1e-3)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts_hold_the_values(layout: str) -> None:
    values = np.arange(6.0).reshape(2, 3)
    array = laid_out(values.copy(), layout)
    np.testing.assert_array_equal(array, values * 0 if layout == "repeated" else values)
    plain = array.flags.c_contiguous and array.flags.writeable and array.dtype.isnative
    assert plain == (layout == "plain")


# --- divergence ------------------------------------------------------------------------------


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Any, Any]:
    """Draw two arrays of probabilities that broadcast."""
    shapes = draw(mutually_broadcastable_shapes(num_shapes=2, max_dims=2, min_side=0, max_side=5))
    special = (0.5, 1e-300, 1e-9, 0.2500000001)
    p, q = (draw(nasty_arrays(shape, 0, 1, special=special)) for shape in shapes.input_shapes)
    return p, q


@settings(deadline=None)
@given(pairs())
def test_divergence_paths_agree(pair: tuple[Any, Any]) -> None:
    assert np.all(assert_paths_agree(bernoulli_divergence, *pair) >= 0)


def test_divergence_of_many_elements() -> None:
    rng = np.random.default_rng(3)
    p, q = rng.random((2, 3_000_000))
    got = bernoulli_divergence(p, q)
    expected = rel_entr(p, q) + rel_entr(1 - p, 1 - q)
    np.testing.assert_allclose(got, expected, rtol=1e-9, atol=1e-15)
    assert bernoulli_divergence(p[:0], q[:0]).shape == (0,)


def exact_divergence(p: float, q: float) -> float:
    """Compute the textbook formula with 80 digits."""
    with localcontext(prec=80):
        a, b = Decimal(p), Decimal(q)
        total = Decimal(0)
        for x, y in ((a, b), (1 - a, 1 - b)):
            if x:
                total += x * (x / y).ln()
        return float(total)


probabilities = st.one_of(
    st.floats(1e-12, 1 - 1e-12), st.sampled_from([0.5, 1e-9, 1 - 2**-40, 0.25])
)


@given(probabilities, st.one_of(st.floats(-0.99, 3), st.floats(-1e-8, 1e-8)))
def test_divergence_is_accurate(p: float, change: float) -> None:
    q = min(max(p * (1 + change), 1e-300), 1 - 2**-53)
    expected = exact_divergence(p, q)
    backends: tuple[Backend, ...] = ("python", "generic")
    for backend in backends:
        got = float(bernoulli_divergence(p, q, backend=backend))
        assert got == pytest.approx(expected, rel=2e-14, abs=1e-300)


def test_divergence_of_close_probabilities() -> None:
    p = np.array([1e-6, 0.1, 0.5, 0.9, 1 - 1e-6])
    for distance in (1e-9, -1e-9, 1e-12, 1e-3):
        q = p + distance * p * (1 - p)
        expected = [exact_divergence(*pair) for pair in zip(p.tolist(), q.tolist(), strict=True)]
        np.testing.assert_allclose(bernoulli_divergence(p, q), expected, rtol=1e-14)


def test_divergence_at_the_ends() -> None:
    p = np.array([0, 0, 0, 0.5, 0.5, 1, 1, 1])
    q = np.array([0, 0.5, 1, 0, 1, 0, 0.5, 1])
    expected = [0, math.log(2), math.inf, math.inf, math.inf, math.inf, math.log(2), 0]
    np.testing.assert_array_equal(assert_paths_agree(bernoulli_divergence, p, q), expected)
    smallest = 5e-324  # where p / q overflows
    got = assert_paths_agree(bernoulli_divergence, np.array([0.5]), np.array([smallest]))
    assert got[0] == pytest.approx(math.log(0.5) - 0.5 * math.log(smallest), rel=1e-14)
    assert bernoulli_divergence(smallest, 1.0) == math.inf
    assert bernoulli_divergence(smallest, 0.5) == pytest.approx(math.log(2), rel=1e-14)


@pytest.mark.parametrize("bad", [-1e-9, 1.0000001, math.nan, math.inf])
def test_divergence_refuses_what_is_no_probability(bad: float) -> None:
    backends: tuple[Backend, ...] = ("auto", "generic", "python")
    for backend in backends:
        with pytest.raises(ValueError, match=r"q must lie in \[0, 1\], got .* at index 1"):
            bernoulli_divergence(0.5, [0.5, bad], backend=backend)
    got = np.asarray(bernoulli_divergence(0.5, strict.asarray([0.5, bad])))
    np.testing.assert_array_equal(got, [0, math.nan])


# --- wealth ----------------------------------------------------------------------------------


def plain_wealth(losses: Any, levels: Any, fractions: Any) -> Any:
    """Compute the log wealth of one stream from the definition, by log-sum-exp."""
    losses, levels = np.broadcast_arrays(losses, levels)
    factors = 1 + np.multiply.outer((losses - levels) / levels, fractions)
    return logsumexp(np.cumsum(np.log(factors), axis=0), axis=1) - math.log(len(fractions))


@st.composite
def bets(draw: st.DrawFn) -> tuple[Any, Any, Any]:
    """Draw streams of losses, levels that broadcast to them, and fractions."""
    shape = (*draw(st.lists(st.integers(0, 3), max_size=1)), draw(st.integers(0, 12)))
    level_shape = draw(st.sampled_from((shape, shape[-1:], ())))
    losses = draw(nasty_arrays(shape, 0, 1, special=(0.5, 1e-5)))
    levels = draw(nasty_arrays(level_shape, 0, 1, special=(0.5, 1e-5, 0.99)))
    count = draw(st.integers(1, 4))
    fractions = draw(nasty_arrays((count,), 2**-10, 1 - 2**-6, special=(0.5,)))
    return losses, levels, fractions


@settings(deadline=None)
@given(bets())
def test_wealth_paths_agree(streams: tuple[Any, Any, Any]) -> None:
    single = np.result_type(*streams) == np.float32
    assert_paths_agree(mixture_log_wealth, *streams, atol=1e-3 if single else 1e-11)


def test_wealth_is_the_definition() -> None:
    rng = np.random.default_rng(7)
    fractions = np.linspace(0.01, 0.99, 20)
    for levels in (0.3, rng.uniform(0.01, 0.99, 500), 1e-12):
        losses = rng.random(500)
        got = mixture_log_wealth(losses, levels, fractions)
        np.testing.assert_allclose(got, plain_wealth(losses, levels, fractions), rtol=1e-12)


def test_wealth_remembers_a_bet_that_fell_behind() -> None:
    # First the bold bet leads by a factor e^1000, far below the smallest double; then it loses all.
    losses = np.concatenate([np.ones(2_000), np.zeros(3_000)])
    fractions = np.array([0.001, 0.9])
    got = mixture_log_wealth(losses, 0.5, fractions)
    expected = plain_wealth(losses, 0.5, fractions)
    np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-9)
    assert got[1_999] > 1_000
    assert got[-1] == pytest.approx(
        2_000 * math.log1p(1e-3) + 3_000 * math.log1p(-1e-3) - math.log(2)
    )


@pytest.mark.parametrize("level", [0.1, 0.5, 0.8])
def test_mean_wealth_is_one_where_the_claim_is_exact(level: float) -> None:
    # All 2^10 streams of fair bets, each with its probability.
    streams = np.array(list(itertools.product([0.0, 1.0], repeat=10)))
    heads = streams.sum(axis=1)
    probability = level**heads * (1 - level) ** (10 - heads)
    wealth = np.exp(mixture_log_wealth(streams, level, [0.1, 0.5, 0.95]))
    np.testing.assert_allclose(probability @ wealth, 1.0, rtol=1e-12)


def test_wealth_at_void_and_impossible_levels() -> None:
    losses = np.array([[1, 0, 1.0, 0.5], [0.0, 0, 1e-300, 0]])
    levels = np.array([[1, 1, 0.5, 1.0], [0.0, 0, 0, 0.5]])
    got = assert_paths_agree(mixture_log_wealth, losses, levels, np.array([0.5]))
    np.testing.assert_allclose(
        got, [[0, 0, math.log(1.5), math.log(1.5)], [0, 0, math.inf, math.inf]], rtol=1e-14
    )


def test_wealth_at_the_smallest_levels_stays_finite() -> None:
    levels = np.array([5e-324, 1e-308, 2.3e-308, 1e-300])
    got = assert_paths_agree(mixture_log_wealth, np.ones(4), levels, np.array([0.5, 0.9]))
    assert np.isfinite(got).all()
    assert (np.diff(got) > 600).all()


def test_wealth_of_a_long_stream() -> None:
    rng = np.random.default_rng(11)
    losses = (rng.random(1_000_000) < 0.1).astype(float)
    fractions = np.array([0.01, 0.1, 0.3])
    got = mixture_log_wealth(losses, 0.1, fractions)
    np.testing.assert_allclose(got, plain_wealth(losses, 0.1, fractions), rtol=1e-9, atol=1e-8)


def test_streams_do_not_touch_each_other() -> None:
    rng = np.random.default_rng(13)
    losses, levels = rng.random((2, 3, 50))
    levels = levels * (losses > 0.2)  # some streams are refuted
    batch = mixture_log_wealth(losses, levels, [0.2, 0.7])
    for stream in range(3):
        alone = mixture_log_wealth(losses[stream], levels[stream], [0.2, 0.7])
        np.testing.assert_array_equal(batch[stream], alone)


def test_single_precision_is_added_up_in_double() -> None:
    rng = np.random.default_rng(17)
    losses = rng.random(100_000).astype(np.float32)
    fractions = np.array([0.25, 0.5], np.float32)
    got = mixture_log_wealth(losses, np.float32(0.5), fractions)
    assert got.dtype == np.float32
    np.testing.assert_allclose(got, plain_wealth(losses.astype(float), 0.5, fractions), rtol=1e-5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0.5, 0.5, [0.5]), "losses must have an axis of time"),
        (([0.5], 0.5, []), r"fractions must have shape \(K,\) with K at least 1, got \(0,\)"),
        (([0.5], 0.5, 0.5), r"fractions must have shape \(K,\)"),
        (([0.5, 1.1], 0.5, [0.5]), r"losses must lie in \[0, 1\], got 1.1 at index 1"),
        (([0.5], math.nan, [0.5]), r"levels must lie in \[0, 1\], got nan"),
        (([0.5], 0.5, [0.5, 1.0]), r"fractions must lie in \(0, 1\), got 1.0 at index 1"),
        (([0.5], 0.5, [0.0]), r"fractions must lie in \(0, 1\), got 0.0 at index 0"),
        (([0.5, 0.5], [0.5] * 3, [0.5]), "losses and levels must broadcast"),
        (([0.5], [0.5] * 3, [0.5]), r"levels must broadcast to the shape of losses, \(1,\)"),
    ],
)
def test_wealth_refuses(arguments: tuple[Any, Any, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        mixture_log_wealth(*arguments)


def test_bad_values_elsewhere_make_the_wealth_nan() -> None:
    fractions = strict.asarray([0.5, 0.2])
    got = mixture_log_wealth(strict.asarray([0.5, 1.5, 0.5]), 0.5, fractions)
    np.testing.assert_array_equal(np.asarray(got), [0, math.nan, math.nan])
    got = mixture_log_wealth(strict.asarray([0.5, 0.5]), 0.5, strict.asarray([0.5, 1.5]))
    assert np.isnan(np.asarray(got)).all()


# --- the CUDA sources ------------------------------------------------------------------------


@KERNELS
@REALS
@pytest.mark.skipif(cuda_compiler() is None, reason="neither nvcc nor NVRTC is here")
def test_the_cuda_source_compiles(kernel: Kernel, real: Any, dtype: Any) -> None:
    assert f".visible .entry {kernel.launch(*examples(kernel, dtype)).function}" in compile_cuda(
        kernel, real
    )


@pytest.mark.skipif(cuda_compiler() is None, reason="neither nvcc nor NVRTC is here")
def test_a_broken_cuda_source_does_not_compile(tmp_path: Any) -> None:
    source = tmp_path / "broken.cu"
    source.write_text(_divergence.source.read_text().replace("double d)", "double e)"))
    broken = Kernel(_divergence.generic, _divergence.loop, source, _divergence.launch)
    with pytest.raises(RuntimeError, match='identifier "d" is undefined'):
        compile_cuda(broken, "double")


def examples(kernel: Kernel, dtype: Any) -> tuple[Any, ...]:
    """Make arguments that reach every branch of a kernel."""
    rng = np.random.default_rng(19)
    if kernel is _divergence:
        p = np.concatenate([[0, 0, 1, 1, 0.5, 0.5], rng.random(500)])
        q = np.concatenate([[0, 1, 0, 1, 0, 1e-310], p[6:] * rng.choice([0.1, 0.999], 500)])
        return p.astype(dtype), q.astype(dtype)
    losses, levels = rng.random((2, 3, 70))  # 70 steps are two rounds of 32 and a rest
    losses[0, 40], levels[0, 40] = 0.5, 0
    losses[1, 10], levels[1, 10], levels[1, 11] = 0, 0, 1
    fractions = np.linspace(0.05, 0.95, 40)  # more bets than threads
    return losses.astype(dtype), levels.astype(dtype), fractions.astype(dtype)


@KERNELS
@REALS
@pytest.mark.skipif(shutil.which("g++") is None, reason="g++ is not installed")
def test_the_cuda_source_computes_the_same(kernel: Kernel, real: Any, dtype: Any) -> None:
    arguments = examples(kernel, dtype)
    eps = np.finfo(dtype).eps
    np.testing.assert_allclose(
        emulate_cuda(kernel, *arguments), kernel.loop(*arguments), rtol=100 * eps, atol=100 * eps
    )


@pytest.mark.skipif(shutil.which("g++") is None, reason="g++ is not installed")
def test_cuda_gives_nan_for_bad_values() -> None:
    got = emulate_cuda(_divergence, np.array([0.5, 1.5, math.nan]), np.array([0.5, 0.5, 0.5]))
    np.testing.assert_array_equal(got, [0, math.nan, math.nan])
    losses, levels = np.array([[0.5, 1.5, 0.5], [0.5, 0.5, 0.5]]), np.full((2, 3), 0.5)
    got = emulate_cuda(_wealth, losses, levels, np.array([0.5, 0.2]))
    np.testing.assert_array_equal(got, [[0, math.nan, math.nan], [0, 0, 0]])
    got = emulate_cuda(_wealth, losses[1:], levels[1:], np.array([0.5, 1.5]))
    assert np.isnan(got).all()


@pytest.mark.skipif(shutil.which("g++") is None, reason="g++ is not installed")
def test_the_emulation_sees_a_missing_barrier(tmp_path: Any) -> None:
    source = tmp_path / "unguarded.cu"
    before, _, *rest = _wealth.source.read_text().partition("__syncthreads();")
    source.write_text(before + "".join(rest))
    unguarded = Kernel(_wealth.generic, _wealth.loop, source, _wealth.launch)
    arguments = examples(_wealth, np.float64)
    expected = _wealth.loop(*arguments)
    assert not all(
        np.allclose(emulate_cuda(unguarded, *arguments), expected, rtol=1e-10) for _ in range(20)
    )
