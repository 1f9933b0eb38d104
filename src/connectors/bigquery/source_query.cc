// SPDX-License-Identifier: Apache-2.0
#include "connectors/bigquery/source_query.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "connectors/bigquery/script.h"
#include "connectors/bigquery/types.h"
#include "protocols/google/bigquery_tables.h"

namespace weir::bigquery {
namespace {

using google::bigquery_identifier;
using google::BigQueryField;

constexpr std::string_view kOpen = "{{";
constexpr std::string_view kClose = "}}";

/// Where in SQL a placeholder stands.
enum class Context { Plain, SingleQuotes, DoubleQuotes, Backticks, LineComment, BlockComment };

/// Follows SQL through quotes and comments.
class Lexer {
 public:
  Context context() const { return context_; }

  void take(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      const char c = text[i];
      const auto pair = text.substr(i, 2);
      if (context_ == Context::Plain) {
        open(c, pair);
      } else if (context_ == Context::LineComment) {
        if (c == '\n') context_ = Context::Plain;
      } else if (context_ == Context::BlockComment) {
        if (pair == "*/") context_ = Context::Plain;
      } else if (c == '\\') {
        ++i;
      } else if (c == quote_) {
        context_ = Context::Plain;
      }
    }
  }

 private:
  void open(char c, std::string_view pair) {
    quote_ = c;
    if (c == '\'') context_ = Context::SingleQuotes;
    if (c == '"') context_ = Context::DoubleQuotes;
    if (c == '`') context_ = Context::Backticks;
    if (c == '#' || pair == "--") context_ = Context::LineComment;
    if (pair == "/*") context_ = Context::BlockComment;
  }

  Context context_ = Context::Plain;
  char quote_ = '\0';
};

/// A placeholder's value. What is read again begins before the partition.
Result<std::string> value_of(std::string_view placeholder, std::string_view name,
                             const model::Partition& partition) {
  if (!partition.window || !name.starts_with("partition.start")) return model::expand(placeholder, partition);
  auto read = partition;
  read.window = partition.reading();
  return model::expand(placeholder, read);
}

const char* type_of(std::string_view name) {
  if (name == "partition.start" || name == "partition.end") return "TIMESTAMP";
  if (name == "partition.date") return "DATE";
  for (const std::string_view number : {"partition.year", "partition.month", "partition.day",
                                        "partition.hour", "partition.start_unix", "partition.end_unix"}) {
    if (name == number) return "INT64";
  }
  return "STRING";
}

std::string escaped(std::string_view value) {
  std::string text;
  for (const char c : value) {
    if (c == '\\' || c == '\'' || c == '"') text += '\\';
    text += c;
  }
  return text;
}

/// Numbers as BigQuery reads them: without zeros before.
std::string parameter_value(const std::string& value, std::string_view type) {
  if (type != "INT64") return value;
  const auto first = std::min(value.find_first_not_of('0'), value.size() - 1);
  return value.substr(first);
}

Result<void> place_value(const std::string& value, std::string_view name, Context context, BoundSql& bound) {
  if (context == Context::Plain) {
    const auto parameter = fmt::format("weir_{}", bound.parameters.size() + 1);
    bound.parameters.push_back({parameter, type_of(name), parameter_value(value, type_of(name))});
    bound.text += "@" + parameter;
    return {};
  }
  if (context == Context::Backticks) {
    const bool plain = std::all_of(value.begin(), value.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
             c == '-';
    });
    if (!plain) {
      return fail(ErrorCode::InvalidConfig,
                  "'{}' cannot be part of a name: only letters, digits, _ and - can", value);
    }
    bound.text += value;
    return {};
  }
  bound.text += escaped(value);
  return {};
}

/// An SQL query without blanks and semicolons at its end.
std::string_view bare(std::string_view query) {
  query = trim(query);
  while (query.ends_with(';')) query = trim(query.substr(0, query.size() - 1));
  return query;
}

/// "`at` >= @weir_start AND `at` < @weir_end", with the values in the type of the column.
Result<std::string> window_condition(const BigQueryField& column, const model::Window& window,
                                     BoundSql& bound) {
  const auto family = family_of(column);
  if (family != Family::Date && family != Family::DateTime && family != Family::Timestamp) {
    return fail(ErrorCode::InvalidConfig, "partition_column {} is {}; it must be DATE, DATETIME or TIMESTAMP",
                column.name, shown_type(column));
  }
  const auto add = [&](const char* name, Timestamp time) {
    // A day belongs to the window that holds its midnight.
    const auto day = day_of(Timestamp{time.micros + 86'399'999'999});
    bound.parameters.push_back({name, column.type, family == Family::Date ? to_string(day) : sql_time(time)});
  };
  const auto name = bigquery_identifier(column.name);
  add("weir_end", window.end);
  if (window.start == model::kBeginning) return fmt::format("({0} < @weir_end OR {0} IS NULL)", name);
  add("weir_start", window.start);
  return fmt::format("{0} >= @weir_start AND {0} < @weir_end", name);
}

Result<void> take_fields(const std::vector<BigQueryField>& fields, const std::string& what, Stream& stream) {
  if (fields.empty()) return fail(ErrorCode::DataMismatch, "{} has no columns", what);
  for (const auto& field : fields) {
    if (stream.schema.find(field.name)) {
      return fail(ErrorCode::InvalidConfig, "{} has two columns named {}; give one another name with AS",
                  what, field.name);
    }
    stream.fields.push_back(field);
    stream.schema.columns.push_back({field.name, read_as(field)});
  }
  return {};
}

Result<std::vector<BigQueryField>> wanted_fields(const google::BigQueryTable& table,
                                                 const std::vector<std::string>& columns) {
  if (columns.empty()) return table.fields;
  std::vector<std::string> known;
  for (const auto& field : table.fields) known.push_back(field.name);
  for (const auto& column : columns) {
    if (std::find(known.begin(), known.end(), column) != known.end()) continue;
    const auto near = closest(column, known);
    return fail(ErrorCode::InvalidConfig, "table {} has no column {}{}", table.name.shown(), column,
                near ? "; did you mean " + *near + "?" : "");
  }
  // In the order of the table, because pages have it.
  std::vector<BigQueryField> fields;
  for (const auto& field : table.fields) {
    if (std::find(columns.begin(), columns.end(), field.name) != columns.end()) fields.push_back(field);
  }
  return fields;
}

Result<Stream> describe_table(google::BigQueryClient& client, const SourceTableOptions& options,
                              const model::Partition& partition) {
  const auto name = table_name(options.table, client.place());
  auto table = TRY(google::BigQueryTables(client).find(name));
  if (!table) {
    const bool is_anonymous = std::holds_alternative<google::Anonymous>(client.credentials());
    return fail(
        ErrorCode::NotFound, "there is no table {}{}", name.shown(),
        is_anonymous ? "" : fmt::format(", or {} may not see it", google::describe(client.credentials())));
  }
  Stream stream;
  stream.table = *std::move(table);
  TRY(take_fields(TRY(wanted_fields(stream.table, options.columns)), name.shown(), stream));
  std::vector<std::string> conditions;
  if (!options.filter.empty()) {
    stream.sql = TRY(bind_placeholders(options.filter, partition));
    // Lines of their own, because what a person wrote may end with a comment.
    conditions.push_back("(" + stream.sql.text + "\n)");
  }
  if (!options.partition_column.empty() && partition.window) {
    const auto* column = stream.table.find(options.partition_column);
    if (column == nullptr) {
      return fail(ErrorCode::InvalidConfig, "table {} has no column {} to find partitions by", name.shown(),
                  options.partition_column);
    }
    conditions.push_back(TRY(window_condition(*column, partition.reading(), stream.sql)));
  }
  // A view has rows only when it is asked.
  stream.kind =
      conditions.empty() && stream.table.kind == "TABLE" ? Stream::Kind::Table : Stream::Kind::Query;
  std::vector<std::string> selected;
  for (const auto& field : stream.fields) selected.push_back(bigquery_identifier(field.name));
  if (!options.columns.empty()) stream.columns = stream.schema.names();
  stream.sql.text = fmt::format("SELECT {} FROM {}", join(selected), name.sql());
  if (!conditions.empty()) stream.sql.text += " WHERE " + join(conditions, " AND ");
  return stream;
}

Result<Stream> describe_query(google::BigQueryClient& client, const SourceTableOptions& options,
                              const model::Partition& partition) {
  Stream stream;
  stream.sql = TRY(bind_placeholders(bare(options.query), partition));
  for (const auto& parameter : options.parameters) {
    stream.sql.parameters.push_back({parameter.name, google::standard_type(parameter.type),
                                     TRY(model::expand(parameter.value, partition))});
  }
  const auto tried = TRY(
      google::BigQueryJobs(client).dry_run({.sql = stream.sql.text, .parameters = stream.sql.parameters}));
  TRY(take_fields(tried.fields, "the query", stream));
  return stream;
}

}  // namespace

bool has_placeholders(std::string_view sql) { return sql.find(kOpen) != std::string_view::npos; }

bool is_partitioned(const SourceTableOptions& options) {
  return !options.partition_column.empty() || has_placeholders(options.query) ||
         has_placeholders(options.filter) ||
         std::any_of(options.parameters.begin(), options.parameters.end(),
                     [](const auto& parameter) { return has_placeholders(parameter.value); });
}

Result<BoundSql> bind_placeholders(std::string_view sql, const model::Partition& partition) {
  BoundSql bound;
  Lexer lexer;
  while (true) {
    const auto open = sql.find(kOpen);
    lexer.take(sql.substr(0, open));
    bound.text += sql.substr(0, open);
    if (open == std::string_view::npos) return bound;
    sql.remove_prefix(open);
    const auto close = sql.find(kClose);
    if (close == std::string_view::npos) {
      return fail(ErrorCode::InvalidConfig, "a placeholder has no end: {}", sql.substr(0, 40));
    }
    const auto placeholder = sql.substr(0, close + kClose.size());
    const auto name = trim(placeholder.substr(kOpen.size(), close - kOpen.size()));
    const auto value = TRY(value_of(placeholder, name, partition));
    TRY(place_value(value, name, lexer.context(), bound));
    sql.remove_prefix(placeholder.size());
  }
}

google::BigQueryTableName table_name(const std::string& text, const google::BigQueryPlace& place) {
  google::BigQueryTableName name{place.project, place.dataset, text};
  const auto dot = text.rfind('.');
  if (dot == std::string::npos) return name;
  name.table = text.substr(dot + 1);
  const auto before = text.substr(0, dot);
  const auto second = before.rfind('.');
  name.dataset = second == std::string::npos ? before : before.substr(second + 1);
  if (second != std::string::npos) name.project = before.substr(0, second);
  return name;
}

Result<Stream> describe_stream(google::BigQueryClient& client, const SourceTableOptions& options,
                               const model::Partition& partition) {
  return options.table.empty() ? describe_query(client, options, partition)
                               : describe_table(client, options, partition);
}

BoundSql changes_sql(const Stream& stream, const std::string& column) {
  return {fmt::format("SELECT COUNT(*) AS `rows`, CAST(MAX({}) AS STRING) AS `newest` FROM ({}\n)",
                      bigquery_identifier(column), stream.sql.text),
          stream.sql.parameters};
}

}  // namespace weir::bigquery
