// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "protocols/aws/s3_multipart.h"

namespace weir::aws {
namespace {

Result<void> copy_whole(S3Client& client, const S3Head& source, const std::string& to,
                        const S3WriteOptions& writing) {
  S3Call call{.method = "PUT", .key = to};
  call.effort = Effort::Patient;
  call.headers = new_object_headers(writing, "", "");  // the rest is copied with the object
  TRY(copy_version(client, call, source.info));
  return {};
}

Result<void> send_parts(Multipart& upload, const S3Head& source, const S3Sizes& sizes) {
  std::vector<std::string> etags;
  {
    PartWorkers workers(sizes.parallel_parts);
    std::size_t number = 0;
    for (std::uint64_t offset = 0; offset < source.info.size; offset += sizes.copy_part_bytes) {
      const io::ByteRange range{offset, std::min(sizes.copy_part_bytes, source.info.size - offset)};
      ++number;
      TRY(workers.add(
          [&upload, &source, number, range] { return upload.copy_part(number, source.info, range); }));
    }
    etags = TRY(workers.finish());
  }
  TRY(upload.complete(etags, source.info.size, {}));
  return {};
}

Result<void> copy_in_parts(S3Client& client, const S3Head& source, const std::string& to,
                           const S3WriteOptions& writing, const S3Sizes& sizes) {
  Multipart upload = TRY(Multipart::begin(client, to, writing, source.content_type));
  auto sent = send_parts(upload, source, sizes);
  if (!sent.ok()) upload.abort();
  return sent;
}

}  // namespace

Result<io::ObjectInfo> copy_object(S3Client& client, const std::string& from, const std::string& to,
                                   const S3WriteOptions& writing, const S3Sizes& sizes) {
  const S3Head source = TRY(head_object(client, from));
  if (source.info.size <= sizes.largest_copy) {
    TRY(copy_whole(client, source, to, writing));
  } else {
    TRY(copy_in_parts(client, source, to, writing, sizes));
  }
  return TRY(head_object(client, to)).info;
}

}  // namespace weir::aws
