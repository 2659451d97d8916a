"""What every peer shares: reads the job, checks one step against the expected one, times the next ones, prints one JSON object.

A job is a folder: job.json (the model, the update rule, threads, runs, the expected loss and tolerances), before.safetensors
(parameters and `tokens` [B, L + 1]) and after.safetensors (the parameters after one step without anything random).
"""
import json
import os
import statistics
import sys
import time


class Job:
    """The fields of job.json, and where the tensors lie."""

    def __init__(self, folder):
        with open(os.path.join(folder, "job.json"), encoding="utf-8") as file:
            self.__dict__.update(json.load(file))
        self.before = os.path.join(folder, "before.safetensors")
        self.after = os.path.join(folder, "after.safetensors")
        # Read by the libraries below the frameworks when they are imported.
        for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
            os.environ[name] = str(self.threads)
        os.environ.pop("OPENBLAS_CORETYPE", None)

    def tensors(self):
        """Parameters by name, and the batch."""
        from safetensors.numpy import load_file

        weights = load_file(self.before)
        tokens = weights.pop("tokens")
        return weights, tokens


def peak_bytes():
    """The most memory that this process has had so far (VmHWM)."""
    with open("/proc/self/status", encoding="ascii") as status:
        return next(1024 * int(line.split()[1]) for line in status if line.startswith("VmHWM"))


def check(job, loss, after):
    """Ends with one sentence unless loss and updates agree; the largest difference of an update, relative to its norm."""
    from numpy.linalg import norm
    from safetensors.numpy import load_file

    if not abs(loss - job.loss) <= job.loss_tolerance * abs(job.loss):
        sys.exit("expected the loss %.6f within a share of %g, got %.6f" % (job.loss, job.loss_tolerance, loss))
    before, expected = load_file(job.before), load_file(job.after)
    worst = 0.0
    for name, wanted in expected.items():
        share = float(norm(after[name] - wanted) / max(norm(wanted - before[name]), 1e-30))
        if not share <= job.update_tolerance:
            sys.exit("expected the update of %s within %g of its norm, got %.3g" % (name, job.update_tolerance, share))
        worst = max(worst, share)
    return worst


def perform(description, load):
    """Does the job of the command line. `load(job)` imports the framework and gives a class: Peer(job, dropout, noise), whose
    step() makes one update and returns the loss before it, and whose parameters() are arrays by name."""
    job = Job(sys.argv[1])
    try:
        peer_class, version = load(job)
        import numpy
        import safetensors
    except ImportError as error:
        install = next(line for line in description.splitlines() if line.startswith("pip install"))
        print(json.dumps({"missing": error.name, "install": install}))
        return
    idle = peak_bytes()
    exact = peer_class(job, 0.0, 0.0)
    loss = exact.step()
    after = exact.parameters()
    del exact
    difference = check(job, loss, after)
    del after

    peer = peer_class(job, job.model["dropout"], job.model["moe"]["router_noise"])
    seconds = []
    for run in range(job.warmup + job.runs):
        begin = time.perf_counter()
        peer.step()
        if run >= job.warmup:
            seconds.append(time.perf_counter() - begin)
    print(
        json.dumps(
            {
                "version": version,
                "milliseconds": 1e3 * statistics.median(seconds),
                "peak_bytes": peak_bytes() - idle,
                "loss": loss,
                "update_difference": difference,
            }
        )
    )
