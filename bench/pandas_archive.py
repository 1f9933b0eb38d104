# SPDX-License-Identifier: Apache-2.0
"""The steps of an archive in pandas: read, convert, write with | between the fields. With a bucket also: fetch and
unpack before, upload afterwards.

usage: pandas_archive.py CSV FINISHED [BUCKET KEY], with AWS_* variables
"""
import os
import pathlib
import shutil
import sys
import tarfile

import boto3
import botocore.config
import pandas

COLUMNS = {
    "analytics_user_activity": ["user_id", "user_idir", "activity_type", "memo", "activity_date"],
    "analytics_user_status": ["id", "organization", "user_id", "user_name", "email", "created_dt", "status"],
    "analytics_user_group": ["id", "user_id", "email", "group_id", "group_name", "site_key", "is_group_mgr"],
    "analytics_group": ["id", "name", "active", "site_key"],
}
DATES = {"analytics_user_activity": "activity_date", "analytics_user_status": "created_dt"}


def client():
    return boto3.client("s3", endpoint_url=os.environ["AWS_ENDPOINT_URL_S3"], region_name=os.environ["AWS_REGION"],
                        config=botocore.config.Config(s3={"addressing_style": "path"}))


def fetch(csv, s3, bucket, key):
    csv.mkdir()
    s3.download_file(bucket, key, str(csv / "archive.tgz"))
    with tarfile.open(csv / "archive.tgz", "r:gz") as archive:
        archive.extractall(csv)


def convert(csv, finished, name):
    columns = COLUMNS[name]
    frame = pandas.read_csv(csv / f"{name}.csv", usecols=range(len(columns)))
    frame.columns = columns
    if name in DATES:
        frame[DATES[name]] = pandas.to_datetime(frame[DATES[name]], format="%Y-%m-%d %H:%M:%S.%f")
    if name == "analytics_user_activity":
        frame["group_name"] = frame["memo"].str.split(" - ", expand=True)[1]
    frame.to_csv(finished / f"{name}.csv", sep="|", index=False)


def main():
    csv, finished = map(pathlib.Path, sys.argv[1:3])
    place = sys.argv[3:]
    if place:
        s3 = client()
        fetch(csv, s3, *place)
    for name in COLUMNS:
        convert(csv, finished, name)
        if place:
            s3.upload_file(str(finished / f"{name}.csv"), place[0], f"pandas/{name}.csv")
    if place:
        shutil.rmtree(csv)


main()
