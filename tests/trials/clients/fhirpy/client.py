"""A client of care plans with fhirpy, as a vendor would write it who trusts the library.

Asks for everything about one patient, reads what is referred to, and says what it would show.
For `toets listen --trigger`.
"""

import json
import os

import requests
from fhirpy import SyncFHIRClient
from fhirpy.base.exceptions import BaseFHIRError

SNOMED = "http://snomed.info/sct"
SCOPE = "http://terminology.hl7.org/CodeSystem/consentscope"
CATEGORY = "http://terminology.hl7.org/CodeSystem/consentcategorycodes"
FORM = "https://api.iknl.nl/docs/pzp/r4/Questionnaire/ACP-zib2020"
OBSERVATIONS = "153851000146100,395091006,340171000146104,247751003,570801000146104"
DEVICES = "72506001,465460004,468542000,704707009,1263462004,1236894001"
PERSONS = {"Patient", "Practitioner", "PractitionerRole", "RelatedPerson", "Organization"}
DEADLINE = 20


def queries(client, patient):
    """What is asked, each as a search of fhirpy."""

    def of(kind, **parameters):
        return client.resources(kind).search(patient=patient, **parameters)

    treatment = {"scope": f"{SCOPE}|treatment", "category": f"{SNOMED}|129125009"}
    advance = {"scope": f"{SCOPE}|adr", "category": f"{CATEGORY}|acd"}
    return [
        of("Procedure", code=f"{SNOMED}|713603004").include("Procedure", "encounter"),
        of("Consent", **treatment).include("Consent", "actor"),
        of("Consent", **advance).include("Consent", "actor"),
        of("Goal", category=f"{SNOMED}|713603004"),
        of("Observation", code=f"{SNOMED}|{OBSERVATIONS}"),
        of("DeviceUseStatement", device__type=f"{SNOMED}|{DEVICES}").include("DeviceUseStatement", "device"),
        of("CommunicationRequest", category=f"{SNOMED}|223449006"),
        client.resources("QuestionnaireResponse").search(subject=patient, questionnaire=FORM),
    ]


def references(value):
    """Every reference in a resource, however deep."""
    if isinstance(value, dict):
        if isinstance(value.get("reference"), str):
            yield value["reference"]
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from references(part)


class Plan:
    """What came in, and what did not."""

    def __init__(self, client):
        self.client = client
        self.found = []
        self.read = {}
        self.failed = []

    def tried(self, what, ask):
        try:
            return ask()
        except (BaseFHIRError, requests.RequestException, ValueError) as why:
            self.failed.append(f"{what}: {type(why).__name__}")
            return []

    def gather(self, patient):
        for search in queries(self.client, patient):
            self.found += self.tried(search.resource_type, search.fetch_all)
        # fhirpy keeps no included resources of another type, so that all persons are read.
        waiting = [reference for resource in self.found for reference in references(resource)]
        while waiting:
            reference = waiting.pop()
            if reference in self.read or reference.split("/")[0] not in PERSONS:
                continue
            resource = self.tried(reference, self.client.reference(reference=reference).to_resource)
            self.read[reference] = resource
            waiting += references(resource)

    def shown(self):
        """What the screen would show, as Toets asks for it."""
        whole, any_at_all = not self.failed, bool(self.found)
        remark = "; ".join(self.failed[:5]) or f"{len(self.found)} resources, {len(self.read)} persons read"

        def said(yes):
            return {"answer": "yes" if yes else "no", "remark": remark[:300]}

        return {
            "everything": said(whole and any_at_all),
            "nothing": said(whole and not any_at_all),
            "not-nothing": said(not whole or any_at_all),
            "incomplete": said(not whole),
        }


def main():
    told = os.environ
    client = SyncFHIRClient(
        told["TOETS_URL"],
        authorization=f"Bearer {told['TOETS_TOKEN']}",
        requests_config={"timeout": DEADLINE},
    )
    plan = Plan(client)
    plan.gather(f"Patient/{told['TOETS_PATIENT']}")
    with open(told["TOETS_ATTEST"], "w", encoding="utf-8") as file:
        json.dump(plan.shown(), file)


if __name__ == "__main__":
    main()
