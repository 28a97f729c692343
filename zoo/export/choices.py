"""The likeliest tokens of a step, found inside its graph: a search then need not look through all of the vocabulary."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from zoo.runtime.manifest import Choices

BLOCK = 64
"""Tokens of a block: the k likeliest are in the k blocks with the largest maxima."""
BLOCKS = 32
"""Blocks of a vocabulary from which on they save time."""
COUNT, SCORES, TOKENS = "best_count", "best_scores", "best_tokens"


def add_choices(model: onnx.ModelProto, logits: str) -> Choices | None:
    """Let a graph find the likeliest tokens of each row and their log-probabilities, where it is asked for some.

    Adds the input `best_count`, int64 `[1]`, and the outputs `best_scores` and `best_tokens`, `[rows, best_count]`, in
    descending order; both are empty where it is 0.

    Args:
        model: changed in place.
        logits: name of its output `[rows, tokens]`.

    Returns:
        What the manifest says of them; None where the number of tokens is not known.
    """
    graph = model.graph
    shape = next(value for value in graph.output if value.name == logits).type.tensor_type.shape.dim
    if len(shape) != 2 or not shape[1].dim_value:
        return None
    size = shape[1].dim_value
    # To pad the logarithms to whole blocks would take longer than to look through all of them.
    blocks = size // BLOCK if size >= BLOCK * BLOCKS and size % BLOCK == 0 else 0
    chosen = _branch("chosen", _choosing(logits, size, blocks))
    constants = [("best_none", np.zeros((0, 0), np.float32)), ("best_nothing", np.zeros((0, 0), np.int64))]
    graph.initializer.extend(
        numpy_helper.from_array(value, name) for name, value in (*constants, ("best_zero", np.zeros(1, np.int64)))
    )
    none = _branch(
        "none",
        [
            helper.make_node("Identity", ["best_none"], ["scores_none"]),
            helper.make_node("Identity", ["best_nothing"], ["tokens_none"]),
        ],
    )
    graph.node.extend(
        [
            helper.make_node("Greater", [COUNT, "best_zero"], ["best_wanted_1"]),
            helper.make_node("Squeeze", ["best_wanted_1"], ["best_wanted"]),
            helper.make_node("If", ["best_wanted"], [SCORES, TOKENS], then_branch=chosen, else_branch=none),
        ]
    )
    graph.input.append(helper.make_tensor_value_info(COUNT, TensorProto.INT64, [1]))
    graph.output.append(helper.make_tensor_value_info(SCORES, TensorProto.FLOAT, ["rows", "best"]))
    graph.output.append(helper.make_tensor_value_info(TOKENS, TensorProto.INT64, ["rows", "best"]))
    return Choices(COUNT, SCORES, TOKENS, blocks or size, size)


def _choosing(logits: str, size: int, blocks: int) -> list[onnx.NodeProto]:
    """The nodes that find the likeliest tokens; the last two make the outputs."""
    nodes = [helper.make_node("LogSoftmax", [logits], ["logarithms"], axis=-1)]
    if not blocks:
        return [*nodes, helper.make_node("TopK", ["logarithms", COUNT], ["scores_chosen", "tokens_chosen"], axis=-1)]
    return [
        *nodes,
        _constant("shape", np.array([-1, blocks, BLOCK], np.int64)),
        _constant("axis", np.array([2], np.int64)),
        _constant("block", np.array(BLOCK, np.int64)),
        helper.make_node("Reshape", ["logarithms", "shape"], ["blocks"]),  # [R, blocks, BLOCK]
        helper.make_node("ReduceMax", ["blocks", "axis"], ["maxima"], keepdims=0),
        helper.make_node("TopK", ["maxima", COUNT], ["highest", "places"], axis=-1),  # [R, k]
        helper.make_node("Unsqueeze", ["places", "axis"], ["gathered"]),
        helper.make_node("GatherND", ["blocks", "gathered"], ["candidates"], batch_dims=1),  # [R, k, BLOCK]
        helper.make_node("Flatten", ["candidates"], ["flat"], axis=1),
        helper.make_node("TopK", ["flat", COUNT], ["scores_chosen", "inside"], axis=-1),  # [R, k]
        helper.make_node("Div", ["inside", "block"], ["number"]),
        helper.make_node("GatherElements", ["places", "number"], ["whose"], axis=1),
        helper.make_node("Mul", ["whose", "block"], ["begin"]),
        helper.make_node("Mod", ["inside", "block"], ["rest"]),
        helper.make_node("Add", ["begin", "rest"], ["tokens_chosen"]),
    ]


def _branch(name: str, nodes: list[onnx.NodeProto]) -> onnx.GraphProto:
    outputs = [
        helper.make_tensor_value_info(f"scores_{name}", TensorProto.FLOAT, None),
        helper.make_tensor_value_info(f"tokens_{name}", TensorProto.INT64, None),
    ]
    return helper.make_graph(nodes, name, [], outputs)


def _constant(name: str, value: np.ndarray) -> onnx.NodeProto:
    return helper.make_node("Constant", [], [name], value=numpy_helper.from_array(value))
