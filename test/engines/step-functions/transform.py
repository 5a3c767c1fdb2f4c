"""Runs AWS's own SAM transform over a packaged template and prints the CloudFormation template that comes of it.

Usage: transform.py TEMPLATE
"""

import json
import sys

from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

MANAGED = "arn:aws:iam::aws:policy/"


class ManagedPolicies:
    """AWS's managed policies that SAM attaches by name."""

    def load(self):
        return {
            "AWSLambdaBasicExecutionRole": MANAGED + "service-role/AWSLambdaBasicExecutionRole",
            "AWSXRayDaemonWriteAccess": MANAGED + "AWSXRayDaemonWriteAccess",
            "AWSXrayWriteOnlyAccess": MANAGED + "AWSXrayWriteOnlyAccess",
        }


with open(sys.argv[1]) as file:
    template = yaml_parse(file.read())
defaults = {name: parameter.get("Default", "") for name, parameter in template["Parameters"].items()}
print(json.dumps(transform(template, defaults, ManagedPolicies())))
