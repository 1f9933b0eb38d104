// SPDX-License-Identifier: Apache-2.0
#include "connectors/files/destination_ledger.h"

#include <algorithm>
#include <tuple>

#include "connectors/files/destination_ledger_json.h"

namespace weir::files {
namespace {

using model::WriteMode;

// Each of two processes that carry out the same load can be ahead of the other in one object after another.
constexpr int kRounds = 10;

Result<std::vector<LoadRecord>> records_in(const SmallFile& file, const Depot& depot) {
  return parse_records(file.text).within("reading " + depot.shown(file.name));
}

std::string table_name(const std::string& table) { return "_weir/tables/" + encode_name(table) + ".json"; }

void sort_by_age(std::vector<LoadRecord>& records) {
  std::stable_sort(records.begin(), records.end(), [](const LoadRecord& left, const LoadRecord& right) {
    return std::tie(left.entry.published_at, left.entry.load_id) <
           std::tie(right.entry.published_at, right.entry.load_id);
  });
}

}  // namespace

std::string encode_name(std::string_view name) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || c == '/' || c == '\\' || c == '%' || (c == '.' && encoded.empty())) {
      encoded += {'%', kHex[byte >> 4], kHex[byte & 15U]};
    } else {
      encoded += c;
    }
  }
  return encoded;
}

bool knows(const std::vector<LoadRecord>& records, const std::string& load_id) {
  return std::any_of(records.begin(), records.end(),
                     [&](const LoadRecord& record) { return record.entry.load_id == load_id; });
}

std::string loads_name(const std::string& pipeline, const std::string& partition) {
  return fmt::format("_weir/loads/{}/{}.json", encode_name(pipeline), encode_name(partition));
}

std::string manifest_name(const std::string& table, const std::string& partition) {
  return fmt::format("_weir/manifests/{}/{}.manifest", encode_name(table), encode_name(partition));
}

Proposal proposal_of(const Publication& publication) {
  Proposal proposal{publication.load_id,
                    publication_json(publication),
                    {publication.pipeline, publication.partition},
                    {loads_name(publication.pipeline, publication.partition)}};
  for (const auto& state : publication.tables) proposal.ledger_files.push_back(table_name(state.table));
  for (const auto& manifest : publication.manifests) proposal.ledger_files.push_back(manifest.path);
  const bool takes_all =
      std::any_of(publication.records.begin(), publication.records.end(), [](const LoadRecord& record) {
        return record.write == WriteMode::Replace || record.write == WriteMode::Merge;
      });
  if (!takes_all && publication.tables.empty()) proposal.reach = Proposal::Reach::Partition;
  return proposal;
}

std::vector<LoadRecord> live_files(const std::vector<LoadRecord>& records, const std::string& table) {
  std::vector<LoadRecord> live;
  for (const auto& record : records) {
    if (record.entry.table != table) continue;
    std::erase_if(live, [&](const LoadRecord& older) {
      const bool same_partition =
          older.entry.pipeline == record.entry.pipeline && older.entry.partition == record.entry.partition;
      return record.write == WriteMode::Replace || record.write == WriteMode::Merge ||
             (record.write == WriteMode::ReplacePartition && same_partition);
    });
    if (record.file) live.push_back(record);
  }
  return live;
}

Result<PartitionRecords> FilesLedger::read_partition(const std::string& pipeline,
                                                     const std::string& key) const {
  PartitionRecords partition;
  partition.file.name = loads_name(pipeline, key);
  if (auto found = TRY(depot_->read(partition.file.name))) {
    partition.file = *std::move(found);
    partition.records = TRY(records_in(partition.file, *depot_));
  }
  return partition;
}

Result<std::vector<LoadRecord>> FilesLedger::partition(const std::string& pipeline,
                                                       const std::string& key) const {
  return TRY(read_partition(pipeline, key)).records;
}

Result<std::vector<LoadRecord>> FilesLedger::all(const std::string& pipeline) const {
  const std::string folder = "_weir/loads";
  std::vector<LoadRecord> records;
  for (const auto& file :
       TRY(depot_->read_below(pipeline.empty() ? folder : folder + "/" + encode_name(pipeline)))) {
    for (auto& record : TRY(records_in(file, *depot_))) records.push_back(std::move(record));
  }
  sort_by_age(records);
  return records;
}

Result<std::optional<TableState>> FilesLedger::table(const std::string& name) const {
  const auto file = TRY(depot_->read(table_name(name)));
  if (!file) return std::optional<TableState>();
  return std::optional(TRY(parse_table(name, file->text).within("reading " + depot_->shown(file->name))));
}

Result<void> FilesLedger::finish_interrupted(const Concern& concern) const {
  if (!TRY(depot_->has_decided(concern))) return {};
  const auto turn = TRY(depot_->take_turn(TurnKind::Shared, concern));
  return finish_interrupted(*turn);
}

Result<void> FilesLedger::finish_interrupted(Turn& turn) const {
  for (const auto& journal : TRY(turn.decided())) {
    const auto publication =
        TRY(parse_publication(journal.text).within("reading " + depot_->shown(journal.name)));
    TRY(carry_out(turn, publication).within("finishing the interrupted load " + publication.load_id));
  }
  return {};
}

Result<void> FilesLedger::carry_out(Turn& turn, const Publication& publication) const {
  return carry_out(turn, publication, TRY(read_partition(publication.pipeline, publication.partition)));
}

Result<void> FilesLedger::carry_out(Turn& turn, const Publication& publication,
                                    PartitionRecords partition) const {
  // The records are written last: where they are, all the rest was done.
  for (int round = 1; !knows(partition.records, publication.load_id); ++round) {
    auto done = make_visible(turn, publication, partition);
    if (done.ok()) break;
    // In a bucket, another process may have carried it out, or be about to.
    if (!TRY(turn.is_due(publication.load_id))) return {};
    if (done.error().code() != ErrorCode::Conflict || round == kRounds) return done;
    partition = TRY(read_partition(publication.pipeline, publication.partition));
  }
  for (const auto& move : publication.moves) TRY(depot_->remove(move.from));
  return turn.forget(publication.load_id);
}

// Each step asks whether it is still to be done: what another process has carried out, a later load
// may have changed again.
Result<void> FilesLedger::make_visible(Turn& turn, const Publication& publication,
                                       PartitionRecords& partition) const {
  for (const auto& move : publication.moves) {
    if (!TRY(turn.is_due(publication.load_id))) return {};
    TRY(put_in_place(turn, publication, move));
  }
  for (const auto& path : publication.removals) {
    if (!TRY(turn.is_due(publication.load_id))) return {};
    TRY(depot_->remove(path));
  }
  if (!TRY(turn.is_due(publication.load_id))) return {};
  for (const auto& manifest : publication.manifests) TRY(write_small(manifest.path, manifest.text));
  TRY(remember_tables(publication));
  auto& records = partition.records;
  records.insert(records.end(), publication.records.begin(), publication.records.end());
  return depot_->write({partition.file.name, records_json(records), partition.file.version});
}

Result<void> FilesLedger::put_in_place(const Turn& turn, const Publication& publication,
                                       const Move& move) const {
  auto moved = depot_->put_in_place(move.from, move.to);
  if (moved.ok() || moved.error().code() != ErrorCode::NotFound) return moved;
  // An earlier attempt may have moved it; then the bytes of the load are there.
  const auto there = depot_->measure(move.to);
  if (there.ok() && there->bytes == move.bytes && there->hash == move.hash) return {};
  if (!there.ok() && there.error().code() != ErrorCode::NotFound) return Failure(there.error());
  return fail(ErrorCode::DataMismatch,
              "the staged file '{}' is gone, and '{}' does not hold its {} bytes; put the staged file back, "
              "or remove '{}' and load partition {} of pipeline {} again",
              depot_->shown(move.from), depot_->shown(move.to), move.bytes,
              depot_->shown(turn.journal(publication.load_id)), publication.partition, publication.pipeline);
}

Result<void> FilesLedger::remember_tables(const Publication& publication) const {
  for (const auto& state : publication.tables) TRY(write_small(table_name(state.table), table_json(state)));
  return {};
}

Result<void> FilesLedger::write_small(const std::string& name, std::string text) const {
  const auto known = TRY(depot_->read(name));
  if (known && known->text == text) return {};
  return depot_->write({name, std::move(text), known ? known->version : ""});
}

}  // namespace weir::files
