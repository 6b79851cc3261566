"""Counts what a run of a client found, and what the client sent by itself: found.py FOLDER"""

import collections
import json
import sys
from pathlib import Path

folder = Path(sys.argv[1])
run = json.loads((folder / "run.json").read_text())
print("word         ", run["conclusion"])
print("requirements ", dict(collections.Counter(r["outcome"] for r in run["requirements"] if r["claimed"])))
print("expectations ", dict(collections.Counter(e["outcome"] for e in run["expectations"])))
count = collections.Counter((e["key"].split("@")[0], e["req"], f["code"], e["effect"]) for e in run["expectations"] for f in e["findings"])
for (key, req, code, effect), n in sorted(count.items()):
    print(f"{req}  {code:28} {effect:8} {n:5}  {key}")

records = [json.loads(line).get("record", {}) for line in (folder / "evidence.ndjson").read_text().splitlines()]
sent = [record["request"] for record in records if record.get("record") == "exchange"]
print("requests     ", len(sent), dict(collections.Counter(request["method"] for request in sent)))
headers = collections.Counter((name, value) for request in sent for name, value in request["headers"] if name not in ("host", "authorization"))
for (name, value), n in sorted(headers.items()):
    print(f"  {n:5}  {name}: {value}")
