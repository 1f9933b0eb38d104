// SPDX-License-Identifier: Apache-2.0
#include "connectors/looker/source_options.h"

#include <fmt/format.h>

#include "base/text.h"
#include "model/schema.h"

namespace weir::looker {
namespace {

template <typename Options>
void add_query_fields(config::Spec<Options>& spec) {
  spec.field("model", &QueryOptions::model, "The LookML model; left out: system__activity.")
      .example("system__activity")
      .field("explore", &QueryOptions::explore, "The explore to query.")
      .example("history")
      .field(
          "fields", &QueryOptions::fields,
          "Fields as view.field. Left out: the dimensions of the explore's own view, of each group of times "
          "the finest; measures never, because they would group the rows.")
      .example("[history.id, history.created_time, user.email]")
      .field("views", &QueryOptions::views,
             "Without `fields`: whose dimensions are taken, instead of the explore's own view.")
      .example("[history, query]")
      .field("filters", &QueryOptions::filters, "Filter expressions of Looker, by field.")
      .example("{history.status: complete}")
      .field("sorts", &QueryOptions::sorts,
             "Fields to sort by, perhaps with ` desc`. The partition_field always comes first.")
      .field("limit", &QueryOptions::limit,
             "Rows of one answer. One that is full is never taken for complete: the rest is asked for, "
             "beginning "
             "with the last time or key that came. -1: no limit, where the instance can stream.")
      .range(-1, 10'000'000)
      .field("partition_field", &QueryOptions::partition_field,
             "The field of time by which a partition's rows are found.")
      .example("history.created_time")
      .field("types", &QueryOptions::types, "Types of fields that the explore does not say well enough.")
      .example("{history.runtime: double}")
      .field(
          "read_at", &QueryOptions::read_at,
          "Name of a further column with the instant at which the partition was read, for snapshots of what "
          "keeps no history itself.")
      .example("snapshot_at");
}

const config::Position& place_of(const config::Node& node, const char* key) {
  const auto* found = node.find(key);
  return found == nullptr ? node.at() : found->at();
}

void trim_all(std::vector<std::string>& names) {
  for (auto& name : names) name = std::string(trim(name));
}

void check_query(QueryOptions& query, const config::Node& node, config::Diagnostics& diagnostics) {
  trim_all(query.fields);
  trim_all(query.sorts);
  trim_all(query.views);
  if (query.explore.empty()) diagnostics.error(node.at(), "say which `explore` to query");
  if (query.limit == 0) diagnostics.error(place_of(node, "limit"), "limit is 0; with -1 there is no limit");
  if (!query.fields.empty() && !query.views.empty())
    diagnostics.error(place_of(node, "views"), "`views` means nothing beside `fields`");
  for (const auto* list : {&query.fields, &query.views}) {
    for (const auto& name : *list) {
      if (name.empty())
        diagnostics.error(place_of(node, list == &query.fields ? "fields" : "views"), "a name is empty");
    }
  }
  if (!query.partition_field.empty() && query.filters.contains(query.partition_field)) {
    diagnostics.error(place_of(node, "filters"),
                      fmt::format("the partitions filter on {} themselves; remove it here or from "
                                  "`partition_field`",
                                  query.partition_field));
  }
  for (const auto& [field, type] : query.types) {
    if (!model::type_from_name(type)) {
      diagnostics.error(place_of(node, "types"),
                        fmt::format("'{}' is no type; the types are {}", type, join(model::type_names())));
    }
  }
}

}  // namespace

const config::Spec<SourceOptions>& source_spec() {
  static const auto spec = [] {
    auto made = config::Spec<SourceOptions>("looker", "Rows of queries of explores.");
    add_query_fields(made);
    made.choice("names", &SourceOptions::names,
                {{"short", ColumnNames::Short}, {"full", ColumnNames::Full}, {"label", ColumnNames::Label}},
                "What columns are called: short is created_time, and user_name of a joined view; full is "
                "history.created_time; label is what people see in Looker.")
        .choice(
            "values", &SourceOptions::values, {{"typed", Values::Typed}, {"as_written", Values::AsWritten}},
            "Whether times, dates and yes or no become values of their type, or stay text as Looker writes "
            "them.")
        .choice("run", &SourceOptions::run, {{"inline", RunMode::Inline}, {"task", RunMode::Task}},
                "inline: the rows are the answer to the query. task: Looker runs it in the background, for "
                "queries that take minutes.")
        .field("task_timeout", &SourceOptions::task_timeout, "How long such a query may run.");
    return made;
  }();
  return spec;
}

const config::Spec<QueryOptions>& source_table_spec() {
  static const auto spec = [] {
    auto made = config::Spec<QueryOptions>("looker", "A query that fills this table.");
    add_query_fields(made);
    return made;
  }();
  return spec;
}

std::vector<QueryOptions> read_queries(const SourceOptions& options, const config::Node& node,
                                       const std::vector<config::Node>& tables,
                                       config::Diagnostics& diagnostics) {
  const auto model = options.model.empty() ? std::string(kSystemActivity) : options.model;
  if (tables.empty()) {
    auto query = static_cast<const QueryOptions&>(options);
    query.model = model;
    check_query(query, node, diagnostics);
    return {query};
  }
  for (const auto& entry : node.entries()) {
    const bool own = source_table_spec().description().find(entry.key) != nullptr;
    if (own && entry.key != "model" && entry.key != "limit")
      diagnostics.error(entry.key_at, fmt::format("with `tables`, each table has its own `{}`", entry.key));
  }
  std::vector<QueryOptions> queries;
  for (const auto& table : tables) {
    queries.push_back(source_table_spec().read(table, diagnostics));
    if (queries.back().model.empty()) queries.back().model = model;
    if (table.find("limit") == nullptr) queries.back().limit = options.limit;
    check_query(queries.back(), table, diagnostics);
  }
  return queries;
}

}  // namespace weir::looker
