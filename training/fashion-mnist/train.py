"""Trains a network on Fashion-MNIST and writes fashion-NAME.onnx, and fashion-NAME.json that says how it was trained.

    /usr/bin/python3 training/fashion-mnist/train.py vgg
    /usr/bin/python3 training/fashion-mnist/train.py resnet

Needs Debian's python3-torch, python3-numpy and dataset-fashion-mnist. Everything follows from --seed, on one machine:
another processor or version of PyTorch adds in another order, and trains a slightly different network.
"""

import argparse
import hashlib
import json
import os
import platform
import time

import torch
from torch.nn import functional as F

from data import FOLDER, augmented, read_set
from networks import NETWORKS

HERE = os.path.dirname(os.path.abspath(__file__))
VALIDATION = 5000
OPSET = 17


def arguments():
    parser = argparse.ArgumentParser(description="Trains a small network on Fashion-MNIST and exports it to ONNX.")
    parser.add_argument("network", choices=NETWORKS)
    parser.add_argument("--data", default=FOLDER, help="the folder of the four IDX files (default: %(default)s)")
    parser.add_argument("--output", default=HERE, help="where fashion-NAME.onnx is written (default: beside this file)")
    parser.add_argument("--seed", type=int, default=20181013)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--rate", type=float, default=0.1, help="the largest learning rate (default: %(default)s)")
    parser.add_argument("--threads", type=int, default=1, help="two networks side by side keep two cores busy (default: %(default)s)")
    return parser.parse_args()


def accuracy(network, images, labels):
    """In percent."""
    network.eval()
    with torch.no_grad():
        right = sum(
            (network(some).argmax(1) == classes).sum().item()
            for some, classes in zip(images.split(500), labels.split(500))
        )
    return round(100 * right / len(labels), 2)


def train(network, images, labels, given, report):
    """Stochastic gradient descent with momentum; the rate climbs for a tenth of the way, then falls along a cosine."""
    generator = torch.Generator().manual_seed(given.seed)
    steps = given.epochs * (len(labels) // given.batch)
    optimizer = torch.optim.SGD(network.parameters(), given.rate, momentum=0.9, weight_decay=5e-4, nesterov=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, given.rate, total_steps=steps, pct_start=0.1)
    for epoch in range(given.epochs):
        network.train()
        total = 0.0
        order = torch.randperm(len(labels), generator=generator)
        for chosen in order[: len(labels) // given.batch * given.batch].split(given.batch):
            inputs = augmented(images[chosen], generator).contiguous(memory_format=torch.channels_last)
            loss = F.cross_entropy(network(inputs), labels[chosen], label_smoothing=0.05)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item() * given.batch / len(labels)
        report(epoch, total)


def export(network, name, path):
    """The VGG as the exporter has it by default, batch norms folded; the ResNet with its batch norms."""
    network.eval()
    folded = name == "vgg"
    modes = torch.onnx.TrainingMode
    torch.onnx.export(
        network,
        torch.zeros(1, 1, 28, 28),
        path,
        opset_version=OPSET,
        training=modes.EVAL if folded else modes.PRESERVE,
        do_constant_folding=folded,
        input_names=["image"],
        output_names=["logits"],
        dynamic_axes={"image": {0: "batch"}, "logits": {0: "batch"}},
    )


def processor():
    with open("/proc/cpuinfo") as file:
        return next((line.split(":")[1].strip() for line in file if line.startswith("model name")), "unknown")


def main():
    given = arguments()
    torch.manual_seed(given.seed)
    torch.set_num_threads(given.threads)
    torch.use_deterministic_algorithms(True)
    images, labels = read_set(given.data, "train")
    # The last ones are kept back to choose by; the test set is read once, at the end.
    held, held_labels = images[-VALIDATION:], labels[-VALIDATION:]
    images, labels = images[:-VALIDATION], labels[:-VALIDATION]
    # The order of entries in which convolutions are fastest on a processor.
    network = NETWORKS[given.network]().to(memory_format=torch.channels_last)
    started = time.time()
    log = []

    def report(epoch, loss):
        minutes = round((time.time() - started) / 60, 1)
        line = {
            "epoch": epoch + 1,
            "loss": round(loss, 4),
            "validationTop1": accuracy(network, held, held_labels),
            "minutes": minutes,
        }
        log.append(line)
        print(json.dumps(line), flush=True)

    train(network, images, labels, given, report)
    path = os.path.join(given.output, f"fashion-{given.network}.onnx")
    export(network, given.network, path)
    with open(path, "rb") as file:
        content = file.read()
    test, test_labels = read_set(given.data, "t10k")
    result = {
        "network": given.network,
        "parameters": sum(weights.numel() for weights in network.parameters()),
        "fileBytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "seed": given.seed,
        "epochs": given.epochs,
        "batch": given.batch,
        "rate": given.rate,
        "minutes": log[-1]["minutes"],
        "threads": given.threads,
        "processor": processor(),
        "pytorch": torch.__version__,
        "python": platform.python_version(),
        "validationTop1": log[-1]["validationTop1"],
        "testTop1": accuracy(network, test, test_labels),
        "log": log,
    }
    with open(os.path.join(given.output, f"fashion-{given.network}.json"), "w") as file:
        json.dump(result, file, indent=2)
        file.write("\n")
    print(json.dumps({**result, "log": None}))


if __name__ == "__main__":
    main()
