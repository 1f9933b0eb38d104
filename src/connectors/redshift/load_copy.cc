// SPDX-License-Identifier: Apache-2.0
// The part of a load that copies staged rows into tables.
#include <fmt/format.h>

#include <map>
#include <utility>

#include "base/text.h"
#include "connectors/redshift/load.h"
#include "connectors/redshift/table_sql.h"

namespace weir::redshift {
namespace {

/// The parts of each COPY: those that share a word for NULL.
std::vector<std::vector<const Part*>> groups_of(const TableStage& stage) {
  std::map<std::string, std::vector<const Part*>> by_word;
  for (const auto& part : stage.parts()) {
    if (part.rows > 0) by_word[part.null_text].push_back(&part);
  }
  std::vector<std::vector<const Part*>> groups;
  for (auto& [word, parts] : by_word) groups.push_back(std::move(parts));
  return groups;
}

}  // namespace

Result<void> RedshiftLoad::run(const std::vector<std::string>& statements) {
  for (const auto& sql : statements) TRY(connection_->execute(sql));
  return {};
}

Result<void> RedshiftLoad::copy_all() {
  TRY(connection_->execute("BEGIN"));
  TRY(ledger_.create(*connection_).within("making the ledger"));
  for (std::size_t i = 0; i < planned_.plans.size(); ++i) {
    TRY(copy_table(i).within("loading table " + planned_.plans[i].table));
  }
  return {};
}

Result<void> RedshiftLoad::copy_table(std::size_t table) {
  const auto& plan = planned_.plans[table];
  const auto& stage = stages_[table];
  TRY(run(before_copy_sql(plan, stage.encoder().longest())));
  TRY(remove_replaced(table));
  for (const auto& parts : groups_of(stage)) {
    TRY(copy_parts(table, parts, CopyStatement::Purpose::Load));
    TRY(check_count(plan, parts));
  }
  if (plan.mode == Mode::Merge) TRY(count_duplicates(table));
  TRY(run(after_copy_sql(plan)));
  return plan.mode == Mode::Swap ? make_alike(plan) : Result<void>();
}

Result<void> RedshiftLoad::remove_replaced(std::size_t table) {
  const auto& plan = planned_.plans[table];
  const auto& request = planned_.request;
  if (plan.mode == Mode::ReplaceWindow && plan.stored) {
    TRY(connection_->execute(remove_window_sql(plan, *request.partition.window)));
    return {};
  }
  if (!plan.stored || (plan.mode != Mode::Merge && plan.mode != Mode::ReplaceLoads)) return {};
  const auto name = qualified(plan.schema, plan.table);
  const auto mark = sql_identifier(kLoadColumn);
  if (plan.adds_mark && TRY(ledger_.tells_of_rows(*connection_, request.tables[table].table))) {
    TRY(connection_->execute(fmt::format("UPDATE {} SET {} = '{}'", name, mark, kUnknownLoad)));
  }
  if (plan.mode == Mode::Merge || plan.adds_mark) return {};
  postgres::Parameters which;
  which.text(request.pipeline).text(request.partition.key).text(request.tables[table].table);
  TRY(connection_->query(
      fmt::format("DELETE FROM {} WHERE {} IN (SELECT \"load_id\" FROM {} WHERE \"pipeline\" = $1 AND "
                  "\"partition\" = $2 AND lower(\"table_name\") = lower($3))",
                  name, mark, ledger_.table()),
      which));
  return {};
}

Result<void> RedshiftLoad::copy_parts(std::size_t table, const std::vector<const Part*>& parts,
                                      CopyStatement::Purpose purpose) {
  const auto& plan = planned_.plans[table];
  const auto manifest =
      fmt::format("{}{}.{}.manifest", planned_.folder, key_segment(plan.table), manifests_.size() + 1);
  manifests_.push_back(manifest);
  TRY(staging_.write_manifest(manifest, parts));
  const auto access = TRY(warehouse_.copy_access());
  CopyStatement copy;
  copy.table = redshift::copy_table(plan);
  copy.columns = copy_columns(plan);
  copy.manifest = staging_.store().uri(manifest);
  copy.null_text = parts.front()->null_text;
  copy.compression = options_.compression;
  copy.region = warehouse_.options().copy_region.value_or("");
  copy.purpose = purpose;
  if (plan.mode == Mode::Merge) copy.statistics = CopyStatement::Statistics::Off;
  const auto copied = connection_->execute(copy_sql(copy, access));
  if (copied) return {};
  return refused_by_copy(table, access.redacted(copied.error()));
}

Result<void> RedshiftLoad::check_count(const TablePlan& plan, const std::vector<const Part*>& parts) {
  std::uint64_t expected = 0;
  for (const auto* part : parts) expected += part->rows;
  const auto count = TRY(connection_->execute("SELECT pg_last_copy_count()"));
  const auto loaded = count.size() == 0 ? 0 : static_cast<std::uint64_t>(count.integer(0, 0));
  if (loaded == expected) return {};
  return fail(ErrorCode::DataMismatch, "Redshift loaded {} of {} rows of table {}; nothing is published",
              loaded, expected, plan.table);
}

/// The tables of errors cut names off.
bool RedshiftLoad::may_be_in(const Part& part, const LoadError& error) {
  constexpr std::size_t kLongestFileName = 256;
  const auto uri = staging_.store().uri(part.key);
  return uri == error.file || (error.file.size() == kLongestFileName && uri.starts_with(error.file));
}

std::optional<RedshiftLoad::FoundRow> RedshiftLoad::find_refused(std::size_t table, const LoadError& error) {
  const auto& parts = stages_[table].parts();
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (!may_be_in(parts[i], error)) continue;
    const auto text = read_part(staging_.store(), parts[i], options_.compression);
    const auto row = text ? find_row(*text, error) : std::nullopt;
    if (row) return FoundRow{i, *row};
  }
  return std::nullopt;
}

/// Asks what is wrong with the rows: that is known only after the transaction is gone.
Result<void> RedshiftLoad::refused_by_copy(std::size_t table, const Error& error) {
  const auto failure = connection_->last_failure();
  if (!blames_rows(failure)) return Failure(explain(failure, error));
  connection_->roll_back();
  refusal_ = Refusal{table, read_load_errors(*connection_)};
  std::vector<std::string> reasons;
  for (const auto& refused : refusal_->errors) {
    const auto found = find_refused(table, refused);
    std::optional<std::uint64_t> row;
    if (found) row = stages_[table].number_of(found->part, found->row);
    reasons.push_back(describe(refused, planned_.plans[table].table, row));
  }
  if (reasons.empty()) return Failure(Error(ErrorCode::DataMismatch, error.message()));
  return fail(ErrorCode::DataMismatch, "Redshift refused {}", join(reasons, "; "));
}

/// Copies again without the rows that Redshift refuses, as long as that finds more of them. A COPY that
/// loads nothing tells of all that cannot be read; others turn up one at a time.
Result<void> RedshiftLoad::copy_without_refused(Result<void> copied) {
  constexpr int kMostRounds = 20;
  for (int round = 0; round < kMostRounds && !copied && refusal_; ++round) {
    if (options_.refused_rows == RefusedRows::Fail) return copied;
    const auto refused = *std::exchange(refusal_, std::nullopt);
    const auto before = late_refusals_.size();
    TRY(set_aside_refused());
    if (late_refusals_.size() == before) TRY(cut_refused(refused.table, refused.errors));
    if (late_refusals_.size() == before) return copied;
    refusal_.reset();
    copied = once_more_after_conflict(copy_all(), nullptr);
  }
  return copied;
}

/// Learns of every row that would be refused by a COPY that loads nothing, and takes them out of their
/// parts.
Result<void> RedshiftLoad::set_aside_refused() {
  for (std::size_t table = 0; table < planned_.plans.size(); ++table) {
    for (const auto& parts : groups_of(stages_[table])) {
      connection_->roll_back();
      TRY(connection_->execute("BEGIN"));
      TRY(run(before_copy_sql(planned_.plans[table], stages_[table].encoder().longest())));
      TRY(copy_parts(table, parts, CopyStatement::Purpose::FindErrors));
      connection_->roll_back();
      TRY(cut_refused(table, read_load_errors(*connection_)));
    }
  }
  return {};
}

Result<void> RedshiftLoad::cut_refused(std::size_t table, const std::vector<LoadError>& errors) {
  const auto& parts = stages_[table].parts();
  for (std::size_t i = 0; i < parts.size(); ++i) {
    std::vector<const LoadError*> of_part;
    for (const auto& error : errors) {
      if (may_be_in(parts[i], error)) of_part.push_back(&error);
    }
    if (!of_part.empty()) TRY(cut_from_part(table, i, of_part));
  }
  return {};
}

Result<void> RedshiftLoad::cut_from_part(std::size_t table, std::size_t part,
                                         const std::vector<const LoadError*>& errors) {
  auto& stage = stages_[table];
  const auto text = TRY(read_part(staging_.store(), stage.parts()[part], options_.compression));
  std::map<std::uint64_t, const LoadError*> refused;
  for (const auto* error : errors) {
    const auto row = find_row(text, *error);
    if (row) refused.emplace(*row, error);
  }
  if (refused.empty()) return {};
  std::vector<std::uint64_t> rows;
  std::vector<std::uint64_t> numbers;
  for (const auto& [row, error] : refused) {
    rows.push_back(row);
    numbers.push_back(stage.number_of(part, row));
  }
  auto texts = TRY(stage.cut(staging_, part, text, rows));
  std::size_t next = 0;
  for (const auto& [row, error] : refused) {
    auto& late = late_refusals_.emplace_back();
    late.table = table;
    late.place = error->file;
    late.line = error->line;
    late.reason = describe_cell(*error);
    late.bytes = texts[next];
    late.number = numbers[next];
    late.is_row = [&stage, part, number = numbers[next], staged = std::move(texts[next])](const auto& batch,
                                                                                          std::size_t index) {
      return stage.wrote(part, number, staged, batch, index);
    };
    ++next;
  }
  return {};
}

/// Which rows of a merge have overtaken another one is known anew when some of them are gone.
Result<void> RedshiftLoad::count_duplicates(std::size_t table) {
  std::vector<sdk::LateRefusal*> refused;
  for (auto& late : late_refusals_) {
    if (late.table == table) refused.push_back(&late);
  }
  if (refused.empty()) return {};
  const auto rows = TRY(connection_->execute(duplicates_sql(planned_.plans[table])));
  const auto left = static_cast<std::uint64_t>(rows.integer(0, 0));
  const auto counted = stages_[table].encoder().duplicates();
  for (std::size_t i = 0; i < refused.size(); ++i) {
    using Counted = sdk::LateRefusal::Counted;
    refused[i]->counted = i + left < counted ? Counted::Deduplicated : Counted::Loaded;
  }
  return {};
}

Result<void> RedshiftLoad::make_alike(const TablePlan& plan) {
  const auto user = TRY(connection_->execute("SELECT current_user"));
  NewTable made{std::string(user.text(0, 0)),
                TRY(read_privileges(*connection_, plan.schema, scratch_name(plan)))};
  return run(likeness_sql(plan, made)).within("giving the new table the old one's privileges");
}

}  // namespace weir::redshift
