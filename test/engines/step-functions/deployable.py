"""Makes of a packaged template what moto's CloudFormation can deploy, and prints it as JSON.

Usage: deployable.py TEMPLATE

SAM's own transform runs, as it would on AWS. moto reads no definition of a state machine from S3 and makes no workgroup: the
definitions are fetched and filled in here, and a workgroup's name stands where it is named. Alarms, which moto does not make
either, are left out, so that what comes of it stays below the 51,200 bytes of a template that is handed over by itself.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

import boto3


def definition_of(properties):
    place = properties.pop("DefinitionS3Location")
    body = boto3.client("s3").get_object(Bucket=place["Bucket"], Key=place["Key"])["Body"].read().decode()
    values = properties.pop("DefinitionSubstitutions")
    # moto's Fn::Sub makes one dollar of two.
    parts = re.split(r"\$\{(\w+)\}", body)
    return {"Fn::Join": ["", [values[part] if index % 2 else part for index, part in enumerate(parts)]]}


def named(part, names):
    if isinstance(part, dict):
        return names.get(part.get("Ref")) or {key: named(value, names) for key, value in part.items()}
    return [named(value, names) for value in part] if isinstance(part, list) else part


transform = Path(__file__).with_name("transform.py")
template = json.loads(subprocess.run([sys.executable, transform, sys.argv[1]], check=True, stdout=subprocess.PIPE).stdout)
template.pop("Transform", None)
resources = {
    name: resource for name, resource in template["Resources"].items() if resource["Type"] != "AWS::CloudWatch::Alarm"
}
for resource in resources.values():
    if resource["Type"] == "AWS::StepFunctions::StateMachine":
        resource["Properties"]["DefinitionString"] = definition_of(resource["Properties"])
workgroups = {
    name: resource["Properties"]["Name"]
    for name, resource in resources.items()
    if resource["Type"] == "AWS::Athena::WorkGroup"
}
print(json.dumps(named({**template, "Resources": resources}, workgroups)))
