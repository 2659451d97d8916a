# Tries what peers are judged by, and how they are timed, on a framework of two numbers; numpy and safetensors are played by lists.
#   peer-check.py FOLDER_OF_PEERS SCRATCH
import contextlib
import io
import json
import math
import sys
import types

peers, scratch = sys.argv[1:]
sys.path.insert(0, peers)


class Vector(list):
    def __sub__(self, other):
        return Vector(a - b for a, b in zip(self, other))


FILES = {"before": {"w": Vector([1.0, 1.0]), "tokens": Vector([0])}, "after": {"w": Vector([0.9, 1.1])}}
for name, content in {
    "numpy": {},
    "numpy.linalg": {"norm": lambda v: math.hypot(*v)},
    "safetensors": {},
    "safetensors.numpy": {"load_file": lambda path: dict(FILES[path.split("/")[-1].split(".")[0]])},
}.items():
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__dict__.update(content)

from job import perform

JOB = {"threads": 1, "runs": 3, "warmup": 2, "loss": 2.0, "loss_tolerance": 1e-3, "update_tolerance": 1e-2}
JOB["model"] = {"dropout": 0.1, "moe": {"router_noise": 0.2}}
with open(scratch + "/job.json", "w") as file:
    json.dump(JOB, file)


def outcome(loss=2.0, after=(0.9, 1.1)):
    """What a peer prints or ends with that computes this; and with which dropout and noise it made how many steps."""
    made = []

    class Peer:
        def __init__(self, job, dropout, noise):
            self.tensors, self.tokens = job.tensors()
            assert set(self.tensors) == {"w"}, self.tensors
            made.append([dropout, noise, 0])

        def step(self):
            made[-1][2] += 1
            return loss

        def parameters(self):
            return {"w": Vector(after)}

    printed = io.StringIO()
    sys.argv = ["peer", scratch]
    try:
        with contextlib.redirect_stdout(printed):
            perform("A peer.\n\npip install it\n", lambda job: (Peer, "mine"))
    except SystemExit as end:
        return str(end), made
    return json.loads(printed.getvalue()), made


result, made = outcome()
print("good", sorted(result), result["version"], result["loss"], made)
print("near", "milliseconds" in outcome(2.001, (0.9005, 1.1))[0])
print("loss", *outcome(2.1))
print("update", *outcome(2.0, (0.9, 1.0)))
print("not a number", outcome(math.nan)[0], outcome(2.0, (math.nan, 1.1))[0], sep="\n")
