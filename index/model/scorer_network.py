"""The network of the sentence scorer, for training: the embedder's layers and a small head."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch  # type: ignore[import-not-found]  # only where models are trained
from safetensors.torch import load_file  # type: ignore[import-not-found]
from tokenizers import Tokenizer
from torch import nn
from torch.nn import functional  # type: ignore[import-not-found]

from index.model.files import PAIR_PIECES, read_tokenizer

LAYERS, WIDTH, HEADS, INNER = 6, 384, 12, 1536
_WORDS, _POSITIONS, _EPSILON, _DROPOUT = 30522, 512, 1e-12, 0.1
# Our names of weights, and those of all-MiniLM-L6-v2.
_OUTSIDE = {
    "words": "embeddings.word_embeddings",
    "positions": "embeddings.position_embeddings",
    "segments": "embeddings.token_type_embeddings",
    "norm": "embeddings.LayerNorm",
}
_IN_LAYER = {
    "query": "attention.self.query",
    "key": "attention.self.key",
    "value": "attention.self.value",
    "out": "attention.output.dense",
    "norm1": "attention.output.LayerNorm",
    "up": "intermediate.dense",
    "down": "output.dense",
    "norm2": "output.LayerNorm",
}

# Attention adds it where there is no token.
_IGNORE = -1e4


class Layer(nn.Module):  # type: ignore[misc]  # torch is not there where types are checked
    """One layer of BERT."""

    def __init__(self) -> None:
        super().__init__()
        # The order of these lines decides which random numbers the seed gives to whom.
        self.query, self.key = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, WIDTH)
        self.value, self.out = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, WIDTH)
        self.norm1 = nn.LayerNorm(WIDTH, _EPSILON)
        self.up, self.down = nn.Linear(WIDTH, INNER), nn.Linear(INNER, WIDTH)
        self.norm2 = nn.LayerNorm(WIDTH, _EPSILON)
        self.drop = nn.Dropout(_DROPOUT)

    def forward(self, hidden: Any, bias: Any) -> Any:  # noqa: ANN401
        """Tokens of shape (batch, tokens, width) to the same."""
        query, key, value = (
            linear(hidden).view(*hidden.shape[:2], HEADS, -1).transpose(1, 2)
            for linear in (self.query, self.key, self.value)
        )
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=bias)
        joined = mixed.transpose(1, 2).reshape(hidden.shape)
        hidden = self.norm1(hidden + self.drop(self.out(joined)))
        return self.norm2(hidden + self.drop(self.down(functional.gelu(self.up(hidden)))))


class ScorerNetwork(nn.Module):  # type: ignore[misc]
    """Pairs of texts to one score each: from the first token and the mean of all of them."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(_WORDS, WIDTH)
        self.positions = nn.Embedding(_POSITIONS, WIDTH)
        self.segments = nn.Embedding(2, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, _EPSILON)
        self.drop = nn.Dropout(_DROPOUT)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.hid = nn.Linear(2 * WIDTH, WIDTH)
        self.head = nn.Linear(WIDTH, 1)

    def forward(self, ids: Any, segments: Any, mask: Any) -> Any:  # noqa: ANN401
        """Scores of shape (batch,) of inputs of shape (batch, tokens)."""
        added = self.words(ids) + self.positions.weight[: ids.shape[1]] + self.segments(segments)
        hidden = self.drop(self.norm(added))
        bias = torch.zeros(mask.shape).masked_fill(~mask.bool(), _IGNORE)[:, None, None, :]
        if torch.is_autocast_enabled("cpu"):
            bias = bias.bfloat16()
        for layer in self.layers:
            hidden = layer(hidden, bias)
        hidden, wide = hidden.float(), mask[..., None].float()
        mean = (hidden * wide).sum(1) / wide.sum(1)
        pooled = torch.cat([hidden[:, 0], mean], -1)
        return self.head(functional.gelu(self.hid(pooled)))[:, 0]

    def load_base(self, weights: Path) -> None:
        """Begin with the embedder's official weights; the head keeps its random ones."""
        official = load_file(weights)
        own = {name: official[given] for name, given in _names().items() if given in official}
        self.load_state_dict(own, strict=False)

    def official_weights(self) -> dict[str, Any]:
        """All weights in float32 by the names of all-MiniLM-L6-v2, and ``hid`` and ``head``."""
        state = self.state_dict()
        return {given: state[name].float().contiguous() for name, given in _names().items()}


def _names() -> dict[str, str]:
    modules = dict(_OUTSIDE)
    for number in range(LAYERS):
        for own, given in _IN_LAYER.items():
            modules[f"layers.{number}.{own}"] = f"encoder.layer.{number}.{given}"
    modules |= {"hid": "hid", "head": "head"}
    names = {}
    for own, given in modules.items():
        names[f"{own}.weight"] = f"{given}.weight"
        if not given.endswith("_embeddings"):
            names[f"{own}.bias"] = f"{given}.bias"
    return names


def load_pair_tokenizer() -> Tokenizer:
    """The packaged tokenizer; of a pair that is too long, the second text is cut."""
    tokenizer = Tokenizer.from_buffer(read_tokenizer())
    tokenizer.no_padding()
    tokenizer.enable_truncation(PAIR_PIECES, strategy="only_second")
    return tokenizer


def encode_batch(tokenizer: Tokenizer, pairs: Sequence[tuple[str, str]]) -> tuple[Any, Any, Any]:
    """Ids, segments and mask of pairs, each of shape (pairs, tokens of the longest)."""
    rows = [tokenizer.encode(*pair) for pair in pairs]
    ids = torch.zeros(len(rows), max(len(row.ids) for row in rows), dtype=torch.long)
    segments, mask = ids.clone(), ids.clone()
    for number, row in enumerate(rows):
        ids[number, : len(row.ids)] = torch.tensor(row.ids)
        segments[number, : len(row.ids)] = torch.tensor(row.type_ids)
        mask[number, : len(row.ids)] = 1
    return ids, segments, mask
