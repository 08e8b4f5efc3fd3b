#!/usr/bin/env python3
"""The sweepers and the dead-letter function as they are deployed, under their own policies.

Run by `make test` under `stack.py run`. Hours and days do not pass here: the tests write into the table what would stand there then.
"""

import json
import os
import pathlib
import time
import unittest
import urllib.error
import urllib.request
import uuid

import boto3

ROOT = pathlib.Path(__file__).resolve().parents[2]
PATIENCE = 60


class Sweepers(unittest.TestCase):
    """Each test has a user and a job of its own."""

    @classmethod
    def setUpClass(cls):
        cls.stack = json.loads(pathlib.Path(os.environ["DEPLOYGUARD_TEST_STACK"]).read_text())
        session = boto3.Session(cls.stack["account"], "test", region_name=cls.stack["region"])
        client = lambda service: session.client(service, endpoint_url=cls.stack["endpoint"])  # noqa: E731
        cls.functions, cls.table, cls.queues, cls.bucket = map(client, ("lambda", "dynamodb", "sqs", "s3"))

    def setUp(self):
        self.user = f"sweeper-{uuid.uuid4()}"
        body = {"source_platform": "generic", "source_url": "http://127.0.0.1:9/nobody.git"}
        status, job = self.call("POST", "/jobs", body)
        self.assertEqual(status, 201, job)
        self.id = job["id"]
        self.wait_for("failed", "REPOSITORY_UNREACHABLE")

    def call(self, method, path, body=None):
        """A request of this test's user: status and JSON."""
        headers = {"X-User-ID": self.user, "X-Gateway-Secret": self.stack["gateway_secret"]}
        data = json.dumps(body).encode() if body else None
        url = f"{self.stack['api_url']}/api/v2{path}"
        request = urllib.request.Request(url, data, {**headers, "Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def wait_for(self, status, code):
        """Waits until the job stands there."""
        deadline = time.monotonic() + PATIENCE
        while True:
            job = self.call("GET", f"/jobs/{self.id}?wait=2")[1]["job"]
            if (job["status"], job.get("error_code")) == (status, code):
                return
            self.assertLess(time.monotonic(), deadline, job)

    def pretend(self, **attributes):
        """Writes attributes of the job's item; gives what stood there."""
        key = {"pk": {"S": f"TENANT#{self.user}"}, "sk": {"S": f"JOB#{self.id}"}}
        item = self.table.get_item(TableName=self.stack["table"], Key=key, ConsistentRead=True)["Item"]
        self.table.put_item(TableName=self.stack["table"], Item={**item, **attributes})
        return item

    def invoke(self, slug):
        """Invokes a function with its event, and expects that it succeeds."""
        event = (ROOT / "events" / f"{slug}.json").read_bytes()
        answer = self.functions.invoke(FunctionName=self.stack["functions"][slug], Payload=event)
        self.assertNotIn("FunctionError", answer, answer["Payload"].read())

    def keys(self, prefix):
        """What is stored below a prefix."""
        listed = self.bucket.list_objects_v2(Bucket=self.stack["bucket"], Prefix=prefix)
        return [entry["Key"] for entry in listed.get("Contents", [])]

    def test_a_job_whose_time_is_over_is_deleted_with_all_that_is_stored_of_it(self):
        key = f"reports/{self.id}/scan_report.json"
        self.bucket.put_object(Bucket=self.stack["bucket"], Key=key, Body=b"{}")
        self.pretend(expires_at={"S": "2020-01-01T00:00:00Z"}, expiry_at={"N": "1577836800000"})
        self.invoke("cron-expire")
        self.assertEqual(self.call("GET", f"/jobs/{self.id}")[0], 404)
        self.assertEqual(self.keys(f"reports/{self.id}/"), [])

    def test_a_job_that_stands_still_is_woken(self):
        shard = self.pretend()["expiry_shard"]
        nothing = {"NULL": True}
        self.pretend(
            status={"S": "pending"},
            error_code=nothing,
            completed_at=nothing,
            updated_at={"S": "2020-01-01T00:00:00Z"},
            stall_shard=shard,
            stall_at={"N": "1577836800000"},
        )
        self.invoke("cron-expire")
        self.wait_for("failed", "REPOSITORY_UNREACHABLE")

    def test_a_message_that_was_given_up_fails_the_job(self):
        self.pretend(status={"S": "cleaning"}, error_code={"NULL": True}, completed_at={"NULL": True})
        message = {"stage": "clean", "tenant": self.user, "job_id": self.id, "correlation_id": "sweepers"}
        self.queues.send_message(QueueUrl=self.stack["dead_queues"]["clean"], MessageBody=json.dumps(message))
        self.wait_for("failed", "STAGE_DEAD")

    def test_what_belongs_to_no_job_is_deleted(self):
        orphan, kept = uuid.uuid4(), "elsewhere/file"
        for key in (f"cleaned/{orphan}/cleaned_repo.zip", f"repos/{orphan}/source/1/pack", kept):
            self.bucket.put_object(Bucket=self.stack["bucket"], Key=key, Body=b"x")
        self.invoke("cron-storage")
        self.assertEqual(self.keys(f"cleaned/{orphan}/") + self.keys(f"repos/{orphan}/"), [])
        self.assertEqual(self.keys(kept), [kept])


if __name__ == "__main__":
    unittest.main(verbosity=2)
