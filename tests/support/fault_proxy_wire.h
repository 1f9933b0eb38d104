// SPDX-License-Identifier: Apache-2.0
// Where requests begin and answers end, in HTTP and in PostgreSQL's protocol, and where requests begin in
// MySQL's. Only fault_proxy.cc uses
// it. One thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::support {

/// Bytes of a client that belong together.
struct RequestPiece {
  std::string bytes;
  std::optional<std::string> begins;  ///< the first line or the statement of a request that begins here
  bool ends = false;                  ///< whether the request is whole with them
};

class RequestReader {
 public:
  virtual ~RequestReader() = default;
  /// What became known with these bytes; the rest is kept until more come.
  virtual std::vector<RequestPiece> take(std::string_view bytes) = 0;
};

/// The answer to one request.
class AnswerReader {
 public:
  virtual ~AnswerReader() = default;
  /// Takes bytes of the answer; gives those without which the client would not finish its request.
  virtual std::string take(std::string_view bytes) = 0;
  virtual bool is_whole() const = 0;
};

/// Bodies must have a Content-Length.
std::unique_ptr<RequestReader> http_requests();
std::unique_ptr<AnswerReader> http_answer(const std::string& first_line);
std::unique_ptr<RequestReader> postgres_requests();
std::unique_ptr<AnswerReader> postgres_answer();
/// Without TLS. Statements are those of COM_QUERY.
std::unique_ptr<RequestReader> mysql_requests();

}  // namespace weir::support
