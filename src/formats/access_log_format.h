// SPDX-License-Identifier: Apache-2.0
// Web server logs with blank-separated fields as rows of the format table: the common and combined
// formats of Apache and nginx, and the server access logs of S3. Used by format.cc.
#pragma once

#include "formats/format.h"

namespace weir::formats {

Framing log_framing(const ReadOptions& options);
Result<Head> log_head(std::string_view first_block, const ReadOptions& options);

/// Columns: remote_ip, remote_identity, remote_user, timestamp (UTC), request_method,
/// request_target, protocol, status, response_bytes, referer, user_agent. "-" is null everywhere.
/// A request line that is not "METHOD target protocol" is kept whole as the target. Further quoted
/// or plain fields at the end of a line are ignored.
Result<model::Schema> infer_access_log(const Head& head, std::span<const RawBlock> sample,
                                       const ReadOptions& options);
Result<std::shared_ptr<const Decoder>> decode_access_log(const model::Schema& schema,
                                                         const std::vector<JsonPath>& paths, const Head& head,
                                                         const ReadOptions& options);

/// The 26 documented fields under the names of the documentation; later additions are ignored.
Result<model::Schema> infer_s3_access_log(const Head& head, std::span<const RawBlock> sample,
                                          const ReadOptions& options);
Result<std::shared_ptr<const Decoder>> decode_s3_access_log(const model::Schema& schema,
                                                            const std::vector<JsonPath>& paths,
                                                            const Head& head, const ReadOptions& options);

}  // namespace weir::formats
