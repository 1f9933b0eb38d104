# SPDX-License-Identifier: Apache-2.0
"""WSGI filters for the proxy of the test server."""
import collections
import threading
import time


class Cache:
    """What Swift expects of memcached, in the proxy's own memory: there is only one proxy."""

    def __init__(self):
        self.values = {}

    def get(self, key, *unused, **more):
        value, expires = self.values.get(key, (None, 0))
        if expires and expires < time.time():
            del self.values[key]
            return None
        return value

    def set(self, key, value, serialize=True, time=0, **more):
        self.values[key] = (value, _now() + time if time else 0)

    def incr(self, key, delta=1, time=0):
        value = max(0, int(self.get(key) or 0) + int(delta))
        self.set(key, value, time=time)
        return value

    def decr(self, key, delta=1, time=0):
        return self.incr(key, -delta, time)

    def delete(self, key, *unused, **more):
        self.values.pop(key, None)

    def set_multi(self, mapping, server_key, serialize=True, time=0, **more):
        for key, value in mapping.items():
            self.set(key, value, time=time)

    def get_multi(self, keys, server_key):
        return [self.get(key) for key in keys]


def _now():
    return time.time()


def not_implemented(environ, start_response):
    """s3api compares a condition of CompleteMultipartUpload with the new object instead of the old."""
    environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    body = b"<Error><Code>NotImplemented</Code><Message>Conditional completions are not supported.</Message></Error>"
    start_response("501 Not Implemented", [("Content-Type", "application/xml"), ("Content-Length", str(len(body)))])
    return [body]


class CacheFilter:
    """Hands the cache to the filters behind it, and lets PUTs of one path follow one another.

    Swift decides about `If-None-Match: *` before it stores, so two PUTs at the same time could both
    find that there is nothing.
    """

    def __init__(self, app):
        self.app = app
        self.cache = Cache()
        self.locks = collections.defaultdict(threading.Lock)

    def __call__(self, environ, start_response):
        environ["swift.cache"] = self.cache
        if environ["REQUEST_METHOD"] == "POST" and ("HTTP_IF_MATCH" in environ or "HTTP_IF_NONE_MATCH" in environ):
            return not_implemented(environ, start_response)
        if environ["REQUEST_METHOD"] != "PUT" or "HTTP_IF_NONE_MATCH" not in environ:
            return self.app(environ, start_response)
        with self.locks[environ["PATH_INFO"]]:
            return list(self.app(environ, start_response))


def cache_factory(conf, **more):
    return CacheFilter


def allow_conditional_create():
    """Lets `If-None-Match: *` through to Swift, which knows it; s3api 2.30 answers 501 by itself."""
    from swift.common.middleware.s3api import s3request

    def wrapped(validate):
        def validate_headers(self):
            value = self.headers.get("If-None-Match")
            is_plain_put = self.method == "PUT" and self.object_name and "X-Amz-Copy-Source" not in self.headers
            if value != "*" or not is_plain_put:
                return validate(self)
            del self.headers["If-None-Match"]
            try:
                return validate(self)
            finally:
                self.headers["If-None-Match"] = value

        return validate_headers

    for name in ("S3Request", "SigV4Request", "S3AclRequest"):
        kind = getattr(s3request, name, None)
        if kind is not None and "_validate_headers" in vars(kind):
            kind._validate_headers = wrapped(kind._validate_headers)


def add_access_keys(keys):
    """Gives users of tempauth an access key without a colon: {"ACCESSKEY": "account:user"}."""
    from swift.common.middleware import tempauth

    original = tempauth.TempAuth.__init__

    def with_keys(self, app, conf):
        original(self, app, conf)
        for key, user in keys.items():
            self.users[key] = self.users[user]

    tempauth.TempAuth.__init__ = with_keys
