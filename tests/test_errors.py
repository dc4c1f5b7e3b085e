import copy
import pickle

import pytest

from groupkit import errors
from groupkit.errors import DeclarationError, GroupkitError, MissingExtraError, UnknownNameError

CLASSES = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, GroupkitError)
]


@pytest.mark.parametrize("kind", CLASSES)
def test_each_class_names_its_own_law(kind: type[GroupkitError]) -> None:
    assert kind.law not in {other.law for other in CLASSES if other is not kind}


@pytest.mark.parametrize("kind", CLASSES)
@pytest.mark.parametrize("copied", [copy.deepcopy, lambda e: pickle.loads(pickle.dumps(e))])
def test_message_and_witness_survive_copies(kind: type[GroupkitError], copied: object) -> None:
    again = copied(kind("7 is no group; choose 6", witness=(7, [1])))  # type: ignore[operator]
    assert type(again) is kind
    assert (str(again), again.witness) == ("7 is no group; choose 6", (7, [1]))


@pytest.mark.parametrize("kind", CLASSES)
def test_ordinary_except_clauses_catch_them(kind: type[GroupkitError]) -> None:
    if issubclass(kind, DeclarationError) or kind.__name__.endswith(("SubgroupError", "TypeError")):
        assert issubclass(kind, ValueError)
    assert issubclass(UnknownNameError, KeyError)
    assert issubclass(MissingExtraError, ImportError)
