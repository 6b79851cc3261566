#!/usr/bin/env python3
"""Holds what a server gives for each exchange against the lists of ids in the personas that were written by hand.

Shares nothing with Toets but those lists and the requests as published. Needs PyYAML, and a server that was loaded
under the ids of the fixtures (`toets load --how put`).

    tests/trials/ids.py BASE [R4|STU3]
"""

import json
import pathlib
import sys
import urllib.error
import urllib.parse
import urllib.request

import yaml

HERE = pathlib.Path(__file__).parent.parent.parent
PERSONAS = ["full-plan", "sparse-plan", "no-plan"]


def read(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def ask(url):
    """All pages of a search: names of the matches, names of what came along."""
    match, include = set(), set()
    while url:
        request = urllib.request.Request(url, headers={"Accept": "application/fhir+json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            bundle = json.load(answer)
        for entry in bundle.get("entry", []):
            resource = entry["resource"]
            mode = entry.get("search", {}).get("mode", "match")
            (match if mode == "match" else include).add(f"{resource['resourceType']}/{resource['id']}")
        url = next((link["url"] for link in bundle.get("link", []) if link["relation"] == "next"), None)
    return match, include


def main(base, fhir):
    version = {"R4": "r4-rc2", "STU3": "stu3-rc2"}[fhir]
    right = wrong = 0
    for name in PERSONAS:
        persona = read(HERE / f"fixtures/{name}/persona.yaml")
        lists = persona if fhir == "R4" else persona["stu3"]
        for exchange, listed in lists["exchanges"].items():
            listed = listed or {}
            asked = read(HERE / f"scenarios/exchanges/{exchange}.yaml")["request"]
            template = asked[version] if isinstance(asked, dict) else asked
            # Query 6 of STU3 as published names a type that is none, and a strict server refuses it.
            template = template.replace("DeviceUseSatement", "DeviceUseStatement")
            query = template.replace("${patient}", persona["patient"]).replace("${bsn}", persona["bsn"])
            url = f"{base}/{urllib.parse.quote(query, safe='?&=/:,')}"
            try:
                match, include = ask(url)
            except urllib.error.HTTPError as error:
                print(f"{name} {exchange}: {error.code}")
                wrong += 1
                continue
            ok = True
            for kind, got in (("match", match), ("include", include)):
                want = set(listed.get(kind) or [])
                if got != want:
                    ok = False
                    print(f"{name} {exchange} {kind}: missing {sorted(want - got)}, unexpected {sorted(got - want)}")
            right, wrong = right + ok, wrong + (not ok)
    print(f"{right} as listed, {wrong} otherwise")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1].rstrip("/"), sys.argv[2] if len(sys.argv) > 2 else "R4"))
