"""Prints template.yaml as JSON, as CloudFormation sees it: after the transform that AWS itself applies.

    python transform_template.py TEMPLATE

aws-sam-translator is the program behind `Transform: AWS::Serverless-2016-10-31`; sam brings it.
"""

import json
import sys

import boto3
from samcli.yamlhelper import yaml_parse
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

with open(sys.argv[1], encoding="utf-8") as file:
    template = yaml_parse(file.read())
for resource in template["Resources"].values():
    # What `sam package` writes there; the transform takes nothing else.
    if resource["Type"] == "AWS::Serverless::Function":
        resource["Properties"]["CodeUri"] = "s3://bucket/code"
translator = Translator({}, Parser(), boto_session=boto3.Session(region_name="us-east-1"))
transformed = translator.translate(sam_template=template, parameter_values={})
json.dump(transformed, sys.stdout)
