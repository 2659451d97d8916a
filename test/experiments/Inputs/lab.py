# Runs small experiments, ends them by signals, and compares what two of them have left behind.
#   lab.py run FOLDER [OPTIONS...]              one experiment to its end
#   lab.py same FOLDER FOLDER                   fails unless both have measured and learned the same
#   lab.py interrupt FOLDER [OPTIONS...]        SIGINT after a few steps; prints the exit code
#   lab.py kill N FOLDER REFERENCE [OPTIONS...] kill -9 at N random moments, resumed until it is done, as often as needed
# The experiment is sparse-vs-classic, or that of --question=NAME among the options.
import glob
import json
import os
import random
import shutil
import signal
import struct
import subprocess
import sys
import time

TINY = ["--vocab=300", "--lengths=4", "--batch=2", "--width=16", "--layers=1", "--evaluate-every=4"]
TIMES = {"date", "command", "machine", "compile_seconds", "time_per_step", "avg_time_per_step", "median_time_per_step", "threads"}


def text(path):
    with open(path, "w") as out:
        for i in range(30):
            print("and %d men of the city came to the house of the king" % i, file=out)
    return path


def question(options):
    """The question that the options name, and the options that it is asked with."""
    named = [o for o in options if o.startswith("--question=")]
    return named[-1].split("=")[1] if named else "sparse-vs-classic", [o for o in options if o not in named]


def tiny(options):
    """The sizes that the options leave open."""
    given = {o.split("=")[0] for o in options}
    return [o for o in TINY if o.split("=")[0] not in given]


def command(folder, options):
    name, options = question(options)
    base = os.path.dirname(os.path.abspath(folder))
    corpus = text(os.path.join(base, "text.txt"))
    return ["dsa-lab", name, "--corpus=" + corpus, "--cache=" + os.path.join(base, "cache"), "--out=" + folder] + tiny(options) + options


def resume(folder, options):
    cache = os.path.join(os.path.dirname(os.path.abspath(folder)), "cache")
    kept = [o for o in options if o.startswith(("--keep", "--checkpoint-every", "--threads"))]
    return ["dsa-lab", question(options)[0], "--resume=" + folder, "--cache=" + cache] + kept


def timeless(value):
    """`value` without what differs between two runs of the same experiment."""
    if isinstance(value, dict):
        if str(value.get("claim", "")).startswith("A sparse step takes"):
            return None
        return {key: timeless(child) for key, child in value.items() if key not in TIMES}
    return [timeless(child) for child in value] if isinstance(value, list) else value


def tensors(path):
    """Names, types and bytes of all tensors of a checkpoint but the seconds, and the notes."""
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        body = file.read()
    notes = {k: v for k, v in header.pop("__metadata__").items() if k != "checksum"}
    notes["note.run"] = timeless(json.loads(notes["note.run"]))
    named = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        if name != "log.seconds":
            named[name] = (entry["dtype"], entry["shape"], body[begin:end])
    return named, notes


def newest(folder):
    runs = sorted(os.listdir(os.path.join(folder, "state")))
    found = {run: sorted(glob.glob(os.path.join(folder, "state", run, "*.safetensors"))) for run in runs}
    return {run: paths[-1] for run, paths in found.items() if paths}


def same(first, second):
    a, b = (timeless(json.load(open(os.path.join(f, "summary.json")))) for f in (first, second))
    for key in a:
        assert a[key] == b[key], "%s: expected %s, got %s" % (key, a[key], b[key])
    assert a["finished"] and a["runs"], "expected a finished experiment with runs"
    a, b = newest(first), newest(second)
    assert a and a.keys() == b.keys(), "expected the runs %s, got %s" % (sorted(a), sorted(b))
    for run in a:
        assert tensors(a[run]) == tensors(b[run]), "expected the same parameters and losses in " + run
    left = glob.glob(os.path.join(second, "**", "*.tmp"), recursive=True)
    assert not left, "expected no temporary files, got %s" % left


def interrupt(folder, options):
    process = subprocess.Popen(command(folder, options), stdout=subprocess.PIPE, text=True)
    progress = os.path.join(folder, "state", "progress.json")
    while not os.path.exists(progress) and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    process.communicate()
    print("exit code", process.returncode)


def kill(times, folder, reference, options):
    """The moments are drawn over the time that one experiment takes, so that they fall into every part of it."""
    random.seed(int(os.environ.get("DSA_KILL_SEED", "1")))
    begin = time.time()
    subprocess.run(command(folder + "-timing", options), check=True, stdout=subprocess.DEVNULL)
    whole = time.time() - begin
    killed = finished = 0
    while killed < times or finished == 0:
        begun = os.path.exists(os.path.join(folder, "state", "settings.json"))
        line = resume(folder, options) if begun else command(folder, options)
        process = subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        try:
            error = process.communicate(timeout=None if killed >= times else random.uniform(0, whole))[1]
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            killed += 1
            continue
        assert process.returncode == 0, error
        assert "skipped" not in error, "expected no damaged checkpoint after a kill, got: " + error
        same(reference, folder)
        finished += 1
        shutil.rmtree(folder)
    print("killed", killed, "times, finished", finished)


def main(verb, *rest):
    if verb == "run":
        subprocess.run(command(rest[0], list(rest[1:])), check=True, stdout=subprocess.DEVNULL)
    elif verb == "same":
        same(*rest)
        print("the same")
    elif verb == "interrupt":
        interrupt(rest[0], list(rest[1:]))
    else:
        kill(int(rest[0]), rest[1], rest[2], list(rest[3:]))


main(*sys.argv[1:])
