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


# The log-sum-exp of attention stays f32. Where it stands among the operands or the results of an op:
LSE_OPERAND = {"attention_grad": 5, "sparse_attention_grad": 6, "latent_attention_grad": 6, "index_kl": 3}
LSE_RESULT = {"attention": 1, "sparse_attention": 1, "latent_attention": 1}
OP = re.compile(r"(%[\w%, ]+ = )?dsa\.(\w+)( %.*?\s: )\((tensor.*?)\)\s+-> (\(.*?\)|\S+)$", re.M | re.S)


def widened(types, place):
    """The list of types with f32 at `place`."""
    types = re.split(r", (?=tensor)", types)
    types[place] = types[place].replace("bf16", "f32")
    return ", ".join(types)


def with_wide_lse(function):
    """One function in bf16 with its log-sum-exps in f32: of ops, constants, returned and as an argument."""
    wide = set()

    def of_op(match):
        left, name, middle, operands, results = match.groups()
        place = 4 if name == "index_kl_grad" and "attention(" in middle else LSE_OPERAND.get(name)
        if place is not None:
            wide.add(re.findall(r"%\w+", middle)[place])
            operands = widened(operands, place)
        if name in LSE_RESULT:
            wide.add(re.findall(r"%\w+", left)[LSE_RESULT[name]])
            results = "(" + widened(results[1:-1], LSE_RESULT[name]) + ")"
        return "%sdsa.%s%s(%s) -> %s" % (left or "", name, middle, operands, results)

    function = OP.sub(of_op, function)
    for name in wide:
        function = re.sub(r"(%s(?:: | = arith\.constant [^\n]* : )tensor<[\dx]+)bf16" % name, r"\1f32", function)
    returned = re.search(r"return (.*) : (.*)", function)
    for place, name in enumerate(returned.group(1).split(", ") if returned else []):
        if name in wide:
            function = function.replace(returned.group(0), "return %s : %s" % (returned.group(1), widened(returned.group(2), place)))
            head = function.index(") -> (") + len(") -> (")
            end = function.index("\n")
            function = function[:head] + widened(function[head:end], place) + function[end:]
    return function


def narrowed_piece(text):
    """bf16 for f32 in tensors and maps; hexadecimal constants keep their upper 16 bits."""
    text = re.sub(r"\b0x([7F][0-9A-Fa-f]{3})[0-9A-Fa-f]{4}\b", r"0x\1", text)
    text = re.sub(r": f32$", ": bf16", text, flags=re.M)  # numbers in the body of a map
    return re.sub(r"(x|tensor<)f32>", r"\1bf16>", text)


def narrowed(text):
    """The module in bf16, but for its log-sum-exps and score bodies."""
    pieces = re.split(r"(?s)(score \{.*?dsa\.yield [^\n]*)", text)
    text = "".join(piece if number % 2 else narrowed_piece(piece) for number, piece in enumerate(pieces))
    return "".join(with_wide_lse(function) for function in re.split(r"(?=^func\.func)", text, flags=re.M))


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
# Where masked vectors of 16 bits are no single instruction.
for name in ("linear", "cast", "embedding-grad", "sparse-attention-grad", "top-k"):
    run(name, "%s/test/ops/%s.mlir" % (root, name), "--against=reference", "--vector=sse")
