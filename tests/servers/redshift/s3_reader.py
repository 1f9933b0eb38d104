# SPDX-License-Identifier: Apache-2.0
"""Reads objects of an S3 service with signed requests, and inflates them."""
import bz2
import ctypes
import ctypes.util
import datetime
import gzip
import hashlib
import hmac
import http.client
import re
import urllib.parse
import xml.etree.ElementTree as ET

_EMPTY_HASH = hashlib.sha256(b"").hexdigest()


class S3Error(Exception):
    """An answer of S3 that ends the COPY."""

    def __init__(self, text, status, code):
        super().__init__("S3ServiceException:%s,Status %d,Error %s,Rid 0,ExtRid 0,CanRetry 1" % (text, status, code))


def _quote(text, safe="-_.~"):
    return urllib.parse.quote(text, safe=safe)


class S3Reader:
    def __init__(self, endpoint, region, access_key, secret_key, token=""):
        self.endpoint = urllib.parse.urlparse(endpoint)
        self.region, self.access_key, self.secret_key, self.token = region, access_key, secret_key, token

    def _headers(self, path, query):
        now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
        headers = {"host": self.endpoint.netloc, "x-amz-content-sha256": _EMPTY_HASH, "x-amz-date": now}
        if self.token:
            headers["x-amz-security-token"] = self.token
        names = sorted(headers)
        request = "\n".join(["GET", path, query] + ["%s:%s" % (name, headers[name]) for name in names] +
                            ["", ";".join(names), _EMPTY_HASH])
        scope = "%s/%s/s3/aws4_request" % (now[:8], self.region)
        key = ("AWS4" + self.secret_key).encode()
        for part in scope.split("/"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        text = "AWS4-HMAC-SHA256\n%s\n%s\n%s" % (now, scope, hashlib.sha256(request.encode()).hexdigest())
        headers["Authorization"] = "AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s" % (
            self.access_key, scope, ";".join(names), hmac.new(key, text.encode(), hashlib.sha256).hexdigest())
        return headers

    def _get(self, bucket, key, parameters=()):
        path = "/" + bucket + ("/" + _quote(key, "-_.~/") if key else "")
        query = "&".join("%s=%s" % (_quote(name), _quote(value)) for name, value in sorted(parameters))
        kind = http.client.HTTPSConnection if self.endpoint.scheme == "https" else http.client.HTTPConnection
        connection = kind(self.endpoint.hostname, self.endpoint.port, timeout=60)
        try:
            connection.request("GET", path + ("?" + query if query else ""), headers=self._headers(path, query))
            answer = connection.getresponse()
            body = answer.read()
        except OSError as error:
            raise S3Error("Failed to connect: %s" % error, 0, "ConnectFailure") from None
        finally:
            connection.close()
        if answer.status != 200:
            code = re.search(rb"<Code>([^<]*)", body)
            text = re.search(rb"<Message>([^<]*)", body)
            raise S3Error(text.group(1).decode() if text else "Unknown", answer.status,
                          code.group(1).decode() if code else str(answer.status))
        return body

    def read(self, bucket, key):
        return self._get(bucket, key)

    def keys(self, bucket, prefix):
        """Every key that starts with the prefix: that is what COPY loads."""
        found, more = [], None
        while True:
            parameters = [("list-type", "2"), ("prefix", prefix)] + ([("continuation-token", more)] if more else [])
            root = ET.fromstring(self._get(bucket, "", parameters))
            space = root.tag[:root.tag.index("}") + 1] if "}" in root.tag else ""
            found += [item.findtext(space + "Key") for item in root.findall(space + "Contents")]
            more = root.findtext(space + "NextContinuationToken")
            if not more:
                return found


def _zstd(data):
    library = ctypes.CDLL(ctypes.util.find_library("zstd") or "libzstd.so.1")

    class Buffer(ctypes.Structure):
        _fields_ = [("bytes", ctypes.c_void_p), ("size", ctypes.c_size_t), ("position", ctypes.c_size_t)]

    library.ZSTD_createDStream.restype = ctypes.c_void_p
    library.ZSTD_decompressStream.restype = ctypes.c_size_t
    library.ZSTD_decompressStream.argtypes = [ctypes.c_void_p, ctypes.POINTER(Buffer), ctypes.POINTER(Buffer)]
    library.ZSTD_freeDStream.argtypes = [ctypes.c_void_p]
    stream = library.ZSTD_createDStream()
    target = ctypes.create_string_buffer(1 << 20)
    source = Buffer(ctypes.cast(ctypes.c_char_p(data), ctypes.c_void_p), len(data), 0)
    pieces = []
    try:
        while True:
            out = Buffer(ctypes.cast(target, ctypes.c_void_p), len(target), 0)
            status = library.ZSTD_decompressStream(stream, ctypes.byref(out), ctypes.byref(source))
            if library.ZSTD_isError(ctypes.c_size_t(status)):
                raise ValueError("not a zstd stream")
            pieces.append(target.raw[:out.position])
            if source.position == source.size and out.position < out.size:
                return b"".join(pieces)
    finally:
        library.ZSTD_freeDStream(stream)


def inflate(data, copy):
    """The file's bytes as the options of the COPY say; its name says nothing."""
    try:
        if copy.has("GZIP"):
            return gzip.decompress(data)
        if copy.has("BZIP2"):
            return bz2.decompress(data)
        if copy.has("ZSTD"):
            return _zstd(data)
    except (OSError, ValueError, EOFError) as error:
        raise S3Error("the file is not compressed as the COPY says: %s" % error, 200, "InvalidData") from None
    return data
