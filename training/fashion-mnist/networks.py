"""The two networks: each small enough to be trained on a processor in minutes, and to be kept in the repository."""

from torch import nn
from torch.nn import functional as F


def block(inputs, outputs, kernel=3, stride=1):
    """Convolution and batch norm; the norm has the bias."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False),
        nn.BatchNorm2d(outputs),
    )


class Vgg(nn.Module):
    """Pairs of 3 x 3 convolutions, a max pool after each pair, two matrices: VGG's shape for small pictures."""

    def __init__(self):
        super().__init__()
        widths = [1, 16, 16, 32, 32, 64, 64]
        self.blocks = nn.ModuleList(block(a, b) for a, b in zip(widths, widths[1:]))
        self.hidden, self.classes = nn.Linear(3 * 3 * 64, 128), nn.Linear(128, 10)
        self.dropout = nn.Dropout(0.3)

    def forward(self, x):
        for number, convolution in enumerate(self.blocks):
            x = F.relu(convolution(x))
            if number % 2 == 1:
                x = F.max_pool2d(x, 2)
        x = F.relu(self.hidden(self.dropout(x.flatten(1))))
        return self.classes(self.dropout(x))


class Residual(nn.Module):
    """Two 3 x 3 convolutions and what went in; a 1 x 1 convolution where the shape changes."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.one, self.two = block(inputs, outputs, 3, stride), block(outputs, outputs)
        self.shortcut = nn.Identity() if inputs == outputs and stride == 1 else block(inputs, outputs, 1, stride)

    def forward(self, x):
        return F.relu(self.two(F.relu(self.one(x))) + self.shortcut(x))


class Resnet(nn.Module):
    """A convolution, a max pool, three stages of one residual block each, the mean over the picture, a matrix."""

    def __init__(self):
        super().__init__()
        self.stem = block(1, 24)
        self.stages = nn.Sequential(Residual(24, 24, 1), Residual(24, 48, 2), Residual(48, 96, 2))
        self.average, self.classes = nn.AdaptiveAvgPool2d(1), nn.Linear(96, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.stem(x)), 2)
        return self.classes(self.average(self.stages(x)).flatten(1))


NETWORKS = {"vgg": Vgg, "resnet": Resnet}
