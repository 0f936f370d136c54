"""Fashion-MNIST from Debian's package dataset-fashion-mnist: 60,000 training and 10,000 test pictures of 28 x 28 pixels."""

import gzip
import os

import numpy
import torch

FOLDER = "/usr/share/datasets/fashion-mnist"


def read_idx(path, axes):
    """An IDX file of bytes: zero, zero, 8 (bytes), the number of axes, their sizes as big-endian 32 bits, the entries."""
    with gzip.open(path) as file:
        content = file.read()
    if content[:4] != bytes([0, 0, 8, axes]):
        raise SystemExit(f"{path} is no IDX file of bytes with {axes} axes.")
    shape = numpy.frombuffer(content, ">u4", axes, 4)
    return torch.from_numpy(numpy.frombuffer(content, numpy.uint8, offset=4 + 4 * axes).reshape(*shape).copy())


def read_set(folder, name):
    """Pictures as [count, 1, 28, 28] from 0 to 1, which is what the networks take, and their classes from 0 to 9."""
    images = read_idx(os.path.join(folder, f"{name}-images-idx3-ubyte.gz"), 3)
    labels = read_idx(os.path.join(folder, f"{name}-labels-idx1-ubyte.gz"), 1)
    return images.unsqueeze(1).float() / 255, labels.long()


def augmented(images, generator):
    """Each picture mirrored or not, and shifted by at most one pixel either way."""
    count, _, height, width = images.shape
    flip = torch.rand(count, generator=generator) < 0.5
    images = torch.where(flip[:, None, None, None], images.flip(3), images)
    padded = torch.nn.functional.pad(images, (1, 1, 1, 1))
    down, right = torch.randint(0, 3, (2, count), generator=generator)
    rows = (down[:, None] + torch.arange(height))[:, :, None]
    columns = (right[:, None] + torch.arange(width))[:, None, :]
    return padded[torch.arange(count)[:, None, None], 0, rows, columns].unsqueeze(1)
