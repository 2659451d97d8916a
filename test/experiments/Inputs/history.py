# Writes a history, or judges an exit code.
#   history.py COMMIT:SHARES:SHARES...   lines of two rows, one line for each run of a commit
#   history.py exit CODE COMMAND...      fails unless the command ends with this code
import json
import subprocess
import sys

if sys.argv[1] == "exit":
    code = subprocess.run(sys.argv[3:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
    if code != int(sys.argv[2]):
        sys.exit("expected exit code %s, got %d" % (sys.argv[2], code))
    sys.exit(0)
for argument in sys.argv[1:]:
    commit, *rows = argument.split(":")
    for shares in zip(*(row.split(",") for row in rows)):
        named = [("linear", "8x8x8"), ("top_k", "L8")]
        rows = [{"kernel": k, "shape": s, "threads": 1, "peak_fraction": float(x)} for (k, s), x in zip(named, shares)]
        print(json.dumps({"commit": commit, "machine": "a machine", "rows": rows}))
