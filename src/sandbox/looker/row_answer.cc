// SPDX-License-Identifier: Apache-2.0
#include "sandbox/looker/row_answer.h"

#include "sandbox/http/gzip.h"

namespace weir::sandbox::looker {
namespace {

constexpr std::size_t kPiece = std::size_t{128} * 1024;

class RowStream {
 public:
  explicit RowStream(RowAnswer rows) : rows_(std::move(rows)), scan_(rows_.plan) {
    error_ = ordered_error(rows_.fault ? &*rows_.fault : nullptr);
    if (rows_.packing == Packing::Gzip) gzip_ = std::make_unique<Gzip>();
  }

  /// Appends the next piece; false when there was none.
  bool next(std::string& piece) {
    if (is_done_) return false;
    if (gzip_ == nullptr) {
      make(piece);
      return true;
    }
    while (!is_done_ && piece.empty()) {
      text_.clear();
      make(text_);
      gzip_->pack(text_, is_done_ ? Gzip::More::No : Gzip::More::Comes, piece);
    }
    return true;
  }

 private:
  void make(std::string& out) {
    if (error_ && rows_.fault->after_rows == 0) {
      rows_.writer->failure(*error_, out);
      return finish();
    }
    if (!has_begun_) rows_.writer->begin(out);
    has_begun_ = true;
    std::span<const Value> cells;
    while (out.size() < kPiece) {
      const bool fails = error_ && written_ == rows_.fault->after_rows;
      if (fails || !scan_.next(cells)) {
        if (error_) rows_.writer->error(*error_, out);
        rows_.writer->end(out);
        return finish();
      }
      rows_.writer->row(cells, out);
      ++written_;
    }
  }

  void finish() {
    is_done_ = true;
    rows_.ticket.reset();
  }

  RowAnswer rows_;
  Scan scan_;
  std::unique_ptr<Gzip> gzip_;
  std::string text_;
  std::optional<std::string> error_;
  std::int64_t written_ = 0;
  bool has_begun_ = false, is_done_ = false;
};

}  // namespace

Answer stream_rows(RowAnswer rows) {
  Answer answer{.content_type = rows.writer->content_type()};
  if (rows.packing == Packing::Gzip) answer.headers.emplace_back("Content-Encoding", "gzip");
  answer.headers.emplace_back("Vary", "Accept-Encoding");
  const auto stream = std::make_shared<RowStream>(std::move(rows));
  answer.stream = [stream](std::string& piece) { return stream->next(piece); };
  return answer;
}

std::string all_rows(RowAnswer rows) {
  RowStream stream(std::move(rows));
  std::string text;
  std::string piece;
  while (stream.next(piece)) {
    text += piece;
    piece.clear();
  }
  return text;
}

std::optional<std::string> ordered_error(const Fault* fault) {
  if (fault == nullptr || fault->action != FaultAction::LookerError) return std::nullopt;
  return fault->message.empty() ? "SQL Error: Unknown column 'x' in 'field list'" : fault->message;
}

}  // namespace weir::sandbox::looker
