// SPDX-License-Identifier: Apache-2.0
#include "protocols/aws/s3_address.h"

#include <algorithm>

#include "protocols/aws/encoding.h"
#include "protocols/aws/settings.h"

namespace weir::aws {
namespace {

/// Whether the name can be a part of a host name that one wildcard certificate covers.
bool is_host_label(const std::string& bucket) {
  const auto is_letter_or_digit = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return bucket.size() >= 3 && bucket.size() <= 63 && is_letter_or_digit(bucket.front()) &&
         is_letter_or_digit(bucket.back()) &&
         std::all_of(bucket.begin(), bucket.end(), [&](char c) { return is_letter_or_digit(c) || c == '-'; });
}

}  // namespace

Result<S3Address> S3Address::make(std::string bucket, std::string endpoint, Addressing addressing) {
  if (bucket.empty()) return fail(ErrorCode::InvalidConfig, "no bucket is given");
  if (bucket.find_first_of("/?#% ") != std::string::npos) {
    return fail(ErrorCode::InvalidConfig,
                "'{}' is no name of a bucket: give the name alone, without s3:// and without a path", bucket);
  }
  while (endpoint.ends_with('/')) endpoint.pop_back();
  const std::size_t scheme = endpoint.find("://");
  const bool is_http = endpoint.starts_with("http://") || endpoint.starts_with("https://");
  if (!endpoint.empty() &&
      (!is_http || endpoint.size() == scheme + 3 || endpoint.find_first_of("?#@ ") != std::string::npos)) {
    return fail(
        ErrorCode::InvalidConfig,
        "the S3 endpoint must be an address like https://objects.example.org, without a user or a query");
  }
  if (addressing == Addressing::Automatic) {
    const bool in_host = endpoint.empty() && is_host_label(bucket);
    addressing = in_host ? Addressing::VirtualHosted : Addressing::Path;
  }
  return S3Address(std::move(bucket), std::move(endpoint), addressing);
}

std::string S3Address::url(const std::string& region, const std::string& key, const Query& query) const {
  std::string url = endpoint_.empty() ? "https://s3." + region + "." + domain_of(region) : endpoint_;
  if (addressing_ == Addressing::VirtualHosted) {
    url.insert(url.find("://") + 3, bucket_ + ".");
    url += "/";
  } else {
    url += "/" + percent_encode(bucket_, Slash::Encode) + (key.empty() ? "" : "/");
  }
  url += percent_encode(key, Slash::Keep);
  if (!query.empty()) url += "?" + canonical_query(query);
  return url;
}

}  // namespace weir::aws
