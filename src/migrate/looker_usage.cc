// SPDX-License-Identifier: Apache-2.0
#include "migrate/looker_usage.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "config/spec.h"
#include "migrate/original_text.h"
#include "migrate/yaml_text.h"

namespace weir::migrate {
namespace {

using config::Diagnostics;
using config::Node;

constexpr std::string_view kView = "content_usage.";
constexpr const char* kTime = "content_usage.last_accessed_time";
constexpr const char* kKey = "content_usage.id";
constexpr std::string_view kYesterday = "1 day ago";
constexpr std::array<const char*, 13> kFields = {"content_id",
                                                 "content_title",
                                                 "content_type",
                                                 "days_since_last_access_tiers",
                                                 "days_since_last_accessed",
                                                 "id",
                                                 "api_count",
                                                 "embed_count",
                                                 "favorite_count",
                                                 "public_count",
                                                 "schedule_count",
                                                 "other_count",
                                                 "last_accessed_time"};

/// The variables as they are written: all of them are text.
struct Variables {
  std::string schema;
  std::string table;
  std::string dataset;
  std::string location;
  std::string project;
  std::string fields;
  std::string filters;
  std::string initial_load;
  std::string base_url;
  std::string bucket;
  std::string client_id;
  std::string client_secret;
  std::string timeout = "120";
  std::string verify_ssl;
};

const config::Spec<Variables>& variables_spec() {
  using V = Variables;
  static const auto spec =
      config::Spec<V>("the file", "Variables of a job that copies content usage into BigQuery.")
          .field("bigquery_content_usage_schema", &V::schema, "Field objects, separated by commas.")
          .required()
          .field("bigquery_content_usage_table", &V::table, "The table.")
          .required()
          .field("bigquery_dataset_id", &V::dataset, "The dataset.")
          .required()
          .field("bigquery_location", &V::location, "Where the dataset is.")
          .field("bigquery_project_id", &V::project, "The project of the dataset.")
          .field("content_usage_fields", &V::fields, "Fields, separated by commas.")
          .field("content_usage_filters", &V::filters, "A JSON object of filter expressions.")
          .field("content_usage_initial_load", &V::initial_load, "Whether everything is loaded first.")
          .field("looker_api_base_url", &V::base_url, "Address of the instance.")
          .field("looker_api_bucket_name", &V::bucket, "The bucket in which rows wait.")
          .required()
          .field("looker_api_client_id", &V::client_id, "Who asks.")
          .field("looker_api_client_secret", &V::client_secret, "The secret.")
          .field("looker_api_timeout", &V::timeout, "Seconds.")
          .field("looker_api_verify_ssl", &V::verify_ssl, "Whether certificates are checked.");
  return spec;
}

/// "{'name': 'id', 'type': 'INTEGER'}, {…}": what is not understood is an error, and no empty schema.
std::vector<LookerUsageJob::Column> read_schema(const std::string& text, const config::Position& at,
                                                Diagnostics& diagnostics) {
  Diagnostics inner;
  const auto list = config::parse_yaml("[" + text + "]", "schema", inner);
  std::vector<LookerUsageJob::Column> columns;
  if (list && inner.ok()) {
    for (const auto& item : list->items()) {
      const auto* name = item.find("name");
      const auto* type = item.find("type");
      const auto* mode = item.find("mode");
      if (name == nullptr || type == nullptr) break;
      columns.push_back({name->text(), type->text(), mode == nullptr ? "" : mode->text()});
    }
    if (!columns.empty() && columns.size() == list->items().size()) return columns;
  }
  diagnostics.error(at,
                    "bigquery_content_usage_schema must be field objects such as {'name': 'id', 'type': "
                    "'INTEGER', 'mode': 'NULLABLE'}, separated by commas");
  return {};
}

std::vector<std::string> read_fields(const std::string& text) {
  std::vector<std::string> fields;
  for (const auto& raw : split(text, ',')) {
    const auto name = trim(raw);
    if (name.empty()) continue;
    fields.push_back(std::string(name.find('.') == name.npos ? kView : "") + std::string(name));
  }
  if (fields.empty()) {
    for (const auto* name : kFields) fields.push_back(std::string(kView) + name);
  }
  return fields;
}

std::vector<std::pair<std::string, std::string>> read_filters(const std::string& text,
                                                              const config::Position& at,
                                                              Diagnostics& diagnostics) {
  std::vector<std::pair<std::string, std::string>> filters;
  if (trim(text).empty()) return filters;
  Diagnostics inner;
  const auto node = config::parse_yaml(text, "filters", inner);
  if (!node || !inner.ok() || !node->is_mapping()) {
    diagnostics.error(at, "content_usage_filters must be a JSON object of filter expressions by field");
    return filters;
  }
  for (const auto& entry : node->entries()) filters.emplace_back(trim(entry.key), entry.value.text());
  return filters;
}

std::optional<bool> read_flag(const std::string& text, const config::Position& at, Diagnostics& diagnostics) {
  const auto word = lower(trim(text));
  for (const auto* yes : {"true", "t", "yes", "y", "1"}) {
    if (word == yes) return true;
  }
  for (const auto* no : {"false", "f", "no", "n", "0"}) {
    if (word == no) return false;
  }
  if (!word.empty())
    diagnostics.error(at, fmt::format("looker_api_verify_ssl is '{}'; it must be true or false", text));
  return std::nullopt;
}

bool has_field(const LookerUsageJob& job, std::string_view field) {
  return std::find(job.fields.begin(), job.fields.end(), field) != job.fields.end();
}

/// Windows up to now take the place of "yesterday"; a filter of one's own on the time stays what it is.
bool has_windows(const LookerUsageJob& job) {
  return std::all_of(job.filters.begin(), job.filters.end(),
                     [](const auto& each) { return each.first != kTime || each.second == kYesterday; });
}

std::string weir_yaml(const LookerUsageJob& job) {
  auto text =
      fmt::format("# Made of {} by `weir migrate`.\nconnections:\n  looker:\n    type: looker\n", job.file);
  text += line("base_url", job.base_url, "address; without it LOOKERSDK_BASE_URL, or looker.ini");
  text += line("client_id", job.client_id, "who asks; without it LOOKERSDK_CLIENT_ID, or looker.ini");
  if (!job.client_secret.empty()) text += fmt::format("    client_secret: env:{}\n", kLookerSecretVariable);
  if (!job.ini.empty()) text += line("ini", job.ini);
  if (job.verify_ssl) text += fmt::format("    verify_ssl: {}\n", *job.verify_ssl);
  text += fmt::format("    timeout: {} s\n", job.timeout);
  text +=
      "\n  # Where rows wait for their load job. Who writes it is said by GOOGLE_APPLICATION_CREDENTIALS.\n"
      "  bucket:\n    type: gcs\n" +
      line("bucket", job.bucket);
  text += "\n  warehouse:\n    type: bigquery\n";
  text += line("project", job.project, "id of the dataset's project; without it that of the credentials");
  text += line("dataset", job.dataset);
  text += line("location", job.location, "where the dataset is");
  return text + "    staging: { connection: bucket, prefix: weir }\n";
}

std::string source_yaml(const LookerUsageJob& job) {
  auto text = std::string(
      "source:\n  connection: looker\n  model: system__activity\n  explore: content_usage\n  fields:\n");
  for (const auto& field : job.fields) text += fmt::format("    - {}\n", quoted(field));
  std::string filters;
  for (const auto& [field, expression] : job.filters) {
    if (!has_windows(job) || field != kTime)
      filters += fmt::format("    {}: {}\n", quoted(field), quoted(expression));
  }
  if (!filters.empty()) text += "  filters:\n" + filters;
  if (has_windows(job)) text += fmt::format("  partition_field: {}\n", kTime);
  return text;
}

std::string destination_yaml(const LookerUsageJob& job) {
  auto text = fmt::format("destination:\n  connection: warehouse\n  table: {}\n", quoted(job.table));
  text += has_field(job, kKey) ? "  write: merge\n  key: [id]\n" : "  write: append\n";
  text += "  schema:\n";
  for (const auto& [name, type, mode] : job.schema) {
    text += fmt::format("    - {{ name: {}, type: {}{} }}\n", quoted(name), quoted(type),
                        mode.empty() ? "" : ", mode: " + quoted(mode));
  }
  return text;
}

std::vector<std::string> decisions(const LookerUsageJob& job) {
  std::vector<std::string> out;
  if (has_windows(job)) {
    out.push_back(
        job.initial_load
            ? "content_usage_initial_load: the first load takes everything, also what was never accessed, "
              "and "
              "later ones what was accessed since. Which of them is due is known from what was published, so "
              "there is no flag to be switched off."
            : "content_usage_initial_load is off: the first load begins a day ago. `from: start` would take "
              "everything first.");
    out.emplace_back(
        "Each run takes what was accessed since the last one that was loaded, by instants in UTC: a day that "
        "was "
        "missed is caught up, and `weir backfill` takes any day again.");
  } else {
    out.push_back(
        fmt::format("content_usage_filters says itself which times of {} are meant, so every run asks the "
                    "same.",
                    kTime));
  }
  out.push_back(
      has_field(job, kKey)
          ? "Rows are merged by id, so that taking a day twice changes nothing; the original appended them."
          : "Rows are appended, because the fields have no id to know them by.");
  out.emplace_back(
      "All rows are asked for, whatever the instance's own limit is. A day without rows is no error; an "
      "error of Looker's is one.");
  if (!job.verify_ssl || *job.verify_ssl) {
    out.emplace_back("Certificates are checked; the original did not unless it was told to.");
  } else {
    out.emplace_back(
        "looker_api_verify_ssl says false, so certificates are not checked, as before: anybody on the way "
        "can read the secret. Set verify_ssl: true.");
  }
  if (!job.client_secret.empty()) {
    out.push_back(
        fmt::format("The client's secret is not written into the project: put it into the variable {}.",
                    kLookerSecretVariable));
  }
  out.emplace_back("Titles and names of people can be hidden before the load by `mask` under transforms.");
  return out;
}

}  // namespace

std::optional<LookerUsageJob> read_looker_usage(std::string_view text, const std::string& file,
                                                Diagnostics& diagnostics) {
  const auto node = parse_original(text, file, diagnostics);
  if (!node) return std::nullopt;
  const auto errors = diagnostics.error_count();
  const auto variables =
      variables_spec().read(known_part(*node, variables_spec().description(), diagnostics), diagnostics);
  check_texts(*node, {"bigquery_content_usage_table", "bigquery_dataset_id", "looker_api_bucket_name"},
              diagnostics);
  if (diagnostics.error_count() != errors) return std::nullopt;
  LookerUsageJob job;
  job.name = pipeline_name(file, "content_usage");
  job.file = file;
  job.schema = read_schema(variables.schema, place_of(*node, "bigquery_content_usage_schema"), diagnostics);
  job.table = variables.table;
  job.dataset = variables.dataset;
  job.location = variables.location;
  job.project = variables.project;
  job.fields = read_fields(variables.fields);
  job.filters = read_filters(variables.filters, place_of(*node, "content_usage_filters"), diagnostics);
  job.initial_load = lower(trim(variables.initial_load)) == "true";
  job.base_url = std::string(trim(variables.base_url));
  job.bucket = variables.bucket;
  job.client_id = variables.client_id;
  job.client_secret = Secret(variables.client_secret);
  job.timeout = std::string(trim(variables.timeout));
  job.verify_ssl = read_flag(variables.verify_ssl, place_of(*node, "looker_api_verify_ssl"), diagnostics);
  if (job.timeout.empty() || job.timeout.find_first_not_of("0123456789") != job.timeout.npos) {
    diagnostics.error(place_of(*node, "looker_api_timeout"),
                      fmt::format("looker_api_timeout is '{}'; it must be a number of seconds", job.timeout));
  }
  if (has_windows(job) && !has_field(job, kTime)) {
    diagnostics.error(place_of(*node, "content_usage_fields"),
                      fmt::format("content_usage_fields lacks {}, by which new rows are found", kTime));
  }
  if (diagnostics.error_count() != errors) return std::nullopt;
  return job;
}

MigratedProject write_project(const LookerUsageJob& job) {
  MigratedProject project;
  project.decisions = decisions(job);
  project.weir_yaml = weir_yaml(job);
  project.pipeline_path = "pipelines/" + job.name + ".yaml";
  auto text = decisions_text(job.file, project.decisions) + fmt::format("pipeline: {}\n", named(job.name));
  if (has_windows(job)) {
    text += fmt::format("partitions: {{ every: cursor, from: {}, step: 1 day, lag: 1 minute }}\n\n",
                        job.initial_load ? "start" : "1 day");
  } else {
    text += "partitions: none\n\n";
  }
  project.pipeline_yaml = text + source_yaml(job) + "\n" + destination_yaml(job);
  return project;
}

}  // namespace weir::migrate
