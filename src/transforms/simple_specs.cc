// SPDX-License-Identifier: Apache-2.0
// The verbs and checks whose options are plain values.
#include <fmt/format.h>

#include "transforms/specs.h"

namespace weir::transforms {
namespace {

/// A value, or a list of them, by column.
void read_accepted(const config::Node& node, config::Diagnostics& diagnostics,
                   std::vector<std::pair<std::string, std::vector<std::string>>>& columns) {
  if (!node.is_mapping()) {
    diagnostics.error(node.at(),
                      fmt::format("accepted_values takes column: [values], but is {}", node.describe()));
  }
  for (const auto& entry : node.entries()) {
    std::vector<std::string> values;
    for (const auto& item : entry.value.items()) values.push_back(item.text());
    if (entry.value.is_scalar()) values.push_back(entry.value.text());
    if (values.empty())
      diagnostics.error(entry.value.at(), fmt::format("column {}: a list of values is expected", entry.key));
    columns.emplace_back(entry.key, std::move(values));
  }
}

}  // namespace

const config::Spec<Select>& select_spec() {
  static const auto spec = config::Spec<Select>("select", "Keeps only these columns, in this order.")
                               .field("columns", &Select::columns, "Names of the columns.")
                               .required()
                               .shorthand()
                               .example("[insert_id, timestamp]");
  return spec;
}

const config::Spec<Drop>& drop_spec() {
  static const auto spec = config::Spec<Drop>("drop", "Leaves columns out.")
                               .field("columns", &Drop::columns, "Names of the columns.")
                               .required()
                               .shorthand()
                               .example("[span_id, trace_sampled]")
                               .field("if_present", &Drop::if_present, "Whether a column may be absent.");
  return spec;
}

const config::Spec<Rename>& rename_spec() {
  static const auto spec = config::Spec<Rename>("rename", "Gives columns other names.")
                               .field("columns", &Rename::columns, "Old name: new name.")
                               .required()
                               .whole_value()
                               .example("{time_micros: timestamp, c_ip: remote_ip}");
  return spec;
}

const config::Spec<SnakeCase>& snake_case_spec() {
  static const auto spec =
      config::Spec<SnakeCase>(
          "snake_case",
          "Writes names in snake_case: remoteIp and remoteIP become remote_ip, HTTPStatus "
          "becomes http_status.")
          .field("scope", &SnakeCase::scope, "What is renamed; only columns can be.")
          .shorthand()
          .example("columns")
          .check([](const SnakeCase& options, const config::Node& node, config::Diagnostics& diagnostics) {
            if (options.scope != "columns") {
              diagnostics.error(node.at(),
                                fmt::format("snake_case takes the word columns, not '{}'", options.scope));
            }
          });
  return spec;
}

const config::Spec<ParseUrl>& parse_url_spec() {
  static const auto spec =
      config::Spec<ParseUrl>(
          "parse_url",
          "Splits a URL into columns that end in _scheme, _netloc, _path and _query. Absent parts are "
          "null; the fragment is left out.")
          .field("column", &ParseUrl::column, "Column that holds the URL.")
          .required()
          .shorthand()
          .example("request_url")
          .field("prefix", &ParseUrl::prefix, "Start of the new columns' names; the column when left out.");
  return spec;
}

const config::Spec<Filter>& filter_spec() {
  static const auto spec =
      config::Spec<Filter>(
          "filter",
          "Keeps the rows that fulfil an SQL condition, or those whose column has one of the texts. "
          "Texts are literal, and a null fulfils nothing.")
          .field("condition", &Filter::condition, "SQL condition over one row.")
          .shorthand()
          .example("status < 400")
          .field("column", &Filter::column, "Column that the rules below are about.")
          .field("equals", &Filter::equals, "The whole value.")
          .field("starts_with", &Filter::starts_with, "Beginnings.")
          .example("[/pudl, /ferc1]")
          .field("contains", &Filter::contains, "Parts.")
          .field("ends_with", &Filter::ends_with, "Endings.")
          .example("[.json, .csv]")
          .field("not", &Filter::invert, "Keep the other rows instead.");
  return spec;
}

const config::Spec<Deduplicate>& deduplicate_spec() {
  static const auto spec =
      config::Spec<Deduplicate>(
          "deduplicate",
          "Keeps one row of each key within a partition. Rows whose key holds a null all "
          "stay. A key that another partition stored in the destination keeps its row, "
          "unless the destination merges.")
          .field("key", &Deduplicate::key, "Columns that together make a row unique.")
          .required()
          .shorthand()
          .example("[insert_id]")
          .field("order", &Deduplicate::order,
                 "Columns that order the rows of a key, each with asc or desc behind it.")
          .example("receive_timestamp desc")
          .choice("keep", &Deduplicate::keep, {{"first", Keep::First}, {"last", Keep::Last}},
                  "Which row of the order stays; the input's order counts where none is given.");
  return spec;
}

const config::Spec<Mask>& mask_spec() {
  static const auto spec =
      config::Spec<Mask>("mask", "Hides personal values.")
          .field("column", &Mask::column, "Column to mask.")
          .required()
          .example("remote_ip")
          .choice("method", &Mask::method,
                  {{"redact", MaskMethod::Redact},
                   {"hmac", MaskMethod::Hmac},
                   {"truncate_address", MaskMethod::TruncateAddress},
                   {"keep_domain", MaskMethod::KeepDomain}},
                  "redact writes a fixed text; hmac a keyed hash, equal for equal values; truncate_address "
                  "keeps the "
                  "leading bits of an IP address; keep_domain keeps what follows the @ of a mail address.")
          .example("truncate_address")
          .field("key", &Mask::key, "Secret key of hmac.")
          .example("env:MASK_KEY")
          .field("ipv4_bits", &Mask::ipv4_bits,
                 "Leading bits of an IPv4 address that truncate_address keeps.")
          .range(0, 32)
          .field("ipv6_bits", &Mask::ipv6_bits,
                 "Leading bits of an IPv6 address that truncate_address keeps.")
          .range(0, 128)
          .field("text", &Mask::text, "What redact writes.")
          .check([](const Mask& options, const config::Node& node, config::Diagnostics& diagnostics) {
            if (options.method == MaskMethod::Hmac && options.key.empty()) {
              diagnostics.error(node.at(), "hmac needs a key, as in `key: env:MASK_KEY`");
            }
          });
  return spec;
}

const config::Spec<Add>& add_spec() {
  static const auto spec = config::Spec<Add>("add", "Adds columns computed from the others of the row.")
                               .field("columns", &Add::columns, "New column: SQL expression.")
                               .required()
                               .whole_value()
                               .example("{megabytes_sent: bytes_sent / 1000000}");
  return spec;
}

const config::Spec<NotNull>& not_null_spec() {
  static const auto spec = config::Spec<NotNull>("not_null", "Every row has a value in these columns.")
                               .field("columns", &NotNull::columns, "Names of the columns.")
                               .required()
                               .shorthand()
                               .example("[insert_id, timestamp]");
  return spec;
}

const config::Spec<AcceptedValues>& accepted_values_spec() {
  static const auto spec =
      config::Spec<AcceptedValues>("accepted_values", "A column holds one of these values, or null.")
          .custom("columns", &AcceptedValues::columns, read_accepted, "Column: list of values.",
                  R"({"type": "object"})")
          .type_name("list of values by column")
          .required()
          .whole_value()
          .example("{request_method: [GET, POST]}");
  return spec;
}

const config::Spec<Expression>& expression_spec() {
  static const auto spec =
      config::Spec<Expression>("expression", "An SQL condition holds for every row, or is unknown.")
          .field("conditions", &Expression::conditions, "Name: SQL condition.")
          .required()
          .whole_value()
          .example("{size_is_positive: response_size > 0}");
  return spec;
}

}  // namespace weir::transforms
