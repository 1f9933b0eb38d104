// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>

#include "connectors/files/source_blocks.h"

namespace weir::files {
namespace {

/// Rows from quarantine, a block each, so that every row keeps its own origin.
class Replay final : public sdk::Extraction {
 public:
  Replay(std::vector<model::Schema> schemas, std::vector<std::unique_ptr<sdk::Block>> blocks,
         std::string hash, std::uint64_t bytes)
      : schemas_(std::move(schemas)), blocks_(std::move(blocks)), hash_(std::move(hash)), bytes_(bytes) {}

  const model::Schema& schema(std::size_t stream) const override { return schemas_[stream]; }
  Result<std::unique_ptr<sdk::Block>> next() override {
    if (given_ == blocks_.size()) return std::unique_ptr<sdk::Block>();
    return std::move(blocks_[given_++]);
  }
  std::uint64_t bytes_read() const override { return given_ == blocks_.size() ? bytes_ : 0; }
  std::uint64_t bytes_total() const override { return bytes_; }
  std::string content_hash() const override { return hash_; }

 private:
  std::vector<model::Schema> schemas_;
  std::vector<std::unique_ptr<sdk::Block>> blocks_;
  std::string hash_;
  std::uint64_t bytes_;
  std::size_t given_ = 0;
};

formats::RawBlock block_of(const sdk::Reject& row) {
  auto raw = formats::RawBlock::copy_of(row.bytes + "\n");
  raw.offset = row.offset;
  raw.line = row.line;
  return raw;
}

/// The rows themselves as an input, for when the original is gone.
class KeptRows final : public formats::ByteSource {
 public:
  explicit KeptRows(const std::vector<const sdk::Reject*>& rows) {
    for (const auto* row : rows) text_ += row->bytes + "\n";
  }
  Result<std::size_t> read(char* to, std::size_t size) override {
    const auto count = text_.copy(to, size, used_);
    used_ += count;
    return count;
  }

 private:
  std::string text_;
  std::size_t used_ = 0;
};

using Rows = std::vector<const sdk::Reject*>;

/// The rows of one file or entry.
struct Kept {
  std::size_t table = 0;
  std::string input;
  Rows rows;
};

/// Finds how the rows are decoded; `schema` is that of the table, when it is known already.
Result<std::shared_ptr<const formats::Decoder>> decoder_of(formats::InputReader& reader,
                                                           const TableRules& rules,
                                                           std::optional<model::Schema>& schema) {
  const auto inferred = TRY(reader.infer());
  if (!schema) schema = rules.paths.empty() ? inferred : rules.read.columns;
  TRY(reader.decode_as(*schema, rules.paths));
  return reader.decoder();
}

/// From the original, as in the first run; null when it is gone.
Result<std::shared_ptr<const formats::Decoder>> by_original(const ReadPlan& plan, const Kept& kept,
                                                            std::optional<model::Schema>& schema) {
  const auto archive = archive_of_entry(plan, kept.input);
  const auto file = TRY(plan.place->find(archive.value_or(kept.input)));
  if (!file) return std::shared_ptr<const formats::Decoder>();
  Members members(plan, {file->stamp}, nullptr);
  while (auto member = TRY(members.next())) {
    if (*member->name == kept.input) return decoder_of(*member->reader, plan.tables[kept.table], schema);
  }
  return std::shared_ptr<const formats::Decoder>();
}

/// From the rows alone.
Result<std::shared_ptr<const formats::Decoder>> by_rows(const ReadPlan& plan, const Kept& kept,
                                                        const formats::Format& format,
                                                        std::optional<model::Schema>& schema) {
  const auto& rules = plan.tables[kept.table];
  auto options = rules.read;
  options.csv.header = false;
  auto reader = TRY(formats::InputReader::open(format, options, formats::Compression::None,
                                               std::make_unique<KeptRows>(kept.rows), kept.input));
  return decoder_of(*reader, rules, schema);
}

Result<std::shared_ptr<const formats::Decoder>> find_decoder(const ReadPlan& plan, const Kept& kept,
                                                             std::optional<model::Schema>& schema) {
  const auto& rules = plan.tables[kept.table];
  const auto* format = formats::find_format(TRY(plan.format_of(kept.table, kept.input)));
  if (format == nullptr) {
    return fail(ErrorCode::Unsupported, "rows of parquet files cannot be replayed; run the partition again");
  }
  if (rules.knows_columns(*format)) return by_rows(plan, kept, *format, schema);
  if (auto decoder = TRY(by_original(plan, kept, schema))) return decoder;
  if (!format->has_head(rules.read)) return by_rows(plan, kept, *format, schema);
  return fail(ErrorCode::NotFound,
              "{} is not in {} any more, and a replay needs the columns' names in its first row", kept.input,
              plan.place->name());
}

Result<std::vector<Kept>> by_input(const ReadPlan& plan, const std::vector<sdk::Reject>& rows) {
  std::map<std::pair<std::size_t, std::string>, Rows> groups;
  for (const auto& row : rows) {
    if (row.stream >= plan.tables.size()) {
      return fail(ErrorCode::InvalidConfig, "{} was set aside for table {} of the pipeline, which has {} now",
                  row.input, row.stream + 1, plan.tables.size());
    }
    groups[{row.stream, row.input}].push_back(&row);
  }
  std::vector<Kept> all;
  for (auto& [place, kept] : groups) all.push_back({place.first, place.second, std::move(kept)});
  return all;
}

/// A table without rows keeps the columns of the first run as far as they can still be found.
Result<std::vector<model::Schema>> complete(const ReadPlan& plan, const std::vector<Kept>& groups,
                                            std::vector<std::optional<model::Schema>> found) {
  std::vector<sdk::InputStamp> stamps;
  for (const auto& kept : groups) {
    const auto name = archive_of_entry(plan, kept.input).value_or(kept.input);
    const bool known = !stamps.empty() && stamps.back().name == name;
    const auto file = known ? std::nullopt : TRY(plan.place->find(name));
    if (file) stamps.push_back(file->stamp);
  }
  const bool lacking = std::any_of(found.begin(), found.end(), [](const auto& schema) { return !schema; });
  std::vector<model::Schema> schemas;
  if (lacking && plan.tables.size() > 1) schemas = TRY(find_schemas(plan, stamps));
  schemas.resize(found.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (found[i]) schemas[i] = *std::move(found[i]);
    if (!found[i] && schemas[i].size() == 0) schemas[i] = plan.tables[i].read.columns;
  }
  return schemas;
}

}  // namespace

Result<std::unique_ptr<sdk::Extraction>> open_replay(const ReadPlan& plan,
                                                     const std::vector<sdk::Reject>& rows) {
  std::vector<std::optional<model::Schema>> schemas(plan.tables.size());
  std::vector<std::unique_ptr<sdk::Block>> blocks;
  formats::ContentHash hash;
  std::uint64_t bytes = 0;
  const auto groups = TRY(by_input(plan, rows));
  for (const auto& kept : groups) {
    const auto decoder = TRY(find_decoder(plan, kept, schemas[kept.table]));
    const auto name = std::make_shared<const std::string>(kept.input);
    for (const auto* row : kept.rows) {
      hash.update(row->bytes);
      hash.end_input();
      bytes += row->bytes.size();
      blocks.push_back(std::make_unique<TextBlock>(name, kept.table, block_of(*row), decoder));
    }
  }
  return std::make_unique<Replay>(TRY(complete(plan, groups, std::move(schemas))), std::move(blocks),
                                  hash.hex(), bytes);
}

}  // namespace weir::files
