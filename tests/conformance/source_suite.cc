// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/source_suite.h"

#include <fmt/format.h>

#include <ostream>

namespace weir::conformance {
namespace {

std::string place_text(const std::string& input, std::uint64_t line, std::uint64_t offset,
                       const std::string& bytes) {
  return fmt::format("{}:{}@{} [{}]\n", input, line, offset, bytes);
}

}  // namespace

void PrintTo(const SourceCase& value, std::ostream* out) { *out << value.name; }

model::Partition day_of(std::string_view date) { return *model::parse_partition(model::Every::Day, date); }

std::string shown(const std::vector<SourceRow>& rows) {
  std::string text;
  for (const auto& row : rows) {
    if (row.readable == SourceRow::Readable::Yes)
      text += fmt::format("{}|{}\n", row.id, row.word.value_or("NULL"));
  }
  return text;
}

std::string shown(const std::string& input, const std::vector<SourceRow>& rows,
                  const std::vector<RowPlace>& places, SourceRow::Readable which) {
  std::string text;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto& place = places.at(i);
    if (rows[i].readable == which) text += place_text(input, place.line, place.offset, place.bytes);
  }
  return text;
}

std::string text_of(const std::vector<sdk::InputStamp>& stamps) {
  std::string text;
  for (const auto& stamp : stamps) text += fmt::format("{} {} {}\n", stamp.name, stamp.size, stamp.version);
  return text;
}

std::string text_of(const std::vector<sdk::Reject>& rejects) {
  std::string text;
  for (const auto& reject : rejects)
    text += place_text(reject.input, reject.line, reject.offset, reject.bytes);
  return text;
}

std::vector<SourceRow> few_rows() {
  return {{1, "Ada"},
          {2, std::nullopt},
          {3, "two\nlines, \"quoted\", longer than what fits into a cell"},
          {4, "Grüße 🌊"},
          {-5, "a | b"}};
}

std::vector<SourceRow> many_rows() {
  constexpr std::int64_t kRows = 20'000;
  constexpr std::size_t kDigits = 640;  // 13 MB in all, or half of that when it is compressed
  std::vector<SourceRow> rows;
  std::uint32_t state = 1;
  for (std::int64_t id = 1; id <= kRows; ++id) {
    std::string word(kDigits, '\0');
    for (auto& digit : word) {
      state = state * 1664525U + 1013904223U;
      digit = "0123456789abcdef"[state >> 28U];
    }
    rows.push_back({id, std::move(word)});
  }
  return rows;
}

std::vector<sdk::InputStamp> SourceSuite::inputs(const model::Partition& partition) {
  auto found = source().inputs(partition);
  if (found) return *std::move(found);
  ADD_FAILURE() << found.error().to_string();
  return {};
}

std::unique_ptr<sdk::Extraction> SourceSuite::open(const model::Partition& partition,
                                                   const std::vector<sdk::InputStamp>& stamps) {
  auto opened = source().open(partition, stamps);
  if (opened) return *std::move(opened);
  ADD_FAILURE() << opened.error().to_string();
  return nullptr;
}

Extracted SourceSuite::read(const model::Partition& partition) {
  const auto found = source().inputs(partition);
  if (found) return read(partition, *found);
  Extracted failed;
  failed.error = found.error();
  return failed;
}

Extracted SourceSuite::read(const model::Partition& partition, const std::vector<sdk::InputStamp>& stamps) {
  const auto opened = source().open(partition, stamps);
  if (opened) return drain(**opened);
  Extracted failed;
  failed.error = opened.error();
  return failed;
}

Extracted SourceSuite::replay(const model::Partition& partition, const std::vector<sdk::Reject>& rows) {
  const auto opened = source().replay(partition, rows);
  if (opened) return drain(**opened);
  Extracted failed;
  failed.error = opened.error();
  return failed;
}

Extracted SourceSuite::drain(sdk::Extraction& extraction) {
  Extracted all;
  all.schema = model::to_string(extraction.schema(0));
  while (!all.error) {
    const auto block = extraction.next();
    if (!block) {
      all.error = block.error();
    } else if (*block == nullptr) {
      break;
    } else {
      decode(**block, extraction.schema(0), all);
    }
  }
  all.places = text_of(all.refused);
  all.rejects = text_of(all.unread);
  all.bytes_read = extraction.bytes_read();
  all.bytes_total = extraction.bytes_total();
  all.hash = extraction.content_hash();
  EXPECT_EQ(model::to_string(extraction.schema(0)), all.schema) << "the schema changed while it was read";
  return all;
}

void SourceSuite::decode(const sdk::Block& block, const model::Schema& schema, Extracted& all) const {
  model::Batch batch(schema);
  if (const auto done = block.decode(batch, all.unread); !done) {
    all.error = done.error();
    return;
  }
  all.rows += rows_of(batch, schema);
  for (const auto& origin : batch.origins()) all.refused.push_back(block.reject(origin, "refused"));
}

std::string SourceSuite::rows_of(const model::Batch& batch, const model::Schema& schema) const {
  const auto view = batch.view();
  if (view.rows == 0) return "";
  const auto id = schema.find(GetParam().id_column);
  const auto word = schema.find(GetParam().word_column);
  if (!id || !word) return "no such columns in (" + model::to_string(schema) + ")\n";
  const auto& ids = view.columns[*id];
  const auto& words = view.columns[*word];
  if (ids.type != model::Type::Integer || words.type != model::Type::Text)
    return "wrong types: (" + model::to_string(schema) + ")\n";
  std::string text;
  for (std::size_t row = 0; row < view.rows; ++row) {
    text += ids.is_null(row) ? "NULL" : std::to_string(ids.at<std::int64_t>(row));
    text += '|';
    text += words.is_null(row) ? "NULL" : words.text(row);
    text += '\n';
  }
  return text;
}

}  // namespace weir::conformance
