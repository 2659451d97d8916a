# Rewrites every value test of an op from f32 to bf16 and lets the reference judge the cpu target on it.
import glob
import os
import re
import subprocess
import sys

root, scratch = sys.argv[1:]
os.makedirs(scratch, exist_ok=True)
# Written out in parts, latent attention rounds more often than as the one op that the reference knows.
DECOMPOSED = {"latent-attention-forms", "latent-attention-grad"}


def narrowed(text):
    """The module with bf16 for f32 in tensors and maps: hexadecimal constants keep 16 bits, score bodies stay as they are."""
    pieces = re.split(r"(?s)(score \{.*?dsa\.yield [^\n]*)", text)
    return "".join(piece if number % 2 else narrowed_outside(piece) for number, piece in enumerate(pieces))


def narrowed_outside(text):
    text = re.sub(r"\b0x([7F][0-9A-Fa-f]{3})[0-9A-Fa-f]{4}\b", r"0x\1", text)
    text = re.sub(r": f32$", ": bf16", text, flags=re.M)  # numbers in the body of a map
    return re.sub(r"(x|tensor<)f32>", r"\1bf16>", text)


def run(name, path, *options):
    """What dsa-run says of the module at `path` in bf16."""
    with open(path, encoding="utf-8") as file:
        text = narrowed(file.read())
    copy = os.path.join(scratch, name + ".mlir")
    with open(copy, "w", encoding="utf-8") as file:
        file.write(text)
    done = subprocess.run(["dsa-run", copy, *options], capture_output=True, text=True)
    if done.returncode:
        sys.exit("%s %s: expected agreement in bf16, got\n%s%s" % (name, options, done.stdout, done.stderr))
    return done.stdout


count = 0
for path in sorted(glob.glob(root + "/test/ops/*.mlir")):
    name = os.path.basename(path)[: -len(".mlir")]
    if name not in DECOMPOSED and "bf16[" in run(name, path, "--against=reference"):
        count += 1
print("%d ops agree in bf16" % count)
print(run("every-form", root + "/test/frontend/every-form.mlir", "--every-form", "--threads=2"))
run("narrow-vectors", root + "/test/ops/linear.mlir", "--against=reference", "--vector=sse")
