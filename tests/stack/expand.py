#!/usr/bin/env python3
"""Prints the CloudFormation template that SAM makes of template.yaml, without network or account.

cfn-lint reads the result: on a SAM template it misses misspelt properties, and rules about what SAM generates.
"""

import json
import os
import types

from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

import functions


def expand():
    """The expanded template. Code that is not uploaded anywhere gets a stand-in address."""
    os.environ.setdefault("AWS_DEFAULT_REGION", "eu-central-1")
    source = yaml_parse(functions.template(lambda slug: f"s3://code/{slug}.zip"))
    no_managed_policies = types.SimpleNamespace(load=dict)
    return transform(source, {}, no_managed_policies)


if __name__ == "__main__":
    print(json.dumps(expand(), indent=1))
