// SPDX-License-Identifier: Apache-2.0
// One multipart upload, and the threads that fill it. Used by S3ObjectStore. A Multipart is shared by
// the threads that send parts; begin, complete and abort belong to one thread.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "protocols/aws/s3_writing.h"

namespace weir::aws {

class Multipart {
 public:
  static Result<Multipart> begin(S3Client& client, const std::string& key, const S3WriteOptions& writing,
                                 const std::string& content_type);

  /// Each gives the ETag of the part.
  Result<std::string> send_part(std::size_t number, std::string bytes);
  Result<std::string> copy_part(std::size_t number, const io::ObjectInfo& from, io::ByteRange range);
  Result<io::ObjectInfo> complete(const std::vector<std::string>& etags, std::uint64_t size,
                                  const io::Precondition& condition);
  /// Removes what was sent, as far as the server lets itself be reached.
  void abort();

 private:
  Multipart(S3Client& client, std::string key) : client_(&client), key_(std::move(key)) {}
  S3Call part_call(std::size_t number) const;

  S3Client* client_;
  std::string key_;
  std::string upload_id_;
  std::string write_name_;
};

/// Copies an object inside the bucket by the server, whatever its size.
Result<io::ObjectInfo> copy_object(S3Client& client, const std::string& from, const std::string& to,
                                   const S3WriteOptions& writing, const S3Sizes& sizes);

/// Sends a request that copies this version of an object; another one is a Conflict.
Result<S3Answer> copy_version(S3Client& client, S3Call& call, const io::ObjectInfo& from);

/// Runs the sending of parts on a few threads. Belongs to one thread.
class PartWorkers {
 public:
  using Task = std::function<Result<std::string>()>;

  explicit PartWorkers(std::size_t threads) : wanted_(threads) {}
  /// Waits for what is running; tasks that did not begin are dropped.
  ~PartWorkers();

  /// Waits until a thread is free for the task of the next part. Fails when an earlier one failed.
  Result<void> add(Task task);
  /// Waits for all and gives their ETags in order.
  Result<std::vector<std::string>> finish();

 private:
  void work();
  void stop();

  const std::size_t wanted_;
  std::vector<std::thread> threads_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t running_ = 0;
  bool is_closed_ = false;
  std::optional<std::pair<std::size_t, Task>> next_;
  std::vector<std::string> etags_;
  std::optional<Error> failure_;
};

}  // namespace weir::aws
