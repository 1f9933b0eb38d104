// SPDX-License-Identifier: Apache-2.0
// Rows page by page: see row_reader.h.
#include <deque>

#include "connectors/bigquery/row_reader.h"
#include "protocols/google/bigquery_query.h"
#include "protocols/google/json_cursor.h"

namespace weir::bigquery {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{1} << 20U;

class PageReader final : public RowReader {
 public:
  PageReader(google::BigQueryClient& client, google::BigQueryTableName table,
             std::vector<std::string> columns, std::uint64_t page_rows)
      : table_(table.shown()), pages_(client, std::move(table), std::move(columns), page_rows) {}

  Result<std::optional<RawRows>> next() override {
    while (ready_.empty() && !ended_) TRY(take_page());
    if (ready_.empty()) return std::optional<RawRows>();
    std::optional<RawRows> rows(std::move(ready_.front()));
    ready_.pop_front();
    return rows;
  }

 private:
  Result<void> take_page() {
    auto page = TRY(pages_.next());
    ended_ = !page.has_value();
    if (ended_) return check_end();
    total_ = std::max(total_, page->total_rows);
    const auto begin = page->rows_begin;
    const auto length = page->rows_end - page->rows_begin;
    if (length > 0) cut(std::make_shared<const std::string>(std::move(page->body)), begin, length);
    return {};
  }

  void cut(const std::shared_ptr<const std::string>& body, std::size_t begin, std::size_t length) {
    google::JsonCursor cursor(std::string_view(*body).substr(begin, length));
    cursor.enter();
    RawRows rows{body, {}, RowForm::Page, given_ + 1};
    std::size_t bytes = 0;
    while (cursor.next_element()) {
      const auto row = cursor.take();
      rows.rows.push_back(row);
      ++given_;
      bytes += row.size();
      if (bytes < kBlockBytes) continue;
      ready_.push_back(std::move(rows));
      rows = {body, {}, RowForm::Page, given_ + 1};
      bytes = 0;
    }
    if (!rows.rows.empty()) ready_.push_back(std::move(rows));
  }

  Result<void> check_end() const {
    if (given_ >= total_) return {};
    return fail(ErrorCode::DataMismatch, "{} of {} rows of {} came; run again", given_, total_, table_);
  }

  std::string table_;
  google::TablePages pages_;
  std::deque<RawRows> ready_;
  std::uint64_t given_ = 0;
  std::uint64_t total_ = 0;
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<RowReader> read_pages(google::BigQueryClient& client, google::BigQueryTableName table,
                                      std::vector<std::string> columns, std::uint64_t page_rows) {
  return std::make_unique<PageReader>(client, std::move(table), std::move(columns), page_rows);
}

}  // namespace weir::bigquery
