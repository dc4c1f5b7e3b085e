"""What holds for layers of every kind: one list of layers, and the properties of each."""

import copy
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import torch
from torch import nn

import groupkit as gk
import groupkit_torch as gt
from groupkit_torch.layers import Layers
from groupkit_torch.testing import assert_equivariant, equivariance_error
from tests.torch.groups import GROUPS, cubic, image, mirror_line, name
from tests.torch.test_equivariance import TOLERANCE, randomise

CHANNELS = 4


@dataclass(frozen=True)
class Case:
    """A layer of four channels, and the types of its maps."""

    make: Callable[..., nn.Module]  # (layers of a group, **options of parameters)
    in_type: str = "regular"
    out_type: str = "regular"
    complex_numbers: bool = True  # whether it takes them
    floats: bool = True  # whether it has options of parameters: device and dtype
    filters: bool = False  # whether its parameters are complex where its maps are


CASES = {
    "LiftingConv": Case(
        lambda L, **o: L.LiftingConv(4, 2, 3, padding=1, **o), "planar", filters=True
    ),
    "GroupConv": Case(lambda L, **o: L.GroupConv(4, 2, 3, padding=1, groups=2, **o), filters=True),
    "projection": Case(
        lambda L, **o: L.GroupConv(4, 2, 3, output_type="planar", **o),
        out_type="planar",
        filters=True,
    ),
    "GroupConvTranspose": Case(
        lambda L, **o: L.ConvTranspose(4, 2, 3, padding=1, **o), filters=True
    ),
    "SeparableGroupConv g": Case(
        lambda L, **o: L.SeparableGroupConv(4, 2, 3, padding=1, share="g", **o), filters=True
    ),
    "SeparableGroupConv gc": Case(
        lambda L, **o: L.SeparableGroupConv(4, 2, 3, padding=1, **o), filters=True
    ),
    "GroupLinear": Case(lambda L, **o: L.Linear(4, 2, **o), filters=True),
    "BlurPool": Case(lambda L: L.BlurPool(3, 1, 1), floats=False),
    "Upsample": Case(lambda L: L.Upsample(2, "linear"), floats=False),
    "MaxPool": Case(lambda L: L.MaxPool(3, 1, 1), complex_numbers=False, floats=False),
    "AvgPool": Case(lambda L: L.AvgPool(3, 1, 1), floats=False),
    "BatchNorm": Case(lambda L, **o: L.BatchNorm(4, **o), complex_numbers=False),
    "BatchNorm of planar maps": Case(
        lambda L, **o: L.BatchNorm(4, feature_type="planar", **o),
        "planar",
        "planar",
        complex_numbers=False,
    ),
    "InstanceNorm": Case(
        lambda L, **o: L.InstanceNorm(4, affine=True, track_running_stats=True, **o),
        complex_numbers=False,
    ),
    "GroupNorm": Case(lambda L, **o: L.GroupNorm(2, 4, **o), complex_numbers=False),
    "LayerNorm": Case(lambda L, **o: L.LayerNorm(4, **o), complex_numbers=False),
    "RMSNorm": Case(lambda L, **o: L.RMSNorm(4, **o)),
    "Dropout": Case(lambda L: L.Dropout(0.5), floats=False),
    "AdaptiveAvgPool": Case(lambda L: L.AdaptiveAvgPool(1), floats=False),
    **{
        f"CosetPool {mode}": Case(
            lambda L, mode=mode: L.CosetPool(mode),
            out_type="planar",
            complex_numbers=mode not in ("max", "min"),
            floats=False,
        )
        for mode in ("max", "mean", "sum", "min", "logsumexp")
    },
    **{
        f"GlobalPool {mode}": Case(
            lambda L, mode=mode: L.GlobalPool(mode),
            out_type="invariant",
            complex_numbers=mode not in ("max", "min"),
            floats=False,
        )
        for mode in ("max", "mean", "sum", "min", "logsumexp")
    },
}


def layer(case: str, group: gk.SplitGroup, dtype: torch.dtype, device: Any = "cpu") -> nn.Module:
    chosen = CASES[case]
    options = {"dtype": dtype, "device": device} if chosen.floats else {}
    return randomise(chosen.make(gt.layers(group), **options))


def shape_of(case: str, group: gk.SplitGroup) -> tuple[int, ...]:
    axis = (len(group.stabilizer),) if CASES[case].in_type == "regular" else ()
    solid = 3 if group.stabilizer.is_signed_permutation else 5  # its window is larger than its box
    return (2, CHANNELS, *axis, *image(group, 5, 6, solid))


def train(module: nn.Module, x: torch.Tensor) -> None:
    """Take a step, if there is something to learn."""
    parameters = list(module.parameters())
    y = module.train()(x)
    if parameters:
        optimizer = torch.optim.Adam(parameters, 0.1)
        y.abs().square().sum().backward()
        optimizer.step()
        optimizer.zero_grad()


def test_the_cases_name_layers() -> None:
    L = gt.layers(gk.p4)
    assert isinstance(L, Layers)
    names = {type(layer(case, gk.p4, torch.float32)).__name__ for case in CASES}
    assert names <= set(dir(L))


@pytest.mark.parametrize("case", [c for c in CASES if c != "InstanceNorm"])  # nor does torch's
def test_batches_may_be_empty(case: str) -> None:
    """As torch's layers take them: a share of the data may be none."""
    module, shape = layer(case, gk.p4m, torch.float32).eval(), shape_of(case, gk.p4m)
    x = torch.zeros(0, *shape[1:], requires_grad=True)
    y = module(x)
    assert y.shape == (0, *module(torch.zeros(shape)).shape[1:])
    y.sum().backward()


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize(
    ("group", "dtype"),
    [
        *((group, torch.float64) for group in GROUPS),
        (gk.p4m, torch.float32),
        (gk.p6, torch.float32),
    ],
    ids=lambda value: name(value) or str(value),
)
def test_layers_are_equivariant_before_and_after_a_step(
    group: gk.SplitGroup, dtype: torch.dtype, case: str, device: torch.device
) -> None:
    module, kinds = layer(case, group, dtype, device), CASES[case]
    shape = shape_of(case, group)
    steps = 2 if list(module.parameters()) else 1
    for step in range(steps):
        for training in (True, False):
            report = equivariance_error(
                module.train(training),
                group,
                shape,
                kinds.in_type,
                kinds.out_type,
                dtype=dtype,
                device=device,
                translations=False,
            )
            assert report.error <= TOLERANCE[dtype], (step, training, str(report))
        train(module, 3 * torch.randn(shape, dtype=dtype, device=device) + 1)


@pytest.mark.parametrize("case", [case for case in CASES if CASES[case].complex_numbers])
@pytest.mark.parametrize("group", [gk.p4m, gk.p6, mirror_line, cubic], ids=name)
def test_complex_maps_go_through_equivariantly(
    group: gk.SplitGroup, case: str, device: torch.device
) -> None:
    kinds = CASES[case]
    x = torch.randn(shape_of(case, group), dtype=torch.complex128, device=device)
    numbers = torch.complex128 if kinds.filters else torch.float64
    module = layer(case, group, numbers, device)
    train(module, x)
    assert all(bool(p.isfinite().all()) for p in module.parameters())
    for training in (True, False):
        report = equivariance_error(
            module.train(training),
            group,
            x.shape,
            kinds.in_type,
            kinds.out_type,
            dtype=torch.complex128,
            device=device,
            translations=False,
        )
        assert report.error <= 1e-12, str(report)
    y = module(x)
    coarse = layer(case, group, torch.complex64 if kinds.filters else torch.float32, device)
    coarse.load_state_dict(module.state_dict())
    single = coarse.eval()(x.to(torch.complex64))
    assert single.dtype == torch.complex64
    assert (single - y).abs().max() <= 1e-4 * y.abs().max()


@pytest.mark.parametrize("group", [gk.p4m, gk.p6], ids=name)
def test_complex_fields_go_through(group: gk.SplitGroup) -> None:
    vector, options = group.field("vector"), {"dtype": torch.complex128}
    net = nn.Sequential(
        gt.GroupConv(group, 2, 3, 3, input_type=vector, **options),
        gt.GroupRMSNorm(group, 3, dtype=torch.float64),
        gt.GroupConv(group, 3, 2, 3, output_type=vector, **options),
    )
    assert_equivariant(net, group, (1, 2, 9, 9), vector, vector)  # complex, as its weights are


@pytest.mark.parametrize("case", [case for case in CASES if not CASES[case].complex_numbers])
@pytest.mark.parametrize("group", [gk.p4, gk.p6], ids=name)
def test_layers_that_need_an_order_or_a_variance_refuse_complex_maps(
    group: gk.SplitGroup, case: str
) -> None:
    module = layer(case, group, torch.float32)
    x = torch.zeros(shape_of(case, group), dtype=torch.complex64)
    for training in (True, False):
        with pytest.raises(gt.DtypeError, match=r"complex numbers have (no order|a covariance)"):
            module.train(training)(x)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16], ids=str)
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("group", [gk.p4m, gk.p6, mirror_line, cubic], ids=name)
def test_half_precision_goes_through(
    group: gk.SplitGroup, case: str, dtype: torch.dtype, device: torch.device
) -> None:
    module = layer(case, group, dtype, device)
    x = torch.randn(shape_of(case, group), dtype=dtype, device=device)
    for training in (True, False):
        torch.manual_seed(0)
        y = module.train(training)(x)
        assert y.dtype == dtype
        torch.manual_seed(0)
        exact = copy.deepcopy(module).double()(x.double())
        assert (y - exact).abs().max() <= 0.1 * exact.abs().max() + 0.05


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("group", [gk.p4m, gk.p6, mirror_line], ids=name)
def test_copies_pickles_and_states_give_equal_outputs(
    group: gk.SplitGroup, case: str, device: torch.device
) -> None:
    module = layer(case, group, torch.float64, device)
    x = torch.randn(shape_of(case, group), dtype=torch.float64, device=device)
    train(module, x)
    fresh = layer(case, group, torch.float64, device)
    fresh.load_state_dict(module.state_dict())
    copies = (copy.deepcopy(module), pickle.loads(pickle.dumps(module)), fresh)
    assert repr(copies[0]) == repr(module)
    for training in (True, False):
        state = copy.deepcopy(module.state_dict())
        torch.manual_seed(0)
        expected = module.train(training)(x)
        for other in copies:
            torch.manual_seed(0)
            other.load_state_dict(state)
            assert torch.equal(other.train(training)(x), expected)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("group", [gk.p4m, gk.p6, mirror_line], ids=name)
def test_the_layout_in_memory_does_not_matter(group: gk.SplitGroup, case: str) -> None:
    module = layer(case, group, torch.float64)
    x = torch.randn(shape_of(case, group), dtype=torch.float64)
    axes = (1, 2) if CASES[case].in_type == "regular" else (1,)
    last = tuple(range(-len(axes), 0))
    layouts = (
        x.movedim(axes, last).contiguous().movedim(last, axes),  # channels last
        x.transpose(0, 1).contiguous().transpose(0, 1),  # channels first of all
    )
    for training in (True, False):
        state = copy.deepcopy(module.state_dict())
        results = []
        for f in (x, *layouts):
            module.load_state_dict(state)
            torch.manual_seed(0)
            results.append(module.train(training)(f))
        for y in results[1:]:
            assert torch.allclose(y, results[0], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize(("large", "small"), [(gk.p4m, gk.p4), (gk.p6m, gk.p2)], ids=name)
def test_restricted_layers_do_the_same(
    large: gk.SplitGroup, small: gk.SplitGroup, case: str
) -> None:
    module = layer(case, large, torch.float64)
    restricted = gt.restrict(module, small)
    x = torch.randn(shape_of(case, large), dtype=torch.float64)
    seen = gt.restrict_map(x, large, small, CASES[case].in_type)
    for training in (True, False):
        torch.manual_seed(0)
        y = module.train(training)(x)
        if CASES[case].out_type == "regular":
            y = gt.restrict_map(y, large, small)
        torch.manual_seed(0)
        assert torch.allclose(restricted.train(training)(seen), y, rtol=1e-12, atol=1e-12)


@pytest.mark.compile
@pytest.mark.parametrize("case", CASES)
def test_layers_compile_whole(case: str, device: torch.device) -> None:
    torch._dynamo.reset()
    group = gk.p6  # masked: the longer way
    module = layer(case, group, torch.float64, device)
    x = torch.randn(shape_of(case, group), dtype=torch.float64, device=device)
    if "Dropout" in case:
        module.eval()  # other random numbers
    other = copy.deepcopy(module)
    compiled = torch.compile(other, fullgraph=True, backend="aot_eager")
    for _ in range(2):
        results = []
        for run in (module, compiled):
            f = x.clone().requires_grad_()
            y = run(f)
            y.sin().sum().backward()
            results.append((y.detach(), f.grad, *(p.grad for p in run.parameters())))
        for eager, traced in zip(*results, strict=True):
            assert torch.allclose(eager, traced, rtol=1e-10, atol=1e-10)
        for (key, eager), traced in zip(
            module.state_dict().items(), other.state_dict().values(), strict=True
        ):
            assert torch.allclose(eager, traced, rtol=1e-10, atol=1e-10), key
        module.eval(), other.eval()
