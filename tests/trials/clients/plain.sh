#!/bin/sh
# A client in curl: asks all that the agreement has about one patient, follows
# pages, and says honestly that it shows what it got. For `toets listen --trigger`.
set -u

base=$TOETS_URL
patient=$TOETS_PATIENT
snomed=http://snomed.info/sct
failed=0
found=0

# One query with all its pages.
ask() {
    url=$1
    pages=0
    while [ -n "$url" ] && [ "$pages" -lt 50 ]; do
        pages=$((pages + 1))
        case $url in "$base"/*) ;; *) failed=1; return ;; esac
        if ! answer=$(curl -sf -m 20 -H "Authorization: Bearer $TOETS_TOKEN" -H 'Accept: application/fhir+json' "$url"); then
            failed=1
            return
        fi
        case $answer in *'"fullUrl"'*) found=1 ;; esac
        next=$(printf '%s' "$answer" | tr -d '\n ' | sed -n 's/.*"relation":"next","url":"\([^"]*\)".*/\1/p')
        if [ "$next" = "$url" ]; then
            failed=1
            return
        fi
        url=$next
    done
}

if [ "${TOETS_FHIR:-R4}" = STU3 ]; then
    directives="category=$snomed%7C11291000146105"
    wills="category=$snomed%7C11341000146107"
    form=stu3/Questionnaire/ACP-zib2017
else
    scope=http://terminology.hl7.org/CodeSystem/consentscope
    directives="scope=$scope%7Ctreatment&category=$snomed%7C129125009"
    wills="scope=$scope%7Cadr&category=http://terminology.hl7.org/CodeSystem/consentcategorycodes%7Cacd"
    form=r4/Questionnaire/ACP-zib2020
fi

ask "$base/Procedure?patient=Patient/$patient&code=$snomed%7C713603004&_include=Procedure:encounter"
ask "$base/Consent?patient=Patient/$patient&$directives&_include=Consent:actor"
ask "$base/Consent?patient=Patient/$patient&$wills&_include=Consent:actor"
ask "$base/Goal?patient=Patient/$patient&category=$snomed%7C713603004"
ask "$base/Observation?patient=Patient/$patient&code=$snomed%7C153851000146100,395091006,340171000146104,247751003,570801000146104"
ask "$base/DeviceUseStatement?patient=Patient/$patient&device.type=$snomed%7C72506001,465460004,468542000,704707009,1263462004,1236894001&_include=DeviceUseStatement:device"
ask "$base/CommunicationRequest?patient=Patient/$patient&category=$snomed%7C223449006"
ask "$base/QuestionnaireResponse?subject=Patient/$patient&questionnaire=https://api.iknl.nl/docs/pzp/$form"

if [ "$failed" = 1 ]; then
    printf '{"incomplete": "yes", "everything": "no", "nothing": "no", "not-nothing": "yes"}\n' > "$TOETS_ATTEST"
elif [ "$found" = 1 ]; then
    printf '{"everything": "yes", "nothing": "no", "not-nothing": "yes", "incomplete": "no"}\n' > "$TOETS_ATTEST"
else
    printf '{"nothing": "yes", "everything": "no", "not-nothing": "no", "incomplete": "no"}\n' > "$TOETS_ATTEST"
fi
