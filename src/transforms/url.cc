// SPDX-License-Identifier: Apache-2.0
#include "transforms/url.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace weir::transforms {
namespace {

/// Schemes whose last path segment may carry parameters; text without a scheme is among them.
constexpr std::array<std::string_view, 16> kSchemesWithParameters = {
    "",     "http",  "https", "ftp", "sftp", "hdl", "imap", "prospero",
    "rtsp", "rtsps", "rtspu", "sip", "sips", "mms", "tel",  "shttp"};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_scheme_character(char c) {
  return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
}

bool holds(std::string_view text, char c) {
  return !text.empty() && std::memchr(text.data(), c, text.size()) != nullptr;
}

/// Without leading blanks and control characters, and without tabs and line ends anywhere.
std::string_view cleaned(std::string_view url, std::string& scratch) {
  while (!url.empty() && static_cast<unsigned char>(url.front()) <= ' ') url.remove_prefix(1);
  if (!holds(url, '\t') && !holds(url, '\r') && !holds(url, '\n')) return url;
  for (const char c : url) {
    if (c != '\t' && c != '\r' && c != '\n') scratch += c;
  }
  return scratch;
}

/// Takes "scheme:" off the front and gives the scheme in lower case.
std::string_view take_scheme(std::string_view& url, std::string& scratch) {
  if (url.empty() || !is_letter(url.front())) return {};
  std::size_t end = 1;
  while (end < url.size() && is_scheme_character(url[end])) ++end;
  if (end == url.size() || url[end] != ':') return {};
  const auto scheme = url.substr(0, end);
  url.remove_prefix(end + 1);
  if (std::none_of(scheme.begin(), scheme.end(), is_upper)) return scheme;
  const auto start = scratch.size();
  for (const char c : scheme) scratch += is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
  return std::string_view(scratch).substr(start);
}

/// The path without ";parameters" of its last segment.
std::string_view without_parameters(std::string_view path) {
  const auto slash = path.rfind('/');
  const auto semicolon = path.find(';', slash == path.npos ? 0 : slash);
  return path.substr(0, semicolon);
}

}  // namespace

UrlParts split_url(std::string_view url, std::string& scratch) {
  scratch.clear();
  // The cleaned text and the scheme share the scratch memory, which must not move in between.
  scratch.reserve(2 * url.size());
  auto rest = cleaned(url, scratch);
  UrlParts parts;
  parts.scheme = take_scheme(rest, scratch);
  if (rest.size() >= 2 && rest[0] == '/' && rest[1] == '/') {
    const auto end = std::min(rest.find_first_of("/?#", 2), rest.size());
    parts.netloc = rest.substr(2, end - 2);
    rest.remove_prefix(end);
  }
  rest = rest.substr(0, rest.find('#'));
  if (const auto question = rest.find('?'); question != rest.npos) {
    parts.query = rest.substr(question + 1);
    rest = rest.substr(0, question);
  }
  const bool parameters = std::find(kSchemesWithParameters.begin(), kSchemesWithParameters.end(),
                                    parts.scheme) != kSchemesWithParameters.end();
  parts.path = parameters && holds(rest, ';') ? without_parameters(rest) : rest;
  return parts;
}

}  // namespace weir::transforms
