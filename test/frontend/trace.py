# Reads a timeline, checks that the spans of each thread nest and each lies where it belongs, and prints how often each occurs.
import collections
import json
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    events = json.load(file)["traceEvents"]
threads = {}
for event in events:
    if event["ph"] != "X" or event["dur"] < 0:
        sys.exit("expected complete events, got %s" % event)
    threads.setdefault(event["tid"], []).append(event)
for thread, spans in threads.items():
    open_spans = []
    for span in sorted(spans, key=lambda span: (span["ts"], -span["dur"])):
        while open_spans and open_spans[-1]["ts"] + open_spans[-1]["dur"] <= span["ts"]:
            open_spans.pop()
        end = span["ts"] + span["dur"]
        # Times are doubles in microseconds.
        if open_spans and end > open_spans[-1]["ts"] + open_spans[-1]["dur"] + 1e-3:
            sys.exit("expected %s within %s" % (span, open_spans[-1]))
        around = {outer["cat"] for outer in open_spans}
        if span["cat"] == "launch" and "run" not in around:
            sys.exit("expected a launch within a run, got %s" % span)
        if thread == 0 and span["cat"] in ("pass", "range") and not around & {"compile", "launch"}:
            sys.exit("expected passes within compilations and ranges within launches, got %s" % span)
        open_spans.append(span)
lines = collections.Counter()
for event in events:
    facts = "".join(" %s=%s" % fact for fact in sorted(event["args"].items()))
    lines["%s %s%s" % (event["cat"], event["name"], facts)] += 1
for line, count in sorted(lines.items()):
    print(count, line)
