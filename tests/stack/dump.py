#!/usr/bin/env python3
"""Everything that a stack keeps or has said, but for the contents of its bucket: the table's items, the queues' messages, the
functions' logs, the emulator's own log. Printed as text, for a search by eye or by a test: `dump.py path/to/stack.json`.
"""

import json
import pathlib
import sys

import boto3


def main():
    """Prints it all."""
    stack = json.loads(pathlib.Path(sys.argv[1]).read_text())
    session = boto3.session.Session(stack["account"], "test", region_name=stack["region"])
    client = lambda service: session.client(service, endpoint_url=stack["endpoint"])
    for page in client("dynamodb").get_paginator("scan").paginate(TableName=stack["table"]):
        for item in page["Items"]:
            print("ITEM", json.dumps(item, default=str))
    queues = client("sqs")
    for url in queues.list_queues().get("QueueUrls", []):
        answer = queues.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
        for message in answer.get("Messages", []):
            print("MESSAGE", url.rpartition("/")[2], message["Body"])
    for page in client("logs").get_paginator("filter_log_events").paginate(logGroupName=stack["log_group"]):
        for event in page["events"]:
            print("LOG", event["message"])
    for log in pathlib.Path(stack["directory"]).glob("*.log"):
        print(log.read_text(errors="replace"))


if __name__ == "__main__":
    main()
