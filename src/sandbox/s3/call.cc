// SPDX-License-Identifier: Apache-2.0
#include "sandbox/s3/call.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <thread>

#include "base/text.h"
#include "protocols/google/json_value.h"
#include "sandbox/http/faults.h"

namespace weir::sandbox::s3 {
namespace {

/// Parameters and headers of signatures, checksums and of the SDKs themselves.
constexpr std::array<std::string_view, 2> kKnownParameters = {"x-id", "X-Amz-*"};
constexpr std::array<std::string_view, 8> kKnownHeaders = {
    "x-amz-date",       "x-amz-content-sha256",         "x-amz-security-token",
    "x-amz-user-agent", "x-amz-decoded-content-length", "x-amz-trailer",
    "x-amz-te",         "x-amz-sdk-checksum-algorithm"};

constexpr std::array<std::string_view, 8> kStorageClasses = {
    "STANDARD", "REDUCED_REDUNDANCY", "STANDARD_IA",  "ONEZONE_IA",
    "GLACIER",  "GLACIER_IR",         "DEEP_ARCHIVE", "INTELLIGENT_TIERING"};
constexpr std::array<std::string_view, 5> kOwnHeaders = {"content-type", "content-disposition",
                                                         "content-language", "cache-control", "expires"};
constexpr std::size_t kMostMetadata = 2048;
constexpr std::string_view kMetadata = "x-amz-meta-";
constexpr std::string_view kEncryption = "x-amz-server-side-encryption";
constexpr int kBlanks = 8;

template <typename List>
bool is_in(const List& list, std::string_view name) {
  return std::any_of(list.begin(), list.end(), [name](std::string_view one) {
    return one.ends_with('*') ? name.starts_with(one.substr(0, one.size() - 1)) : name == one;
  });
}

void check_encryption(const Properties& properties) {
  const auto found = properties.find(std::string(kEncryption));
  if (found == properties.end() || found->second == "AES256" || found->second == "aws:kms") return;
  throw Refusal{400, "InvalidArgument", "The encryption method specified is not supported"};
}

}  // namespace

const Names kWritingHeaders = {
    "x-amz-meta-*",
    "x-amz-storage-class",
    "x-amz-acl",
    "x-amz-server-side-encryption",
    "x-amz-server-side-encryption-aws-kms-key-id",
    "x-amz-server-side-encryption-bucket-key-enabled",
};

std::uint64_t Call::number(const std::string& name, std::uint64_t otherwise, std::uint64_t largest) const {
  const auto text = request.parameter(name);
  if (!text) return otherwise;
  const auto value = google::number_of({{"n", *text}}, "n");
  if (value && *value <= largest) return *value;
  throw Refusal{400,
                "InvalidArgument",
                "Argument " + name + " must be an integer between 0 and " + std::to_string(largest),
                {{"ArgumentName", name}, {"ArgumentValue", *text}}};
}

Refusal not_implemented(std::string_view what) {
  return {501,
          "NotImplemented",
          "A header you provided implies functionality that is not implemented",
          {{"Header", std::string(what)}}};
}

void check_known(const Call& call, Names parameters, std::initializer_list<Names> headers) {
  for (const auto& [name, value] : call.request.query) {
    if (!is_in(parameters, name) && !is_in(kKnownParameters, name)) throw not_implemented(name);
  }
  for (const auto& [name, value] : call.request.headers) {
    if (!name.starts_with("x-amz-") || checksum_of(name)) continue;
    const bool is_known = is_in(kKnownHeaders, name) ||
                          std::any_of(headers.begin(), headers.end(),
                                      [&header = name](const Names& some) { return is_in(some, header); });
    if (!is_known) throw not_implemented(name);
  }
}

Properties properties_of(const Request& request) {
  Properties properties = {{"content-type", "binary/octet-stream"}};
  std::size_t metadata = 0;
  for (const auto& [name, value] : request.headers) {
    const bool is_metadata = name.starts_with(kMetadata);
    if (is_metadata) metadata += name.size() - kMetadata.size() + value.size();
    if (is_metadata || name.starts_with(kEncryption) || is_in(kOwnHeaders, name)) properties[name] = value;
  }
  if (metadata > kMostMetadata) {
    throw Refusal{400, "MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size"};
  }
  std::vector<std::string> encodings;
  for (const std::string& encoding : split(request.header("content-encoding").value_or(""), ',')) {
    if (!trim(encoding).empty() && trim(encoding) != "aws-chunked") encodings.emplace_back(trim(encoding));
  }
  if (!encodings.empty()) properties["content-encoding"] = join(encodings, ",");
  const std::string storage = request.header("x-amz-storage-class").value_or("STANDARD");
  if (!is_in(kStorageClasses, storage)) {
    throw Refusal{400, "InvalidStorageClass", "The storage class you specified is not valid"};
  }
  if (storage != "STANDARD") properties["x-amz-storage-class"] = storage;
  const std::string acl = request.header("x-amz-acl").value_or("private");
  if (acl != "private" && acl != "bucket-owner-full-control") throw not_implemented("x-amz-acl");
  check_encryption(properties);
  return properties;
}

void add_encryption(const Properties& properties, Answer& answer) {
  for (const auto& [name, value] : properties) {
    if (name.starts_with(kEncryption)) answer.headers.emplace_back(name, value);
  }
}

void check_version(const std::string& version) {
  if (version.empty() || version == "null") return;
  throw Refusal{404, "NoSuchVersion", "The specified version does not exist.", {{"VersionId", version}}};
}

std::optional<Answer> ordered_error(const Call& call) {
  const Fault* fault = call.request.fault;
  if (fault == nullptr || fault->action != FaultAction::InnerError) return std::nullopt;
  const Refusal refusal{200, fault->reason.empty() ? "InternalError" : fault->reason,
                        "The sandbox was told to fail."};
  return with_blanks(call, {.content_type = "application/xml", .body = error_text(refusal, call.request_id)});
}

Answer with_blanks(const Call& call, Answer answer) {
  const Fault* fault = call.request.fault;
  const bool is_ordered = fault != nullptr && (fault->action == FaultAction::InnerError ||
                                               fault->action == FaultAction::KeepAlive);
  if (!is_ordered) return answer;
  const std::chrono::milliseconds pause(fault->milliseconds / kBlanks);
  answer.stream = [pieces = 0, pause, text = std::move(answer.body)](std::string& piece) mutable {
    if (pieces > kBlanks + 1) return false;
    if (pieces == 0) {
      piece = kXmlProlog;
    } else if (pieces <= kBlanks) {
      std::this_thread::sleep_for(pause);
      piece = " ";
    } else {
      piece = text.substr(kXmlProlog.size());
    }
    ++pieces;
    return true;
  };
  answer.body.clear();
  return answer;
}

}  // namespace weir::sandbox::s3
