# SPDX-License-Identifier: Apache-2.0
"""Puts an object for the stand-in's own tests, signed by curl and not by the stand-in's code."""
import hashlib
import os
import subprocess


def put(bucket, key, data):
    digest = hashlib.sha256(data).hexdigest()
    subprocess.run(["curl", "-sSf", "--aws-sigv4", "aws:amz:us-east-1:s3", "-u",
                    os.environ["STAND_IN_KEY"] + ":" + os.environ["STAND_IN_SECRET"], "-H",
                    "x-amz-content-sha256: " + digest, "-X", "PUT", "--data-binary", "@-",
                    "%s/%s/%s" % (os.environ["STAND_IN_S3"], bucket, key)], input=data, check=True)
