// SPDX-License-Identifier: Apache-2.0
// What all ways to write an object have in common: headers, preconditions, and finding out whether a
// write whose answer was lost has happened. Used by S3ObjectStore and its uploads. Thread-safe.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "io/object_store.h"
#include "protocols/aws/s3_object_store.h"

namespace weir::aws {

/// An object as HEAD describes it.
struct S3Head {
  io::ObjectInfo info;
  std::string content_type;
  std::string write_name;  ///< of the write that made it, when it is one of ours that has a name
};

/// Fails as S3ObjectStore::head() does.
Result<S3Head> head_object(S3Client& client, const std::string& key);

/// The headers of a new object. A write name is kept with the object, so that its writer can
/// recognise it after an answer was lost.
std::vector<io::HttpHeader> new_object_headers(const S3WriteOptions& writing, const std::string& content_type,
                                               const std::string& write_name);

/// The header that makes the server check; nothing for Kind::None.
std::optional<io::HttpHeader> precondition_header(const io::Precondition& condition);
/// Checks without the server's help, for stores that cannot: somebody may write in between.
Result<void> check_precondition(S3Client& client, const std::string& key, const io::Precondition& condition);

/// A write that the server makes visible in one step.
struct S3Commit {
  S3Call& call;  ///< PutObject or CompleteMultipartUpload
  io::Precondition condition;
  std::string write_name;  ///< empty: a lost answer cannot be found out about
  std::uint64_t size = 0;
};
/// Sends it and finds out how it ended. What it gives is final.
Result<io::ObjectInfo> commit(S3Client& client, const S3Commit& write);

}  // namespace weir::aws
