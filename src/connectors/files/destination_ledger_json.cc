// SPDX-License-Identifier: Apache-2.0
#include "connectors/files/destination_ledger_json.h"

#include <nlohmann/json.hpp>

namespace weir::files {
namespace {

using Json = nlohmann::ordered_json;

std::string dump(const Json& json) { return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n"; }

// The library throws on every surprise; nothing of that leaves this file.
template <typename T, typename Read>
Result<T> parse(std::string_view text, Read read) {
  try {
    return read(Json::parse(text));
  } catch (const std::exception& problem) {
    return fail(
        ErrorCode::DataMismatch,
        "the ledger file is damaged ({}); restore it from a backup, or move the destination's folder away "
        "and load again",
        problem.what());
  }
}

Timestamp time_of(const Json& json) {
  const auto text = json.get<std::string>();
  const auto time = parse_timestamp(text);
  if (!time) throw std::runtime_error("'" + text + "' is not a timestamp");
  return *time;
}

Json to_json(const model::Schema& schema) {
  Json columns = Json::array();
  for (const auto& column : schema.columns) {
    columns.push_back({{"name", column.name}, {"type", model::name(column.type)}});
  }
  return columns;
}

model::Schema schema_of(const Json& json) {
  model::Schema schema;
  for (const auto& column : json) {
    const auto text = column.at("type").get<std::string>();
    const auto type = model::type_from_name(text);
    if (!type) throw std::runtime_error("'" + text + "' is not a type");
    schema.columns.push_back({column.at("name").get<std::string>(), *type});
  }
  return schema;
}

Json to_json(const model::RowCounts& counts) {
  return {{"read", counts.read},
          {"added", counts.added},
          {"loaded", counts.loaded},
          {"filtered", counts.filtered},
          {"deduplicated", counts.deduplicated},
          {"quarantined", counts.quarantined}};
}

model::RowCounts counts_of(const Json& json) {
  return {json.at("read"),     json.at("added"),        json.at("loaded"),
          json.at("filtered"), json.at("deduplicated"), json.at("quarantined")};
}

Json to_json(const LoadRecord& record) {
  const auto& entry = record.entry;
  Json json = {{"load_id", entry.load_id},
               {"pipeline", entry.pipeline},
               {"partition", entry.partition},
               {"table", entry.table},
               {"counts", to_json(entry.counts)},
               {"fingerprint", entry.fingerprint},
               {"content_hash", entry.content_hash},
               {"cursor", entry.cursor},
               {"started_at", to_string(entry.started_at)},
               {"published_at", to_string(entry.published_at)},
               {"write", model::name(record.write)}};
  if (!record.file) return json;
  json["file"] = {{"path", record.file->path},
                  {"bytes", record.file->bytes},
                  {"rows", record.file->rows},
                  {"hash", record.file->hash},
                  {"columns", to_json(record.file->columns)}};
  if (record.write == model::WriteMode::Merge)
    json["file"]["holds_foreign_rows"] = record.file->holds_foreign_rows;
  return json;
}

LoadRecord record_of(const Json& json) {
  LoadRecord record;
  auto& entry = record.entry;
  entry.load_id = json.at("load_id");
  entry.pipeline = json.at("pipeline");
  entry.partition = json.at("partition");
  entry.table = json.at("table");
  entry.counts = counts_of(json.at("counts"));
  entry.fingerprint = json.at("fingerprint");
  entry.content_hash = json.at("content_hash");
  entry.cursor = json.at("cursor");
  entry.started_at = time_of(json.at("started_at"));
  entry.published_at = time_of(json.at("published_at"));
  const auto write = model::write_mode_from_name(json.at("write").get<std::string>());
  if (!write) throw std::runtime_error("unknown write mode");
  record.write = *write;
  if (const auto file = json.find("file"); file != json.end()) {
    record.file = DataFile{file->at("path"), file->at("bytes"), file->at("rows"), file->at("hash"),
                           schema_of(file->at("columns")),
                           // Earlier versions did not look whose rows they merged.
                           file->value("holds_foreign_rows", record.write == model::WriteMode::Merge)};
  }
  return record;
}

Json to_json(const std::vector<LoadRecord>& records) {
  Json list = Json::array();
  for (const auto& record : records) list.push_back(to_json(record));
  return list;
}

std::vector<LoadRecord> records_of(const Json& json) {
  std::vector<LoadRecord> records;
  for (const auto& record : json) records.push_back(record_of(record));
  return records;
}

/// Where an earlier version has not said whether a table was merged, it may have been.
TableState table_of(const std::string& name, const Json& json) {
  return {name, schema_of(json.at("columns")), json.value("merged", true)};
}

/// Journals of earlier versions name the bytes of a file only in its record.
Move move_of(const Json& json, const std::vector<LoadRecord>& records) {
  Move move{json.at("from"), json.at("to"), 0, ""};
  if (json.contains("hash")) {
    move.bytes = json.at("bytes");
    move.hash = json.at("hash");
    return move;
  }
  for (const auto& record : records) {
    if (!record.file || record.file->path != move.to) continue;
    move.bytes = record.file->bytes;
    move.hash = record.file->hash;
    return move;
  }
  throw std::runtime_error("no record tells of the file '" + move.to + "'");
}

}  // namespace

std::string records_json(const std::vector<LoadRecord>& records) {
  return dump({{"loads", to_json(records)}});
}

Result<std::vector<LoadRecord>> parse_records(std::string_view text) {
  return parse<std::vector<LoadRecord>>(text, [](const Json& json) { return records_of(json.at("loads")); });
}

std::string table_json(const TableState& state) {
  return dump({{"columns", to_json(state.columns)}, {"merged", state.merged}});
}

Result<TableState> parse_table(const std::string& name, std::string_view text) {
  return parse<TableState>(text, [&](const Json& json) { return table_of(name, json); });
}

std::string publication_json(const Publication& publication) {
  Json moves = Json::array();
  for (const auto& move : publication.moves) {
    moves.push_back({{"from", move.from}, {"to", move.to}, {"bytes", move.bytes}, {"hash", move.hash}});
  }
  Json tables = Json::array();
  for (const auto& [table, columns, merged] : publication.tables) {
    tables.push_back({{"table", table}, {"columns", to_json(columns)}, {"merged", merged}});
  }
  Json manifests = Json::array();
  for (const auto& [path, text] : publication.manifests)
    manifests.push_back({{"path", path}, {"text", text}});
  return dump({{"load_id", publication.load_id},
               {"pipeline", publication.pipeline},
               {"partition", publication.partition},
               {"loads", to_json(publication.records)},
               {"moves", moves},
               {"removals", publication.removals},
               {"tables", tables},
               {"manifests", manifests}});
}

std::string redshift_manifest(const std::vector<std::pair<std::string, std::uint64_t>>& files) {
  Json entries = Json::array();
  for (const auto& [url, bytes] : files) {
    entries.push_back({{"url", url}, {"mandatory", true}, {"meta", {{"content_length", bytes}}}});
  }
  return dump({{"entries", entries}});
}

Result<Publication> parse_publication(std::string_view text) {
  return parse<Publication>(text, [](const Json& json) {
    Publication publication;
    publication.load_id = json.at("load_id");
    publication.pipeline = json.at("pipeline");
    publication.partition = json.at("partition");
    publication.records = records_of(json.at("loads"));
    for (const auto& move : json.at("moves")) {
      publication.moves.push_back(move_of(move, publication.records));
    }
    publication.removals = json.at("removals").get<std::vector<std::string>>();
    for (const auto& table : json.at("tables")) {
      publication.tables.push_back(table_of(table.at("table"), table));
    }
    // Journals of earlier versions have none.
    for (const auto& manifest : json.value("manifests", Json::array())) {
      publication.manifests.push_back({manifest.at("path"), manifest.at("text")});
    }
    return publication;
  });
}

}  // namespace weir::files
