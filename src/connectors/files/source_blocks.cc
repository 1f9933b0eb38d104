// SPDX-License-Identifier: Apache-2.0
#include "connectors/files/source_blocks.h"

#include <fmt/format.h>

#include <algorithm>

namespace weir::files {
namespace {

/// The tables whose columns must be looked for.
std::set<std::size_t> unknown_tables(const ReadPlan& plan) {
  std::set<std::size_t> unknown;
  for (std::size_t i = 0; i < plan.tables.size(); ++i) {
    const auto& rules = plan.tables[i];
    // Without a format the names decide, and by then a look costs nothing more.
    const auto* format = rules.format ? formats::find_format(*rules.format) : nullptr;
    if (format == nullptr) format = formats::find_format(formats::format_of_name(rules.entry).value_or(""));
    if (format == nullptr || !rules.knows_columns(*format)) unknown.insert(i);
  }
  return unknown;
}

std::vector<model::Schema> declared_schemas(const ReadPlan& plan) {
  std::vector<model::Schema> schemas;
  for (const auto& rules : plan.tables) schemas.push_back(rules.read.columns);
  return schemas;
}

}  // namespace

sdk::Reject TextBlock::reject(const model::RowOrigin& origin, std::string reason) const {
  const auto bytes = raw_.bytes.substr(origin.offset, origin.length);
  return {*input_, origin.line, raw_.offset + origin.offset, std::move(reason), std::string(bytes),
          false,   stream_};
}

Result<void> TextBlock::decode(model::Batch& rows, std::vector<sdk::Reject>& rejects) const {
  if (!raw_.fault.empty()) {
    const model::RowOrigin whole{raw_.line, 0, static_cast<std::uint32_t>(raw_.bytes.size())};
    rejects.push_back(reject(whole, raw_.fault));
    rejects.back().partial = true;
    return {};
  }
  std::vector<formats::RowReject> refused;
  TRY(decoder_->decode(raw_, rows, refused).within("decoding " + *input_));
  for (auto& row : refused) rejects.push_back(reject(row.origin, std::move(row.reason)));
  return {};
}

Result<std::vector<model::Schema>> find_schemas(const ReadPlan& plan,
                                                const std::vector<sdk::InputStamp>& inputs) {
  auto schemas = declared_schemas(plan);
  auto unknown = unknown_tables(plan);
  Members members(plan, inputs, nullptr);
  while (!unknown.empty()) {
    auto member = members.next();
    if (!member.ok()) return members.cause(member.error());
    if (!*member) break;
    const auto table = (*member)->table;
    if (!unknown.contains(table)) continue;
    auto schema = (*member)->reader->infer();
    if (!schema.ok()) return members.cause(schema.error());
    schemas[table] = *std::move(schema);
    if ((*member)->reader->content() == formats::InputReader::Content::Rows) unknown.erase(table);
  }
  return schemas;
}

TextExtraction::TextExtraction(ReadPlan plan, const std::vector<sdk::InputStamp>& inputs)
    : plan_(std::move(plan)), members_(plan_, inputs, &hash_), schemas_(declared_schemas(plan_)) {
  for (const auto& input : inputs) bytes_total_ += input.size;
}

Result<std::unique_ptr<sdk::Extraction>> TextExtraction::open(ReadPlan plan,
                                                              const std::vector<sdk::InputStamp>& inputs) {
  std::unique_ptr<TextExtraction> extraction(new TextExtraction(std::move(plan), inputs));
  if (extraction->plan_.tables.size() > 1) {
    extraction->schemas_ = TRY(find_schemas(extraction->plan_, inputs));
    return extraction;
  }
  if (auto found = extraction->find_only_schema(); !found.ok()) {
    return extraction->members_.cause(found.error());
  }
  return extraction;
}

/// With one table the first file with rows tells its columns and is read on from there.
Result<void> TextExtraction::find_only_schema() {
  auto& schema = schemas_.front();
  begun_ = true;
  while ((member_ = TRY(members_.next()))) {
    auto& reader = *member_->reader;
    auto inferred = TRY(reader.infer());
    using Content = formats::InputReader::Content;
    if (plan_.tables.front().paths.empty() && reader.content() != Content::Nothing)
      schema = std::move(inferred);
    if (reader.content() != Content::Rows) {
      TRY(members_.check_content(*member_));
      continue;
    }
    TRY(reader.decode_as(schema, plan_.tables.front().paths));
    decoders_.push_back(reader.decoder());
    return {};
  }
  bytes_read_ = members_.bytes_read();
  return {};
}

Result<std::unique_ptr<sdk::Block>> TextExtraction::next() {
  auto block = next_block();
  if (!block.ok()) return members_.cause(block.error());
  return block;
}

/// Opens the next member, if there is one.
Result<void> TextExtraction::open_next() {
  member_.reset();
  member_ = TRY(members_.next());
  bytes_read_ = members_.bytes_read();
  if (!member_) return {};
  TRY(member_->reader->decode_as(schemas_[member_->table], plan_.tables[member_->table].paths));
  decoders_.push_back(member_->reader->decoder());
  return {};
}

Result<std::unique_ptr<sdk::Block>> TextExtraction::next_block() {
  if (!std::exchange(begun_, true)) TRY(open_next());
  while (member_) {
    auto raw = TRY(member_->reader->next());
    bytes_read_ = members_.bytes_read();
    if (raw) {
      return std::make_unique<TextBlock>(member_->name, member_->table, *std::move(raw),
                                         member_->reader->decoder());
    }
    TRY(members_.check_content(*member_));
    TRY(open_next());
  }
  return std::unique_ptr<sdk::Block>();
}

std::vector<std::string> TextExtraction::warnings() const {
  auto all = members_.warnings();
  for (const auto& decoder : decoders_) {
    for (auto& warning : decoder->warnings()) all.push_back(std::move(warning));
  }
  return all;
}

}  // namespace weir::files
