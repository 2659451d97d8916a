# Runs every pass and pipeline of the project by its name and by the string that the name expands to; prints their names.
import re
import subprocess
import sys

root, graph = sys.argv[1:]


def run(module, *options):
    return subprocess.run(["dsa-opt", "-", *options], input=module, capture_output=True, text=True)


def opt(module, *options):
    """The module that dsa-opt prints and the pipeline that it says it ran."""
    done = run(module, "--dump-pass-pipeline", *options)
    if done.returncode:
        sys.exit("%s: expected exit code 0, got %d\n%s" % (options, done.returncode, done.stderr))
    lines = re.search(r"^builtin\.module\(.*?^\)$", done.stderr, re.M | re.S).group()
    return done.stdout, re.sub(r"\n *", "", lines)


def check(module, text):
    printed, retold = opt(module, "--pass-pipeline=" + text)
    if retold != text:
        sys.exit("expected the pipeline %s, got %s" % (text, retold))
    return printed


def change(options):
    """What a pass of ours is given by default, turned into something else."""
    return options.group().replace("=false", "=true").replace("lanes=0", "lanes=8")


with open(graph, encoding="utf-8") as file:
    graph = file.read()
planned = run(graph, "--dsa-graph-pipeline").stdout
described = subprocess.run(["dsa-opt", "--help"], capture_output=True, text=True).stdout
names = sorted(set(re.findall(r"^ +--(dsa-[a-z-]+)", described, re.M)) - {"dsa-statistics"})
declared = []
for floor in ("passes", "codegen"):
    with open("%s/%s/Passes.td" % (root, floor), encoding="utf-8") as file:
        declared += re.findall(r'^def \w+ : Pass<"([a-z-]+)"', file.read(), re.M)
missing = set(declared) - set(names)
if missing or not declared:
    sys.exit("expected every declared pass in --help, got none of %s" % sorted(missing))
for name in names:
    # The passes on launches refuse a graph, and take what the graph pipeline makes of it.
    module = planned if run(graph, "--" + name).returncode else graph
    printed, text = opt(module, "--" + name)
    if check(module, text) != printed:
        sys.exit("expected %s to print what --%s prints" % (text, name))
    # Options survive as well when they are not what they are by default.
    check(module, re.sub(r"dsa-[a-z-]+\{[^}]*\}", change, text))
    print(name)
