"""What each operation of a network is called, and how many multiply-adds it does.

The rule, shared with torchvision's published figures: one multiply-add (MAC) for every product of a weight or
an activation that is summed, in convolutions, linear layers and attention. Biases, norms, activations, pooling
and other element-wise work count as nothing *by convention*; an operation that is on none of the lists below is
not counted and is named.

Units: MACs; a FLOP count is twice as large.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import prod
from types import MappingProxyType

Shape = tuple[int, ...]
CONSTANT = -1  # the value number of a tensor that does not depend on the picture


@dataclass(frozen=True, slots=True)
class Operation:
    """One call of a PyTorch operation during the walk; values are numbered in the order they were made."""

    name: str
    inputs: tuple[int, ...]
    input_shapes: tuple[Shape, ...]
    outputs: tuple[int, ...]
    output_shapes: tuple[Shape, ...]
    settings: Mapping[str, object]


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _named(kind: str, names: str) -> dict[str, str]:
    return dict.fromkeys(names.split(), kind)


VIEWS = _names(
    """alias as_strided broadcast_tensors chunk clone contiguous detach diagonal expand expand_as flatten lift_fresh
    movedim moveaxis narrow permute reshape select slice split split_with_sizes squeeze swapaxes swapdims t tensor_split
    to _to_copy transpose type_as unbind unflatten unsafe_chunk unsafe_split unsqueeze view view_as _unsafe_view
    _reshape_alias adjoint numpy_T mT"""
)
"""Operations that move or rename values and compute nothing."""

FACTORIES = _names(
    """new_zeros new_ones new_empty new_full zeros_like ones_like empty_like full_like rand_like randn_like zero fill
    scalar_tensor zeros ones empty full arange linspace rand randn eye tensor"""
)
"""Operations whose result does not depend on the numbers in their inputs."""

KINDS: Mapping[str, str] = MappingProxyType(
    _named("conv", "conv1d conv2d conv3d convolution")
    | _named("transposed conv", "conv_transpose1d conv_transpose2d conv_transpose3d")
    | _named("linear", "linear addmm bilinear")
    | _named("attention", "scaled_dot_product_attention")
    | _named("matmul", "matmul mm bmm baddbmm addbmm mv dot vdot addmv")
    | _named(
        "max pool", "max_pool1d max_pool2d max_pool3d max_pool2d_with_indices fractional_max_pool2d amax"
    )
    | _named("average pool", "avg_pool1d avg_pool2d avg_pool3d lp_pool2d")
    | _named(
        "adaptive average pool",
        "adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d _adaptive_avg_pool2d",
    )
    | _named("adaptive max pool", "adaptive_max_pool1d adaptive_max_pool2d adaptive_max_pool3d")
    | _named(
        "norm",
        """batch_norm layer_norm group_norm instance_norm rms_norm linalg_vector_norm norm local_response_norm
        native_batch_norm native_layer_norm native_group_norm _weight_norm _weight_norm_interface""",
    )
    | _named(
        "activation",
        """relu relu6 gelu silu sigmoid tanh hardswish hardsigmoid hardtanh leaky_relu elu celu selu mish prelu rrelu
        softplus softsign softshrink hardshrink tanhshrink threshold log_sigmoid glu clamp clamp_min clamp_max""",
    )
    | _named("mean", "mean")
    | _named("softmax", "softmax log_softmax _softmax _log_softmax softmin")
    | _named(
        "dropout",
        "dropout dropout2d dropout3d alpha_dropout feature_dropout feature_alpha_dropout native_dropout",
    )
    | _named("add", "add sub rsub subtract addcmul")
    | _named("multiply", "mul div multiply divide true_divide")
    | _named("concat", "cat concat concatenate stack hstack vstack dstack")
    | _named(
        "upsample",
        """upsample_nearest1d upsample_nearest2d upsample_nearest3d upsample_bilinear2d upsample_bicubic2d
        upsample_linear1d upsample_trilinear3d _upsample_nearest_exact2d _upsample_bilinear2d_aa _upsample_bicubic2d_aa
        pixel_shuffle""",
    )
    | _named(
        "rearrange",
        "pixel_unshuffle channel_shuffle native_channel_shuffle roll flip rot90 repeat tile unfold im2col",
    )
    | _named(
        "pad", "pad constant_pad_nd reflection_pad1d reflection_pad2d replication_pad1d replication_pad2d"
    )
    | _named(
        "look up",
        "index index_select gather embedding take where masked_fill masked_select index_put copy fill zero",
    )
    | _named(
        "element-wise",
        """abs neg exp log log2 log10 log1p sqrt rsqrt pow square reciprocal sign erf sin cos tan sum max min maximum
        minimum eq ne lt le gt ge logical_and logical_or logical_not bitwise_not bitwise_and var std var_mean std_mean
        cumsum argmax argmin topk sort floor ceil round lerp isnan any all prod floor_divide remainder expm1 logit
        logsumexp fmod scalar_tensor new_zeros new_ones new_empty new_full zeros ones empty full arange linspace rand
        randn rand_like randn_like zeros_like ones_like empty_like full_like bernoulli tril triu eye tensor meshgrid
        nan_to_num frobenius_norm""",
    )
)
"""The kind of every operation whose cost is known (which may be zero by convention)."""


def macs(operation: Operation) -> int | None:
    """How many multiply-adds an operation does, or None where this is not known.

    Units: MACs for the shapes of the walk.
    """
    formula = _FORMULAS.get(operation.name)
    if formula is not None:
        return formula(operation)
    return 0 if operation.name in KINDS or operation.name in VIEWS else None


def _convolution(operation: Operation) -> int:
    """Every output position meets the whole filter bank once: positions x (C_out x C_in / groups x k x k)."""
    weight, out = operation.input_shapes[1], operation.output_shapes[0]
    batch = _batch(operation, weight)
    return batch * prod(out[-(len(weight) - 2) :]) * prod(weight)


def _transposed(operation: Operation) -> int:
    """Every *input* position meets the whole filter bank once."""
    weight, into = operation.input_shapes[1], operation.input_shapes[0]
    return _batch(operation, weight) * prod(into[-(len(weight) - 2) :]) * prod(weight)


def _any_convolution(operation: Operation) -> int:
    """The one operation behind all convolutions, called by itself."""
    return _transposed(operation) if operation.settings.get("transposed") else _convolution(operation)


def _batch(operation: Operation, weight: Shape) -> int:
    shape = operation.input_shapes[0]
    return shape[0] if len(shape) == len(weight) else 1


def _linear(operation: Operation) -> int:
    """Each output feature sums over all input features: positions x in x out."""
    return prod(operation.input_shapes[0]) * operation.input_shapes[1][0]


def _product(first: Shape, second: Shape) -> int:
    """Multiply-adds of a matrix product with broadcast batches: (..., n, k) @ (..., k, m)."""
    rows = first[-2] if len(first) > 1 else 1
    columns = second[-1] if len(second) > 1 else 1
    batches = _broadcast(first[:-2], second[:-2])
    return prod(batches) * rows * first[-1] * columns


def _broadcast(first: Shape, second: Shape) -> Shape:
    longest = max(len(first), len(second))
    pairs = zip((1,) * (longest - len(first)) + first, (1,) * (longest - len(second)) + second, strict=True)
    return tuple(max(pair) for pair in pairs)


def _matmul(operation: Operation) -> int:
    return _product(operation.input_shapes[0], operation.input_shapes[1])


def _added_matmul(operation: Operation) -> int:
    return _product(operation.input_shapes[1], operation.input_shapes[2])


def _attention(operation: Operation) -> int:
    """Two matrix products: queries with keys, and the weights with the values."""
    query, key, value = operation.input_shapes[:3]
    scores = (*query[:-1], key[-2])
    return _product(query, (*key[:-2], key[-1], key[-2])) + _product(scores, value)


def _bilinear(operation: Operation) -> int:
    """First the weight with one input, then the result with the other."""
    weight, out = operation.input_shapes[2], operation.output_shapes[0]
    return prod(out[:-1]) * (prod(weight) + weight[0] * weight[2])


_FORMULAS: Mapping[str, Callable[[Operation], int]] = MappingProxyType(
    dict.fromkeys(("conv1d", "conv2d", "conv3d"), _convolution)
    | dict.fromkeys(("conv_transpose1d", "conv_transpose2d", "conv_transpose3d"), _transposed)
    | dict.fromkeys(("matmul", "mm", "bmm", "mv", "dot", "vdot"), _matmul)
    | dict.fromkeys(("addmm", "baddbmm", "addbmm", "addmv"), _added_matmul)
    | {"convolution": _any_convolution, "linear": _linear, "bilinear": _bilinear}
    | {"scaled_dot_product_attention": _attention}
)


def words(class_name: str) -> str:
    """``StochasticDepth`` -> ``stochastic depth``."""
    spaced = "".join(
        f" {c}" if c.isupper() and i and not class_name[i - 1].isupper() else c
        for i, c in enumerate(class_name)
    )
    return spaced.lower()
