// SPDX-License-Identifier: Apache-2.0
// Definitions of queries that people have run.
#include "sandbox/looker/data/world.h"

namespace weir::sandbox::looker {
namespace {

struct Definition {
  std::string_view model, explore, fields, formatted, filters, sorts;
};

constexpr std::array<Definition, 5> kDefinitions = {
    {{"thelook", "order_items", R"(["order_items.created_date", "order_items.count"])",
      "order_items.created_date, order_items.count", R"({"order_items.created_date": "7 days"})",
      R"(["order_items.created_date desc"])"},
     {"thelook", "order_items", R"(["products.category", "order_items.total_sale_price"])",
      "products.category, order_items.total_sale_price", R"({"order_items.status": "-Cancelled,-Returned"})",
      R"(["order_items.total_sale_price desc"])"},
     {"thelook", "users", R"(["users.state", "users.count"])", "users.state, users.count", "{}", "[]"},
     {"finance", "ledger", R"(["ledger.account", "ledger.booked_month", "ledger.balance"])",
      "ledger.account, ledger.booked_month, ledger.balance", R"({"ledger.account": "\"4,000\",EMPTY"})",
      "[]"},
     {"operations", "shipments", R"(["shipments.id", "shipments.delay"])", "shipments.id, shipments.delay",
      R"({"shipments.delay": ">=3 AND <30"})", R"(["shipments.id"])"}}};
constexpr std::array<double, 4> kLimits = {500, 500, 5000, 100};

const Definition& definition(const World& world, Row row) {
  return Chance(world.seed, "query.definition").pick(row, kDefinitions);
}

Value text_from(Scratch& scratch, std::string_view part, std::uint64_t bits) {
  return text_of(scratch, "{}{:016x}", part, bits);
}

}  // namespace

View query_view(const SharedWorld& world, const Window& /*window*/) {
  const auto part = [world](std::string_view Definition::*member) {
    return [world, member](Row row, Scratch&) { return text_value(definition(*world, row).*member); };
  };
  const auto limit = [world](Row row) { return Chance(world->seed, "query.limit").pick(row, kLimits); };
  const Chance slug(world->seed, "query.slug");
  ViewMaker view("query", "Query");
  view.add("id", Type::Integer, number_of_row)
      .add("model", Type::Text, part(&Definition::model))
      .add("view", Type::Text, part(&Definition::explore), "Explore")
      .add("fields", Type::Text, part(&Definition::fields), "Fields Used")
      .add("formatted_fields", Type::Text, part(&Definition::formatted))
      .add("filters", Type::Text, part(&Definition::filters))
      .add("pivots", Type::Text, [](Row, Scratch&) { return text_value("[]"); })
      .add("formatted_pivots", Type::Text, nothing)
      .add("sorts", Type::Text, part(&Definition::sorts))
      .add("limit", Type::Number, [limit](Row row, Scratch&) { return number_value(limit(row)); })
      .add("column_limit", Type::Text, nothing)
      .add("total", Type::Flag, [](Row row, Scratch&) { return flag_value(row % 11 == 4); })
      .add("row_total", Type::Text, nothing)
      .add("dynamic_fields", Type::Text, nothing)
      .add("vis_config", Type::Text,
           [](Row row, Scratch&) {
             return row % 3 == 0 ? text_value(R"({"type": "looker_column", "show_x_axis_label": true})")
                                 : Value{};
           })
      .add("query_timezone", Type::Text,
           [](Row row, Scratch&) {
             return row % 4 == 0 ? text_value("Europe/Berlin") : text_value("America/Vancouver");
           })
      .add("created", Type::Time,
           [world](Row row, Scratch&) { return time_value(world->creation("query", row, world->queries)); })
      .add("hash", Type::Text,
           [slug](Row row, Scratch& scratch) { return text_from(scratch, "", slug.bits(row + 1'000'000)); })
      .add("slug", Type::Text,
           [slug](Row row, Scratch& scratch) { return text_from(scratch, "q", slug.bits(row)); })
      .add("link", Type::Text,
           [world](Row row, Scratch& scratch) {
             const Definition& which = definition(*world, row);
             return text_of(scratch, "/explore/{}/{}?qid={}", which.model, which.explore, row + 1);
           })
      .measure({.name = "count"});
  return std::move(view).of(world->queries);
}

}  // namespace weir::sandbox::looker
