"""What the benchmark of byte-pair encoding compares with."""

from __future__ import annotations

import os
from dataclasses import replace

import numpy as np
import pytest

from algos.submodular import byte_pair_encoding
from experiments.submodular.byte_pair_pairs import BYTE_PAIRS, hugging_face

WORDS, TEXT = BYTE_PAIRS


@pytest.mark.parametrize("seed", range(10))
def test_merges_of_random_words_are_the_same(seed: int) -> None:
    """Few letters: many ties, and long runs of equal letters."""
    pytest.importorskip("tokenizers")
    rng = np.random.default_rng(seed)
    letters = list("abcé"[: rng.integers(1, 5)])
    words = ["".join(rng.choice(letters, rng.integers(1, 40))) for _ in range(20)]
    made = byte_pair_encoding(words, 60, overlaps=True)
    spelt = [[made.tokens[x], made.tokens[y]] for x, y in made.merges.tolist()]
    assert spelt == hugging_face(words, 60)


def test_the_environment_is_left_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("tokenizers")
    for value in ("true", None):
        if value is None:
            monkeypatch.delenv("TOKENIZERS_PARALLELISM")
        else:
            monkeypatch.setenv("TOKENIZERS_PARALLELISM", value)
        hugging_face(["abab"], 1)
        assert os.environ.get("TOKENIZERS_PARALLELISM") == value


def test_real_words_agree_and_other_merges_do_not() -> None:
    for module in WORDS.requires:
        pytest.importorskip(module)
    work = WORDS.workload(2000, np.random.default_rng(0))
    ours, other = WORDS.ours(work), WORDS.peer(work)
    assert len(work[0]) == 2000
    assert len(other) > 1000
    assert WORDS.agree(work, ours, other)
    assert not WORDS.agree(work, replace(ours, merges=ours.merges[::-1]), other)
    assert not WORDS.agree(work, ours, other[:-1])
    passage = TEXT.workload(500, np.random.default_rng(0))
    assert TEXT.agree(passage, TEXT.ours(passage), TEXT.peer(passage))
    assert len(passage[0][0]) == 500
