"""Builds the packaged sentence scorer from its trained weights.

The embedder's network with two changes at its ends, quantised to int8 in the same way: the
same weights and versions give the same bytes. Needs what requirements-model.lock names, and
no torch.

    python -m index.model.build_scorer WEIGHTS.safetensors [--out FILE]
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

import onnx  # type: ignore[import-not-found]  # only where models are built
from onnx import TensorProto, helper
from safetensors.numpy import load_file  # type: ignore[import-not-found]

from index.model.build import MiniLM, quantise, sha256_of
from index.model.files import SCORER, SCORER_SHA256

CONFIG = {
    "layer_norm_eps": 1e-12,
    "num_hidden_layers": 6,
    "num_attention_heads": 12,
    "hidden_size": 384,
}


class PairNetwork(MiniLM):
    """Writes the network from the token ids of two texts to one score.

    Names and order of nodes and constants are part of the file's hash.
    """

    def _embed(self) -> str:
        graph, weights = self.graph, self._weights
        words = graph.constant("words", weights["embeddings.word_embeddings.weight"])
        word_rows = graph.node("Gather", "word_rows", words, "input_ids")
        shape = graph.node("Shape", "shape", "input_ids")
        second, third = graph.integers("one_i", 1), graph.integers("two_i", 2)
        length = graph.node("Slice", "length", shape, second, third)
        table = graph.constant("positions", weights["embeddings.position_embeddings.weight"])
        first, axis = graph.integers("zero_i", 0), graph.integers("axis0", 0)
        rows = graph.node("Slice", "position_rows", table, first, length, axis)
        segments = graph.constant("segments", weights["embeddings.token_type_embeddings.weight"])
        segment_rows = graph.node("Gather", "segment_rows", segments, "token_type_ids")
        placed = graph.node("Add", "embedded0", word_rows, rows)
        added = graph.node("Add", "embedded", placed, segment_rows)
        return self._normalise("x0", "embeddings.LayerNorm", added)

    def _pool(self, hidden: str, mask: str) -> None:
        """The first token beside the mean of all, through a small head to a number."""
        graph = self.graph
        wide = graph.node("Unsqueeze", "mask3", mask, graph.integers("axis2", 2))
        tokens = graph.integers("axis1", 1)
        masked = graph.node("Mul", "masked", hidden, wide)
        total = graph.node("ReduceSum", "total", masked, tokens, keepdims=0)
        count = graph.node("ReduceSum", "count", wide, tokens, keepdims=0)
        mean = graph.node("Div", "mean", total, count)
        row = graph.node("Gather", "first_row", hidden, graph.integers("first_i", 0), axis=1)
        first = graph.node("Squeeze", "first", row, tokens)
        both = graph.node("Concat", "both", first, mean, axis=-1)
        inner = graph.node("Gelu", "inner_gelu", self._linear("inner", "hid", both))
        column = self._linear("score2", "head", inner)
        graph.node("Squeeze", "score", column, graph.integers("axis_last", -1))

    def _model(self) -> onnx.ModelProto:
        inputs = [
            helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"])
            for name in ("input_ids", "attention_mask", "token_type_ids")
        ]
        output = helper.make_tensor_value_info("score", TensorProto.FLOAT, ["batch"])
        graph = helper.make_graph(
            self.graph.nodes, "sentence-reader", inputs, [output], self.graph.constants
        )
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", 20)], producer_name="build_reader"
        )
        model.ir_version = 9
        onnx.checker.check_model(model)
        return model


def build_scorer(weights: Path, target: Path) -> str:
    """Write the int8 model of trained weights to ``target``; its SHA-256, in hex."""
    with tempfile.TemporaryDirectory() as folder:
        built = Path(folder) / SCORER
        quantise(PairNetwork(load_file(weights), CONFIG).write(), built)
        shutil.copyfile(built, target)
    return sha256_of(target)


def main(arguments: list[str]) -> None:
    """Build, and say whether it is the file that is shipped."""
    parser = argparse.ArgumentParser(description="Build the packaged sentence scorer.")
    parser.add_argument("weights", type=Path, help="what train_scorer wrote")
    parser.add_argument("--out", type=Path, default=Path(SCORER), help="the file to write")
    given = parser.parse_args(arguments)
    built = build_scorer(given.weights, given.out)
    shipped = "is" if built == SCORER_SHA256 else "is not"
    print(f"{given.out}: {built}, which {shipped} the file that is shipped")


if __name__ == "__main__":
    main(sys.argv[1:])
