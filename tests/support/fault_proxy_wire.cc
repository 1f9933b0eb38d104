// SPDX-License-Identifier: Apache-2.0
#include "tests/support/fault_proxy_wire.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <cstdlib>
#include <utility>

namespace weir::support {
namespace {

constexpr std::string_view kHeadEnd = "\r\n\r\n";

/// The value of a header in lower case, empty when there is none.
std::string header(std::string head, const std::string& name) {
  std::transform(head.begin(), head.end(), head.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const auto at = head.find("\r\n" + name + ":");
  if (at == std::string::npos) return "";
  const auto begin = head.find_first_not_of(' ', at + name.size() + 3);
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

std::size_t content_length(const std::string& head) {
  return std::strtoull(header(head, "content-length").c_str(), nullptr, 10);
}

class HttpRequests final : public RequestReader {
 public:
  std::vector<RequestPiece> take(std::string_view bytes) override {
    std::vector<RequestPiece> pieces;
    while (!bytes.empty()) {
      if (body_left_ > 0) {
        const auto part = bytes.substr(0, body_left_);
        bytes.remove_prefix(part.size());
        body_left_ -= part.size();
        pieces.push_back({std::string(part), {}, body_left_ == 0});
        continue;
      }
      head_ += bytes;
      const auto end = head_.find(kHeadEnd);
      if (end == std::string::npos) return pieces;
      const auto size = end + kHeadEnd.size();
      bytes = bytes.substr(bytes.size() - (head_.size() - size));
      head_.resize(size);
      body_left_ = content_length(head_);
      const auto line = head_.substr(0, head_.find("\r\n"));
      pieces.push_back({std::exchange(head_, {}), line, body_left_ == 0});
    }
    return pieces;
  }

 private:
  std::string head_;
  std::size_t body_left_ = 0;
};

class HttpAnswer final : public AnswerReader {
 public:
  explicit HttpAnswer(bool has_body) : has_body_(has_body) {}
  std::string take(std::string_view bytes) override {
    answer_ += bytes;
    const auto end = answer_.find(kHeadEnd);
    if (end == std::string::npos || !answer_.starts_with("HTTP/1.1 100")) return "";
    auto go_on = answer_.substr(0, end + kHeadEnd.size());
    answer_.erase(0, go_on.size());
    return go_on;
  }
  bool is_whole() const override {
    const auto end = answer_.find(kHeadEnd);
    if (end == std::string::npos) return false;
    const auto head = answer_.substr(0, end + kHeadEnd.size());
    if (!has_body_ || head.starts_with("HTTP/1.1 204")) return true;
    if (header(head, "transfer-encoding") == "chunked") return answer_.ends_with("\r\n0\r\n\r\n");
    return answer_.size() >= head.size() + content_length(head);
  }

 private:
  const bool has_body_;
  std::string answer_;
};

std::uint32_t big_endian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (const char c : bytes.substr(0, 4)) value = value << 8U | static_cast<unsigned char>(c);
  return value;
}

/// Cuts a stream into messages: a type, then a length that counts itself.
class Messages {
 public:
  void add(std::string_view bytes) { bytes_ += bytes; }
  /// The next whole message, of which the first one of a client has no type.
  std::optional<std::string> next(std::size_t type_bytes) {
    if (bytes_.size() < type_bytes + 4) return std::nullopt;
    const auto size = type_bytes + big_endian(std::string_view(bytes_).substr(type_bytes));
    if (bytes_.size() < size) return std::nullopt;
    auto message = bytes_.substr(0, size);
    bytes_.erase(0, size);
    return message;
  }

 private:
  std::string bytes_;
};

class PostgresRequests final : public RequestReader {
 public:
  std::vector<RequestPiece> take(std::string_view bytes) override {
    messages_.add(bytes);
    std::vector<RequestPiece> pieces;
    while (auto message = messages_.next(started_ ? 1 : 0)) {
      std::optional<std::string> statement;
      if (started_ && message->front() == 'Q') statement = message->substr(5, message->size() - 6);
      if (started_ && message->front() == 'P') {
        const auto name_end = message->find('\0', 5);
        statement = message->substr(name_end + 1, message->find('\0', name_end + 1) - name_end - 1);
      }
      started_ = true;
      pieces.push_back({*std::move(message), std::move(statement), false});
    }
    return pieces;
  }

 private:
  Messages messages_;
  bool started_ = false;
};

class PostgresAnswer final : public AnswerReader {
 public:
  std::string take(std::string_view bytes) override {
    messages_.add(bytes);
    std::string needed;
    while (const auto message = messages_.next(1)) {
      const char type = message->front();
      if (type == 'G') needed += *message;  // the server is ready for the rows of a COPY
      is_whole_ = is_whole_ || type == 'Z';
    }
    return needed;
  }
  bool is_whole() const override { return is_whole_; }

 private:
  Messages messages_;
  bool is_whole_ = false;
};

/// Packets begin with their length, three bytes, and their number, which is 0 for a command.
/// https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_packets.html
class MysqlRequests final : public RequestReader {
 public:
  std::vector<RequestPiece> take(std::string_view bytes) override {
    constexpr std::size_t kHead = 4;
    constexpr char kQuery = 3;
    waiting_.append(bytes);
    std::vector<RequestPiece> pieces;
    while (waiting_.size() >= kHead) {
      const auto byte = [&](std::size_t at) { return std::size_t{static_cast<unsigned char>(waiting_[at])}; };
      const auto size = kHead + (byte(0) | byte(1) << 8U | byte(2) << 16U);
      if (waiting_.size() < size) break;
      RequestPiece piece{waiting_.substr(0, size), std::nullopt, true};
      if (byte(3) == 0)
        piece.begins = size > kHead && piece.bytes[kHead] == kQuery ? piece.bytes.substr(kHead + 1) : "";
      pieces.push_back(std::move(piece));
      waiting_.erase(0, size);
    }
    return pieces;
  }

 private:
  std::string waiting_;
};

}  // namespace

std::unique_ptr<RequestReader> http_requests() { return std::make_unique<HttpRequests>(); }

std::unique_ptr<AnswerReader> http_answer(const std::string& first_line) {
  return std::make_unique<HttpAnswer>(!first_line.starts_with("HEAD "));
}

std::unique_ptr<RequestReader> postgres_requests() { return std::make_unique<PostgresRequests>(); }

std::unique_ptr<AnswerReader> postgres_answer() { return std::make_unique<PostgresAnswer>(); }

std::unique_ptr<RequestReader> mysql_requests() { return std::make_unique<MysqlRequests>(); }

}  // namespace weir::support
