# SPDX-License-Identifier: Apache-2.0
"""The steps of an archive in pandas: fetch, unpack, read, convert, write with | between the fields, upload.

usage: pandas_archive.py STORAGE BUCKET KEY FOLDER
"""
import pathlib
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


def main():
    storage, bucket, key, folder = sys.argv[1:]
    folder = pathlib.Path(folder)
    (folder / "unpacked").mkdir(parents=True)
    subprocess.run([storage, "get", bucket, key, folder], check=True, stdout=subprocess.DEVNULL)
    with tarfile.open(folder / "1", "r:gz") as archive:
        archive.extractall(folder / "unpacked")
    for name, columns in COLUMNS.items():
        frame = pandas.read_csv(folder / "unpacked" / f"{name}.csv", usecols=range(len(columns)))
        frame.columns = columns
        if name in DATES:
            frame[DATES[name]] = pandas.to_datetime(frame[DATES[name]], format="%Y-%m-%d %H:%M:%S.%f")
        if name == "analytics_user_activity":
            frame["group_name"] = frame["memo"].str.split(" - ", expand=True)[1]
        finished = folder / f"{name}.csv"
        frame.to_csv(finished, sep="|", index=False)
        subprocess.run([storage, "put", bucket, f"pandas/{name}.csv", finished], check=True)


main()
