#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Clients that know nothing of weir against the stand-in: psql and psycopg2. Takes the server's port, user and
database, and the address, bucket and keys of an S3 service from the environment; clients_test.cc sets them."""
import os
import subprocess
import sys
import unittest

import psycopg2

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from s3_writer import put  # noqa: E402

BUCKET, ROLE = os.environ["STAND_IN_BUCKET"], os.environ["STAND_IN_ROLE"]
KEYS = "ACCESS_KEY_ID '%s' SECRET_ACCESS_KEY '%s'" % (os.environ["STAND_IN_KEY"], os.environ["STAND_IN_SECRET"])


def connect():
    connection = psycopg2.connect(host="127.0.0.1", port=os.environ["STAND_IN_PORT"], user=os.environ["STAND_IN_USER"],
                                  dbname=os.environ["STAND_IN_DATABASE"])
    connection.autocommit = True
    return connection


def psql(*commands):
    arguments = ["psql", "-XAtq", "-h", "127.0.0.1", "-p", os.environ["STAND_IN_PORT"], "-U", os.environ["STAND_IN_USER"],
                 "-d", os.environ["STAND_IN_DATABASE"]]
    for command in commands:
        arguments += ["-c", command]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    return done.stdout, done.stderr


class Clients(unittest.TestCase):
    def setUp(self):
        self.connection = connect()
        self.cursor = self.connection.cursor()
        self.run_sql("DROP TABLE IF EXISTS t")

    def tearDown(self):
        self.connection.close()

    def run_sql(self, sql):
        self.cursor.execute(sql)
        return self.cursor.fetchall() if self.cursor.description else None

    def refusal(self, sql):
        with self.assertRaises(psycopg2.Error) as caught:
            self.run_sql(sql)
        return caught.exception

    def copy(self, key, options=""):
        self.run_sql("COPY t FROM 's3://%s/%s' IAM_ROLE '%s' %s" % (BUCKET, key, ROLE, options))

    def errors(self):
        return self.run_sql("SELECT line_number, trim(colname), err_code, trim(err_reason) FROM stl_load_errors "
                            "WHERE query = pg_last_copy_id() ORDER BY line_number")

    def test_says_that_it_is_version_8(self):
        self.assertEqual(self.connection.server_version, 80002)
        self.assertEqual(psql("SHOW server_version")[0], "8.0.2\n")
        self.assertIn("Redshift 1.0", psql("SELECT version()")[0])

    def test_escape_takes_the_next_byte_as_it_is(self):
        self.run_sql("CREATE TABLE t (a VARCHAR(20), b INTEGER)")
        put(BUCKET, "escape/1", b"x\\|y|1\ntwo\\\nlines|2\n\\n|3\n\\\\N|4\nc:\\\\d\\\r|5\n")
        self.copy("escape/", "DELIMITER '|' ESCAPE")
        self.assertEqual(self.run_sql("SELECT a FROM t ORDER BY b"),
                         [("x|y",), ("two\nlines",), ("n",), (None,), ("c:\\d\r",)])

    def test_without_escape_a_backslash_is_a_byte(self):
        self.run_sql("CREATE TABLE t (a VARCHAR(20), b INTEGER)")
        put(BUCKET, "plain/1", b"a\\b|1\n\\N|2\n|\n")
        self.copy("plain/")
        self.assertEqual(self.run_sql("SELECT a, b FROM t"), [("a\\b", 1), (None, 2), ("", None)])

    def test_a_source_is_a_prefix(self):
        self.run_sql("CREATE TABLE t (a INTEGER)")
        put(BUCKET, "prefix/f.csv", b"1\n")
        put(BUCKET, "prefix/f.csv.bak", b"2\n")
        self.copy("prefix/f.csv")
        self.assertEqual(self.run_sql("SELECT sum(a) FROM t"), [(3,)])
        self.assertEqual(self.run_sql("SELECT pg_last_copy_count()"), [(2,)])

    def test_a_manifest_names_exactly_its_files(self):
        self.run_sql("CREATE TABLE t (a INTEGER)")
        put(BUCKET, "manifest/f.csv", b"1\n")
        put(BUCKET, "manifest/f.csv.bak", b"2\n")
        entry = '{"entries":[{"url":"s3://%s/manifest/%s","mandatory":true}]}'
        put(BUCKET, "m1", (entry % (BUCKET, "f.csv")).encode())
        put(BUCKET, "m2", (entry % (BUCKET, "gone.csv")).encode())
        self.copy("m1", "MANIFEST")
        self.assertEqual(self.run_sql("SELECT sum(a) FROM t"), [(1,)])
        self.assertIn("gone.csv", str(self.refusal("COPY t FROM 's3://%s/m2' IAM_ROLE '%s' MANIFEST" % (BUCKET, ROLE))))

    def test_lengths_are_bytes(self):
        self.run_sql("CREATE TABLE t (a VARCHAR(4))")
        put(BUCKET, "bytes/1", "éé\nééé\n".encode())
        error = self.refusal("COPY t FROM 's3://%s/bytes/' IAM_ROLE '%s'" % (BUCKET, ROLE))
        self.assertEqual(error.pgcode, "XX000")
        self.assertIn("Load into table 't' failed.  Check 'stl_load_errors'", str(error))
        self.assertEqual(self.errors(), [(2, "a", 1204, "String length exceeds DDL length")])
        self.copy("bytes/", "TRUNCATECOLUMNS")
        self.assertEqual(self.run_sql("SELECT a FROM t"), [("éé",), ("éé",)])

    def test_errors_outlive_a_rollback_and_the_transaction_is_aborted(self):
        self.run_sql("CREATE TABLE t (a INTEGER)")
        put(BUCKET, "abort/1", b"1\nx\n")
        self.run_sql("BEGIN")
        self.refusal("COPY t FROM 's3://%s/abort/' IAM_ROLE '%s'" % (BUCKET, ROLE))
        self.assertEqual(self.refusal("SELECT 1").pgcode, "25P02")
        self.run_sql("ROLLBACK")
        self.assertEqual(self.errors(), [(2, "a", 1207, "Invalid digit, Value 'x', Pos 0, Type: Integer")])
        self.assertEqual(self.run_sql("SELECT line_number, error_code FROM sys_load_error_detail WHERE query_id = "
                                      "pg_last_copy_id()"), [(2, 1207)])

    def test_maxerror_skips_rows_silently(self):
        self.run_sql("CREATE TABLE t (a INTEGER NOT NULL, b DATE)")
        put(BUCKET, "max/1", b"1|2024-05-14\nx|2024-05-14\n2|yesterday\n|2024-05-14\n3\n4|2024-05-14|x\n5|\n")
        self.copy("max/", "MAXERROR 6")
        self.assertEqual(self.run_sql("SELECT a FROM t ORDER BY a"), [(1,), (5,)])
        self.assertEqual([row[2] for row in self.errors()], [1207, 1205, 1213, 1214, 1202])
        self.refusal("COPY t FROM 's3://%s/max/' IAM_ROLE '%s' MAXERROR 5" % (BUCKET, ROLE))

    def test_reads_csv_headers_gzip_and_formats(self):
        import gzip
        self.run_sql("CREATE TABLE t (a VARCHAR(20), b DATE, c TIMESTAMP)")
        put(BUCKET, "csv/1", gzip.compress(b'h1,h2,h3\n"a ""q"", b",14.05.2024,1715677200\n,,\n'))
        self.copy("csv/", "CSV IGNOREHEADER 1 GZIP DATEFORMAT 'DD.MM.YYYY' TIMEFORMAT 'epochsecs' EMPTYASNULL")
        self.assertEqual([tuple(map(str, row)) for row in self.run_sql("SELECT a, b, c FROM t")],
                         [('a "q", b', "2024-05-14", "2024-05-14 09:00:00"), ("None", "None", "None")])

    def test_invalid_utf8_fails_or_is_replaced_byte_by_byte(self):
        self.run_sql("CREATE TABLE t (a VARCHAR(20))")
        put(BUCKET, "utf8/1", b"a\xff\xfeb\n")
        self.refusal("COPY t FROM 's3://%s/utf8/' IAM_ROLE '%s'" % (BUCKET, ROLE))
        self.assertEqual(self.errors()[0][2], 1220)
        self.copy("utf8/", "ACCEPTINVCHARS '^'")
        self.assertEqual(self.run_sql("SELECT a FROM t"), [("a^^b",)])

    def test_all_ways_to_give_credentials(self):
        self.run_sql("CREATE TABLE t (a INTEGER)")
        put(BUCKET, "keys/1", b"1\n")
        source = "COPY t FROM 's3://%s/keys/' " % BUCKET
        self.run_sql(source + KEYS)
        self.run_sql(source + "CREDENTIALS 'aws_access_key_id=%s;aws_secret_access_key=%s'" %
                     (os.environ["STAND_IN_KEY"], os.environ["STAND_IN_SECRET"]))
        self.run_sql(source + "CREDENTIALS 'aws_iam_role=%s'" % ROLE)
        self.assertEqual(self.run_sql("SELECT count(*) FROM t"), [(3,)])
        self.assertIn("SignatureDoesNotMatch", str(self.refusal(
            source + "ACCESS_KEY_ID '%s' SECRET_ACCESS_KEY 'wrong'" % os.environ["STAND_IN_KEY"])))
        self.assertIn("not authorized to assume", str(self.refusal(source + "IAM_ROLE 'arn:aws:iam::1:role/x'")))
        self.assertIn("Invalid credentials", str(self.refusal(source)))

    def test_refuses_what_redshift_refuses(self):
        self.run_sql("CREATE TABLE t (a INTEGER, b VARCHAR(10))")
        for sql in ("COPY t FROM STDIN", "COPY t TO STDOUT", "INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING",
                    "INSERT INTO t VALUES (1) RETURNING a", "CREATE INDEX i ON t (a)", "CREATE TABLE u (a JSONB)",
                    "ALTER TABLE t ADD COLUMN IF NOT EXISTS c INTEGER", "ALTER TABLE t ADD COLUMN c INT, ADD COLUMN d INT",
                    "ALTER TABLE t ALTER COLUMN a TYPE BIGINT", "CREATE TABLE u (a VARCHAR(65536))",
                    "SELECT DISTINCT ON (a) a FROM t", "COPY t FROM 's3://%s/x' IAM_ROLE '%s' CSV ESCAPE" % (BUCKET, ROLE),
                    "COPY t FROM 's3://%s/x' IAM_ROLE '%s' QUICKLY" % (BUCKET, ROLE),
                    "COPY t FROM 's3://%s/there-is-nothing' IAM_ROLE '%s'" % (BUCKET, ROLE)):
            with self.subTest(sql):
                self.refusal(sql)

    def test_text_is_a_varchar_of_256_bytes_and_names_are_lower_case(self):
        self.run_sql('CREATE TABLE "T" ("A" TEXT, b VARCHAR, c VARCHAR(MAX), PRIMARY KEY ("A")) DISTSTYLE ALL SORTKEY ("A")')
        self.assertEqual(self.run_sql("SELECT attname, format_type(atttypid, atttypmod), attnotnull FROM pg_attribute "
                                      "WHERE attrelid = 't'::regclass AND attnum > 0 ORDER BY attnum"),
                         [("a", "character varying(256)", True), ("b", "character varying(256)", False),
                          ("c", "character varying(65535)", False)])
        self.run_sql("INSERT INTO t (a) VALUES ('same'), ('same')")  # a key is not enforced

    def test_truncate_commits(self):
        self.run_sql("CREATE TABLE t (a INTEGER)")
        self.run_sql("BEGIN")
        self.run_sql("INSERT INTO t VALUES (1)")
        self.run_sql("TRUNCATE t")
        self.run_sql("ROLLBACK")
        self.assertEqual(self.run_sql("SELECT count(*) FROM t"), [(0,)])

    def test_transactions_are_serializable(self):
        self.run_sql("CREATE TABLE t (a INTEGER)")
        other = connect()
        second = other.cursor()
        for cursor in (self.cursor, second):
            cursor.execute("BEGIN")
            cursor.execute("SELECT count(*) FROM t")
        self.run_sql("INSERT INTO t VALUES (1)")
        second.execute("INSERT INTO t VALUES (2)")
        self.run_sql("COMMIT")
        with self.assertRaises(psycopg2.Error) as caught:
            second.execute("COMMIT")
        other.close()
        self.assertIn("1023", str(caught.exception))
        self.assertIn("Serializable isolation violation", str(caught.exception))

    def test_psql_copies_inside_a_transaction(self):
        put(BUCKET, "psql/1", b"1\n2\n")
        out, errors = psql("CREATE TABLE t (a INTEGER)", "BEGIN; COPY t FROM 's3://%s/psql/' IAM_ROLE '%s'; COMMIT" %
                           (BUCKET, ROLE), "SELECT sum(a) FROM t")
        self.assertEqual(out, "3\n")
        self.assertIn("2 record(s) loaded successfully", errors)


if __name__ == "__main__":
    unittest.main()
