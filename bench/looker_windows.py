# SPDX-License-Identifier: Apache-2.0
"""A job of the kind whose query files weir runs unchanged. An extraction gets for each query at most a day: it
makes its clients, reads in the bucket how far the last one came, logs in, asks for what is new and stores the
answer.

usage: looker_windows.py QUERIES.json [EXTRACTIONS], with bucket_name, LOOKERSDK_* and AWS_* variables

As a command it makes one extraction, and is started again for the next window. With a number it makes so many
in one process, or until everything is there, as a program does that calls the job as a library.
"""
import datetime
import json
import os
import sys
import time

import boto3
import botocore.config
import requests

FORMAT = "%Y-%m-%d %H:%M:%S"
FIRST = "1990-01-01 00:00:00"


class NoData(Exception):
    """Everything is up to date."""


def newest_value(s3, bucket, prefix, field):
    """The greatest value of the field in the object that was changed last."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    objects = [each for page in pages for each in page.get("Contents", [])]
    newest = FIRST
    if not objects:
        return newest
    last = max(objects, key=lambda each: each["LastModified"])
    body = s3.get_object(Bucket=bucket, Key=last["Key"])["Body"].read().decode()
    for line in body.splitlines():
        for row in json.loads(line):
            newest = max(newest, row[field])
    return newest


def window(s3, bucket, prefix, metadata):
    """The filter of the next extraction."""
    newest = newest_value(s3, bucket, prefix, metadata["datetime"])
    now = datetime.datetime.utcnow()
    begin = datetime.datetime.strptime(newest, FORMAT)
    if newest == FIRST:
        begin = now - datetime.timedelta(days=int(metadata["default_days"]))
    hours = (now - begin) // datetime.timedelta(hours=1)
    if hours <= 0.16:
        raise NoData
    end = begin + datetime.timedelta(hours=min(hours + 1, 24))
    start = begin - datetime.timedelta(minutes=5)
    return f"{start.strftime(FORMAT)} to {end.strftime(FORMAT)}"


def answer_of(query):
    """Logs in and asks."""
    url = os.environ["LOOKERSDK_BASE_URL"] + "/api/4.0"
    with requests.Session() as looker:
        login = looker.post(f"{url}/login", data={"client_id": os.environ["LOOKERSDK_CLIENT_ID"],
                                                  "client_secret": os.environ["LOOKERSDK_CLIENT_SECRET"]})
        login.raise_for_status()
        looker.headers["Authorization"] = "Bearer " + login.json()["access_token"]
        answer = looker.post(f"{url}/queries/run/json", json=query, timeout=120)
        answer.raise_for_status()
        return answer.json()


def extract(s3, bucket, query, number):
    prefix = f"looker/{query['name']}/json"
    body = {"model": query["model"], "view": query["explore"], "fields": query["fields"], "sorts": query["sorts"],
            "limit": query["limit"], "filters": dict(query.get("filters", {}))}
    body["filters"][query["metadata"]["datetime"]] = window(s3, bucket, prefix, query["metadata"])
    rows = answer_of(body)
    if not rows or "looker_error" in rows[0]:
        print("no rows, or an error", file=sys.stderr)
    if rows:
        # The number keeps extractions of one second apart.
        key = f"{prefix}/looker_{query['name']}_{int(time.time())}_{number}.json"
        s3.put_object(Bucket=bucket, Key=key, Body=json.dumps(rows).encode())


def extraction(file, number):
    """Bucket and keys are arguments of the job, so that a call has its own client for them."""
    with open(file, encoding="utf-8") as text:
        queries = json.load(text)
    session = boto3.session.Session(os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"])
    s3 = session.client("s3", endpoint_url=os.environ["AWS_ENDPOINT_URL_S3"], region_name=os.environ["AWS_REGION"],
                        config=botocore.config.Config(s3={"addressing_style": "path"}))
    for query in queries:
        extract(s3, os.environ["bucket_name"], query, number)


def main():
    file, *count = sys.argv[1:]
    for number in range(int(count[0]) if count else 1):
        try:
            extraction(file, number or os.getpid())
        except NoData:
            break


main()
