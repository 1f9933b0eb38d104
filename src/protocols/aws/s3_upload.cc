// SPDX-License-Identifier: Apache-2.0
#include "protocols/aws/s3_upload.h"

#include <algorithm>

namespace weir::aws {

S3Upload::S3Upload(S3ObjectStore& store, S3Client& client, std::string key, io::PutOptions options,
                   S3WriteOptions writing, S3Sizes sizes)
    : store_(store),
      client_(client),
      key_(std::move(key)),
      options_(std::move(options)),
      writing_(std::move(writing)),
      sizes_(sizes) {}

S3Upload::~S3Upload() {
  workers_.reset();  // a part that is still on its way would outlive the abort
  if (multipart_) multipart_->abort();
}

std::uint64_t S3Upload::part_size() const {
  return sizes_.part_bytes << std::min<std::size_t>(parts_ / 1000, 9);
}

Result<void> S3Upload::write(std::string_view bytes) {
  if (failure_) return Failure(*failure_);
  while (!bytes.empty()) {
    const std::size_t count = std::min<std::uint64_t>(bytes.size(), part_size() - part_.size());
    part_.append(bytes.substr(0, count));
    bytes.remove_prefix(count);
    size_ += count;
    // A part is sent when more follows: an object of exactly one part needs only a PutObject.
    if (part_.size() == part_size() && !bytes.empty()) TRY(send_part());
  }
  return {};
}

Result<void> S3Upload::send_part() {
  if (!multipart_) {
    auto begun = Multipart::begin(client_, key_, writing_, options_.content_type);
    if (!begun.ok()) return given_up(begun.error());
    multipart_ = *std::move(begun);
    workers_ = std::make_unique<PartWorkers>(sizes_.parallel_parts);
  }
  ++parts_;
  // A std::function must be copyable, hence the shared pointer.
  auto bytes = std::make_shared<std::string>(std::move(part_));
  part_ = {};
  part_.reserve(part_size());
  auto added = workers_->add(
      [this, bytes, number = parts_] { return multipart_->send_part(number, std::move(*bytes)); });
  if (!added.ok()) return given_up(added.error());
  return {};
}

Result<io::ObjectInfo> S3Upload::finish() {
  if (failure_) return Failure(*failure_);
  if (!multipart_) return store_.put(key_, std::move(part_), options_);
  if (!part_.empty()) TRY(send_part());
  auto completed = complete();
  if (!completed.ok()) return given_up(completed.error());
  multipart_.reset();
  return completed;
}

Result<io::ObjectInfo> S3Upload::complete() {
  const auto etags = TRY(workers_->finish());
  return multipart_->complete(etags, size_, options_.precondition);
}

Failure S3Upload::given_up(Error error) {
  workers_.reset();
  if (multipart_) multipart_->abort();
  multipart_.reset();
  failure_ = std::move(error).within("writing " + store_.uri(key_));
  return Failure(*failure_);
}

}  // namespace weir::aws
