"""Writes models/*.onnx: small networks as PyTorch exports them. Needs Debian's python3-torch and python3-onnx.

    /usr/bin/python3 test/formats/onnx/generate.py

The exporter of PyTorch 1.13 knows operator sets up to 17. The files for 18 to 21 hold the same nodes under the newer set's
number; the one operator among them that changed is rewritten (ReduceMean's axes became an input in 18).
"""

import copy
import os

import onnx
import torch
from onnx import helper, numpy_helper
from torch import nn
from torch.nn import functional as F

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "models")
NEWEST_EXPORTED = 17
MODES = torch.onnx.TrainingMode


class Residual(nn.Module):
    """Stem, max pool, a block with a shortcut that changes shape, global average pool, a matrix."""

    def __init__(self):
        super().__init__()
        self.stem, self.stem_norm = nn.Conv2d(3, 6, 5, stride=2, padding=2, bias=False), nn.BatchNorm2d(6)
        self.pool = nn.MaxPool2d(3, stride=2, padding=1)
        self.one, self.one_norm = nn.Conv2d(6, 8, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(8)
        self.two, self.two_norm = nn.Conv2d(8, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8)
        self.short, self.short_norm = nn.Conv2d(6, 8, 1, stride=2, bias=False), nn.BatchNorm2d(8)
        self.average, self.classes = nn.AdaptiveAvgPool2d(1), nn.Linear(8, 5)

    def forward(self, x):
        x = self.pool(F.relu(self.stem_norm(self.stem(x))))
        y = self.two_norm(self.two(F.relu(self.one_norm(self.one(x)))))
        x = F.relu(y + self.short_norm(self.short(x)))
        return self.classes(torch.flatten(self.average(x), 1))


class Inverted(nn.Module):
    """Depthwise convolutions, ReLU6, a residual addition, a mean over rows and columns, dropout, a matrix."""

    def __init__(self):
        super().__init__()
        self.stem, self.stem_norm = nn.Conv2d(3, 8, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(8)
        self.wide, self.wide_norm = nn.Conv2d(8, 16, 1, bias=False), nn.BatchNorm2d(16)
        self.deep, self.deep_norm = nn.Conv2d(16, 16, 3, padding=1, groups=16, bias=False), nn.BatchNorm2d(16)
        self.narrow, self.narrow_norm = nn.Conv2d(16, 8, 1, bias=False), nn.BatchNorm2d(8)
        self.dropout, self.classes = nn.Dropout(0.2), nn.Linear(8, 5)

    def forward(self, x):
        x = F.relu6(self.stem_norm(self.stem(x)))
        y = F.relu6(self.deep_norm(self.deep(F.relu6(self.wide_norm(self.wide(x))))))
        x = x + self.narrow_norm(self.narrow(y))
        return self.classes(self.dropout(x.mean([2, 3])))


class Branches(nn.Module):
    """Concatenation, padding, averages that count the border, rounding up, PReLU, a view of a computed shape, softmax."""

    def __init__(self):
        super().__init__()
        self.left, self.right = nn.Conv2d(3, 4, 3, padding=1), nn.Conv2d(3, 4, (1, 3), padding=(0, 1), dilation=1)
        self.average, self.slope = nn.AvgPool2d(3, stride=1, padding=1), nn.PReLU(8)
        self.grouped, self.pool = nn.Conv2d(8, 6, 3, groups=2), nn.MaxPool2d(2, ceil_mode=True)
        self.shuffled, self.matrix = nn.Conv2d(6, 6, 1), nn.Linear(6 * 3 * 4, 7)

    def forward(self, x):
        x = torch.cat([F.leaky_relu(self.left(x), 0.1), self.average(self.right(x))], 1)
        x = self.pool(self.grouped(F.pad(self.slope(x), (1, 2, 0, 1))))
        n, c, h, w = x.shape
        x = x.view(n, 2, c // 2, h, w).transpose(1, 2).reshape(n, c, h, w)
        x = F.hardtanh(self.shuffled(x), -0.5, 0.75)
        return F.softmax(self.matrix(x.view(x.size(0), -1)), dim=1)


class Folded(nn.Module):
    """What the exporter makes of a network with its defaults: batch norms folded into convolutions, no dropout.

    With an average over a quarter of the picture, and limits other than those of ReLU6.
    """

    def __init__(self):
        super().__init__()
        self.one, self.one_norm = nn.Conv2d(1, 6, 3, padding=1), nn.BatchNorm2d(6)
        self.two, self.two_norm = nn.Conv2d(6, 4, 3, padding=1, bias=False), nn.BatchNorm2d(4)
        self.pool, self.mean, self.quarters = nn.MaxPool2d(2), nn.AvgPool2d(2), nn.AdaptiveAvgPool2d(2)
        self.dropout = nn.Dropout(0.5)
        self.hidden, self.classes = nn.Linear(4 * 10, 12), nn.Linear(12, 5)

    def forward(self, x):
        x = F.relu(self.one_norm(self.one(x)))
        x = torch.cat([self.pool(x), torch.clamp(self.two_norm(self.two(self.mean(x))), -1, 1.5)], 1)
        x = self.dropout(torch.flatten(self.quarters(x), 1))
        return self.classes(self.dropout(F.relu6(self.hidden(x))))


NETWORKS = {
    "residual": (Residual, (1, 3, 22, 18)),
    "inverted": (Inverted, (1, 3, 10, 8)),
    "branches": (Branches, (1, 3, 6, 7)),
    "folded": (Folded, (1, 1, 24, 16)),
}
VERSIONS = range(13, 22)


def settle(module):
    """Statistics as after training."""
    for layer in module.modules():
        if isinstance(layer, nn.BatchNorm2d):
            nn.init.uniform_(layer.running_mean, -0.5, 0.5)
            nn.init.uniform_(layer.running_var, 0.3, 2)
            nn.init.uniform_(layer.weight, 0.5, 1.5)
            nn.init.uniform_(layer.bias, -0.5, 0.5)
    return module.eval()


def raise_version(model, version):
    model = copy.deepcopy(model)
    model.opset_import[0].version = version
    for node in model.graph.node:
        if node.op_type == "ReduceMean":
            axes = next(a for a in node.attribute if a.name == "axes")
            name = node.output[0] + "_axes"
            model.graph.initializer.append(helper.make_tensor(name, onnx.TensorProto.INT64, [len(axes.ints)], axes.ints))
            node.attribute.remove(axes)
            node.input.append(name)
    return model


def add_dropout(model):
    """The exporter leaves Dropout out in evaluation; files of training frameworks have it."""
    for index, node in enumerate(model.graph.node):
        if node.op_type == "Gemm":
            ratio = numpy_helper.from_array(numpy_helper.np.float32(0.2), "dropout_ratio")
            model.graph.initializer.append(ratio)
            dropout = helper.make_node("Dropout", [node.input[0], "dropout_ratio"], ["dropped"], name="Dropout")
            node.input[0] = "dropped"
            model.graph.node.insert(index, dropout)
            return


def export(module, shape, path, version, mode):
    """Batch norms are kept, except in the exporter's own default mode."""
    torch.onnx.export(
        module,
        torch.randn(*shape),
        path,
        opset_version=min(version, NEWEST_EXPORTED),
        training=mode,
        do_constant_folding=mode == MODES.EVAL,
        input_names=["input"],
        output_names=["output"],
        dynamic_axes={"input": {0: "batch"}, "output": {0: "batch"}},
    )
    model = onnx.load(path)
    for node in model.graph.node:
        node.ClearField("doc_string")
    return model


def main():
    os.makedirs(HERE, exist_ok=True)
    for number, (name, (network, shape)) in enumerate(NETWORKS.items()):
        torch.manual_seed(20181013 + number)
        module = settle(network())
        for version in VERSIONS:
            path = os.path.join(HERE, f"{name}-{version}.onnx")
            model = export(module, shape, path, version, MODES.EVAL if name == "folded" else MODES.PRESERVE)
            if name == "inverted":
                add_dropout(model)
            if version > NEWEST_EXPORTED:
                model = raise_version(model, version)
            onnx.save(model, path)
    # What an importer must refuse: its batch norms would take the statistics of each picture.
    path = os.path.join(HERE, "..", "training-mode-17.onnx")
    onnx.save(export(module.train(), shape, path, 17, MODES.TRAINING), path)


main()
