// SPDX-License-Identifier: Apache-2.0
#include "migrate/looker_queries.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "base/text.h"
#include "config/spec.h"
#include "migrate/original_text.h"
#include "migrate/yaml_text.h"

namespace weir::migrate {
namespace {

using config::Diagnostics;
using config::Node;

std::optional<std::int64_t> number(std::string_view text) {
  text = trim(text);
  std::int64_t value = 0;
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  return read.ec == std::errc() && read.ptr == end && !text.empty() ? std::optional(value) : std::nullopt;
}

const config::Spec<LookerQuery::Metadata>& metadata_spec() {
  using M = LookerQuery::Metadata;
  static const auto spec =
      config::Spec<M>("metadata", "What is done with the answer.")
          .field("datetime", &M::datetime, "The field by which only new rows are asked for.")
          .field("default_days", &M::default_days, "How far the first extraction looks back.")
          .field("result_format", &M::result_format, "json or csv.");
  return spec;
}

const config::Spec<LookerQuery>& query_spec() {
  using Q = LookerQuery;
  static const auto spec = config::Spec<Q>("a query", "A query at Looker.")
                               .field("name", &Q::name, "Name in the keys of objects.")
                               .required()
                               .field("model", &Q::model, "The model.")
                               .required()
                               .field("explore", &Q::explore, "The explore.")
                               .required()
                               .field("fields", &Q::fields, "Fields as view.field.")
                               .required()
                               .field("filters", &Q::filters, "Filter expressions by field.")
                               .field("sorts", &Q::sorts, "Fields to sort by.")
                               .field("limit", &Q::limit, "Most rows of an answer.")
                               .object("metadata", &Q::metadata, metadata_spec(), "What is done with it.");
  return spec;
}

/// Null stands for an option that is not given.
Node without_nulls(const Node& node) {
  if (!node.is_mapping()) return node;
  std::vector<Node::Entry> entries;
  for (const auto& entry : node.entries()) {
    if (!entry.value.is_null()) entries.push_back({entry.key, entry.key_at, without_nulls(entry.value)});
  }
  return Node::mapping(node.at(), std::move(entries));
}

void check_order(const LookerQuery& query, const Node& node, Diagnostics& diagnostics) {
  const auto first = query.sorts.empty() ? std::string() : lower(trim(query.sorts.front()));
  const auto wanted = lower(query.metadata.datetime);
  if (first == wanted || first == wanted + " asc") return;
  diagnostics.error(
      place_of(node, "sorts"),
      fmt::format("sorts must begin with {} in ascending order, because the query is incremental by it",
                  query.metadata.datetime));
}

void check_query(const LookerQuery& query, const Node& node, Diagnostics& diagnostics) {
  const auto format = query.metadata.result_format;
  if (format != "json" && format != "csv") {
    diagnostics.error(place_of(node, "metadata"),
                      fmt::format("result_format is '{}'; it must be json or csv", format),
                      closest(format, std::vector<std::string>{"json", "csv"}).value_or(""));
  }
  const auto limit = number(query.limit);
  if (!limit || *limit == 0 || *limit < -1) {
    diagnostics.error(place_of(node, "limit"),
                      fmt::format("limit is '{}'; it must be a number of rows, or -1 for all", query.limit));
  }
  if (query.fields.empty()) diagnostics.error(place_of(node, "fields"), "fields names no field");
  if (!query.is_incremental()) return;
  check_order(query, node, diagnostics);
  if (std::find(query.fields.begin(), query.fields.end(), query.metadata.datetime) == query.fields.end()) {
    diagnostics.error(
        place_of(node, "fields"),
        fmt::format("fields lacks {}, by which the query is incremental", query.metadata.datetime));
  }
  if (!query.metadata.default_days.empty() && !number(query.metadata.default_days)) {
    diagnostics.warning(place_of(node, "metadata"),
                        fmt::format("default_days is '{}', which is no number: 1 day is meant, as before",
                                    query.metadata.default_days));
  }
}

void trim_names(LookerQuery& query) {
  for (auto& field : query.fields) field = std::string(trim(field));
  for (auto& sort : query.sorts) sort = std::string(trim(sort));
}

void check_names(const std::vector<LookerQuery>& queries, const std::vector<Node>& nodes,
                 Diagnostics& diagnostics) {
  std::set<std::string> names;
  for (std::size_t i = 0; i < queries.size(); ++i) {
    const auto& name = queries[i].name;
    if (name.empty() || names.insert(pipeline_name(name, "query")).second) continue;
    diagnostics.error(place_of(nodes[i], "name"),
                      fmt::format("two queries are called {}: their objects could not be told apart", name));
  }
}

std::string bare_bucket(std::string bucket) {
  if (bucket.starts_with("s3://")) bucket.erase(0, 5);
  return without_slashes(bucket);
}

std::string weir_yaml(const LookerQueriesJob& job, const LookerOutput& output) {
  auto text = fmt::format(
      "# Made of {} by `weir migrate`.\nconnections:\n"
      "  # Who asks is said by LOOKERSDK_BASE_URL, LOOKERSDK_CLIENT_ID and LOOKERSDK_CLIENT_SECRET, or by\n"
      "  # looker.ini.\n"
      "  looker:\n    type: looker\n",
      job.file);
  if (!output.ini.empty()) text += line("ini", output.ini);
  return text + "\n" + bucket_yaml("answers", bare_bucket(output.bucket));
}

std::string list_yaml(std::string_view key, const std::vector<std::string>& items) {
  std::vector<std::string> shown;
  for (const auto& item : items) shown.push_back(quoted(item));
  return fmt::format("  {}: [{}]\n", key, join(shown));
}

std::string source_yaml(const LookerQuery& query) {
  auto text = fmt::format("source:\n  connection: looker\n  model: {}\n  explore: {}\n", quoted(query.model),
                          quoted(query.explore));
  text += list_yaml("fields", query.fields);
  if (!query.filters.empty()) {
    text += "  filters:\n";
    for (const auto& [field, expression] : query.filters)
      text += fmt::format("    {}: {}\n", quoted(field), quoted(expression));
  }
  if (!query.sorts.empty()) text += list_yaml("sorts", query.sorts);
  text += fmt::format("  limit: {}\n", *number(query.limit));
  if (query.is_incremental()) text += fmt::format("  partition_field: {}\n", quoted(query.metadata.datetime));
  text += fmt::format(
      "  # The answer as Looker gives it: {}, and nothing changed in the values.\n  names: {}\n",
      query.metadata.result_format == "csv" ? "columns have their labels" : "fields have their full names",
      query.metadata.result_format == "csv" ? "label" : "full");
  return text + "  values: as_written\n";
}

std::string destination_yaml(const LookerQuery& query, const LookerOutput& output) {
  const auto& format = query.metadata.result_format;
  const std::string seconds = "{{ partition.end_unix }}";
  auto file = output.file_name.empty() ? fmt::format("looker_{}_{}", query.name, seconds) : output.file_name;
  // One name for all windows would let each replace the one before.
  if (!output.file_name.empty()) file += fmt::format("_{}", seconds);
  return fmt::format(
      "destination:\n  connection: bucket\n  table: {}\n  folder: {}\n  path: {}\n  format: {}\n  write: "
      "replace_partition\n",
      quoted(query.name), quoted(output.prefix),
      quoted(fmt::format("{}/{}/{}.{}", query.name, format, file, format)), format);
}

std::string pipeline_yaml(const LookerQueriesJob& job, const LookerQuery& query, const LookerOutput& output,
                          const std::vector<std::string>& decided) {
  auto text = decisions_text(job.file, decided);
  text += fmt::format("pipeline: {}\n", named(pipeline_name(query.name, "query")));
  if (query.is_incremental()) {
    text += fmt::format(
        "partitions: {{ every: cursor, from: {} days, step: 1 day, lag: 5 minutes, freshness: 10 minutes "
        "}}\n\n",
        query.days());
  } else {
    // Nothing says what is new, so each run is a partition of its own, whatever its window.
    text += "partitions: { every: cursor, from: 1 day, step: 10000 days }\n\n";
  }
  return text + source_yaml(query) + "\n" + destination_yaml(query, output);
}

std::vector<std::string> decisions(const LookerQueriesJob& job, const LookerOutput& output) {
  std::vector<std::string> out;
  if (output.bucket.empty())
    out.emplace_back("The bucket is not known, because bucket_name is not set: write it into weir.yaml.");
  out.push_back(
      fmt::format("Objects are written to {}/<name>/<format>/, with the keys that they had.", output.prefix));
  const bool any = std::any_of(job.queries.begin(), job.queries.end(),
                               [](const LookerQuery& query) { return query.is_incremental(); });
  if (any) {
    out.emplace_back(
        "What is new is known from the ledger in the bucket and not from the objects: deleting old ones, "
        "another "
        "format or a stretch without rows changes nothing. The first run begins default_days ago.");
    out.emplace_back(
        "Windows end at midnight UTC or five minutes before now, and no two of them overlap: the five "
        "minutes in "
        "which rows came twice are waited for instead. What is newer than ten minutes waits, as documented.");
    out.emplace_back("The seconds in a key are those of the end of its window.");
  }
  out.emplace_back(
      "Times are UTC in filters and rows. An answer that reaches the limit is continued until it is "
      "complete, one "
      "that cannot be is not stored; an error of Looker's is never stored as data.");
  out.emplace_back("An answer without rows leaves no object, and is no error.");
  if (!output.file_name.empty()) {
    out.emplace_back(
        "The file name that was given gets the seconds behind it, so that no object replaces another.");
  }
  return out;
}

}  // namespace

bool LookerQuery::is_incremental() const {
  return !metadata.datetime.empty() && std::none_of(filters.begin(), filters.end(), [&](const auto& each) {
    return each.first == metadata.datetime;
  });
}

std::int64_t LookerQuery::days() const {
  return std::max<std::int64_t>(1, number(metadata.default_days).value_or(1));
}

std::optional<LookerQueriesJob> read_looker_queries(std::string_view text, const std::string& file,
                                                    Diagnostics& diagnostics) {
  const auto root = parse_json(text, file, diagnostics);
  if (!root) return std::nullopt;
  const auto nodes = root->is_sequence() ? std::vector<Node>(root->items().begin(), root->items().end())
                                         : std::vector<Node>{*root};
  const auto errors = diagnostics.error_count();
  LookerQueriesJob job{pipeline_name(file, "looker"), file, {}};
  if (nodes.empty()) diagnostics.error(root->at(), "the file holds no query");
  for (const auto& node : nodes) {
    if (!node.is_mapping()) {
      diagnostics.error(node.at(),
                        fmt::format("a query is a JSON object, but here stands {}", node.describe()));
      continue;
    }
    const auto before = diagnostics.error_count();
    auto query = query_spec().read(known_part(without_nulls(node), query_spec().description(), diagnostics),
                                   diagnostics);
    check_texts(node, {"name", "model", "explore"}, diagnostics);
    trim_names(query);
    if (diagnostics.error_count() == before) check_query(query, node, diagnostics);
    job.queries.push_back(std::move(query));
  }
  if (diagnostics.error_count() == errors) check_names(job.queries, nodes, diagnostics);
  if (diagnostics.error_count() != errors) return std::nullopt;
  return job;
}

MigratedProject write_project(const LookerQueriesJob& job, const LookerOutput& output) {
  MigratedProject project;
  project.decisions = decisions(job, output);
  project.weir_yaml = weir_yaml(job, output);
  for (const auto& query : job.queries) {
    const auto path = "pipelines/" + pipeline_name(query.name, "query") + ".yaml";
    auto text = pipeline_yaml(job, query, output, project.decisions);
    if (project.pipeline_path.empty()) {
      project.pipeline_path = path;
      project.pipeline_yaml = std::move(text);
    } else {
      project.more_pipelines.emplace_back(path, std::move(text));
    }
  }
  return project;
}

}  // namespace weir::migrate
