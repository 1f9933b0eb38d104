// SPDX-License-Identifier: Apache-2.0
#include "base/json_text.h"
#include "base/text.h"
#include "protocols/google/json_value.h"
#include "sandbox/looker/queries/cell_text.h"
#include "sandbox/looker/queries/writer.h"

namespace weir::sandbox::looker {
namespace {

using Json = nlohmann::json;
using Cells = std::span<const Value>;

std::string json_text(std::string_view text) {
  std::string out;
  write_json_string(out, text);
  return out;
}

/// {"dimensions": [...], "measures": [...], ...} of what was asked for.
Json fields_json(const Plan& plan) {
  Json fields = {{"dimensions", Json::array()},
                 {"measures", Json::array()},
                 {"pivots", Json::array()},
                 {"table_calculations", Json::array()}};
  for (std::size_t i = 0; i < plan.shown; ++i) {
    const Output& output = plan.outputs[i];
    fields[output.field.measure != nullptr ? "measures" : "dimensions"].push_back(
        field_json(output.field, *plan.slots[output.slot].view));
  }
  return fields;
}

/// json and json_label: a list of flat objects, by names or by labels.
class FlatWriter final : public Writer {
 public:
  enum class Keys { Names, Labels };
  FlatWriter(const Plan& plan, Keys keys, Formatting formatting) : formatting_(formatting) {
    for (std::size_t i = 0; i < plan.shown; ++i) {
      const Field& field = plan.outputs[i].field;
      keys_.push_back((i == 0 ? "{" : ",") + json_text(keys == Keys::Names ? field.name : field.label) + ":");
    }
  }
  std::string content_type() const override { return "application/json"; }
  void begin(std::string& out) override { out += '['; }
  void row(Cells cells, std::string& out) override {
    separate(out);
    for (std::size_t i = 0; i < cells.size(); ++i) {
      out += keys_[i];
      write_json_value(cells[i], FlagStyle::Words, formatting_, out);
    }
    out += '}';
  }
  void error(std::string_view message, std::string& out) override {
    separate(out);
    out += "{\"looker_error\":" + json_text(message) + "}";
  }
  void end(std::string& out) override { out += ']'; }

 private:
  void separate(std::string& out) {
    if (has_rows_) out += ",\n";
    has_rows_ = true;
  }

  std::vector<std::string> keys_;
  Formatting formatting_;
  bool has_rows_ = false;
};

/// json_bi and json_detail: cells are objects, and what the columns are is told beside the rows.
class DetailWriter final : public Writer {
 public:
  enum class Kind { Bi, Detail };
  DetailWriter(SharedPlan plan, Kind kind, Formatting formatting)
      : plan_(std::move(plan)), kind_(kind), formatting_(formatting) {}
  std::string content_type() const override { return "application/json"; }

  void begin(std::string& out) override {
    Json head;
    if (kind_ == Kind::Bi) {
      Json filters = to_json(plan_->query)["filters"];
      head = {{"metadata",
               {{"fields", fields_json(*plan_)},
                {"pivots", Json::array()},
                {"has_totals", false},
                {"has_subtotals", false},
                {"columns_truncated", "no"},
                {"filters", filters.is_null() ? Json::object() : filters},
                {"filter_expression", Json()},
                {"sql", Json()},
                {"big_query_metadata", Json()}}}};
    } else {
      head = {
          {"fields", fields_json(*plan_)}, {"pivots", Json()}, {"totals_data", Json()}, {"runtime", 0.12}};
    }
    out += google::dump_json(head);
    out.back() = ',';
    out += kind_ == Kind::Bi ? "\"rows\":[" : "\"data\":[";
  }
  void row(Cells cells, std::string& out) override {
    const FlagStyle flags = kind_ == Kind::Bi ? FlagStyle::Booleans : FlagStyle::Words;
    out += has_rows_ ? ",\n{" : "{";
    has_rows_ = true;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (i > 0) out += ',';
      write_json_string(out, plan_->outputs[i].field.name);
      out += ":{\"value\":";
      write_json_value(cells[i], flags, kind_ == Kind::Bi ? formatting_ : Formatting::Off, out);
      if (kind_ == Kind::Detail) {
        std::string rendered;
        write_plain(cells[i], formatting_, rendered);
        out += ",\"rendered\":" + json_text(rendered);
      }
      out += '}';
    }
    out += '}';
  }
  void error(std::string_view message, std::string& out) override {
    if (kind_ == Kind::Detail) {
      errors_ = Json::array({{{"message", "The query failed."},
                              {"message_details", message},
                              {"sql_error_loc", {{"line", 1}, {"column", 1}, {"character", 1}}}}});
      return;
    }
    out += (has_rows_ ? ",\n{\"looker_error\":" : "{\"looker_error\":") + json_text(message) + "}";
  }
  void end(std::string& out) override {
    out += ']';
    if (kind_ == Kind::Detail && !errors_.is_null()) out += ",\"errors\":" + google::dump_json(errors_);
    out += '}';
  }

 private:
  SharedPlan plan_;
  Kind kind_;
  Formatting formatting_;
  Json errors_;
  bool has_rows_ = false;
};

/// csv and txt: a line of labels, then the rows.
class LineWriter final : public Writer {
 public:
  LineWriter(SharedPlan plan, char separator, Formatting formatting)
      : plan_(std::move(plan)), separator_(separator), formatting_(formatting) {}
  std::string content_type() const override { return separator_ == ',' ? "text/csv" : "text/plain"; }

  void begin(std::string& out) override {
    for (std::size_t i = 0; i < plan_->shown; ++i) {
      if (i > 0) out += separator_;
      put(plan_->outputs[i].field.label, out);
    }
    out += '\n';
  }
  void row(Cells cells, std::string& out) override {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (i > 0) out += separator_;
      if (cells[i].kind == Kind::Text) {
        put(cells[i].text, out);
      } else {
        cell_.clear();
        write_plain(cells[i], formatting_, cell_);
        put(cell_, out);
      }
    }
    out += '\n';
  }
  void error(std::string_view message, std::string& out) override {
    put(message, out);
    out += '\n';
  }
  void end(std::string& /*out*/) override {}
  void failure(std::string_view message, std::string& out) override { error(message, out); }

 private:
  void put(std::string_view text, std::string& out) const {
    if (separator_ == '\t') {
      for (const char c : text) out += c == '\t' || c == '\n' ? ' ' : c;
      return;
    }
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
      out += text;
      return;
    }
    out += '"';
    for (const char c : text) out.append(c == '"' ? 2 : 1, c);
    out += '"';
  }

  SharedPlan plan_;
  char separator_;
  Formatting formatting_;
  std::string cell_;
};

}  // namespace

std::unique_ptr<Writer> make_writer(std::string_view format, SharedPlan plan, Formatting formatting) {
  using Keys = FlatWriter::Keys;
  using Detail = DetailWriter::Kind;
  if (format == "json") return std::make_unique<FlatWriter>(*plan, Keys::Names, formatting);
  if (format == "json_label") return std::make_unique<FlatWriter>(*plan, Keys::Labels, formatting);
  if (format == "json_bi") return std::make_unique<DetailWriter>(std::move(plan), Detail::Bi, formatting);
  if (format == "json_detail")
    return std::make_unique<DetailWriter>(std::move(plan), Detail::Detail, formatting);
  if (format == "csv") return std::make_unique<LineWriter>(std::move(plan), ',', formatting);
  if (format == "txt") return std::make_unique<LineWriter>(std::move(plan), '\t', formatting);
  return nullptr;
}

std::string sql_of(const Plan& plan, const Explore& explore) {
  std::string sql = "SELECT\n";
  for (std::size_t i = 0; i < plan.shown; ++i) {
    sql += fmt::format("    {} AS `{}`{}\n", plan.outputs[i].field.name, plan.outputs[i].field.name,
                       i + 1 < plan.shown ? "," : "");
  }
  sql += fmt::format("FROM {}\n", explore.base);
  std::string before = "WHERE ";
  for (const auto& [field, expression] : plan.query.filters) {
    sql += fmt::format("{}({} IS {})\n", before, field, sql_literal(expression));
    before = "  AND ";
  }
  if (plan.limit >= 0) sql += fmt::format("LIMIT {}\n", plan.limit);
  return sql;
}

Json field_json(const Field& field, const View& view) {
  const bool is_measure = field.measure != nullptr;
  Json json = {{"name", field.name},
               {"type", field.type},
               {"label", field.label},
               {"label_short", field.label_short},
               {"view", field.view},
               {"original_view", field.view},
               {"view_label", field.view_label},
               {"category", is_measure ? "measure" : "dimension"},
               {"measure", is_measure},
               {"hidden", field.is_hidden()},
               {"description", Json()},
               {"primary_key", !is_measure && !field.timeframe && field.column->name == view.primary_key},
               {"is_numeric", field.is_numeric()},
               {"is_timeframe", field.timeframe.has_value()},
               {"is_filter", false},
               {"can_filter", true},
               {"sortable", true},
               {"dimension_group", Json()},
               {"field_group_label", Json()},
               {"field_group_variant", field.label_short},
               {"time_interval", Json()},
               {"value_format", Json()},
               {"enumerations", Json()},
               {"suggestions", Json()},
               {"error", Json()},
               {"sql", Json()},
               {"tags", Json::array()},
               {"convert_tz", true},
               {"datatype", Json()}};
  if (field.timeframe) {
    json["dimension_group"] = field.view + "." + field.column->name;
    json["field_group_label"] = field.column->label + " Date";
    json["field_group_variant"] = info(*field.timeframe).label;
    json["time_interval"] = {{"name", info(*field.timeframe).name}, {"count", 1}};
    json["convert_tz"] = field.column->type == Type::Time && *field.timeframe != Timeframe::Raw;
    json["datatype"] = field.column->type == Type::Time ? "datetime" : "date";
  }
  if (field.type == "yesno") {
    json["enumerations"] =
        Json::array({{{"label", "Yes"}, {"value", "Yes"}}, {{"label", "No"}, {"value", "No"}}});
  }
  return json;
}

}  // namespace weir::sandbox::looker
