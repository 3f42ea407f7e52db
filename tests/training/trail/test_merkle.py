"""Hash trees: every entry has a proof, and the trees are those of RFC 6962."""

from hypothesis import given, settings
from hypothesis import strategies as some

from training.trail import merkle


@settings(max_examples=100, deadline=None)
@given(some.lists(some.binary(max_size=8), min_size=1, max_size=40), some.data())
def test_every_leaf_has_a_path_to_the_root(entries: list[bytes], chosen: some.DataObject) -> None:
    leaves = [merkle.leaf(entry) for entry in entries]
    position = chosen.draw(some.integers(0, len(leaves) - 1))
    assert merkle.climb(leaves[position], merkle.path(leaves, position)) == merkle.root(leaves)


def test_the_tree_is_that_of_rfc_6962() -> None:
    # Source: the test vectors of certificate-transparency, merkle_tree_test.
    entries = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    roots = {
        1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    }
    for size, expected in roots.items():
        assert merkle.root([merkle.leaf(bytes.fromhex(entry)) for entry in entries[:size]]).hex() == expected
