"""L_g of tensors, as a graph computes it, is the index that numpy computes."""

import pytest
import torch

import groupkit as gk
from groupkit.action import array_action
from groupkit_torch.action import _integers, traced_index
from groupkit_torch.domain import Domain
from tests.torch.groups import GROUPS, image, name


@pytest.mark.parametrize("kind", ["planar", "regular"])
@pytest.mark.parametrize("group", GROUPS, ids=name)
def test_the_index_of_a_graph_is_that_of_numpy(group: gk.SplitGroup, kind: str) -> None:
    stabilizer, own = group.stabilizer, group.feature_type(kind)
    shapes = [image(group, 5, 6, 3)]
    if stabilizer.is_signed_permutation:
        shapes.append(tuple(range(3, 3 + group.dimension)))
    for s in stabilizer:
        for shape in shapes:
            inverse, cosets, rows = _integers(stabilizer, s, own)
            domain, cpu = Domain(stabilizer, rows), torch.device("cpu")
            found = traced_index(domain, inverse, cosets, shape, cpu)
            expected = torch.tensor(array_action(stabilizer, s, shape, own))
            assert torch.equal(found if own.has_axis else found[0], expected)
