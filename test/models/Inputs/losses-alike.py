# Two studies of one arm: training has lowered the loss, and both end alike but not equal.
import json
import sys

first, second = (next(iter(json.load(open(path))["results"].values()))["sparse"] for path in sys.argv[1:])
ends = [study["final_val_loss"] for study in (first, second)]
assert all(end < study["first_step_loss"] - 1 for end, study in zip(ends, (first, second))), (first, second)
assert 0 < abs(ends[0] - ends[1]) < 0.1, ends
