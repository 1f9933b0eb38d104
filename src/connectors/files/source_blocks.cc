// SPDX-License-Identifier: Apache-2.0
#include "connectors/files/source_blocks.h"

#include <fmt/format.h>

#include <map>

#include "connectors/files/source_paths.h"

namespace weir::files {

sdk::Reject TextBlock::reject(const model::RowOrigin& origin, std::string reason) const {
  const auto bytes = raw_.bytes.substr(origin.offset, origin.length);
  return {*input_, origin.line, raw_.offset + origin.offset, std::move(reason), std::string(bytes)};
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

std::string version_of(const formats::FileStamp& stamp) { return fmt::format("{}", stamp.modified_ns); }

Result<std::unique_ptr<sdk::Extraction>> TextExtraction::open(ReadPlan plan,
                                                              std::vector<sdk::InputStamp> inputs) {
  std::unique_ptr<TextExtraction> extraction(new TextExtraction(std::move(plan), std::move(inputs)));
  if (auto found = extraction->find_schema(); !found.ok()) return extraction->cause(found.error());
  return extraction;
}

/// What a file seems to have wrong means nothing once it is not the listed one any more.
Failure TextExtraction::cause(const Error& error) const {
  if (error.code() != ErrorCode::DataMismatch || opened_ == 0) return Failure(error);
  const auto& listed = inputs_[opened_ - 1];
  const auto stamp = formats::stamp_file(in_project(plan_.project_folder, listed.name));
  if (stamp.ok() && stamp->size == listed.size && version_of(*stamp) == listed.version) return Failure(error);
  return fail(ErrorCode::Conflict, "{} changed while it was read; run again", listed.name);
}

/// Opens the next file; false when there is none left.
Result<bool> TextExtraction::open_next() {
  if (file_ != nullptr) bytes_before_ += file_->bytes_read();
  bytes_read_ = bytes_before_;
  file_ = nullptr;
  reader_.reset();
  if (opened_ == inputs_.size()) return false;
  const auto& stamp = inputs_[opened_++];
  auto file = TRY(formats::FileInput::open(in_project(plan_.project_folder, stamp.name), &hash_));
  if (file->stamp().size != stamp.size || version_of(file->stamp()) != stamp.version) {
    return fail(ErrorCode::Conflict, "{} changed since it was listed; run again", stamp.name);
  }
  const auto* opened = file.get();
  reader_ = TRY(formats::InputReader::open(*plan_.format, plan_.options, plan_.compression, std::move(file),
                                           stamp.name));
  file_ = opened;
  name_ = std::make_shared<const std::string>(stamp.name);
  return true;
}

Result<void> TextExtraction::find_schema() {
  schema_ = plan_.options.columns;
  while (TRY(open_next())) {
    auto inferred = TRY(reader_->infer());
    if (reader_->is_empty()) continue;
    if (plan_.paths.empty()) schema_ = std::move(inferred);
    TRY(reader_->decode_as(schema_, plan_.paths));
    decoders_.push_back(reader_->decoder());
    return {};
  }
  return {};
}

Result<std::unique_ptr<sdk::Block>> TextExtraction::next() {
  auto block = next_block();
  if (!block.ok()) return cause(block.error());
  return block;
}

Result<std::unique_ptr<sdk::Block>> TextExtraction::next_block() {
  while (reader_) {
    auto raw = TRY(reader_->next());
    bytes_read_ = bytes_before_ + file_->bytes_read();
    if (raw) {
      return std::make_unique<TextBlock>(name_, *std::move(raw), reader_->decoder());
    }
    if (!TRY(open_next())) break;
    TRY(reader_->decode_as(schema_, plan_.paths));
    decoders_.push_back(reader_->decoder());
  }
  return std::unique_ptr<sdk::Block>();
}

std::uint64_t TextExtraction::bytes_total() const {
  std::uint64_t total = 0;
  for (const auto& input : inputs_) total += input.size;
  return total;
}

std::vector<std::string> TextExtraction::warnings() const {
  std::vector<std::string> all;
  for (const auto& decoder : decoders_) {
    for (auto& warning : decoder->warnings()) all.push_back(std::move(warning));
  }
  return all;
}

}  // namespace weir::files
