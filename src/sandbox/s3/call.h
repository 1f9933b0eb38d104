// SPDX-License-Identifier: Apache-2.0
// One request to S3, and what its headers and parameters say. Used by the parts of S3Service. Values.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "sandbox/s3/payload.h"
#include "sandbox/s3/store.h"
#include "sandbox/s3/xml.h"

namespace weir::sandbox::s3 {

struct Call {
  const Request& request;
  Payload& payload;
  ObjectName at;  ///< the key is empty for a bucket, the bucket for the service
  std::string request_id;

  bool has(const std::string& parameter) const { return request.query.contains(parameter); }
  std::string parameter(const std::string& name) const { return request.parameter(name).value_or(""); }
  /// Of a parameter; refuses what is no number up to the largest.
  std::uint64_t number(const std::string& name, std::uint64_t otherwise, std::uint64_t largest) const;
};

using Names = std::initializer_list<std::string_view>;
/// Refuses what a request brings beyond these parameters and headers of Amazon, instead of ignoring it.
/// A name that ends in '*' stands for all that begin so. What belongs to the signature and to checksums
/// is always known.
void check_known(const Call& call, Names parameters, std::initializer_list<Names> headers = {});
Refusal not_implemented(std::string_view what);

/// The headers that tell how an object is to be kept, for check_known().
extern const Names kWritingHeaders;
/// What a writer says of an object. Refuses values that S3 does not know.
Properties properties_of(const Request& request);
/// Those of `properties` that the answer to a write repeats.
void add_encryption(const Properties& properties, Answer& answer);
/// Refuses versions: the sandbox keeps one of each object.
void check_version(const std::string& version);

/// An answer that takes long: blanks come before the document, as S3 sends them to keep the connection,
/// when a test has ordered it. With the fault "inner_error" it holds an error, and `work` is not called.
template <typename Work>
Answer answer_late(const Call& call, const Work& work);
std::optional<Answer> ordered_error(const Call& call);
Answer with_blanks(const Call& call, Answer answer);

template <typename Work>
Answer answer_late(const Call& call, const Work& work) {
  if (auto error = ordered_error(call)) return *std::move(error);
  return with_blanks(call, work());
}

}  // namespace weir::sandbox::s3
