// SPDX-License-Identifier: Apache-2.0
#include "tools/sample/entry.h"

#include <charconv>

namespace weir::sample {
namespace {

void append_number(std::string& out, std::int64_t value) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out.append(digits, static_cast<std::size_t>(end - digits));
}

void append_padded(std::string& out, std::int64_t value, std::size_t width) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  const auto length = static_cast<std::size_t>(end - digits);
  if (length < width) out.append(width - length, '0');
  out.append(digits, length);
}

void append_hex(std::string& out, std::uint64_t value, int digits) {
  for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4)
    out.push_back("0123456789abcdef"[(value >> shift) & 15U]);
}

void append_text(std::string& out, std::string_view text) {
  out.push_back('"');
  for (const char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  out.push_back('"');
}

void append_time(std::string& out, Timestamp time) {
  char text[26];
  write_sql_timestamp(time, text);
  text[10] = 'T';
  out.push_back('"');
  out.append(text, sizeof text);
  out.append("Z\"");
}

void append_text_or_null(std::string& out, std::string_view text) {
  text.empty() ? void(out.append("null")) : append_text(out, text);
}

void append_http_request(const Request& request, Flaw flaw, std::string& out) {
  if (flaw == Flaw::HttpRequestText) {
    out.append("\"not an object\"");
    return;
  }
  out.append(R"({"requestMethod":")").append(request.method).append(R"(","requestUrl":)");
  append_text(out, request.url);
  out.append(R"(,"requestSize":)");
  append_number(out, request.request_size);
  out.append(R"(,"status":)");
  flaw == Flaw::StatusText ? void(out.append("\"teapot\"")) : append_number(out, request.status);
  out.append(R"(,"responseSize":)");
  request.response_size < 0 ? void(out.append("null")) : append_number(out, request.response_size);
  out.append(R"(,"userAgent":)");
  append_text(out, request.visitor->user_agent);
  out.append(R"(,"remoteIp":)");
  append_text(out, request.visitor->address);
  out.append(R"(,"serverIp":"216.239.36.53","referer":)");
  append_text_or_null(out, request.referer);
  out.append(R"(,"latency":)");
  append_number(out, request.latency_micros / 1'000'000);
  out.push_back('.');
  append_padded(out, request.latency_micros % 1'000'000, 6);
  out.append(R"(,"protocol":")").append(request.visitor->protocol);
  out.append(
      R"(","cacheLookup":null,"cacheHit":null,"cacheValidatedWithOriginServer":null,"cacheFillBytes":null})");
}

// A service instance serves many requests, and its id is as long as those of the real service.
void append_instance(const Request& request, std::uint64_t seed, std::string& out) {
  const auto instance = mix(seed ^ (request.number / 5000 * 8 + request.number % 8));
  out.append(R"("labels":{"instanceId":"00bf4b)");
  for (std::uint64_t part = 0; part < 10; ++part) append_hex(out, mix(instance + part), 16);
  out.append(R"("})");
}

}  // namespace

void append_entry(const Request& request, std::uint64_t seed, Flaw flaw, std::string& out) {
  const auto begin = out.size();
  const auto id = mix(seed + request.number * 2);
  out.append(R"({"logName":"projects/catalog-prod/logs/run.googleapis.com%2Frequests",)");
  if (flaw != Flaw::NoInsertId) {
    out.append(R"("insertId":")");
    append_hex(out, static_cast<std::uint64_t>(request.time.micros / 1'000'000), 8);
    append_hex(out, id, 16);
    out.append("\",");
  }
  out.append(request.status >= 500   ? R"("severity":"ERROR","timestamp":)"
             : request.status >= 400 ? R"("severity":"WARNING","timestamp":)"
                                     : R"("severity":"INFO","timestamp":)");
  flaw == Flaw::BadTimestamp ? void(out.append("\"yesterday at noon\"")) : append_time(out, request.time);
  out.append(R"(,"receiveTimestamp":)");
  append_time(out, {request.time.micros + request.received_after_micros});
  out.append(R"(,"textPayload":null,"trace":"projects/catalog-prod/traces/)");
  append_hex(out, id, 16);
  append_hex(out, mix(id), 16);
  out.append(R"(","spanId":null,"traceSampled":null,"operation":null,"sourceLocation":null,)");
  out.append(
      R"("resource":{"type":"cloud_run_revision","labels":{"service_name":"datasette","location":"us-central1",)"
      R"("project_id":"catalog-prod","configuration_name":"datasette","revision_name":"datasette-)");
  append_padded(out, request.revision, 5);
  out.append(R"(-abc"}},)");
  append_instance(request, seed, out);
  out.append(R"(,"httpRequest":)");
  append_http_request(request, flaw, out);
  out.append("}\n");
  if (flaw == Flaw::CutShort) {
    out.resize(begin + (out.size() - begin) / 2);
    out.push_back('\n');
  }
}

}  // namespace weir::sample
