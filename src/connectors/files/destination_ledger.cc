// SPDX-License-Identifier: Apache-2.0
#include "connectors/files/destination_ledger.h"

#include <algorithm>
#include <tuple>

#include "connectors/files/destination_ledger_json.h"
#include "connectors/files/writer.h"
#include "connectors/files/writer_disk.h"

namespace weir::files {
namespace {

namespace fs = std::filesystem;
using model::WriteMode;

Result<std::vector<fs::path>> entries_of(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    entries.push_back(it->path());
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    return disk_failure("list", folder, error.value());
  }
  std::sort(entries.begin(), entries.end());
  return entries;
}

Result<std::vector<LoadRecord>> read_records(const fs::path& path) {
  const auto text = TRY(read_file(path));
  if (!text) return std::vector<LoadRecord>();
  return parse_records(*text).within("reading " + path.string());
}

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

fs::path FilesLedger::partition_path(const std::string& pipeline, const std::string& key) const {
  return folder_ / "_weir" / "loads" / encode_name(pipeline) / (encode_name(key) + ".json");
}

fs::path FilesLedger::table_path(const std::string& table) const {
  return folder_ / "_weir" / "tables" / (encode_name(table) + ".json");
}

fs::path FilesLedger::journal_path(const std::string& load_id) const {
  return folder_ / "_weir" / "publishing" / (encode_name(load_id) + ".json");
}

Result<std::vector<LoadRecord>> FilesLedger::partition(const std::string& pipeline,
                                                       const std::string& key) const {
  return read_records(partition_path(pipeline, key));
}

Result<std::vector<LoadRecord>> FilesLedger::all(const std::string& pipeline) const {
  auto folders = std::vector<fs::path>{folder_ / "_weir" / "loads" / encode_name(pipeline)};
  if (pipeline.empty()) folders = TRY(entries_of(folder_ / "_weir" / "loads"));
  std::vector<LoadRecord> records;
  for (const auto& folder : folders) {
    for (const auto& path : TRY(entries_of(folder))) {
      if (path.extension() != ".json") continue;
      for (auto& record : TRY(read_records(path))) records.push_back(std::move(record));
    }
  }
  sort_by_age(records);
  return records;
}

Result<std::optional<TableState>> FilesLedger::table(const std::string& name) const {
  const auto text = TRY(read_file(table_path(name)));
  if (!text) return std::optional<TableState>();
  return std::optional(TRY(parse_table(name, *text).within("reading " + table_path(name).string())));
}

Result<void> FilesLedger::finish_interrupted() const {
  const auto has_journal = [](const std::vector<fs::path>& paths) {
    return std::any_of(paths.begin(), paths.end(),
                       [](const fs::path& path) { return path.extension() == ".json"; });
  };
  const auto folder = folder_ / "_weir" / "publishing";
  if (!has_journal(TRY(entries_of(folder)))) return {};
  const auto lock = TRY(DiskLock::wait_for(lock_path()));
  return finish_interrupted_locked();
}

Result<void> FilesLedger::finish_interrupted_locked() const {
  for (const auto& path : TRY(entries_of(folder_ / "_weir" / "publishing"))) {
    if (path.extension() != ".json") continue;
    const auto text = TRY(read_file(path));
    if (!text) continue;
    const auto publication = TRY(parse_publication(*text).within("reading " + path.string()));
    TRY(carry_out(publication).within("finishing the interrupted load " + publication.load_id));
  }
  return {};
}

Result<void> FilesLedger::commit(const Publication& publication) const {
  const auto path = journal_path(publication.load_id);
  TRY(make_folder(path.parent_path()));
  return replace_file(path, publication_json(publication));
}

Result<bool> FilesLedger::is_decided(const fs::path& staging) const {
  const auto journal = folder_ / "_weir" / "publishing" / (staging.filename().string() + ".json");
  std::error_code error;
  const bool decided = fs::exists(journal, error);
  if (error) return disk_failure("read", journal, error.value());
  return decided;
}

Result<void> FilesLedger::carry_out(const Publication& publication) const {
  // The records are written last: where they are, all the rest was done.
  auto records = TRY(partition(publication.pipeline, publication.partition));
  if (knows(records, publication.load_id)) return remove_file(journal_path(publication.load_id));
  std::vector<fs::path> folders;
  for (const auto& move : publication.moves) {
    TRY(put_in_place(publication, move));
    folders.push_back((folder_ / move.to).parent_path());
  }
  std::sort(folders.begin(), folders.end());
  folders.erase(std::unique(folders.begin(), folders.end()), folders.end());
  for (const auto& folder : folders) TRY(sync_folder(folder));
  for (const auto& path : publication.removals) TRY(remove_file(folder_ / path));
  TRY(remember_tables(publication));
  records.insert(records.end(), publication.records.begin(), publication.records.end());
  const auto path = partition_path(publication.pipeline, publication.partition);
  TRY(make_folder(path.parent_path()));
  TRY(replace_file(path, records_json(records)));
  return remove_file(journal_path(publication.load_id));
}

Result<void> FilesLedger::put_in_place(const Publication& publication, const Move& move) const {
  const auto from = folder_ / move.from;
  const auto to = folder_ / move.to;
  TRY(make_folder(to.parent_path()));
  auto moved = move_file(from, to);
  if (moved.ok() || moved.error().code() != ErrorCode::NotFound) return moved;
  // An earlier attempt may have moved it; then the bytes of the load are there.
  const auto there = measure_file(to);
  if (there.ok() && there->bytes == move.bytes && there->hash == move.hash) return {};
  if (!there.ok() && there.error().code() != ErrorCode::NotFound) return Failure(there.error());
  return fail(ErrorCode::DataMismatch,
              "the staged file '{}' is gone, and '{}' does not hold its {} bytes; put the staged file back, "
              "or remove '{}' and load partition {} of pipeline {} again",
              from.string(), to.string(), move.bytes, journal_path(publication.load_id).string(),
              publication.partition, publication.pipeline);
}

Result<void> FilesLedger::remember_tables(const Publication& publication) const {
  for (const auto& state : publication.tables) {
    const auto path = table_path(state.table);
    const auto text = table_json(state);
    if (TRY(read_file(path)) == std::optional(text)) continue;
    TRY(make_folder(path.parent_path()));
    TRY(replace_file(path, text));
  }
  return {};
}

}  // namespace weir::files
