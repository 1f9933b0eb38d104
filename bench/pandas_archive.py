# SPDX-License-Identifier: Apache-2.0
"""The steps of an archive in pandas: read, convert, write with | between the fields. With a bucket also: fetch and
unpack before, upload afterwards.

usage: pandas_archive.py CSV FINISHED [STORAGE BUCKET KEY]
"""
import pathlib
import shutil
import subprocess
import sys
import tarfile

import pandas

COLUMNS = {
    "analytics_user_activity": ["user_id", "user_idir", "activity_type", "memo", "activity_date"],
    "analytics_user_status": ["id", "organization", "user_id", "user_name", "email", "created_dt", "status"],
    "analytics_user_group": ["id", "user_id", "email", "group_id", "group_name", "site_key", "is_group_mgr"],
    "analytics_group": ["id", "name", "active", "site_key"],
}
DATES = {"analytics_user_activity": "activity_date", "analytics_user_status": "created_dt"}


def fetch(csv, storage, bucket, key):
    csv.mkdir()
    subprocess.run([storage, "get", bucket, key, csv], check=True, stdout=subprocess.DEVNULL)
    with tarfile.open(csv / "1", "r:gz") as archive:
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
        fetch(csv, *place)
    for name in COLUMNS:
        convert(csv, finished, name)
        if place:
            storage, bucket, _ = place
            subprocess.run([storage, "put", bucket, f"pandas/{name}.csv", finished / f"{name}.csv"], check=True)
    if place:
        shutil.rmtree(csv)


main()
