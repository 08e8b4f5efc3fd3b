"""Deploys template.yaml to the emulator by CloudFormation, and tells what came of it."""

import json

import boto3
import botocore.config
import botocore.exceptions

import functions

STACK = "deployguard"
CODE_BUCKET = "deployguard-code"
STAGES = ("fetch", "scan", "report", "clean", "push")


class Cloud:
    """The emulator's services, as one account."""

    def __init__(self, endpoint, account, region):
        self.endpoint, self.account, self.region = endpoint, account, region
        self.session = boto3.Session(
            aws_access_key_id=account, aws_secret_access_key="test", region_name=region
        )

    def client(self, service):
        """A client of one service."""
        config = botocore.config.Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1})
        return self.session.client(service, endpoint_url=self.endpoint, config=config)

    def upload(self, profile):
        """Uploads every function's package; returns their addresses by slug."""
        s3 = self.client("s3")
        try:
            s3.create_bucket(Bucket=CODE_BUCKET, CreateBucketConfiguration={"LocationConstraint": self.region})
        except s3.exceptions.BucketAlreadyOwnedByYou:
            pass
        addresses = {}
        for slug in functions.slugs():
            data = functions.package(profile, slug)
            key = f"{slug}/{functions.digest(data)}.zip"
            s3.put_object(Bucket=CODE_BUCKET, Key=key, Body=data)
            addresses[slug] = f"s3://{CODE_BUCKET}/{key}"
        return addresses

    def deploy(self, profile, parameters):
        """Creates or updates the stack, and waits for it."""
        addresses = self.upload(profile)
        text = functions.template(addresses.__getitem__)
        key = f"template/{functions.digest(text.encode())}.yaml"
        self.client("s3").put_object(Bucket=CODE_BUCKET, Key=key, Body=text.encode())
        request = {
            "StackName": STACK,
            "TemplateURL": f"{self.endpoint}/{CODE_BUCKET}/{key}",
            "Parameters": [{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()],
            "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        }
        formation = self.client("cloudformation")
        status = self.status()
        if status and status.startswith("ROLLBACK"):
            formation.delete_stack(StackName=STACK)
            self.wait("stack_delete_complete")
            status = None
        if status is None:
            formation.create_stack(**request)
            self.wait("stack_create_complete")
            return
        try:
            formation.update_stack(**request)
        except botocore.exceptions.ClientError as error:
            if "No updates are to be performed" not in str(error):
                raise
            return
        self.wait("stack_update_complete")

    def wait(self, goal):
        """Waits until the stack has got there; tells the first failures if it does not."""
        formation = self.client("cloudformation")
        try:
            formation.get_waiter(goal).wait(StackName=STACK, WaiterConfig={"Delay": 1, "MaxAttempts": 120})
        except botocore.exceptions.WaiterError as error:
            events = formation.describe_stack_events(StackName=STACK)["StackEvents"]
            failed = [
                f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason')}"
                for event in events
                if "FAILED" in event["ResourceStatus"]
            ]
            raise SystemExit("the stack could not be deployed\n" + "\n".join(failed[-5:])) from error

    def status(self):
        """The stack's state, None if there is no stack."""
        try:
            stacks = self.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"]
        except botocore.exceptions.ClientError:
            return None
        status = stacks[0]["StackStatus"]
        return None if status == "DELETE_COMPLETE" else status

    def describe(self):
        """Everything that a test or a person needs to talk to the stack."""
        pages = self.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=STACK)
        ids = {
            resource["LogicalResourceId"]: resource["PhysicalResourceId"]
            for page in pages
            for resource in page["StackResourceSummaries"]
        }
        secret = self.client("secretsmanager").get_secret_value(SecretId=ids["GatewaySecret"])
        return {
            "endpoint": self.endpoint,
            "region": self.region,
            "account": self.account,
            "api_url": f"{self.endpoint}/_aws/execute-api/{ids['Api']}/$default",
            "gateway_secret": json.loads(secret["SecretString"])["current"],
            "table": ids["Table"],
            "bucket": ids["Bucket"],
            "log_group": ids["LogGroup"],
            "queues": {stage: ids[f"{stage.capitalize()}Queue"] for stage in STAGES},
            "dead_queues": {stage: ids[f"{stage.capitalize()}DeadQueue"] for stage in STAGES},
            "functions": {slug: ids[functions.resource(slug)] for slug in functions.slugs()},
        }

    def log_lines(self, group):
        """What the functions wrote, oldest first."""
        pages = self.client("logs").get_paginator("filter_log_events").paginate(logGroupName=group)
        events = (event for page in pages for event in page["events"])
        for event in sorted(events, key=lambda event: event["timestamp"]):
            yield event["message"].rstrip("\n")
