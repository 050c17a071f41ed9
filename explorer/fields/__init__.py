"""How each operation changes what its units see.

One function an operation group: it takes the fields of the tensors that go in and gives the field of what comes
out. An operation that no function knows is named in the field's note, and never passed over in silence.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from explorer import layouts
from explorer.fields import meeting, views, windows
from explorer.fields.field import AXES, Field, Inputs, Rule, lost
from explorer.fields.windows import window_of
from explorer.operators import Operation, Shape
from explorer.spans import PICTURE

__all__ = ["AXES", "Field", "after", "of_picture", "window_of"]


def of_picture(shape: Shape) -> Field:
    """The field of the picture itself: every pixel sees itself."""
    return Field(PICTURE, PICTURE, (shape[1], shape[2]), layouts.of_map((1, *shape)))


def after(operation: Operation, inputs: Inputs) -> list[Field]:
    """The fields of an operation's results. Shapes: one field for each result."""
    try:
        return _RULES.get(operation.name, meeting.unknown)(operation, inputs)
    except (ValueError, IndexError) as error:
        return lost(operation, inputs, f"{operation.name}: {error}")


def _all(rule: Rule, names: str) -> dict[str, Rule]:
    return dict.fromkeys(names.split(), rule)


_RULES: Mapping[str, Rule] = MappingProxyType(
    _all(
        windows.slide,
        """conv1d conv2d conv3d max_pool1d max_pool2d max_pool2d_with_indices max_pool3d avg_pool1d avg_pool2d
        avg_pool3d""",
    )
    | _all(windows.slide_transposed, "conv_transpose1d conv_transpose2d conv_transpose3d")
    | _all(
        windows.adaptive, "adaptive_avg_pool1d adaptive_avg_pool2d adaptive_max_pool1d adaptive_max_pool2d"
    )
    | _all(
        windows.upsample,
        "upsample_nearest2d _upsample_nearest_exact2d upsample_bilinear2d upsample_bicubic2d",
    )
    | _all(windows.pad, "pad constant_pad_nd reflection_pad2d replication_pad2d")
    | _all(windows.pixel_shuffle, "pixel_shuffle")
    | _all(windows.pixel_unshuffle, "pixel_unshuffle")
    | _all(views.part, "slice narrow")
    | _all(views.split, "chunk split split_with_sizes tensor_split unsafe_chunk unsafe_split")
    | _all(views.select, "select")
    | _all(views.unbind, "unbind")
    | _all(
        views.reshape, "view reshape flatten unflatten squeeze unsqueeze _unsafe_view view_as _reshape_alias"
    )
    | _all(views.expand, "expand expand_as broadcast_tensors repeat")
    | _all(views.permute, "permute transpose t mT numpy_T swapaxes swapdims movedim moveaxis adjoint")
    | _all(views.roll, "roll")
    | _all(
        meeting.pointwise,
        """add sub rsub mul div true_divide multiply subtract divide where masked_fill maximum minimum pow clone
        contiguous to _to_copy type_as alias detach lift_fresh batch_norm channel_shuffle native_channel_shuffle
        prelu lerp
        floor_divide remainder fmod addcmul copy local_response_norm""",
    )
    | _all(meeting.written, "write")
    | _all(meeting.concat, "cat concat concatenate stack")
    | _all(
        meeting.statistic,
        """layer_norm group_norm instance_norm rms_norm native_layer_norm native_group_norm softmax log_softmax
        _softmax _log_softmax cumsum sort""",
    )
    | _all(
        meeting.reduction,
        """mean sum amax amin max min prod var std var_mean std_mean linalg_vector_norm norm logsumexp
        any all argmax argmin""",
    )
    | _all(meeting.linear, "linear")
    | _all(meeting.matmul, "matmul mm bmm baddbmm addmm")
    | _all(meeting.attention, "scaled_dot_product_attention")
    | _all(meeting.look_up, "index index_select gather take topk")
)
