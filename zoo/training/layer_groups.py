"""The layers of a model from the bottom to the top, and parts of a model by name."""

from __future__ import annotations

import re
from collections.abc import Sequence

import keras

from zoo.errors import UsageError, did_you_mean
from zoo.layers import Attending, Stack
from zoo.training.variable_names import variable_names


def layer_groups(model: keras.Model) -> list[list[keras.Variable]]:
    """Group the trainable variables of a model by layer, in the order in which data goes through them.

    Models and stacks of recurrent layers are taken apart; any other layer is one group, both directions of a
    recurrent layer included.

    Args:
        model: built.

    Returns:
        Groups of variables, the lowest layer first; each variable is in one group.
    """
    seen: set[int] = set()
    bottom, top = [], []
    for group in _groups(model):
        fresh = [variable for variable in group if id(variable) not in seen]
        seen |= {id(variable) for variable in fresh}
        # A vector of its own, such as the bias of a tied softmax, belongs to the output.
        top += [variable for variable in fresh if _is_output_bias(variable)]
        bottom.append([variable for variable in fresh if not _is_output_bias(variable)])
    groups = [group for group in bottom if group]
    if top:
        groups = [*groups[:-1], [*groups[-1], *top]] if groups else [top]
    return groups


def _groups(layer: keras.layers.Layer) -> list[list[keras.Variable]]:
    if not isinstance(layer, keras.Model | Stack | Attending):
        return [list(layer.trainable_variables)]
    inner = [group for part in layer._layers for group in _groups(part)]
    within = {id(variable) for group in inner for variable in group}
    own = [variable for variable in layer.trainable_variables if id(variable) not in within]
    return [own, *inner]


def _is_output_bias(variable: keras.Variable) -> bool:
    return str(variable.path).endswith("logits_bias")


def named_parts(model: keras.Model, names: Sequence[str], setting: str) -> set[int]:
    """Find the trainable variables that belong to named layers or parts.

    Args:
        model: built.
        names: parts of variables' paths: `encoder`, `recurrent/lstm_1`, `embeddings`.
        setting: that holds the names, for messages.

    Returns:
        Places of the variables among the model's trainable ones.

    Raises:
        UsageError: a name that nothing in the model has; the message suggests the nearest.
    """
    everything = dict(zip(map(id, model.variables), variable_names(model.variables), strict=True))
    paths = [f"/{everything[id(variable)]}/" for variable in model.trainable_variables]
    found: set[int] = set()
    for name in names:
        wanted = f"/{re.sub('[./]+', '/', name).strip('/')}/"
        places = {place for place, path in enumerate(paths) if wanted in path}
        if not places:
            known = {part for path in paths for part in path.strip("/").split("/")[1:-1]}
            known |= {path.strip("/").split("/")[-1] for path in paths if path.count("/") < 5}
            raise UsageError(f"{setting}: the model has no part '{name}'{did_you_mean(name, known)}")
        found |= places
    return found
