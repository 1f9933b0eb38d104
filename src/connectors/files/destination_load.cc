// SPDX-License-Identifier: Apache-2.0
#include "connectors/files/destination_load.h"

#include <algorithm>

#include "connectors/files/destination_ledger_json.h"

namespace weir::files {
namespace {

using model::WriteMode;

// Others publish in between, each of them once; so many in a row is somebody's mistake.
constexpr int kAttempts = 100;

Result<void> check_shape(const model::BatchView& rows, const model::Schema& schema) {
  bool same = rows.columns.size() == schema.size();
  for (std::size_t i = 0; same && i < schema.size(); ++i)
    same = rows.columns[i].type == schema.columns[i].type;
  if (same) return {};
  return fail(ErrorCode::Internal, "rows of another shape than announced: {} columns for ({})",
              rows.columns.size(), model::to_string(schema));
}

Result<void> check_entries(const std::vector<model::LedgerEntry>& entries, const std::string& load_id) {
  if (entries.empty()) return fail(ErrorCode::Internal, "load {} has no ledger entry", load_id);
  for (const auto& entry : entries) {
    if (entry.load_id == load_id) continue;
    return fail(ErrorCode::Internal, "the ledger entry of load {} belongs to load {}", load_id,
                entry.load_id);
  }
  return {};
}

}  // namespace

Result<model::Schema> columns_after(const std::optional<TableState>& known, const sdk::TableTarget& target) {
  if (!known || target.write == WriteMode::Replace) return target.schema;
  auto after = known->columns;
  for (const auto& column : target.schema.columns) {
    const auto at = after.find(column.name);
    if (!at) {
      after.columns.push_back(column);
      continue;
    }
    const auto type = after.columns[*at].type;
    const bool widens = type == model::Type::Double && column.type == model::Type::Integer;
    if (type == column.type || widens) continue;
    return fail(ErrorCode::DataMismatch,
                "the column '{}' of the table '{}' holds {} values, but {} values come; cast the column, or "
                "load into "
                "another table",
                column.name, target.table, model::name(type), model::name(column.type));
  }
  return after;
}

Result<void> check_own_rows(const FilesLedger& ledger, const std::optional<TableState>& known,
                            const sdk::LoadRequest& request, const sdk::TableTarget& target) {
  if (target.write != WriteMode::ReplacePartition) return {};
  if (!known || !known->merged) return {};
  const auto own = TRY(ledger.partition(request.pipeline, request.partition.key));
  const bool has_rows = std::any_of(own.begin(), own.end(), [&](const LoadRecord& record) {
    return record.entry.table == target.table && record.file;
  });
  if (!has_rows) return {};
  for (const auto& record : live_files(TRY(ledger.all("")), target.table)) {
    if (!record.file->holds_foreign_rows) continue;
    return fail(ErrorCode::DataMismatch,
                "a merge has put rows of several partitions into '{}', so those of partition {} cannot be "
                "told from others and would be doubled; keep write: merge, or load into another table",
                record.file->path, request.partition.key);
  }
  return {};
}

FilesLoad::FilesLoad(std::shared_ptr<Depot> depot, sdk::LoadRequest request, std::unique_ptr<Claim> claim,
                     std::vector<TablePlan> plans)
    : depot_(std::move(depot)),
      ledger_(depot_),
      request_(std::move(request)),
      claim_(std::move(claim)),
      plans_(std::move(plans)) {}

Result<sdk::WriteOutcome> FilesLoad::write(std::size_t table, const model::BatchView& rows) {
  if (table >= plans_.size()) return fail(ErrorCode::Internal, "the load has no table number {}", table);
  const auto& plan = plans_[table];
  TRY(check_shape(rows, plan.target.schema).within("writing " + plan.target.table));
  return plan.writer->write(rows).within("writing " + plan.target.table);
}

std::unique_ptr<sdk::RowEncoder> FilesLoad::encoder(std::size_t table) {
  return plans_[table].writer->encoder();
}

Result<void> FilesLoad::write_encoded(std::size_t table, std::uint64_t rows, std::string_view bytes) {
  const auto& plan = plans_[table];
  return plan.writer->write_encoded(rows, bytes).within("writing " + plan.target.table);
}

Result<void> FilesLoad::prepare() {
  if (prepared_) return {};
  written_.clear();
  for (auto& plan : plans_)
    written_.push_back(TRY(plan.writer->finish().within("writing " + plan.target.table)));
  prepared_ = true;
  return {};
}

Result<void> FilesLoad::publish(const std::vector<model::LedgerEntry>& entries) {
  TRY(check_entries(entries, request_.load_id));
  TRY(prepare());
  // Before the turn, because it takes its time.
  TRY(claim_->complete());
  auto kind = first_turn();
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const auto made = TRY(try_to_publish(entries, kind));
    if (made == Attempt::Done) return {};
    if (made == Attempt::WantsTables) kind = TurnKind::Alone;
  }
  return fail(
      ErrorCode::Conflict,
      "other loads published {} times while this one was about to; its rows were not published, run it "
      "again",
      kAttempts);
}

TurnKind FilesLoad::first_turn() const {
  const bool takes_all = std::any_of(plans_.begin(), plans_.end(), [](const TablePlan& plan) {
    return plan.target.write == WriteMode::Replace || plan.target.write == WriteMode::Merge;
  });
  return takes_all ? TurnKind::Alone : TurnKind::Shared;
}

Result<FilesLoad::Attempt> FilesLoad::try_to_publish(const std::vector<model::LedgerEntry>& entries,
                                                     TurnKind kind) {
  const auto turn = TRY(depot_->take_turn(kind, PartitionName{request_.pipeline, request_.partition.key}));
  // In the turn, so that no decided load can come after this one and put older files over its own.
  TRY(ledger_.finish_interrupted(*turn));
  auto own = TRY(ledger_.read_partition(request_.pipeline, request_.partition.key));
  if (knows(own.records, request_.load_id)) {
    if (claim_->fate() == Claim::Fate::Decided) claim_->set_fate(Claim::Fate::CarriedOut);
    return Attempt::Done;
  }
  const auto publication = TRY(plan_publication(entries, own.records));
  const auto proposal = proposal_of(publication);
  if (kind == TurnKind::Shared && proposal.reach == Proposal::Reach::Tables) return Attempt::WantsTables;
  return decide_and_carry_out(*turn, publication, proposal, std::move(own));
}

// The journal needs the staged files, whether this process or the next one carries it out.
Result<FilesLoad::Attempt> FilesLoad::decide_and_carry_out(Turn& turn, const Publication& publication,
                                                           const Proposal& proposal, PartitionRecords own) {
  claim_->set_fate(Claim::Fate::Decided);
  auto decided = turn.decide(proposal);
  if (decided.ok() && *decided == Turn::Decision::Decided) {
    TRY(ledger_.carry_out(turn, publication, std::move(own)));
    claim_->set_fate(Claim::Fate::CarriedOut);
    return Attempt::Done;
  }
  if (decided.ok()) {
    claim_->set_fate(Claim::Fate::Undecided);
    return Attempt::Overtaken;
  }
  const auto due = turn.is_due(publication.load_id);
  if (due.ok() && !*due) claim_->set_fate(Claim::Fate::Undecided);
  return Failure(std::move(decided).error());
}

Result<Publication> FilesLoad::plan_publication(const std::vector<model::LedgerEntry>& entries,
                                                const std::vector<LoadRecord>& own) const {
  Publication publication{request_.load_id, request_.pipeline, request_.partition.key, {}, {}, {}, {}};
  // An entry of a table that is not in the request only tells of a partition without input.
  for (const auto& entry : entries) publication.records.push_back({entry, WriteMode::Append, std::nullopt});
  for (std::size_t i = 0; i < plans_.size(); ++i) TRY(add_table(i, own, publication));
  return publication;
}

Result<void> FilesLoad::add_table(std::size_t index, const std::vector<LoadRecord>& own,
                                  Publication& publication) const {
  const auto& plan = plans_[index];
  const auto record =
      std::find_if(publication.records.begin(), publication.records.end(),
                   [&](const LoadRecord& each) { return each.entry.table == plan.target.table; });
  if (record == publication.records.end()) {
    return fail(ErrorCode::Internal, "no ledger entry for the table '{}'", plan.target.table);
  }
  record->write = plan.target.write;
  if (const auto& written = written_[index]) {
    record->file = DataFile{plan.path, written->bytes, written->rows, written->hash, plan.writer->columns()};
    record->file->holds_foreign_rows = holds_foreign_rows(plan, *written);
    if (const auto staged = claim_->file(index).staged_name()) {
      publication.moves.push_back({*staged, plan.path, written->bytes, written->hash});
    }
  }
  if (plan.manifest) publication.manifests.push_back({*plan.manifest, manifest_text(plan, own, *record)});
  const auto known = TRY(ledger_.table(plan.target.table));
  for (const auto& older : TRY(replaced_files(plan, known, own))) {
    const bool written_again = record->file && older.file->path == record->file->path;
    if (!written_again) publication.removals.push_back(older.file->path);
  }
  // A replaced or merged table is one file.
  const bool one_file = plan.target.write == WriteMode::Replace || plan.target.write == WriteMode::Merge;
  const bool merged = one_file ? record->file && record->file->holds_foreign_rows : known && known->merged;
  auto columns = TRY(columns_after(known, plan.target));
  if (!known || known->columns != columns || known->merged != merged)
    publication.tables.push_back({plan.target.table, std::move(columns), merged});
  return {};
}

/// The files of the partition as they are after the load.
std::string FilesLoad::manifest_text(const TablePlan& plan, const std::vector<LoadRecord>& own,
                                     const LoadRecord& record) const {
  std::vector<std::pair<std::string, std::uint64_t>> files;
  if (plan.target.write == WriteMode::Append) {
    for (const auto& older : live_files(own, plan.target.table))
      files.emplace_back(depot_->shown(older.file->path), older.file->bytes);
  }
  if (record.file) files.emplace_back(depot_->shown(record.file->path), record.file->bytes);
  return redshift_manifest(files);
}

bool FilesLoad::holds_foreign_rows(const TablePlan& plan, const WrittenFile& written) const {
  for (std::size_t i = 0; i < written.kept.size(); ++i) {
    const auto& [entry, write, file] = plan.merged[i];
    const bool own = entry.pipeline == request_.pipeline && entry.partition == request_.partition.key;
    if (written.kept[i] > 0 && (!own || file->holds_foreign_rows)) return true;
  }
  return false;
}

Result<std::vector<LoadRecord>> FilesLoad::replaced_files(const TablePlan& plan,
                                                          const std::optional<TableState>& known,
                                                          const std::vector<LoadRecord>& own) const {
  if (plan.target.write == WriteMode::Append) return std::vector<LoadRecord>();
  TRY(check_own_rows(ledger_, known, request_, plan.target));
  if (plan.target.write == WriteMode::ReplacePartition) return live_files(own, plan.target.table);
  auto live = live_files(TRY(ledger_.all("")), plan.target.table);
  if (plan.target.write != WriteMode::Merge) return live;
  const bool unchanged = std::equal(live.begin(), live.end(), plan.merged.begin(), plan.merged.end(),
                                    [](const LoadRecord& record, const LoadRecord& merged) {
                                      return record.entry.load_id == merged.entry.load_id;
                                    });
  if (unchanged) return live;
  return fail(ErrorCode::Conflict,
              "another load changed the table '{}' while this one merged into it; run it again",
              plan.target.table);
}

}  // namespace weir::files
