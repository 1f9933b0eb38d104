# SPDX-License-Identifier: Apache-2.0
"""A query's rows in pandas with SQLAlchemy: read whole, write as CSV, upload.

usage: pandas_history.py PORT QUERY FILE STORAGE
"""
import os
import subprocess
import sys

import pandas
import sqlalchemy


def main():
    port, query, file, storage = sys.argv[1:]
    address = sqlalchemy.engine.URL.create("mysql+pymysql", username="weir", password=os.environ["BENCH_PASSWORD"],
                                           host="127.0.0.1", port=int(port), database="looker",
                                           query={"charset": "utf8mb4"})
    with sqlalchemy.create_engine(address).connect() as connection:
        frame = pandas.read_sql_query(sqlalchemy.text(query), connection)
    frame.to_csv(file, index=False)
    subprocess.run([storage, "put", "bench", "pandas/history.csv", file], check=True)


main()
