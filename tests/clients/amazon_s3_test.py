#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Amazon's own client (botocore) against weir-sandbox: what it can do there is what the sandbox promises."""
import base64
import hashlib
import io
import json
import os
import subprocess
import unittest
import urllib.error
import urllib.request

import boto3
import botocore.config
import botocore.exceptions
from boto3.s3.transfer import TransferConfig

PART = 5 << 20


def client(url, key="sandbox", secret="sandbox-secret", token=None, region="us-east-1", **config):
    return boto3.client("s3", endpoint_url=url, aws_access_key_id=key, aws_secret_access_key=secret,
                        aws_session_token=token, region_name=region,
                        config=botocore.config.Config(retries={"total_max_attempts": 3}, **config))


class AmazonsClient(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.process = subprocess.Popen(
            [os.environ["WEIR_SANDBOX"], "--port", "0", "--s3-bucket", "exports", "--s3-bucket", "north@ca-central-1"],
            stdout=subprocess.PIPE, text=True)
        cls.url = cls.process.stdout.readline().split(" at ")[1].split()[0]
        cls.s3 = client(cls.url)

    @classmethod
    def tearDownClass(cls):
        cls.process.terminate()
        cls.process.stdout.close()
        if cls.process.wait() != 0:
            raise RuntimeError(f"weir-sandbox ended with {cls.process.returncode}")

    def refused(self, call, **arguments):
        """The code and the status of the error that a call is answered with."""
        with self.assertRaises(botocore.exceptions.ClientError) as raised:
            call(**arguments)
        response = raised.exception.response
        return f"{response['ResponseMetadata']['HTTPStatusCode']} {response['Error']['Code']}"

    def fault(self, **fault):
        request = urllib.request.Request(self.url + "/_fault", json.dumps(fault).encode(), method="POST")
        urllib.request.urlopen(request).close()

    def test_puts_and_gets_objects_with_keys_of_all_kinds(self):
        keys = ["a", "a b/c+d", "é/ü&<x>\"'", "with%20percent", "dots/../x", "line\nbreak", "~!*()=,;:@$"]
        for key in keys:
            put = self.s3.put_object(Bucket="exports", Key="keys/" + key, Body=key.encode(), ContentType="text/plain",
                                     Metadata={"name": "value"})
            self.assertEqual(put["ETag"], f'"{hashlib.md5(key.encode()).hexdigest()}"')
            got = self.s3.get_object(Bucket="exports", Key="keys/" + key)
            self.assertEqual((got["Body"].read(), got["ContentType"], got["Metadata"]),
                             (key.encode(), "text/plain", {"name": "value"}))
        listed = [o["Key"] for o in self.s3.list_objects_v2(Bucket="exports", Prefix="keys/")["Contents"]]
        self.assertEqual(listed, sorted("keys/" + key for key in keys))
        for key in keys:
            self.s3.copy_object(Bucket="exports", Key="copy", CopySource={"Bucket": "exports", "Key": "keys/" + key})
            self.assertEqual(self.s3.get_object(Bucket="exports", Key="copy", Range="bytes=0-0")["Body"].read(),
                             key.encode()[:1])

    def test_lists_page_after_page(self):
        for number in range(7):
            self.s3.put_object(Bucket="exports", Key=f"pages/{number // 3}/{number}", Body=b"")
        pages = self.s3.get_paginator("list_objects_v2")
        found = [o["Key"] for page in pages.paginate(Bucket="exports", Prefix="pages/", PaginationConfig={"PageSize": 3})
                 for o in page["Contents"]]
        self.assertEqual(found, [f"pages/{n // 3}/{n}" for n in range(7)])
        folders = self.s3.list_objects_v2(Bucket="exports", Prefix="pages/", Delimiter="/", StartAfter="pages/0/~")
        self.assertEqual([f["Prefix"] for f in folders["CommonPrefixes"]], ["pages/1/", "pages/2/"])

    def test_uploads_in_parts_and_copies_parts(self):
        data = bytes(range(256)) * (PART // 256) + b"the rest"
        self.s3.upload_fileobj(io.BytesIO(data), "exports", "large",
                               Config=TransferConfig(multipart_threshold=PART, multipart_chunksize=PART))
        head = self.s3.head_object(Bucket="exports", Key="large")
        md5s = hashlib.md5(data[:PART]).digest() + hashlib.md5(data[PART:]).digest()
        self.assertEqual((head["ETag"], head["ContentLength"]), (f'"{hashlib.md5(md5s).hexdigest()}-2"', len(data)))
        self.assertEqual(self.s3.get_object(Bucket="exports", Key="large")["Body"].read(), data)
        upload = {"Bucket": "exports", "Key": "again"}
        upload["UploadId"] = self.s3.create_multipart_upload(**upload)["UploadId"]
        part = self.s3.upload_part_copy(**upload, PartNumber=1, CopySource="exports/large",
                                        CopySourceRange=f"bytes={PART - 1}-{PART}")["CopyPartResult"]
        self.assertEqual([p["Size"] for p in self.s3.list_parts(**upload)["Parts"]], [2])
        self.assertEqual(self.s3.list_multipart_uploads(Bucket="exports")["Uploads"][0]["Key"], "again")
        self.s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]})
        self.assertEqual(self.s3.get_object(Bucket="exports", Key="again")["Body"].read(), b"\xfft")
        self.assertEqual(self.refused(self.s3.abort_multipart_upload, **upload), "404 NoSuchUpload")

    def test_checks_checksums(self):
        put = self.s3.put_object(Bucket="exports", Key="sum", Body=b"123456789", ChecksumAlgorithm="SHA256")
        expected = base64.b64encode(hashlib.sha256(b"123456789").digest()).decode()
        self.assertEqual(put["ChecksumSHA256"], expected)
        got = self.s3.get_object(Bucket="exports", Key="sum", ChecksumMode="ENABLED")
        self.assertEqual((got["Body"].read(), got["ChecksumSHA256"]), (b"123456789", expected))
        self.assertEqual(self.refused(self.s3.put_object, Bucket="exports", Key="sum", Body=b"x",
                                      ChecksumSHA256=expected), "400 BadDigest")

    def test_removes_objects_and_buckets(self):
        self.s3.create_bucket(Bucket="passing")
        for key in ("a", "b&c"):
            self.s3.put_object(Bucket="passing", Key=key, Body=b"x")
        self.assertEqual(self.refused(self.s3.delete_bucket, Bucket="passing"), "409 BucketNotEmpty")
        deleted = self.s3.delete_objects(Bucket="passing", Delete={"Objects": [{"Key": "a"}, {"Key": "b&c"}]})
        self.assertEqual([d["Key"] for d in deleted["Deleted"]], ["a", "b&c"])
        self.s3.delete_object(Bucket="passing", Key="a")
        self.s3.delete_bucket(Bucket="passing")
        self.assertNotIn("passing", [b["Name"] for b in self.s3.list_buckets()["Buckets"]])
        self.assertEqual(self.refused(self.s3.head_bucket, Bucket="passing"), "404 404")

    def test_knows_who_may_do_what(self):
        who = {"Bucket": "exports", "Key": "a"}
        self.assertEqual(self.refused(client(self.url, secret="x").get_object, **who), "403 SignatureDoesNotMatch")
        self.assertEqual(self.refused(client(self.url, key="x").get_object, **who), "403 InvalidAccessKeyId")
        self.assertEqual(self.refused(client(self.url, key="sandbox-stranger").get_object, **who), "403 AccessDenied")
        temporary = client(self.url, key="sandbox-temporary", token="sandbox-session-token")
        self.assertEqual(temporary.list_objects_v2(Bucket="exports", MaxKeys=0)["KeyCount"], 0)

    def test_finds_the_region_of_a_bucket(self):
        self.assertEqual(self.s3.list_buckets()["Buckets"][0]["Name"], "exports")
        north = client(self.url, region="ca-central-1")
        self.assertEqual(north.get_bucket_location(Bucket="north")["LocationConstraint"], "ca-central-1")
        self.assertEqual(self.refused(client(self.url, region="eu-west-1").list_buckets),
                         "400 AuthorizationHeaderMalformed")

    def test_reads_presigned_addresses(self):
        self.s3.put_object(Bucket="exports", Key="signed for", Body=b"everybody")
        signer = client(self.url, signature_version="s3v4")
        url = signer.generate_presigned_url("get_object", {"Bucket": "exports", "Key": "signed for"}, ExpiresIn=60)
        with urllib.request.urlopen(url) as answer:
            self.assertEqual(answer.read(), b"everybody")
        with self.assertRaises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(url.replace("signed%20for", "a"))
        self.assertEqual(refused.exception.code, 403)
        refused.exception.close()

    def test_repeats_what_failed_on_order(self):
        self.fault(method="PUT", match="/exports/stubborn", action="status", status=503)
        self.s3.put_object(Bucket="exports", Key="stubborn", Body=b"at last")
        self.fault(method="PUT", match="/exports/inside", action="inner_error", reason="InternalError")
        self.s3.copy_object(Bucket="exports", Key="inside", CopySource="exports/stubborn")
        self.assertEqual(self.s3.get_object(Bucket="exports", Key="inside")["Body"].read(), b"at last")


if __name__ == "__main__":
    unittest.main(warnings="ignore")  # clients keep their connections
