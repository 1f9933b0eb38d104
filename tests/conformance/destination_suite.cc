// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/destination_suite.h"

#include <algorithm>
#include <charconv>
#include <ostream>
#include <stdexcept>

#include "base/text.h"

namespace weir::conformance {
namespace {

constexpr std::int64_t kMicrosPerDay = 86'400'000'000;

double to_double(const std::string& text) {
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::int64_t to_integer(const std::string& text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

void set(model::Batch& batch, std::size_t column, model::Type type, const std::string& text) {
  const auto row = batch.rows() - 1;
  switch (type) {
    case model::Type::Boolean:
      return batch.set_boolean(column, row, text == "true");
    case model::Type::Integer:
      return batch.set_integer(column, row, to_integer(text));
    case model::Type::Double:
      return batch.set_double(column, row, to_double(text));
    case model::Type::Timestamp:
      return batch.set_timestamp(column, row, parse_timestamp(text).value());
    case model::Type::Date:
      return batch.set_date(column, row, parse_date(text).value());
    case model::Type::Text:
    case model::Type::Json:
    case model::Type::Blob:
      return batch.set_text(column, row, batch.keep(text));
  }
}

std::string line(const Row& row) {
  std::string text;
  for (const auto& cell : row) {
    if (!text.empty()) text += '|';
    text += cell.value_or("NULL");
  }
  return text + "\n";
}

std::string lines(const std::vector<model::LedgerEntry>& entries) {
  std::string text;
  for (const auto& entry : entries) {
    text += fmt::format("{} {} {} {} {}\n", entry.load_id, entry.pipeline, entry.partition, entry.table,
                        entry.counts.loaded);
  }
  return text;
}

}  // namespace

void PrintTo(const DestinationCase& value, std::ostream* out) { *out << value.name; }

TestRows::TestRows(const model::Schema& schema, const std::vector<Row>& rows) : batch_(schema) {
  for (const auto& row : rows) {
    batch_.add_row({});
    for (std::size_t i = 0; i < schema.size(); ++i) {
      if (row.at(i)) set(batch_, i, schema.columns[i].type, *row[i]);
    }
  }
}

model::Schema schema_of(std::string_view text) {
  model::Schema schema;
  for (const auto& part : split(text, ',')) {
    const auto words = split(trim(part), ' ');
    schema.columns.push_back({words.at(0), model::type_from_name(words.at(1)).value()});
  }
  return schema;
}

model::Partition day(std::string_view key) {
  const auto start = midnight(parse_date(key).value());
  return {std::string(key), model::Window{start, Timestamp{start.micros + kMicrosPerDay}}};
}

model::Partition whole() { return {"all", std::nullopt}; }

std::string text_of(const std::vector<sdk::RefusedRow>& refused) {
  std::string text;
  for (const auto& row : refused) text += fmt::format("{}: {}\n", row.row, row.reason);
  return text;
}

bool DestinationSuite::can(model::WriteMode mode) const {
  const auto& modes = destination().capabilities().write_modes;
  return std::find(modes.begin(), modes.end(), mode) != modes.end();
}

sdk::LoadRequest DestinationSuite::request(const std::string& load_id, const model::Partition& partition,
                                           const sdk::TableTarget& target) const {
  return {load_id, "usage", partition, {target}};
}

model::LedgerEntry DestinationSuite::entry(const sdk::LoadRequest& request, std::size_t table,
                                           std::size_t loaded) {
  model::LedgerEntry entry;
  entry.load_id = request.load_id;
  entry.pipeline = request.pipeline;
  entry.partition = request.partition.key;
  entry.table = request.tables[table].table;
  entry.counts.read = loaded;
  entry.counts.loaded = loaded;
  entry.started_at = parse_timestamp("2022-02-01T03:00:00Z").value();
  entry.published_at = parse_timestamp("2022-02-01T03:00:01.5Z").value();
  return entry;
}

std::unique_ptr<sdk::Load> DestinationSuite::stage(const sdk::LoadRequest& request,
                                                   const std::vector<Row>& rows) {
  auto begun = destination().begin(request);
  if (!begun) {
    ADD_FAILURE() << begun.error().to_string();
    return nullptr;
  }
  const TestRows batch(request.tables.front().schema, rows);
  const auto written = (*begun)->write(0, batch.view());
  if (!written) {
    ADD_FAILURE() << written.error().to_string();
    return nullptr;
  }
  return std::move(*begun);
}

sdk::WriteOutcome DestinationSuite::load(const sdk::LoadRequest& request, const std::vector<Row>& rows) {
  auto begun = destination().begin(request);
  if (!begun) {
    ADD_FAILURE() << begun.error().to_string();
    return {};
  }
  const TestRows batch(request.tables.front().schema, rows);
  auto written = (*begun)->write(0, batch.view());
  if (!written) {
    ADD_FAILURE() << written.error().to_string();
    return {};
  }
  const auto prepared = (*begun)->prepare();
  if (!prepared) ADD_FAILURE() << prepared.error().to_string();
  const auto loaded = rows.size() - written->deduplicated - written->refused.size();
  const auto published = (*begun)->publish({entry(request, 0, loaded)});
  if (!published) ADD_FAILURE() << published.error().to_string();
  return std::move(*written);
}

Error DestinationSuite::refused(const sdk::LoadRequest& request) {
  const auto begun = destination().begin(request);
  if (!begun) return begun.error();
  ADD_FAILURE() << "begin() accepted the request";
  return {ErrorCode::Internal, "accepted"};
}

std::string DestinationSuite::table(const std::string& name, const model::Schema& columns) {
  const auto rows = under_test().read(name, columns);
  if (!rows) return "no table\n";
  std::vector<std::string> all;
  for (const auto& row : *rows) all.push_back(line(row));
  std::sort(all.begin(), all.end());
  return join(all, "");
}

std::string DestinationSuite::ledger(const std::string& pipeline) {
  const auto entries = destination().ledger(pipeline);
  return entries ? lines(*entries) : entries.error().to_string();
}

std::string DestinationSuite::newest(const std::string& pipeline, const std::string& partition) {
  const auto entries = destination().find_load(pipeline, partition);
  return entries ? lines(*entries) : entries.error().to_string();
}

}  // namespace weir::conformance
