// SPDX-License-Identifier: Apache-2.0
#include "protocols/aws/signer.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/text.h"
#include "protocols/aws/digest.h"
#include "protocols/aws/encoding.h"

// https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html
namespace weir::aws {
namespace {

struct UrlParts {
  std::string host;  // with the port when it is not the scheme's own
  std::string path;
  std::string query;
};

UrlParts parts_of(std::string_view url) {
  const std::size_t scheme = url.find("://");
  std::string_view rest = scheme == std::string_view::npos ? url : url.substr(scheme + 3);
  const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
  UrlParts parts;
  parts.host = std::string(rest.substr(0, end));
  // The client leaves the usual port out of its Host header.
  const std::string_view usual = url.substr(0, 5) == "https" ? ":443" : ":80";
  if (parts.host.size() > usual.size() && parts.host.ends_with(usual)) {
    parts.host.resize(parts.host.size() - usual.size());
  }
  rest.remove_prefix(end);
  const std::size_t question = rest.find('?');
  parts.path = std::string(rest.substr(0, question));
  if (parts.path.empty()) parts.path = "/";
  if (question != std::string_view::npos) parts.query = std::string(rest.substr(question + 1));
  return parts;
}

/// Trimmed, with runs of blanks inside made one.
std::string folded(std::string_view value) {
  std::string text;
  for (const char c : trim(value)) {
    const bool blank = c == ' ' || c == '\t';
    if (!blank) {
      text += c;
    } else if (text.back() != ' ') {
      text += ' ';
    }
  }
  return text;
}

}  // namespace

std::string canonical_query(Query query) {
  for (auto& [name, value] : query) {
    name = percent_encode(name, Slash::Encode);
    value = percent_encode(value, Slash::Encode);
  }
  std::sort(query.begin(), query.end());
  std::string text;
  for (const auto& [name, value] : query) text += (text.empty() ? "" : "&") + name + "=" + value;
  return text;
}

CanonicalRequest canonical_request(const io::HttpRequest& request, std::string_view payload_hash) {
  const UrlParts url = parts_of(request.url);
  std::map<std::string, std::string> headers = {{"host", url.host}};
  for (const auto& header : request.headers) {
    const std::string name = lower(header.name);
    if (name != "authorization") headers[name] = folded(header.value);
  }
  CanonicalRequest canonical;
  std::string lines;
  for (const auto& [name, value] : headers) {
    lines += name + ":" + value + "\n";
    canonical.signed_headers += (canonical.signed_headers.empty() ? "" : ";") + name;
  }
  canonical.text = fmt::format("{}\n{}\n{}\n{}\n{}\n{}", request.method, url.path, url.query, lines,
                               canonical.signed_headers, payload_hash);
  return canonical;
}

Secret signing_key(const Credentials& credentials, const Scope& scope, std::string_view date) {
  const std::string day = hmac_sha256("AWS4" + credentials.secret_access_key.reveal(), date);
  const std::string region = hmac_sha256(day, scope.region);
  return Secret(hmac_sha256(hmac_sha256(region, scope.service), "aws4_request"));
}

void sign(io::HttpRequest& request, const Signing& signing) {
  std::erase_if(request.headers, [](const io::HttpHeader& header) {
    const std::string name = lower(header.name);
    return name == "authorization" || name == "x-amz-date" || name == "x-amz-security-token" ||
           name == "x-amz-content-sha256";
  });
  const std::string time = basic_time(signing.time);
  request.headers.push_back({"X-Amz-Date", time});
  if (signing.scope.service == "s3") {
    request.headers.push_back({"X-Amz-Content-Sha256", signing.payload_hash});
  }
  if (const Secret& token = signing.credentials.session_token; !token.empty()) {
    request.headers.push_back({"X-Amz-Security-Token", token.reveal()});
  }
  const CanonicalRequest canonical = canonical_request(request, signing.payload_hash);
  const std::string date = time.substr(0, 8);
  const std::string scope =
      fmt::format("{}/{}/{}/aws4_request", date, signing.scope.region, signing.scope.service);
  const std::string to_sign =
      fmt::format("AWS4-HMAC-SHA256\n{}\n{}\n{}", time, scope, hex(sha256(canonical.text)));
  const Secret key = signing_key(signing.credentials, signing.scope, date);
  request.headers.push_back(
      {"Authorization", fmt::format("AWS4-HMAC-SHA256 Credential={}/{}, SignedHeaders={}, Signature={}",
                                    signing.credentials.access_key_id, scope, canonical.signed_headers,
                                    hex(hmac_sha256(key.reveal(), to_sign)))});
}

}  // namespace weir::aws
