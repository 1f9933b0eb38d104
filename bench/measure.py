# SPDX-License-Identifier: Apache-2.0
"""What the benchmarks share: running and measuring programs, servers, and the table of results."""
import argparse
import contextlib
import datetime
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent


def run(*command, **options):
    result = subprocess.run([str(part) for part in command], text=True, capture_output=True, **options)
    if result.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{result.stdout}{result.stderr}")
    return result.stdout


def spent(*command, **options):
    """Seconds, peak memory in MiB and seconds of processor time of a command."""
    start = time.monotonic()
    process = subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               text=True, **options)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{output}")
    return time.monotonic() - start, usage.ru_maxrss / 1024, usage.ru_utime + usage.ru_stime


def measured(*command, **options):
    """Seconds and peak memory in MiB of a command."""
    return spent(*command, **options)[:2]


def in_turn(times, *measurements):
    """Calls each measurement so often, one after the other; the best of each, by its first figure."""
    rounds = [[measure() for measure in measurements] for _ in range(times)]
    return [min(results) for results in zip(*rounds)]


@contextlib.contextmanager
def server(*script):
    """A server of tests/servers, started and stopped by its script; the value is its folder."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="weir-bench-server-"))
    folder.chmod(0o755)
    folder = folder / "data"
    subprocess.run([*map(str, script), "start", folder], check=True, stdout=subprocess.DEVNULL)
    try:
        yield folder
    finally:
        subprocess.run([*map(str, script), "stop", folder], check=False, stdout=subprocess.DEVNULL)
        shutil.rmtree(folder.parent, ignore_errors=True)


class Sandbox:
    """A running weir-sandbox."""

    def __init__(self, process, url):
        self.process, self.url = process, url

    def processor_seconds(self):
        """That it has spent so far."""
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def sandbox(programs, *options):
    """A weir-sandbox with these options, as long as it is needed."""
    command = [str(part) for part in (programs / "weir-sandbox", "--port", "0", *options)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        first = process.stdout.readline()
        try:
            if " at http" not in first:
                sys.exit(f"{' '.join(command)} did not start: {first}")
            yield Sandbox(process, first.split(" at ")[1].split()[0])
        finally:
            process.terminate()


def s3_environment(endpoint, key, secret):
    """What leads programs to an S3 server."""
    return {**os.environ, "AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret, "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL_S3": endpoint}


@contextlib.contextmanager
def s3(store="swift", programs=None, *options):
    """An S3 server; the value is the environment that leads to it. The store is "swift", or "sandbox": the
    weir-sandbox of the folder `programs`, which hardly takes time and keeps all in memory without --folder."""
    if store == "sandbox":
        with sandbox(programs, *options) as running:
            yield s3_environment(running.url, "sandbox", "sandbox-secret")
        return
    with server("/usr/bin/python3", ROOT / "tests/servers/swift/swift_server.py") as folder:
        yield s3_environment((folder / "endpoint").read_text(), "WEIRTEST", "weir/secret+key=")


class Bench:
    """The frame of a benchmark: options, build, working folder, results."""

    def __init__(self, description, results):
        self.parser = argparse.ArgumentParser(description=description,
                                              formatter_class=argparse.RawDescriptionHelpFormatter)
        self.parser.add_argument("--build", type=pathlib.Path,
                                 help="folder with finished programs; without it the preset bench is built")
        self.parser.add_argument("--out", type=pathlib.Path, help=f"JSON file (BUILD/{results})")
        self.parser.add_argument("--keep", action="store_true", help="keep the working folder")
        self.results_name = results
        self.results = []

    def start(self):
        self.arguments = self.parser.parse_args()
        if not self.arguments.build:
            subprocess.run([ROOT / "tools/build", "bench"], check=True)
            self.arguments.build = ROOT / "build/bench"
        self.bin = self.arguments.build / "bin"
        return self.arguments

    def add(self, what, figure, budget, details):
        self.results.append({"what": what, "figure": round(figure, 3), "budget": budget, "details": details})
        print(f"{what:42} {figure:10.2f}  {budget:>10}  {details}", flush=True)

    def measure(self, *benches):
        """Runs generators of (what, figure, budget, details); each gets the working folder."""
        work = pathlib.Path(tempfile.mkdtemp(prefix="weir-bench-"))
        print(f"{'what':42} {'figure':>10}  {'budget':>10}  details")
        try:
            for bench in benches:
                for result in bench(work):
                    self.add(*result)
        finally:
            if not self.arguments.keep:
                shutil.rmtree(work)
        commit = run("git", "-C", ROOT, "rev-parse", "--short", "HEAD").strip()
        document = {"date": datetime.date.today().isoformat(), "commit": commit, "cores": os.cpu_count(),
                    "load": os.getloadavg()[0], "results": self.results}
        out = self.arguments.out or self.arguments.build / self.results_name
        out.write_text(json.dumps(document, indent=2) + "\n")
        print(f"written to {out}")
