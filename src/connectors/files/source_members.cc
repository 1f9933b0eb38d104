// SPDX-License-Identifier: Apache-2.0
#include "connectors/files/source_members.h"

#include <fmt/format.h>

namespace weir::files {

using formats::ArchiveKind;

namespace {

/// The bytes of an input that Members keeps, so that it can say how far it was read.
class BorrowedBytes final : public formats::ByteSource {
 public:
  explicit BorrowedBytes(StoredInput& input) : input_(input) {}
  Result<std::size_t> read(char* to, std::size_t size) override { return input_.read(to, size); }

 private:
  StoredInput& input_;
};

}  // namespace

Result<std::optional<Member>> Members::next() {
  while (true) {
    if (archive_) {
      if (auto entry = TRY(next_entry())) return entry;
      archive_.reset();
      TRY(check_presence(inputs_[opened_ - 1].name));
      found_.clear();
    }
    if (!TRY(open_input())) break;
    if (archive_) continue;
    const auto& name = inputs_[opened_ - 1].name;
    const auto table = TRY(plan_.table_of(name));
    if (!table) {
      TRY(pass_over(name));
      continue;
    }
    return TRY(member(name, *table, std::make_unique<BorrowedBytes>(*input_), plan_.compression));
  }
  const bool archives = !inputs_.empty() && plan_.archive_kind(inputs_.back().name) != ArchiveKind::None;
  if (!inputs_.empty() && !archives) TRY(check_presence(inputs_.front().name));
  return std::optional<Member>();
}

/// Opens the next file; false when there is none left.
Result<bool> Members::open_input() {
  bytes_before_ = bytes_read();
  input_.reset();
  if (opened_ == inputs_.size()) return false;
  const auto& stamp = inputs_[opened_++];
  input_ = TRY(plan_.place->open(stamp, hash_));
  const auto kind = plan_.archive_kind(stamp.name);
  if (kind == ArchiveKind::None) return true;
  archive_ =
      TRY(formats::Archive::open(std::make_unique<BorrowedBytes>(*input_), kind, plan_.limits, stamp.name));
  return true;
}

Result<std::optional<Member>> Members::next_entry() {
  while (auto path = TRY(archive_->next())) {
    const auto table = TRY(plan_.table_of(*path));
    auto name = entry_name(inputs_[opened_ - 1].name, *path);
    if (!table) {
      TRY(pass_over(name));
      continue;
    }
    return TRY(member(std::move(name), *table, TRY(archive_->entry()), formats::Compression::None));
  }
  return std::optional<Member>();
}

Result<Member> Members::member(std::string name, std::size_t table,
                               std::unique_ptr<formats::ByteSource> bytes, formats::Compression compression) {
  found_.insert(table);
  const auto& rules = plan_.tables[table];
  const auto* format = formats::find_format(TRY(plan_.format_of(table, name)));
  if (format == nullptr) {
    return fail(ErrorCode::Unsupported,
                "{}: parquet is read from files of their own, not from archives or for one of several tables",
                name);
  }
  auto reader = TRY(formats::InputReader::open(*format, rules.read, compression, std::move(bytes), name));
  return Member{std::make_shared<const std::string>(std::move(name)), table, std::move(reader)};
}

/// An entry that no table asks for.
Result<void> Members::pass_over(const std::string& entry) {
  if (plan_.unknown_entries == UnknownEntries::Fail) {
    return fail(ErrorCode::DataMismatch,
                "no table asks for {}; add one, or set `unknown_entries` to warn or ignore", entry);
  }
  constexpr std::size_t kMostWarnings = 100;
  if (plan_.unknown_entries == UnknownEntries::Warn && warnings_.size() < kMostWarnings) {
    warnings_.push_back(fmt::format("no table asks for {}, which was passed over", entry));
  }
  return {};
}

Result<void> Members::check_presence(const std::string& where) {
  for (std::size_t i = 0; i < plan_.tables.size(); ++i) {
    const auto& rules = plan_.tables[i];
    if (rules.presence == TableRules::Presence::Optional || found_.contains(i)) continue;
    return fail(ErrorCode::DataMismatch,
                "{} has no entry of the pattern '{}'; if that is right, set `optional: true`", where,
                rules.entry);
  }
  return {};
}

Result<void> Members::check_content(const Member& member) const {
  using Content = formats::InputReader::Content;
  const auto content = member.reader->content();
  const auto allowed = plan_.tables[member.table].on_empty;
  if (content == Content::Rows || allowed == OnEmpty::Empty) return {};
  if (content == Content::HeadOnly) {
    if (allowed == OnEmpty::HeadOnly) return {};
    return fail(ErrorCode::DataMismatch,
                "{} has a header and no rows; if that is right, set `on_empty: header`", *member.name);
  }
  return fail(ErrorCode::DataMismatch, "{} is empty; if that is right, set `on_empty: empty`", *member.name);
}

Failure Members::cause(const Error& error) const {
  if (error.code() != ErrorCode::DataMismatch || opened_ == 0) return Failure(error);
  const auto& listed = inputs_[opened_ - 1];
  const auto now = plan_.place->find(listed.name);
  // What cannot be asked for proves nothing, and the error may be right.
  if (!now.ok()) return Failure(error);
  const bool same = *now && (*now)->stamp.size == listed.size && (*now)->stamp.version == listed.version;
  if (same) return Failure(error);
  return fail(ErrorCode::Conflict, "{} changed while it was read; run again", listed.name);
}

}  // namespace weir::files
