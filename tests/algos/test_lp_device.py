"""Linear programs on a device, which a stand-in for CuPy plays."""

from __future__ import annotations

import sys
import types
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from algos.iterations import solve_lp
from tests.algos.test_solve_lp import draw_feasible, without_optimum


class DeviceArray(np.ndarray):
    """A stand-in for CuPy's array, which refuses to meet NumPy's as CuPy does."""

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        for one in (*inputs, *options.get("out", ())):
            if type(one) is np.ndarray and one.ndim:
                raise TypeError("implicit conversion to a NumPy array is not allowed")
        plain = [one.view(np.ndarray) if isinstance(one, DeviceArray) else one for one in inputs]
        options["out"] = tuple(one.view(np.ndarray) for one in options.pop("out", ())) or None
        result = getattr(ufunc, method)(*plain, **options)
        return np.asarray(result).view(DeviceArray)

    def get(self) -> np.ndarray:
        """Copy to the host."""
        return np.array(self.view(np.ndarray))


class DeviceMatrix:
    """A stand-in for a CSR matrix on the device."""

    def __init__(self, parts: Any, shape: tuple[int, int]) -> None:
        assert all(isinstance(one, DeviceArray) for one in parts)
        self.matrix = sparse.csr_array(tuple(one.get() for one in parts), shape=shape)

    def __matmul__(self, vector: Any) -> Any:
        assert isinstance(vector, DeviceArray)
        return (self.matrix @ vector.get()).view(DeviceArray)


def test_arrays_on_a_device_stay_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """The steps never mix host and device; a stand-in for CuPy raises where they do."""
    DeviceArray.__module__ = "cupy"
    cupy, library = types.ModuleType("cupy"), types.ModuleType("cupyx.scipy.sparse")
    vars(cupy).update(ndarray=DeviceArray, asarray=lambda a: np.array(a).view(DeviceArray))
    vars(library).update(csr_matrix=DeviceMatrix)
    for name, module in (("cupy", cupy), ("cupyx.scipy.sparse", library)):
        monkeypatch.setitem(sys.modules, name, module)
    program = without_optimum(draw_feasible(2))
    expected = solve_lp(**program)
    program["c"] = np.array(program["c"], float).view(DeviceArray)
    result = solve_lp(**program)
    for name in ("x", "equality_multipliers", "inequality_multipliers", "reduced_costs"):
        assert isinstance(getattr(result, name), DeviceArray)
    assert result.status == "converged"
    assert result.x.get() == pytest.approx(expected.x, abs=1e-4)
    program["A"] = np.vstack([program["A"], np.zeros(12)])
    program["b"] = np.append(program["b"], 1.0)
    result = solve_lp(**program)
    assert result.status == "primal infeasible"
    assert isinstance(result.ray, DeviceArray)
