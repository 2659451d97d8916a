# Checks the laws of the house on the sources of all floors and prints one line for each breach.
import os
import re
import sys

# A floor may include itself and these.
BELOW = {
    "dialect": [],
    "passes": ["dialect"],
    "runtime": [],
    "codegen": ["dialect", "passes", "runtime"],
    "frontend": ["dialect", "passes", "runtime", "codegen"],
    "models": ["dialect", "passes", "runtime", "codegen", "frontend"],
    "experiments": ["dialect", "passes", "runtime", "codegen", "frontend", "models"],
}
LINES = {".cpp": 600, ".cuh": 600, ".h": 250, ".td": 500, ".mlir": 300, ".test": 300, ".md": 100}
FUNCTION_LINES = 60
LAST_RESORTS = r"\b(TODO|FIXME|XXX|HACK)\b"
ROOMS_OF_NOBODY = r"(Utils|Helpers?|Common|Manager|Misc)\.(cpp|h|td)$"

root = os.path.abspath(sys.argv[1])
breaches = []


def files(floor):
    for folder, folders, names in os.walk(os.path.join(root, floor)):
        folders[:] = sorted(f for f in folders if not f.startswith(".") and f != "results")
        for name in sorted(names):
            yield os.path.join(folder, name)


def breach(path, line, text):
    breaches.append("%s:%d: %s" % (os.path.relpath(path, root), line, text))


def check_include(path, floor, number, included):
    owner = included.split("/")[0]
    if "../" in included:
        breach(path, number, "expected an include from the root, got " + included)
    elif owner in BELOW and owner != floor and owner not in BELOW[floor]:
        breach(path, number, "expected an include of a lower floor, got " + included)
    elif owner == "mlir" and floor == "runtime":
        breach(path, number, "expected no MLIR in the runtime, got " + included)


def check_functions(path, lines):
    """In formatted code a function begins and ends in the first column, and nothing between does."""
    begin = 0
    for number, line in enumerate(lines, 1):
        if re.match(r"[A-Za-z\[]", line):
            begin = number
        elif line == "}" and number - begin >= FUNCTION_LINES:
            length = number - begin + 1
            breach(path, begin, "expected a function of at most %d lines, got %d" % (FUNCTION_LINES, length))


def check(path, floor):
    extension = os.path.splitext(path)[1]
    with open(path, encoding="utf-8") as file:
        lines = file.read().splitlines()
    if len(lines) > LINES.get(extension, sys.maxsize):
        breach(path, len(lines), "expected at most %d lines, got %d" % (LINES[extension], len(lines)))
    if re.search(ROOMS_OF_NOBODY, path):
        breach(path, 1, "expected a room named after what it holds")
    if extension in (".cpp", ".cuh", ".h"):
        check_functions(path, lines)
    source = extension in (".cpp", ".cuh", ".h", ".td")
    if source and not re.match(r"// \S+ \S+ \S+", lines[0] if lines else ""):
        breach(path, 1, "expected a first line that says what the file is")
    for number, line in enumerate(lines, 1):
        if source and re.search(LAST_RESORTS, line):
            breach(path, number, "expected finished work, got a note to self")
        include = re.match(r'\s*#?include\s*["<]([^">]+)[">]', line)
        if source and include and floor in BELOW:
            check_include(path, floor, number, include.group(1))


for floor in list(BELOW) + ["test"]:
    for path in files(floor):
        if os.path.splitext(path)[1] in LINES:
            check(path, floor)
for line in breaches:
    print(line)
sys.exit(1 if breaches else 0)
