"""Inexact calls are announced once a layer and size, or refused, and cost nothing elsewhere."""

import copy
import pickle
import warnings
from typing import Any

import pytest
import torch

import groupkit as gk
import groupkit_torch as gt
from groupkit.errors import DimensionError, WindowError
from groupkit_torch.geometry import SettingError
from groupkit_torch.testing import assert_equivariant
from tests.torch.groups import cubic


def classic(**options: Any) -> gt.GroupConv:
    return gt.GroupConv(gk.p4m, 1, 2, 3, stride=2, padding=1, **options)


def maps(n: int) -> torch.Tensor:
    return torch.zeros(1, 1, 8, n, n)


def test_the_first_inexact_call_at_a_size_warns_with_numbers_and_remedies() -> None:
    layer = classic()
    with pytest.warns(gt.EquivarianceWarning) as caught:
        layer(maps(32))
    (message,) = {str(warning.message) for warning in caught}
    assert message.startswith(
        "GroupConv: stride 2, kernel 3, padding 1 on 32×32 keeps only the mirror m=1, r=1 along "
        "(1, 1) of p4m"
    )
    assert message.endswith(
        "exact at 31 or 33, or with kernel 4 and padding 1, or with kernel 2 and padding 0, or "
        "with stride 1 and then GroupBlurPool(4, stride=2, padding=1)"
    )
    assert caught[0].filename == __file__
    for quiet in (32, 31, 33):
        layer(maps(quiet))  # warnings are errors here
    with pytest.warns(gt.EquivarianceWarning, match="on 8×8"):
        layer(maps(8))


def test_the_remedies_offered_are_exact() -> None:
    for kernel_size, padding in ((4, 1), (2, 0)):
        assert gt.GroupConv(gk.p4m, 1, 1, kernel_size, 2, padding).exactness(32).is_exact
    pool = gt.GroupMaxPool(gk.p6, 3, 2, 0)
    assert pool.exactness(9).remedies == (
        "exact at 7 or 11",
        "with kernel 3 and padding 1",
        "with kernel 1 and padding 0",
        "with stride 1 and then GroupBlurPool(3, stride=2, padding=0)",
    )
    whole = torch.nn.Sequential(
        gt.GroupMaxPool(gk.p6, 3, 1, 0), gt.GroupBlurPool(gk.p6, 3, stride=2, padding=0)
    )
    assert_equivariant(whole, gk.p6, (1, 1, 6, 9, 9), "regular", dtype=torch.float64)
    assert gt.GroupMaxPool(gk.p6, 3, 2, 1).exactness(9).is_exact
    assert pool.exactness(7).is_exact
    assert pool.exactness(11).is_exact
    unlike = gt.GroupConv(gk.p4, 1, 1, 3, stride=(1, 2)).exactness(9)
    assert unlike.remedies == ("use the same stride on axes 0 and 1, such as stride 1",)
    assert "the output of 9×9 has sides 7×4" in str(unlike)


def test_raise_refuses_every_time_and_ignore_is_silent() -> None:
    layer = classic(exact="raise")
    for _ in range(2):
        with pytest.raises(gt.InexactError, match="exact at 7 or 9") as caught:
            layer(maps(8))
    assert caught.value.witness.subgroup.members == (0, 5)
    gt.set_exact(torch.nn.Sequential(layer, torch.nn.ReLU()), "ignore")
    assert layer.exact == "ignore"
    layer(maps(8))
    layer.exact = "warn"
    with pytest.warns(gt.EquivarianceWarning):
        layer(maps(8))
    for wrong in (lambda: gt.set_exact(layer, "loud"), lambda: classic(exact="loud")):
        with pytest.raises(ValueError, match='none of "warn", "raise", "ignore"'):
            wrong()


@pytest.mark.parametrize("pool", [gt.GroupMaxPool, gt.GroupAvgPool])
def test_poolings_are_guarded(pool: type[torch.nn.Module]) -> None:
    with pytest.warns(gt.EquivarianceWarning, match="stride 2, kernel 2, padding 0 on 5×5"):
        pool(gk.p4m, 2)(maps(5))


def test_layers_that_are_exact_at_every_size_know_it() -> None:
    for layer, always in (
        (gt.GroupConv(gk.p4m, 1, 1, 3, padding=1), True),
        (gt.LiftingConv(gk.p6, 1, 1, 5, dilation=2), True),
        (gt.GroupConv(gk.p4, 1, 1, 3, padding="same", padding_mode="circular"), True),
        (gt.GroupConv(gk.p1, 1, 1, 3, stride=2), True),
        (gt.GroupConv(gk.p4, 1, 1, 3, dilation=(1, 2)), False),
        (gt.GroupConv(gk.p4, 1, 1, 3, padding=(1, 0)), False),
        (classic(), False),
    ):
        assert layer._always_exact == always, layer


def test_circular_padding_is_judged_on_the_torus() -> None:
    layer = gt.GroupConv(gk.p4, 1, 1, 3, 2, 1, padding_mode="circular")
    found = layer.exactness(8)
    assert found.is_exact
    assert found.about == "index 0 of the torus"
    assert layer.exactness(9).about == "the array's centre"
    assert "the stride does not divide" in str(
        gt.GroupConv(gk.p6, 1, 1, 3, 2, 1, padding_mode="circular").exactness(9)
    )


def test_unequal_sides_keep_arrows_that_need_not_form_a_group() -> None:
    found = classic().exactness((8, 9))
    S = gk.p4m.stabilizer
    kept = [S.matrices[s].tolist() for s in found.elements]
    # a quarter turn leads to 9×8 exactly, but from there the next one does not lead back
    assert sorted(kept) == sorted(
        [[[1, 0], [0, 1]], [[1, 0], [0, -1]], [[0, 1], [1, 0]], [[0, -1], [1, 0]]]
    )
    assert len(found.subgroup) == 2
    assert set(found.subgroup) < set(found.elements)


def test_copies_and_pickles_warn_anew() -> None:
    first = classic()
    with pytest.warns(gt.EquivarianceWarning):
        first(maps(8))
    for layer in (copy.deepcopy(first), pickle.loads(pickle.dumps(first))):
        with pytest.warns(gt.EquivarianceWarning):
            layer(maps(8))
        layer(maps(8))  # warnings are errors here
    first(torch.zeros(2, 1, 8, 8, 8))  # another batch size is no other size


@pytest.mark.compile
def test_compiled_and_exported_layers_say_nothing() -> None:
    layer = classic()
    with warnings.catch_warnings():
        warnings.simplefilter("error", gt.EquivarianceWarning)
        torch.compile(layer, backend="eager", fullgraph=True)(maps(8))
        torch.export.export(layer, (maps(8),))


def test_bad_sizes_are_refused() -> None:
    layer = gt.GroupConv(cubic, 1, 1, 3, stride=2)
    with pytest.raises(DimensionError, match="2 sides, cubic acts on 3 lattice axes"):
        layer.exactness((8, 8))
    with pytest.raises(WindowError, match=r"2×2×2 is too small .* use at least 3×3×3"):
        layer.exactness(2)
    with pytest.raises(WindowError, match="use 7 or 9"):
        gt.LiftingConv(gk.p6, 1, 1, 3).exactness(8)


def test_unknown_modes_are_refused() -> None:
    pool = gt.GroupMaxPool(gk.p4, 2)
    message = 'none of "warn", "raise", "ignore"'
    with pytest.raises(SettingError, match=message):
        gt.set_exact(pool, "never")
    with pytest.raises(SettingError, match=message):
        gt.GroupMaxPool(gk.p4, 2, exact="never")


def test_an_exactness_is_true_if_all_is_kept_and_short() -> None:
    layer = gt.GroupConv(gk.p4m, 2, 2, 3, stride=2, padding=1)
    assert layer.exactness(9)
    assert not layer.exactness(8)
    assert repr(layer.exactness(8)) == f"Exactness({str(layer.exactness(8))!r})"
    lost = gt.trace_exactness(layer, (1, 2, 8, 8, 8)).first_loss
    assert lost is not None
    assert len(repr(lost)) < 300
