# How lit runs the tests of this folder: `lit --param build=<build folder> [--param slow=1] [--param vector=sse] <tests>`.
import os
import re

import lit.formats

root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
build = os.path.abspath(lit_config.params.get("build", os.path.join(root, "build")))
llvm_tools = "/usr/lib/llvm-22/bin"

config.name = "dsa"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test"]
config.excludes = ["Inputs"]
config.test_source_root = os.path.dirname(os.path.abspath(__file__))
config.test_exec_root = os.path.join(build, "test", "lit")
config.environment["PATH"] = os.pathsep.join(
    [os.path.join(build, "bin"), llvm_tools, os.environ.get("PATH", "")]
)
if lit_config.params.get("slow") == "1":
    config.available_features.add("slow")

# The instruction sets of this machine beside sse, which every machine has.
with open("/proc/cpuinfo") as cpuinfo:
    flags = set(re.findall(r"\w+", cpuinfo.read()))
config.available_features.update({"avx2", "avx512f", "avx512_bf16"} & flags)
# `vector` runs every kernel on a narrower one, in a folder of its own: such a run may be part of another.
if vector := lit_config.params.get("vector"):
    config.test_exec_root += "-" + vector
    config.substitutions.append((r"\bdsa-run\b", "dsa-run --vector=" + vector))

config.substitutions += [
    ("%configs", os.path.join(root, "models", "configs")),
    ("%root", root),
    ("%build", build),
]
