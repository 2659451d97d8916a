# Compares the pages of build/docs/dsa.html with the ops and passes that TableGen knows; prints one line for each kind.
import glob
import json
import re
import subprocess
import sys

root, page = sys.argv[1:]
with open(page, encoding="utf-8") as file:
    text = file.read()
articles = dict(re.findall(r'<article id="([^"]*)">(.*?)</article>', text, re.S))


def records(kind, source):
    """The records of `kind` that a .td file declares, as llvm-tblgen sees them."""
    command = ["llvm-tblgen", "--dump-json", "-I", root, "-I", "/usr/lib/llvm-22/include", source]
    dump = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return [dump[name] for name in dump["!instanceof"].get(kind, [])]


def expect(name, *parts):
    for part in parts:
        if part not in articles.get(name, ""):
            sys.exit("expected %r on the page of %s, got none" % (part, name))


sources = sorted(glob.glob(root + "/*/*.td"))
ops = {"dsa." + op["opName"]: op for source in sources for op in records("Op", source) if op["opDialect"]["def"] == "Dsa_Dialect"}
passes = {entry["argument"]: entry for source in sources for entry in records("PassBase", source)}
for name, op in ops.items():
    expect(name, "(C1)" if "(C1)" in op["description"] else "<p>", "<code class=\"language-mlir\">", op["summary"][:3].split("<")[0])
for name, entry in passes.items():
    expect(name, "<em>Why here</em>", *(["Before:", "After:"] if "Before:" in entry["description"] else []))
outside = re.findall(r'(?:src|href)="(?!#)[^"]*"|@import|url\(', text)
if outside:
    sys.exit("expected a page without references, got %s" % outside)
for target in re.findall(r'href="#([^"]*)"', text):
    expect(target, "<h3>")
print("%d ops, %d passes" % (len(ops), len(passes)))
